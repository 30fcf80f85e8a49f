// What can be said of the formulas of a file before anything is run: signs that are none of theirs, promises that hold anyway.
#pragma once

#include "experiments/experiment.hpp"

namespace bcd {

/// Throws UsageError with the column of the first sign of people's mathematics that formulas write otherwise, such as ≤.
void require_plain_signs(const std::string& formula);

/// Whether a promise holds along random numbers too: columns of random size, steps and norms of random points. Then it says
/// nothing of a method. `constants`: the numbers that its formulas may name.
bool holds_anyway(const OwnPromise& own, const std::vector<OwnMetric>& metrics, const std::map<std::string, double>& constants);

/// Marks the claims whose promises hold anyway with the parameters of every run: they are no evidence.
void mark_promises_that_hold_anyway(Experiment& experiment);

}  // namespace bcd
