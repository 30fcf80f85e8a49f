// Where a run comes from: program, compiler, machine.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace bcd {

/// Version, commit, sources, compiler, flags, Eigen, processor, threads and why so many, memory, system, the machine's load when
/// the program began, UTC date, warnings (a debug build, a busy machine).
nlohmann::json provenance();

}  // namespace bcd
