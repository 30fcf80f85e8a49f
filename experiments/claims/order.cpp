// Claims of kind "order": one variant against another, seed by seed.
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_order(Case& c) {
  int common = 0, wins = 0;
  std::string lost;
  // A run without a value is on the bad side, whichever it is.
  const double bad = c.text("op") == "<" ? kUnbounded : -kUnbounded;
  const auto known = [&](double x) { return std::isnan(x) ? bad : x; };
  for (const RunRecord* run : c.runs)
    for (const RunRecord* other : c.baselines) {
      if (run->seed() != other->seed()) continue;
      ++common;
      const double ours = known(value_of(c, *run)), theirs = known(value_of(c, *other));
      if (compare(ours, c.text("op"), theirs))
        ++wins;
      else
        lost += " seed " + std::to_string(run->seed()) + ": " + shown(ours) + " against " + shown(theirs) + ";";
    }
  c.row.measured = std::to_string(wins) + " of " + std::to_string(common) + " seeds";
  if (c.has("share") && common > 0) c.row.measured += ", " + exact_interval(wins, common);
  c.row.verdict = common == 0                                    ? verdict::not_run
                  : wins >= c.number("share", 1) * common - 1e-9 ? verdict::holds
                                                                 : verdict::violated;
  c.row.evidence = c.quantity() + " " + c.text("op") + " that of " + c.text("baseline") + ";" + lost + " " + record_ids(c.runs);
}

void check(const Claim& claim, const std::string& place) {
  check_share(claim, place);
  check_one_variant(claim, place);
}

}  // namespace

ClaimKind order_kind() {
  return {"order",
          "the one variant is `op` `baseline` on every common seed, or on at least the share `share` of them",
          {metric_key(), op_key(), baseline_key(), at_key(), share_key(), statistic_key()},
          judge_order,
          true,
          check};
}

}  // namespace bcd
