// Claims of kind "same": two variants make the same trace, up to a factor.
#include <algorithm>
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

/// |a - expected| relative to expected; infinite where one of them is not a number.
double relative_difference(double a, double expected) {
  if (a == expected) return 0;
  const double difference = std::abs(a - expected) / std::max(std::abs(expected), std::numeric_limits<double>::min());
  return std::isnan(difference) ? kInfinity : difference;
}

void judge_same(Case& c) {
  const double factor = c.number("factor", 1), tolerance = c.number("tolerance", 0);
  double worst = 0;
  int rows = 0, apart = 0;
  std::string where = "no common seed";
  for (const RunRecord* run : c.runs)
    for (const RunRecord* other : c.baselines) {
      if (run->seed() != other->seed()) continue;
      const std::vector<double> a = run->trace.column(c.text("metric")), b = other->trace.column(c.text("metric"));
      if (a.size() != b.size() || a.empty())
        worst = kInfinity, where = "traces of different length, seed " + std::to_string(run->seed());
      for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;  // neither was measured at this iteration
        if ((std::isnan(a[i]) || std::isnan(b[i])) && run->status != status::diverged && other->status != status::diverged) {
          ++apart;  // nobody knows how far
          continue;
        }
        const double difference = relative_difference(a[i], factor * b[i]);
        ++rows;
        if (difference >= worst)
          worst = difference, where = "iteration " + std::to_string(i) + ", seed " + std::to_string(run->seed());
      }
    }
  c.row.measured = "largest relative difference " + shown(worst) + " (<= " + shown(tolerance) + ")";
  c.outcome = !(worst <= tolerance) ? Outcome::violated : rows == 0 || apart > 0 ? Outcome::inconclusive : Outcome::holds;
  c.row.evidence = std::to_string(rows) + " values of " + c.text("metric") + " compared; largest at " + where + "; " +
                   (apart > 0 ? std::to_string(apart) + " measured in one of the two runs only; " : "") + record_ids(c.runs);
}

}  // namespace

ClaimKind same_kind() {
  return {"same",
          "the one variant's trace is `factor` times that of `baseline`, to `tolerance`, at every iteration and common seed",
          {metric_key(),
           baseline_key(),
           {"tolerance", ClaimKey::Type::number, ClaimKey::Need::required, "the largest relative difference"},
           {"factor", ClaimKey::Type::number, ClaimKey::Need::optional, "default 1"}},
          judge_same,
          true,
          check_one_variant};
}

}  // namespace bcd
