#include "experiments/run/jobs.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <system_error>

#include "algorithms/core/parallel.hpp"
#include "experiments/run/exit_code.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {
namespace {

/// A run being run: the process, and the end of the pipe on which it says what is wrong.
struct Job {
  const PlannedRun* planned = nullptr;
  std::string id, label;
  int messages = -1;
};

void say(int pipe, const std::string& message) {
  if (write(pipe, message.data(), message.size()) < 0) _exit(kInternalError);
}

/// The life of a child. Its own process group: Ctrl-C on the terminal reaches the parent alone, which passes it on once.
[[noreturn]] void live(const PlannedRun& planned, const RunOptions& options, int pipe, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kInternalError);  // the parent died before the line above
  set_threads(std::max(1, threads() / options.jobs));
  try {
    _exit(make_run(planned, options).status == "Interrupted" ? kInterrupted : kAllWell);
  } catch (const UsageError& e) {
    say(pipe, e.what());
    _exit(kMisuse);
  } catch (const std::exception& e) {
    say(pipe, e.what());
    _exit(kInternalError);
  }
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[1024];
  ssize_t count = 0;
  while ((count = read(pipe, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(count));
  close(pipe);
  return text;
}

class Jobs {
 public:
  Jobs(const RunOptions& options, ProgressReporter& reporter) : options_(options), reporter_(reporter) {
    options_.progress = nullptr;
  }

  bool full() const { return static_cast<int>(running_.size()) >= options_.jobs; }
  bool idle() const { return running_.empty(); }
  bool stopping() const { return interrupt_.asked() || !misuse_.empty(); }

  void begin(const PlannedRun& planned, const std::string& label) {
    int ends[2];
    if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    std::cout.flush();
    const pid_t parent = getpid(), child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
      close(ends[0]);
      live(planned, options_, ends[1], parent);
    }
    close(ends[1]);
    running_[child] = {&planned, run_id(planned, options_), label, ends[0]};
  }

  /// Waits until one run has ended, passing Ctrl-C on.
  void wait_for_one() {
    int status = 0;
    const pid_t child = waitpid(-1, &status, 0);
    if (child < 0 && errno == EINTR) {
      if (interrupt_.asked())
        for (const auto& [process, job] : running_) kill(process, SIGINT);
      return;
    }
    const auto at = running_.find(child);
    if (at == running_.end()) return;
    const Job job = at->second;
    running_.erase(at);
    const std::string message = read_all(job.messages);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kMisuse) {
      misuse_ = message;
      return;
    }
    const RunRecord& record = records_[job.id] = outcome(job, status, message);
    reporter_.skip(job.label, record.status + ", " + record.reason);
  }

  std::map<std::string, RunRecord> take() {
    if (!misuse_.empty()) throw UsageError(misuse_);
    return std::move(records_);
  }

 private:
  RunRecord outcome(const Job& job, int status, const std::string& message) const {
    if (WIFEXITED(status) && WEXITSTATUS(status) == kAllWell) return read_record(options_.out / "runs" / (job.id + ".json"));
    RunRecord record;
    record.id = job.id;
    record.config = job.planned->config;
    record.status = "Failed";
    if (WIFSIGNALED(status)) {
      record.reason =
          std::string("its process was ended by the signal '") + strsignal(WTERMSIG(status)) + "'; it has no record";
    } else if (WEXITSTATUS(status) == kInterrupted) {
      record.status = "Interrupted";
      record.reason = "stopped by Ctrl-C";
    } else {
      record.reason = "internal error: " + message;
    }
    return record;
  }

  RunOptions options_;
  ProgressReporter& reporter_;
  InterruptGuard interrupt_;
  std::map<pid_t, Job> running_;
  std::map<std::string, RunRecord> records_;
  std::string misuse_;
};

}  // namespace

std::map<std::string, RunRecord> run_side_by_side(const std::vector<const PlannedRun*>& runs, const RunOptions& options,
                                                  ProgressReporter& reporter) {
  Jobs jobs(options, reporter);
  for (std::size_t i = 0; i < runs.size() && !jobs.stopping();) {
    if (jobs.full()) {
      jobs.wait_for_one();
      continue;
    }
    const std::string label = "[" + std::to_string(i + 1) + "/" + std::to_string(runs.size()) + "] " + runs[i]->label();
    jobs.begin(*runs[i++], label);
  }
  while (!jobs.idle()) jobs.wait_for_one();
  return jobs.take();
}

}  // namespace bcd
