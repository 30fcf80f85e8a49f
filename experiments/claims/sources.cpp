#include "experiments/claims/sources.hpp"

#include "experiments/claims/verdict.hpp"

namespace bcd {

std::vector<std::string> faults_of(const Claim& claim, bool item_has_words) {
  std::vector<std::string> faults;
  if (!claim.says_origin) faults.emplace_back("origin is missing: who says it, paper, reading, derived or control?");
  if (claim.origin == origin::paper && !item_has_words && (claim.quote.empty() || claim.place.empty()))
    faults.emplace_back("quote and place are missing: the paper's words, here or at its item");
  if (claim.origin == origin::paper && claim.broken)
    faults.emplace_back("broken = true judges the contrary of what the paper says; say it as a derived statement");
  if (claim.origin == origin::reading && claim.basis.empty()) faults.emplace_back("guess is missing: what was guessed");
  if (claim.origin == origin::derived && claim.basis.empty())
    faults.emplace_back("derivation is missing: where it stands, file and heading");
  const bool ours = claim.origin == origin::derived || claim.origin == origin::control;
  if (ours && claim.kind != "reported" && outcome_of(claim.expect) == Outcome::violated)
    faults.push_back("our own statement is expected to be false ('" + claim.expect + "'); say what is the case");
  return faults;
}

}  // namespace bcd
