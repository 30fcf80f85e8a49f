// The cost of reaching a goal.
#pragma once

#include <string>

#include "results/record.hpp"

namespace bcd {

/// The entry of column `cost` in the first row whose `metric` is at most `target` (at least, if not `lower`): a first hitting
/// time on the recorded iterations, without interpolation. Infinity if no row is that good, NaN if the trace has no column
/// `cost`.
double cost_to_target(const Trace& trace, const std::string& metric, double target, bool lower, const std::string& cost);

}  // namespace bcd
