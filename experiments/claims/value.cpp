// Claims of kind "value": a number of the runs against a limit.
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_value(Case& c) {
  const bool below = c.text("op") == "<";
  const double limit = c.number("value", 0);
  const Summary seeds = summarise(c, below ? kInfinity : -kInfinity);
  c.row.reported = c.has("reported") ? shown(c.number("reported", 0)) : "";
  c.row.measured += " (" + c.text("op") + " " + shown(limit) + ")";
  int wins = 0;
  for (const RunRecord* run : c.runs) {
    const double x = value_of(c, *run);
    if (compare(x, c.text("op"), limit))
      ++wins;
    else if (c.runs.size() > 1)
      c.row.evidence += "; " + run_name(*run) + ": " + (std::isnan(x) ? run->status : shown(x));
  }
  const auto n = static_cast<int>(c.runs.size());
  if (n > 1 || c.has("share")) c.row.measured += " in " + std::to_string(wins) + " of " + std::to_string(n) + " runs";
  if (c.has("share")) {
    c.row.measured += ", " + exact_interval(wins, n);
    c.outcome = judge_share(wins, n, c.number("share", 1));
  } else {
    c.outcome = wins == n ? Outcome::holds : wins == 0 ? Outcome::violated : Outcome::inconclusive;
  }
  // A limit that every run meets by decades says so: whoever reads the row sees how little it asks.
  if (const double ratio = below ? limit / seeds.high : seeds.low / limit; wins == n && ratio >= 10 && std::isfinite(ratio))
    c.row.measured += ", " + looseness(ratio, "the limit");
}

}  // namespace

ClaimKind value_kind() {
  return {
      "value",
      "every run is `op` `value` (fails where none is, between the two not decided); with `share`: at least that share of the runs are",
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
