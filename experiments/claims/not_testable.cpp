// Claims of kind "not_testable": statements that no run can decide.
#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_not_testable(Case& c) {
  c.outcome = Outcome::not_testable;
  c.row.evidence = c.text("reason");
}

}  // namespace

ClaimKind not_testable_kind() {
  return {"not_testable",
          "no run can decide the statement, for the given reason",
          {{"reason", ClaimKey::Type::text, ClaimKey::Need::required, "why not"}},
          judge_not_testable,
          false};
}

}  // namespace bcd
