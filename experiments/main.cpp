// The program. Everything it can do is a verb of experiments/cli/cli.hpp.
#include <unistd.h>

#include <csignal>
#include <string_view>

#include "experiments/cli/cli.hpp"
#include "experiments/cli/surroundings.hpp"
#include "experiments/run/exit_code.hpp"
#include "experiments/run/interrupt.hpp"

namespace {

/// Every file is written under a temporary name and renamed, so leaving at once loses only the run in progress.
extern "C" void leave_at_once(int signal) {
  constexpr std::string_view message = "\nbcdbench: interrupted; the records of finished runs are kept\n";
  (void)!write(STDERR_FILENO, message.data(), message.size());
  bcd::clean_up_at_once();
  _exit(bcd::kSignalled + signal);
}

}  // namespace

int main(int argc, char** argv) {
  bcd::settle();
  for (const int signal : bcd::kInterrupts)
    if (std::signal(signal, leave_at_once) == SIG_IGN && signal == SIGHUP) std::signal(signal, SIG_IGN);  // nohup
  return bcd::ended_well([&] { return bcd::run_command_line({argv + 1, argv + argc}); });
}
