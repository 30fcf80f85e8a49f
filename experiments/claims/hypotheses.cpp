#include "experiments/claims/hypotheses.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "experiments/claims/verdict.hpp"

namespace bcd {

namespace {

using Hypotheses = std::map<std::string, std::vector<std::string>>;  // by claim

/// Visits what a claim builds on; `path` leads to it.
void follow(const std::string& id, const Hypotheses& claims, std::vector<std::string>& path, std::set<std::string>& done,
            const std::string& place) {
  if (const auto again = std::find(path.begin(), path.end(), id); again != path.end()) {
    std::string circle;
    for (auto step = again; step != path.end(); ++step) circle += *step + " -> ";
    throw UsageError(place + ": hypotheses run in a circle: " + circle + id);
  }
  if (!done.insert(id).second || !claims.contains(id)) return;
  path.push_back(id);
  for (const std::string& hypothesis : claims.at(id)) follow(hypothesis, claims, path, done, place);
  path.pop_back();
}

void refuse_circles(const Hypotheses& claims, const std::string& place) {
  std::set<std::string> done;
  std::vector<std::string> path;
  for (const auto& [id, hypotheses] : claims) follow(id, claims, path, done, place);
}

class Settlement {
 public:
  explicit Settlement(const std::vector<ClaimRow*>& rows) {
    for (ClaimRow* row : rows) rows_[row->id] = row;
  }
  void settle(ClaimRow& row) {
    if (!done_.insert(row.id).second) return;
    for (const std::string& id : row.hypotheses) {
      const std::string verdict = verdict_on(id);
      if (outcome_of(verdict) == Outcome::holds) continue;
      const Outcome own = outcome_of(row.verdict);
      if (own == Outcome::not_run || own == Outcome::not_testable) return;
      row.verdict = verdict_word(Outcome::not_applicable, row.origin, row.kind);
      row.finding = finding::neutral;
      row.evidence = "its hypothesis " + id + ": " + verdict + (row.evidence.empty() ? "" : "; ") + row.evidence;
      return;
    }
  }

 private:
  std::string verdict_on(const std::string& id) {
    if (const auto at = rows_.find(id); at != rows_.end()) {
      settle(*at->second);
      if (outcome_of(at->second->verdict) != Outcome::not_run) return at->second->verdict;
    }
    const ReferenceClaim* reference = find_reference(id);
    return reference != nullptr && !reference->measured.empty() ? reference->verdict : verdict_word(Outcome::not_run, "", "");
  }

  std::map<std::string, ClaimRow*> rows_;
  std::set<std::string> done_;
};

}  // namespace

void check_hypotheses(const std::vector<Claim>& claims, const std::string& place) {
  Hypotheses by_id;
  std::vector<std::string> ids;
  for (const Claim& claim : claims) {
    by_id[claim.id] = claim.hypotheses;
    ids.push_back(claim.id);
  }
  for (const Claim& claim : claims)
    for (const std::string& id : claim.hypotheses)
      if (!by_id.contains(id) && find_reference(id) == nullptr)
        throw UsageError(place + ": the claim " + claim.id +
                         " has a hypothesis that is no claim: " + unknown_name("claim", id, ids));
  refuse_circles(by_id, place);
}

void refuse_circles(const std::vector<ClaimRow>& rows) {
  Hypotheses by_id;
  for (const ClaimRow& row : rows) by_id[row.id] = row.hypotheses;
  refuse_circles(by_id, "the claims of several files");
}

void settle_hypotheses(const std::vector<ClaimRow*>& rows) {
  Settlement settlement(rows);
  for (ClaimRow* row : rows) settlement.settle(*row);
}

}  // namespace bcd
