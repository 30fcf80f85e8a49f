#include "experiments/outside/slurm.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>
#include <sstream>
#include <system_error>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"

namespace bcd::slurm {

namespace {

/// Runs a command and returns what it prints, errors among it. Throws UsageError, with that as the reason, unless it ends well.
std::string output_of(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  pid_t child = -1;
  const int fault = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (fault != 0) {
    ::close(pipe[0]);
    throw UsageError("cannot run " + words[0] + ": " + std::generic_category().message(fault) +
                     "; --slurm and jobs need SLURM's commands on this machine");
  }
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(pipe[0], buffer.data(), buffer.size())) != 0;) {
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) break;
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw UsageError(words[0] + " failed: " + printable(text.substr(0, text.find_last_not_of(" \n") + 1)));
  return text;
}

}  // namespace

long submit(const std::filesystem::path& script) {
  const std::string text = output_of({"sbatch", "--parsable", script.string()});
  // "4711" or "4711;cluster", on the last line: sites print greetings before it.
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) last = line;
  char* end = nullptr;
  const long job = std::strtol(last.c_str(), &end, 10);
  if (job <= 0 || (*end != '\0' && *end != ';'))
    throw UsageError("sbatch printed no job number but " + printable(last) + "; look with squeue whether it was submitted");
  return job;
}

std::vector<Task> tasks() {
  std::istringstream lines(output_of(
      {"squeue", "--noheader", "--array", "--states=all", "--user", std::to_string(::getuid()), "--format=%F|%K|%T|%r"}));
  std::vector<Task> found;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string job, index, state, reason;
    if (!std::getline(fields, job, '|') || !std::getline(fields, index, '|') || !std::getline(fields, state, '|')) continue;
    std::getline(fields, reason);
    if (index.empty() || index.find_first_not_of("0123456789") != std::string::npos) continue;  // not of an array
    found.push_back({std::atol(job.c_str()), std::atoi(index.c_str()), state, reason == "None" ? "" : reason});
  }
  return found;
}

int largest_array() {
  std::istringstream lines(output_of({"scontrol", "show", "config"}));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("MaxArraySize"))
      if (const auto equals = line.find('='); equals != std::string::npos)
        if (const int size = std::atoi(line.c_str() + equals + 1); size > 1) return size - 1;
  return 1000;
}

bool is_alive(const Task& task) {
  static const std::set<std::string> alive = {"PENDING",      "RUNNING",  "CONFIGURING", "COMPLETING", "SUSPENDED", "REQUEUED",
                                              "REQUEUE_HOLD", "RESIZING", "SIGNALING",   "STAGE_OUT",  "STOPPED"};
  return alive.contains(task.state);
}

}  // namespace bcd::slurm
