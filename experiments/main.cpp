// The program. Everything it can do is a verb of experiments/cli/cli.hpp.
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <string_view>

#include "algorithms/core/types.hpp"
#include "experiments/cli/cli.hpp"
#include "experiments/run/records.hpp"

namespace {

/// Every file is written under a temporary name and renamed, so leaving at once loses only the run in progress.
extern "C" void leave_at_once(int) {
  constexpr std::string_view message = "\nbcdbench: interrupted; the records of finished runs are kept\n";
  (void)!write(STDERR_FILENO, message.data(), message.size());
  _exit(bcd::kInterrupted);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, leave_at_once);
  try {
    return bcd::run_command_line({argv + 1, argv + argc});
  } catch (const bcd::UsageError& e) {
    std::cerr << "bcdbench: " << e.what() << "\n";
    return bcd::kMisuse;
  } catch (const bcd::Interrupted& e) {
    std::cerr << "\nbcdbench: " << e.what() << "\n";
    return bcd::kInterrupted;
  } catch (const std::exception& e) {
    std::cerr << "bcdbench: internal error: " << e.what() << "\n";
    return bcd::kInternalError;
  }
}
