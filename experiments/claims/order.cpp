// Claims of kind "order": one variant against another, seed by seed.
#include <algorithm>
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

/// Whether the claim sets runs against an iteration that was not measured: nothing is decided then.
bool lacks_baseline_at(const Case& c) {
  return c.has("baseline_at") && std::any_of(c.baselines.begin(), c.baselines.end(), [&](const RunRecord* run) {
           return run->status != status::diverged && std::isnan(value_of(c, *run, c.claim.number.at("baseline_at")));
         });
}

void judge_order(Case& c) {
  if (lacks_baseline_at(c)) {
    c.outcome = Outcome::inconclusive;
    c.row.evidence = c.text("metric") + " was not measured at iteration " + shown(c.claim.number.at("baseline_at"));
    return;
  }
  int common = 0, wins = 0;
  std::string lost;
  // A run that diverged bears nothing out; as a baseline it is the worst that the metric knows.
  const double bad = c.text("op") == "<" ? kInfinity : -kInfinity;
  const double worst = lower_is_better(c.text("metric")) ? kInfinity : -kInfinity;
  const auto known = [](double x, double otherwise) { return std::isnan(x) ? otherwise : x; };
  const double factor = c.number("factor", 1);
  const auto reference = [&](const RunRecord& other) {
    return factor * (c.has("baseline_at") ? value_of(c, other, c.claim.number.at("baseline_at")) : value_of(c, other));
  };
  for (const RunRecord* run : c.runs)
    for (const RunRecord* other : c.baselines) {
      if (run->seed() != other->seed()) continue;
      ++common;
      const double ours = known(value_of(c, *run), bad), theirs = known(reference(*other), worst);
      if (compare(ours, c.text("op"), theirs))
        ++wins;
      else
        lost += " seed " + std::to_string(run->seed()) + ": " + shown(ours) + " against " + shown(theirs) + ";";
    }
  c.row.measured = std::to_string(wins) + " of " + std::to_string(common) + " seeds";
  if (common > 0 && (c.has("share") || wins < common)) c.row.measured += ", " + exact_interval(wins, common);
  // Without a share every seed has to agree, and only a minority that is beyond chance refutes.
  const Outcome majority = judge_share(wins, common, 0.5);
  c.outcome = c.has("share")                                ? judge_share(wins, common, c.number("share", 1))
              : majority == Outcome::holds && wins < common ? Outcome::inconclusive
                                                            : majority;
  c.row.evidence = c.quantity() + " " + c.text("op") + " " + (factor == 1 ? "" : shown(factor) + " times ") + "that of " +
                   c.text("baseline") +
                   (c.has("baseline_at") ? " at iteration " + shown(c.claim.number.at("baseline_at")) : "") + ";" + lost + " " +
                   record_ids(c.runs);
}

void check(const Claim& claim, const std::string& place) {
  check_share(claim, place);
  check_one_variant(claim, place);
}

}  // namespace

ClaimKind order_kind() {
  return {
      "order",
      "the one variant is `op` `factor` times `baseline` on every common seed (fails where it is on less than half, beyond chance), or on at least the share `share` of them",
      {metric_key(),
       op_key(),
       baseline_key(),
       at_key(),
       {"baseline_at", ClaimKey::Type::number, ClaimKey::Need::optional,
        "the baseline's iteration, if another; the baseline may then be the variant itself"},
       {"factor", ClaimKey::Type::number, ClaimKey::Need::optional, "default 1"},
       share_key(),
       statistic_key()},
      judge_order,
      true,
      check};
}

}  // namespace bcd
