// The error of a caller.
#pragma once

#include <stdexcept>

namespace bcd {

/// Misuse by the caller: a wrong option, key, range, file or combination. The program prints the message and exits with 2.
/// The text says what is wrong, where, and what to do.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace bcd
