#pragma once

namespace bcd {

/// Exit codes of the program, and of the processes of run --jobs. An internal error (a bug) is told apart from misuse.
enum ExitCode : int { kAllWell = 0, kCheckFailed = 1, kMisuse = 2, kInternalError = 3, kInterrupted = 130 };

}  // namespace bcd
