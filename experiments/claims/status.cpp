// Claims of kind "status": how the runs end.
#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

void judge_status(Case& c) {
  std::string other;
  for (const RunRecord* run : c.runs)
    if (run->status != c.text("status")) other += run_name(*run) + ": " + run->status + " (" + run->reason + "); ";
  c.row.measured = other.empty() ? "all " + std::to_string(c.runs.size()) + " runs " + c.text("status") : "not all";
  c.outcome = other.empty() ? Outcome::holds : Outcome::violated;
  c.row.evidence = other + record_ids(c.runs);
}

}  // namespace

ClaimKind status_kind() {
  return {"status",
          "every run ended with this status",
          {{"status", ClaimKey::Type::text, ClaimKey::Need::required, "how the runs end", [] { return status::all; }}},
          judge_status};
}

}  // namespace bcd
