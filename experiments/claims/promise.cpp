// Claims of kind "promise": what the audits of the runs found.
#include <algorithm>

#include "algorithms/core/text.hpp"
#include "experiments/claims/kind.hpp"
#include "experiments/claims/verdict.hpp"

namespace bcd {

namespace {

/// Puts the record that decides before the others.
void decided_by(ClaimRow& row, const std::string& id) {
  const auto at = std::find(row.records.begin(), row.records.end(), id);
  if (at != row.records.end()) std::rotate(row.records.begin(), at, at + 1);
}

/// Both sides where they are kept, and what they are made of.
std::string sides_text(const PromiseResult& found) {
  if (found.first_terms.empty()) return "";
  std::string text = ": " + show(found.first_left, 10) + " against " + show(found.first_left + found.first_slack, 10);
  for (const auto& [name, value] : found.first_terms) text += ", " + name + " = " + show(value, 10);
  return text;
}

/// A right side that lies so far above the left bounds nothing.
constexpr double kNoBound = 1e100;

void judge_promise(Case& c) {
  std::int64_t checks = 0, violations = 0, unbounded = 0;
  double worst = kInfinity, nearest = 0;
  const RunRecord *tight = nullptr, *broken = nullptr;
  std::string first, unmet, open, tightest;
  std::size_t not_applicable = 0;
  for (const RunRecord* run : c.runs) {
    const auto it = std::find_if(run->promises.begin(), run->promises.end(),
                                 [&](const PromiseResult& r) { return r.promise.id == c.text("promise"); });
    if (it == run->promises.end()) {
      open = run_name(*run) + " did not audit the promise" + (run->reason.empty() ? "" : " (" + run->reason + ")");
      continue;
    }
    const Outcome found = recorded_outcome(it->verdict());
    if (found == Outcome::not_applicable) ++not_applicable, unmet = it->not_applicable;
    if (found == Outcome::inconclusive) open = it->inconclusive.empty() ? run_name(*run) + " made no check" : it->inconclusive;
    if (found == Outcome::not_applicable) continue;
    checks += it->checks;
    unbounded += it->unbounded;
    if (it->tightest != 0) nearest = nearest == 0 ? it->tightest : std::min(nearest, it->tightest);
    if (found == Outcome::holds && it->worst_slack > kNoBound)
      open = run_name(*run) + ": no bound, the right side lies " + shown(it->worst_slack) + " above the left one at best";
    if (found == Outcome::inconclusive && it->unbounded > 0 && it->inconclusive.empty())
      open = run_name(*run) + ": no bound, the right side is infinite";
    violations += it->violations;
    if (it->checks > 0 && it->worst_ratio < worst) {
      worst = it->worst_ratio;
      tight = run;
      tightest = "smallest slack " + shown(it->worst_slack) + " (" + run_name(*run) + ", iteration " +
                 std::to_string(it->worst_iteration) + (it->worst_block.empty() ? "" : ", " + it->worst_block) + ", record " +
                 run->id + ")";
    }
    if (found == Outcome::violated && broken == nullptr) {
      broken = run;
      first = run_name(*run) + ": first violated at iteration " + std::to_string(it->first_iteration) +
              (it->first_block.empty() ? "" : ", block " + it->first_block) + ", by " + shown(-it->first_slack) +
              sides_text(*it) + " (record " + run->id + "); ";
    }
  }
  if (const RunRecord* run = broken ? broken : tight) decided_by(c.row, run->id);
  c.outcome = violations > 0                    ? Outcome::violated
              : not_applicable == c.runs.size() ? Outcome::not_applicable
              : !open.empty()                   ? Outcome::inconclusive
                                                : Outcome::holds;
  c.row.measured = std::to_string(violations) + " violations in " + std::to_string(checks) + " checks";
  if (c.outcome == Outcome::not_applicable)
    c.row.measured = "hypothesis unmet";
  else if (checks == 0)
    c.row.measured = "no check";
  else if (violations == 0)
    c.row.measured += ", " + (nearest > 0 ? looseness(nearest) : "worst slack/allowance " + shown(worst));
  if (unbounded > 0) c.row.measured += "; " + std::to_string(unbounded) + " more without a bound";
  c.row.evidence = first + (c.outcome == Outcome::not_applicable ? unmet
                            : c.outcome == Outcome::inconclusive ? open
                                                                 : tightest);
  if (not_applicable > 0 && not_applicable < c.runs.size())
    c.row.evidence +=
        "; not applicable to " + std::to_string(not_applicable) + " of " + std::to_string(c.runs.size()) + " runs: " + unmet;
  c.row.evidence += "; " + record_ids(c.runs);
}

}  // namespace

ClaimKind promise_kind() {
  return {"promise",
          "no audit of a run found the promise violated, and some checked it",
          {{"promise", ClaimKey::Type::text, ClaimKey::Need::required, "id of a promise of the variants' algorithm"}},
          judge_promise};
}

}  // namespace bcd
