// Claims of kind "reported": a number that the paper reports.
#include <cmath>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_reported(Case& c) {
  const double reported = c.number("reported", 0), tolerance = c.number("tolerance", 0);
  const double middle = summarise(c, kUnbounded);
  c.row.reported = shown(reported) + " +- " + shown(tolerance);
  c.row.verdict = std::abs(middle - reported) <= tolerance ? verdict::reproduced : verdict::differs;
}

}  // namespace

ClaimKind reported_kind() {
  return {"reported",
          "the median over the seeds is within `tolerance` of `reported`: reproduced, else differs",
          {metric_key(),
           {"reported", ClaimKey::Type::number, ClaimKey::Need::required, "the paper's number"},
           {"tolerance", ClaimKey::Type::number, ClaimKey::Need::required, "the largest difference that counts as the same"},
           at_key()},
          judge_reported};
}

}  // namespace bcd
