#include "experiments/run/interrupt.hpp"

namespace bcd {

namespace {
volatile std::sig_atomic_t g_asked = 0;
void ask(int) { g_asked = 1; }
}  // namespace

InterruptGuard::InterruptGuard() {
  g_asked = 0;
  struct sigaction action {};
  action.sa_handler = ask;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second Ctrl-C has its usual effect
  sigaction(SIGINT, &action, &before_);
}

InterruptGuard::~InterruptGuard() { sigaction(SIGINT, &before_, nullptr); }

bool InterruptGuard::asked() const { return interrupt_asked(); }

bool interrupt_asked() { return g_asked != 0; }

}  // namespace bcd
