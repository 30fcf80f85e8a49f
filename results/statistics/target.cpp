#include "results/statistics/target.hpp"

#include <limits>

namespace bcd {

double cost_to_target(const Trace& trace, const std::string& metric, double target, bool lower, const std::string& cost) {
  const int m = trace.index(metric), c = trace.index(cost);
  for (const std::vector<double>& row : trace.rows) {
    if (m < 0) break;
    const double value = row[static_cast<std::size_t>(m)];  // NaN (not measured in this row) reaches nothing
    if (lower ? value <= target : value >= target)
      return c < 0 ? std::numeric_limits<double>::quiet_NaN() : row[static_cast<std::size_t>(c)];
  }
  if (c < 0 && !trace.rows.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::numeric_limits<double>::infinity();
}

}  // namespace bcd
