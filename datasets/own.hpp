// Data that a plugin library brings, as a source of the registry.
#pragma once

#include "algorithms/core/own_data.hpp"
#include "datasets/source.hpp"

namespace bcd {

/// Throws UsageError if the name is not snake case, or something is missing.
Source own_source(const OwnData& own);
/// What is wrong with loaded samples, a sentence; empty: nothing.
std::string samples_fault(const OwnSamples& samples);

}  // namespace bcd
