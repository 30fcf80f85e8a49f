// Hypotheses first: a claim that builds on others is judged only where these are true.
#pragma once

#include <string>
#include <vector>

#include "experiments/experiment.hpp"
#include "results/claim.hpp"

namespace bcd {

/// Throws UsageError where a hypothesis is no claim of the file or of the committed reference, or leads back to its own claim.
void check_hypotheses(const std::vector<Claim>& claims, const std::string& place);

/// Throws UsageError with the ids where hypotheses lead in a circle, whichever files the rows come from.
void refuse_circles(const std::vector<ClaimRow>& rows);

/// Makes each row "not applicable" that has a hypothesis which is not true, and names it. A hypothesis that is not among the rows,
/// or was not run, is taken from the committed reference.
void settle_hypotheses(const std::vector<ClaimRow*>& rows);

}  // namespace bcd
