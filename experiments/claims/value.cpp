// Claims of kind "value": a number of the runs against a limit.
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_value(Case& c) {
  const bool below = c.text("op") == "<";
  const double middle = summarise(c, below ? kUnbounded : -kUnbounded), limit = c.number("value", 0);
  c.row.reported = c.has("reported") ? shown(c.number("reported", 0)) : "";
  c.row.verdict = compare(middle, c.text("op"), limit) ? verdict::holds : verdict::violated;
  c.row.measured += " (" + c.text("op") + " " + shown(limit) + ")";
  if (!c.has("share")) return;
  int wins = 0;
  for (const RunRecord* run : c.runs) {
    const double x = value_of(c, *run);
    if (compare(x, c.text("op"), limit))
      ++wins;
    else
      c.row.evidence += "; " + run_name(*run) + ": " + (std::isnan(x) ? run->status : shown(x));
  }
  const auto n = static_cast<int>(c.runs.size());
  c.row.measured += " in " + std::to_string(wins) + " of " + std::to_string(n) + " runs, " + exact_interval(wins, n);
  c.row.verdict = wins >= c.number("share", 1) * n - 1e-9 ? verdict::holds : verdict::violated;
}

}  // namespace

ClaimKind value_kind() {
  return {"value",
          "the median over the seeds is `op` `value`; with `share`: at least that share of the runs are",
          {metric_key(),
           op_key(),
           {"value", ClaimKey::Type::number, ClaimKey::Need::required, "the limit"},
           at_key(),
           {"reported", ClaimKey::Type::number, ClaimKey::Need::optional, "the paper's number, for the table"},
           share_key(),
           statistic_key()},
          judge_value,
          true,
          check_share};
}

}  // namespace bcd
