// Ctrl-C (SIGINT), SIGTERM, SIGHUP and SIGXCPU (ulimit -t): the first one asks the runs to stop after the present iteration and to
// clean up, the second one ends the program.
#pragma once

#include <sys/types.h>

#include <array>
#include <csignal>

namespace bcd {

inline constexpr std::array kInterrupts = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};

/// Catches the signals above as long as it lives, then restores what was there. A guard within another one, and that of a
/// process forked from one, changes nothing: a signal that came before is not forgotten. SIGHUP stays ignored where it was
/// (nohup).
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();
  bool asked() const;

 private:
  const bool outermost_;
  std::array<struct sigaction, kInterrupts.size()> before_{};
};

/// Has one of the signals come since the outermost guard began? For those who wait within an iteration, too.
bool interrupt_asked();
/// The first that came (0: none), and how many have come.
int interrupt_signal();
int interrupt_count();

/// For a program that passes the signals on to others and must outlive them: the second signal is counted like the first.
void interrupts_are_passed_on(bool passed_on);
/// The process group that the second signal kills before it ends the program; 0: none.
void set_group_to_kill(pid_t group);
/// The folder that it removes then; null: none.
void set_folder_to_remove(const char* path);
/// Both, at once; for signal handlers.
void clean_up_at_once();

}  // namespace bcd
