// What refutes a claim, in numbers that a person can check by hand, with the command that makes them again.
#pragma once

#include <string>

#include "experiments/run/lookup.hpp"

namespace bcd {

/// The text of one claim, of the first of the experiments (ids, files) that has it: from its study, or from records on the shelf.
/// Throws UsageError in one sentence for a claim that is unknown, that nothing refutes, or whose runs are missing.
std::string counterexample_text(const std::string& claim, const std::vector<std::string>& experiments, const std::string& scale,
                                const Shelf& shelf);

}  // namespace bcd
