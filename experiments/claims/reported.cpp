// Claims of kind "reported": a number that the paper reports.
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_reported(Case& c) {
  const double reported = c.number("reported", 0), tolerance = c.number("tolerance", 0);
  const Summary seeds = summarise(c, kInfinity);
  c.row.reported = shown(reported) + " +- " + shown(tolerance);
  if (std::isfinite(seeds.middle)) c.row.reported += ", off by " + shown(seeds.middle - reported);
  const bool met = seeds.low <= reported + tolerance && seeds.high >= reported - tolerance;
  c.outcome = std::abs(seeds.middle - reported) <= tolerance ? Outcome::holds : met ? Outcome::inconclusive : Outcome::violated;
}

}  // namespace

ClaimKind reported_kind() {
  return {"reported",
          "the median over the seeds is within `tolerance` of `reported`; not reproduced where their whole range misses it",
          {metric_key(),
           {"reported", ClaimKey::Type::number, ClaimKey::Need::required, "the paper's number"},
           {"tolerance", ClaimKey::Type::number, ClaimKey::Need::required, "the largest difference that counts as the same"},
           at_key()},
          judge_reported};
}

}  // namespace bcd
