// A performance profile as a chart. It is no kind that an experiment file can ask for: its data are a comparison, not runs.
#pragma once

#include "plots/chart.hpp"
#include "results/compare/comparison.hpp"

namespace bcd {

/// Per variant the share of the problems on which it reaches the target within tau times the best variant's cost: a step
/// function. Its left end says how often the variant is the best; what is missing to 1 at the right end never got there.
/// x_label: what tau is relative to.
Chart profile_chart(const Profile& profile, const std::string& title, const std::string& x_label);

}  // namespace bcd
