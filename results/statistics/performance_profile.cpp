#include "results/statistics/performance_profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bcd {

namespace {

double ratio(double cost, double best) {
  if (std::isinf(cost)) return cost;
  if (best == 0) return cost == 0 ? 1 : std::numeric_limits<double>::infinity();
  return cost / best;
}

}  // namespace

std::vector<std::vector<double>> performance_ratios(const std::vector<std::vector<double>>& costs) {
  std::vector<std::vector<double>> ratios = costs;
  for (std::size_t p = 0; !costs.empty() && p < costs.front().size(); ++p) {
    double best = std::numeric_limits<double>::infinity();
    for (const std::vector<double>& solver : costs) best = std::min(best, solver[p]);
    for (std::vector<double>& solver : ratios) solver[p] = ratio(solver[p], best);
  }
  return ratios;
}

double share_within(const std::vector<double>& ratios, double tau) {
  const auto within = std::count_if(ratios.begin(), ratios.end(), [&](double r) { return r <= tau; });
  return static_cast<double>(within) / static_cast<double>(ratios.size());
}

}  // namespace bcd
