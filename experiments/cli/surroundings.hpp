// The program as a process: its standard files, its limits, and how it ends.
#pragma once

#include <functional>

namespace bcd {

/// To be called first. Standard files that the caller has closed get a place holder, so that no file of the program takes their
/// numbers; a file past its largest size is an error of the write, not a signal.
void settle();

/// Runs the program; whatever it throws becomes one sentence on standard error and an exit code. Output that could not be
/// written (a full disk, a closed standard output) is misuse too; a reader that went away (head) is not.
int ended_well(const std::function<int()>& program);

}  // namespace bcd
