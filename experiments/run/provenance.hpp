// Where a run comes from: program, compiler, machine.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bcd {

/// Hash of the sources of algorithms/, datasets/ and experiments/ as they were when the program was built: a change of text or
/// pictures keeps finished runs, a change of code does not.
const std::string& code_version();

/// Version, commit, sources, compiler, flags, Eigen, processor, threads, memory, system, UTC date, warnings (a debug build).
nlohmann::json provenance();

}  // namespace bcd
