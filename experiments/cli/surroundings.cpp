#include "experiments/cli/surroundings.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "experiments/run/exit_code.hpp"
#include "experiments/run/fault.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/records.hpp"

namespace bcd {
namespace {

void say(const std::string& message) { std::cerr << "bcdbench: " << printable(message, true) << "\n"; }

bool reader_went_away() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

/// The exit code once everything has left the program.
int written(int code) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::cout && std::ferror(stdout) == 0) return code;
  if (reader_went_away()) return code;
  say("standard output could not be written; is the disk full, or standard output closed?");
  return kMisuse;
}

}  // namespace

void settle() {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(standard, F_GETFD) < 0)
      // The lowest free number, which is this one. Standard output: only for reading, so that writing to it stays an error.
      (void)!::open("/dev/null", standard == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away does not end a run; what it is not told is lost
}

int ended_well(const std::function<int()>& program) {
  try {
    return written(program());
  } catch (const UsageError& e) {
    say(e.what());
    return kMisuse;
  } catch (const Interrupted& e) {
    std::cerr << "\n";
    say(e.what());
    return kSignalled + interrupt_signal();
  } catch (const std::exception& e) {
    const std::string fault = surroundings_fault(e);
    say(fault.empty() ? std::string("internal error: ") + e.what() : fault);
    return fault.empty() ? kInternalError : kMisuse;
  }
}

}  // namespace bcd
