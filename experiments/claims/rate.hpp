// Claims of kind "rate": what the laboratory of results/rates finds in the runs, against what a paper says.
#pragma once

#include <vector>

#include "experiments/claims/words.hpp"
#include "experiments/experiment.hpp"
#include "results/claim.hpp"
#include "results/record.hpp"

namespace bcd {

/// What `assert` may say, and when a run decides it:
///   a1             A1 with j (default 1): violated if f rises over j steps; inconclusive where the constant shrinks or
///                  rounding hides it
///   constant       A1's constant, j = 1, is at least the last value of the trace's column `column`
///                  (a1, a2, theta, theorem41 and theorem42 take dist(0, df)^2 from `column`, default subgradient_norm2)
///   a2             A2 with alpha (default: as in rates::Options)
///   theta          the interval meets [low, high] (else violated) and is narrower than 0.2 (else inconclusive)
///   rate           `rate` = linear (or faster), sublinear, finite; where sublinear, p may be confined to [low, high]
///   root_rate      the same for the R-rate of f, Definition 2.5
///   finite_length  the sum of the steps
///   theorem41, theorem42
const std::vector<std::string>& rate_assertions();

/// Fills measured and evidence and returns the outcome. A run that does not have what the assertion needs is "not applicable"; so
/// is the claim if no run has. One run that contradicts refutes; else at least `share` of the others (default: more than half) must bear
/// the assertion out, or nothing is decided.
Outcome judge_rate(const Claim& claim, const std::vector<const RunRecord*>& runs, const rates::Options& options, ClaimRow& row);

}  // namespace bcd
