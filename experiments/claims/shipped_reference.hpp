// What the shipped claims are expected to say: the committed reference of all papers, compiled into the program.
#pragma once

#include "results/reference.hpp"

namespace bcd {

/// The reference of one paper; an empty one where there is none yet.
Reference reference_of(const std::string& paper);
/// The reference's entry of a claim, or null.
const ReferenceClaim* find_reference(const std::string& claim);

}  // namespace bcd
