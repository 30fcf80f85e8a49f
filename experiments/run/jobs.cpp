#include "experiments/run/jobs.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <system_error>

#include "experiments/run/allowed_threads.hpp"
#include "experiments/run/exit_code.hpp"
#include "experiments/run/fault.hpp"
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

/// The parent sleeps with these signals blocked everywhere else, so that none comes between a look and the sleep. SIGCHLD needs
/// a handler to end the sleep.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : kInterrupts) sigaddset(&blocked, signal);
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &blocked, &open_);
    struct sigaction wake {};
    wake.sa_handler = [](int) {};
    sigaction(SIGCHLD, &wake, &child_before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { restore(); }

  void restore() const {
    sigaction(SIGCHLD, &child_before_, nullptr);
    sigprocmask(SIG_SETMASK, &open_, nullptr);
  }
  void sleep() const { sigsuspend(&open_); }

 private:
  sigset_t open_{};
  struct sigaction child_before_ {};
};

/// The life of a child. Its own process group: Ctrl-C on the terminal reaches the parent alone, which passes it on. It keeps the
/// parent's guard, so that a signal counts from its first moment on, also while the data is loaded.
[[noreturn]] void live(const PlannedRun& planned, const RunOptions& options, int pipe, pid_t parent,
                       const BlockedSignals& blocked) {
  setpgid(0, 0);
  interrupts_are_passed_on(false);
  blocked.restore();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kInternalError);  // the parent died before the line above
  use_threads(threads_in_use(), options.jobs);
  try {
    _exit(make_run(planned, options).status == "Interrupted" ? kSignalled + interrupt_signal() : kAllWell);
  } catch (const UsageError& e) {
    say(pipe, e.what());
    _exit(kMisuse);
  } catch (const std::exception& e) {
    const std::string fault = surroundings_fault(e);
    say(pipe, fault.empty() ? e.what() : fault);
    _exit(fault.empty() ? kInternalError : kMisuse);
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
    interrupts_are_passed_on(true);
  }
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() { interrupts_are_passed_on(false); }

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
      live(planned, options_, ends[1], parent, blocked_);
    }
    close(ends[1]);
    running_[child] = {&planned, run_id(planned, options_), label, ends[0]};
  }

  /// Waits until one run has ended, passing signals on.
  void wait_for_one() {
    int status = 0;
    pid_t child = 0;
    while ((child = waitpid(-1, &status, WNOHANG)) == 0) {
      pass_on();
      blocked_.sleep();
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
  /// The first signal stops the runs, the second ends them at once, the third leaves them no choice.
  void pass_on() {
    for (; passed_on_ < interrupt_count(); ++passed_on_)
      for (const auto& [process, job] : running_) kill(process, passed_on_ < 2 ? interrupt_signal() : SIGKILL);
  }

  RunRecord outcome(const Job& job, int status, const std::string& message) const {
    if (WIFEXITED(status) && WEXITSTATUS(status) == kAllWell) return read_record(options_.out / "runs" / (job.id + ".json"));
    RunRecord record;
    record.id = job.id;
    record.config = job.planned->config;
    record.status = "Failed";
    if (WIFSIGNALED(status)) {
      record.reason =
          std::string("its process was ended by the signal '") + strsignal(WTERMSIG(status)) + "'; it has no record";
    } else if (WEXITSTATUS(status) > kSignalled) {
      if (interrupt_asked()) record.status = "Interrupted";  // else the signal was for this process alone: its time was up
      record.reason = std::string("stopped by the signal '") + strsignal(WEXITSTATUS(status) - kSignalled) + "'";
    } else {
      record.reason = "internal error: " + message;
    }
    return record;
  }

  RunOptions options_;
  ProgressReporter& reporter_;
  InterruptGuard interrupt_;
  BlockedSignals blocked_;
  int passed_on_ = 0;
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
