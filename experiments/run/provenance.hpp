// Where a run comes from: program, compiler, machine.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bcd {

/// Hash of the sources of algorithms/, datasets/ and experiments/ as they were when the program was built: a change of text or
/// pictures keeps finished runs, a change of code does not.
const std::string& code_version();

/// Version, commit, sources, compiler, flags, Eigen, processor, threads and why so many, memory, system, the machine's load when
/// the program began, UTC date, warnings (a debug build, a busy machine).
nlohmann::json provenance();

}  // namespace bcd
