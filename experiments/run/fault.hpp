// What the program's surroundings can do wrong, as one sentence: the same wherever it surfaces.
#pragma once

#include <exception>
#include <string>

namespace bcd {

/// "FILE: Permission denied", "out of memory; ...": for what comes from files, memory or the system. Empty for everything else,
/// which is a fault of the program.
std::string surroundings_fault(const std::exception& e);

}  // namespace bcd
