// Performance profiles: E. D. Dolan, J. J. More, Benchmarking optimization software with performance profiles, 2002.
#pragma once

#include <vector>

namespace bcd {

/// ratio[s][p] = cost[s][p] / min_s cost[s][p] for solver s on problem p; costs >= 0, infinite where the solver missed its
/// goal. A problem that nobody solved has infinite ratios only: it stays in the count.
std::vector<std::vector<double>> performance_ratios(const std::vector<std::vector<double>>& costs);

/// rho(tau): the share of the problems that a solver with these ratios solves within tau times the best solver's cost.
double share_within(const std::vector<double>& ratios, double tau);

}  // namespace bcd
