// The claims of an experiment file: [[claim]] tables, one by one or several that share keys, and [[promises]], all of a plugin's
// promises at once.
#pragma once

#include <vector>

#include "experiments/experiment.hpp"
#include "experiments/toml/section.hpp"

namespace bcd {

/// Every claim of the file, in the file's order: first the promises. The keys of each kind are those of claim_kinds(). `paper` is
/// the file's; who speaks, where a claim does not say it, is the paper, or without one (kNoPaper) the file's author. What the
/// reference expects is taken as it is at `scale`.
std::vector<Claim> read_claims(Section& document, const std::vector<std::string>& variants, const std::string& paper,
                               const std::string& scale);

/// One [[claim]] table.
Claim read_claim(Section section, const std::vector<std::string>& variants, const std::string& paper);

/// UsageError unless every label is one of `variants`.
void check_labels(const Section& section, const std::vector<std::string>& labels, const std::vector<std::string>& variants);

}  // namespace bcd
