#include "experiments/run/interrupt.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>

#include "experiments/run/exit_code.hpp"

namespace bcd {

namespace {

volatile std::sig_atomic_t g_first = 0, g_count = 0, g_passed_on = 0;
std::atomic<pid_t> g_group = 0;
static_assert(std::atomic<pid_t>::is_always_lock_free);
char g_folder[PATH_MAX] = "";
std::atomic<bool> g_has_folder = false;
int g_guards = 0;

/// Waits for a child that has been killed or is about to end.
void wait_for(pid_t child) {
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
}

void ask(int signal) {
  if (signal == SIGXCPU && g_first == SIGXCPU) return;  // comes again every second
  if (g_first == 0) g_first = signal;
  g_count = g_count + 1;
  if (g_count < 2 || g_passed_on) return;
  clean_up_at_once();
  _exit(kSignalled + signal);
}

}  // namespace

InterruptGuard::InterruptGuard() : outermost_(g_guards++ == 0) {
  if (!outermost_) return;
  g_first = 0;
  g_count = 0;
  struct sigaction action {};
  action.sa_handler = ask;
  action.sa_flags = SA_RESTART;
  for (const int signal : kInterrupts) sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < kInterrupts.size(); ++i) {
    sigaction(kInterrupts[i], nullptr, &before_[i]);
    if (kInterrupts[i] != SIGHUP || before_[i].sa_handler != SIG_IGN) sigaction(kInterrupts[i], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  --g_guards;
  if (!outermost_) return;
  for (std::size_t i = 0; i < kInterrupts.size(); ++i) sigaction(kInterrupts[i], &before_[i], nullptr);
}

bool InterruptGuard::asked() const { return interrupt_asked(); }

bool interrupt_asked() { return g_count != 0; }
int interrupt_signal() { return g_first; }
int interrupt_count() { return g_count; }

void interrupts_are_passed_on(bool passed_on) { g_passed_on = passed_on; }
void set_group_to_kill(pid_t group) { g_group = group; }

void set_folder_to_remove(const char* path) {
  g_has_folder = false;
  if (path == nullptr || std::strlen(path) >= sizeof g_folder) return;
  std::strcpy(g_folder, path);
  g_has_folder = true;
}

/// Only calls that are safe in a handler: vfork takes no locks, unlike fork.
void clean_up_at_once() {
  if (const pid_t group = g_group; group > 0) {
    kill(-group, SIGKILL);
    wait_for(group);
  }
  if (!g_has_folder) return;
  static char name[] = "rm", options[] = "-rf", end_of_options[] = "--";
  static char* const arguments[] = {name, options, end_of_options, g_folder, nullptr};
  static char* const environment[] = {nullptr};
  const pid_t child = vfork();
  if (child == 0) {
    execve("/bin/rm", arguments, environment);
    _exit(127);
  }
  if (child > 0) wait_for(child);
}

}  // namespace bcd
