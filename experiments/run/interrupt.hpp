// Ctrl-C during a run: the first one asks the runner to stop after the present iteration, the second one ends the program.
#pragma once

#include <csignal>

namespace bcd {

/// Catches SIGINT as long as it lives, then restores what was there.
class InterruptGuard {
 public:
  InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  ~InterruptGuard();
  bool asked() const;

 private:
  struct sigaction before_ {};
};

/// Has Ctrl-C been pressed during the run that the last guard belongs to? For those who wait within an iteration.
bool interrupt_asked();

}  // namespace bcd
