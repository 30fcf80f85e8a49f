#pragma once

namespace bcd {

/// Exit codes of the program, and of the processes of run --jobs. An internal error (a bug) is told apart from misuse.
/// kSignalled: plus the number of the signal that ended it, as shells say (130: Ctrl-C).
enum ExitCode : int { kAllWell = 0, kCheckFailed = 1, kMisuse = 2, kInternalError = 3, kSignalled = 128 };

}  // namespace bcd
