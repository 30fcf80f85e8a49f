#include "experiments/outside/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "algorithms/core/plain_text.hpp"
#include "experiments/run/interrupt.hpp"

namespace bcd {

namespace {

using Steady = std::chrono::steady_clock;
constexpr double kLook = 0.1;       // seconds between two looks at Ctrl-C
constexpr std::size_t kShown = 80;  // of a line that is wrong

double seconds_since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

[[noreturn]] void system_fault(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// A file descriptor that closes itself unless it is released.
struct Descriptor {
  explicit Descriptor(int number = -1) : fd(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  int release() { return std::exchange(fd, -1); }
  int fd;
};

/// The descriptor, or a copy of it where it took the place of a standard one that the caller of this program had closed: in the
/// child those places are filled one after the other.
int above_standard(int fd) {
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(fd);
  errno = error;
  return copy;
}

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) system_fault("no pipe");
    read.fd = above_standard(ends[0]);
    write.fd = above_standard(ends[1]);
    if (read.fd < 0 || write.fd < 0) system_fault("no pipe");
  }
  Descriptor read, write;
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> list;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (const std::string text = *entry; !changes.contains(text.substr(0, text.find('=')))) list.push_back(text);
  for (const auto& [name, value] : changes) list.push_back(name + "=" + value);
  return list;
}

/// Between fork and exec only calls that are safe in a copy of a program with threads.
[[noreturn]] void become(const char* command, const char* folder, char* const* environment, pid_t parent, int in, int out,
                         int err) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int ignored : {SIGPIPE, SIGXFSZ}) ::signal(ignored, SIG_DFL);  // this program ignores them
  if (::getppid() != parent) ::_exit(127);                                  // it died before the line above
  if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) ::_exit(127);
  if (::chdir(folder) != 0) ::_exit(127);
  ::close_range(3, ~0u, 0);
  char* const arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"), const_cast<char*>(command), nullptr};
  ::execve("/bin/sh", arguments, environment);
  ::_exit(127);
}

/// A write to a command that has ended is an error of write(), not a signal to this program.
class WithoutBrokenPipeSignal {
 public:
  WithoutBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutBrokenPipeSignal(const WithoutBrokenPipeSignal&) = delete;
  WithoutBrokenPipeSignal& operator=(const WithoutBrokenPipeSignal&) = delete;
  ~WithoutBrokenPipeSignal() {
    const timespec now{};
    while (sigtimedwait(&pipe_, nullptr, &now) > 0) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
};

/// As many bytes as the pipe takes now (0: it is full); -1: nobody reads it any more.
ssize_t write_some(int fd, std::string_view text) {
  const WithoutBrokenPipeSignal guard;
  const ssize_t count = ::write(fd, text.data(), text.size());
  return count >= 0 ? count : errno == EINTR || errno == EAGAIN ? 0 : -1;
}

std::string quoted_start(const std::string& line) {
  return "'" + printable(line.substr(0, kShown)) + (line.size() > kShown ? "..." : "") + "'";
}

}  // namespace

ChildProcess::ChildProcess(const std::string& command, const std::filesystem::path& folder,
                           const std::map<std::string, std::string>& environment, const std::filesystem::path& error_file) {
  if (::access(folder.c_str(), X_OK) != 0) system_fault(("cannot be run in the folder " + printable(folder.string())).c_str());
  std::vector<std::string> variables = environment_with(environment);
  std::vector<char*> pointers;
  for (std::string& variable : variables) pointers.push_back(variable.data());
  pointers.push_back(nullptr);

  Pipe in, out;
  const Descriptor err(above_standard(::open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)));
  if (err.fd < 0) system_fault("no file for the standard error");
  const pid_t self = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) system_fault("no new process");
  if (pid_ == 0) become(command.c_str(), folder.c_str(), pointers.data(), self, in.read.fd, out.write.fd, err.fd);
  ::setpgid(pid_, pid_);  // as the child does: whoever comes first
  set_group_to_kill(pid_);
  in_ = in.write.release();
  ::fcntl(in_, F_SETFL, O_NONBLOCK);  // a command that does not read must not hold this program
  out_ = out.read.release();
}

ChildProcess::~ChildProcess() {
  ::close(in_);
  if (pid_ > 0) ended_within(kGrace);
  kill_group();
  ::close(out_);
}

void ChildProcess::send(const std::string& line, double timeout) {
  // Nothing may be waiting; what is there nevertheless is shown, as much of it as arrives in a moment.
  char byte = 0;
  while (pid_ > 0 && buffer_.size() <= kShown && buffer_.find('\n') == std::string::npos &&
         readable(buffer_.empty() ? 0 : kLook) && ::read(out_, &byte, 1) == 1)
    buffer_ += byte;
  if (!buffer_.empty())
    fail("wrote " + quoted_start(buffer_.substr(0, buffer_.find('\n'))) +
         " without being asked; messages belong to the standard error");
  if (pid_ < 0) fail(ending());
  const Steady::time_point begin = Steady::now();
  const std::string text = line + "\n";
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t count = write_some(in_, rest);
    if (count < 0) fail(ending());
    rest.remove_prefix(static_cast<std::size_t>(count));
    if (count == 0) wait_for(in_, POLLOUT, timeout - seconds_since(begin), "did not read its request", timeout);
  }
}

/// Waits for the descriptor, but no longer than a look at Ctrl-C; fails when no time is left.
bool ChildProcess::wait_for(int fd, short event, double left, const char* what, double timeout) {
  if (interrupt_asked()) fail("was interrupted");
  if (left <= 0) {
    char text[80];
    std::snprintf(text, sizeof text, "%s within %g s", what, timeout);
    fail(text);
  }
  pollfd wanted{fd, event, 0};
  return ::poll(&wanted, 1, static_cast<int>(std::min(left, kLook) * 1000) + 1) > 0;
}

std::string ChildProcess::receive(double timeout) {
  const Steady::time_point begin = Steady::now();
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (buffer_.size() > kLongestLine)
      fail("wrote a line longer than " + std::to_string(kLongestLine) + " bytes: " + quoted_start(buffer_));
    if (!wait_for(out_, POLLIN, timeout - seconds_since(begin), "gave no answer", timeout)) continue;
    char chunk[4096];
    const ssize_t count = ::read(out_, chunk, sizeof chunk);
    if (count > 0) buffer_.append(chunk, static_cast<std::size_t>(count));
    if (count == 0) fail(ending());
    if (count < 0 && errno != EINTR) system_fault("the command's output cannot be read");
  }
}

void ChildProcess::fail(const std::string& what) {
  kill_group();
  throw std::runtime_error(what);
}

std::string ChildProcess::ending() {
  if (pid_ < 0) return "has ended";
  if (!ended_within(kGrace)) return "closed its standard output";
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (info.si_code == CLD_EXITED) return "ended with exit code " + std::to_string(info.si_status);
  return std::string("was killed by signal ") + std::to_string(info.si_status) + " (" + ::strsignal(info.si_status) + ")";
}

/// Not reaped: until then the number of the process, and of its group, is not given to another one.
bool ChildProcess::ended_within(double seconds) {
  const Steady::time_point begin = Steady::now();
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0) return true;
    if (seconds_since(begin) >= seconds) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void ChildProcess::kill_group() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  set_group_to_kill(0);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
}

bool ChildProcess::readable(double seconds) const {
  pollfd wanted{out_, POLLIN, 0};
  return ::poll(&wanted, 1, static_cast<int>(std::max(0.0, seconds) * 1000) + (seconds > 0 ? 1 : 0)) > 0;
}

}  // namespace bcd
