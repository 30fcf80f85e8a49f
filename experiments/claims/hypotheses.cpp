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

/// Files of different people may use one id twice: it means the claim of the own file where that has one.
template <class Row>
class RowsById {
 public:
  void add(Row* row) { rows_[row->id].push_back(row); }
  Row* find(const std::string& id, const std::string& experiment) const {
    const auto at = rows_.find(id);
    if (at == rows_.end()) return nullptr;
    for (Row* row : at->second)
      if (row->experiment == experiment) return row;
    return at->second.front();
  }
  bool is_ambiguous(const std::string& id) const { return rows_.at(id).size() > 1; }

 private:
  std::map<std::string, std::vector<Row*>> rows_;
};

class Settlement {
 public:
  explicit Settlement(const std::vector<ClaimRow*>& rows) {
    for (ClaimRow* row : rows) rows_.add(row);
  }
  void settle(ClaimRow& row) {
    if (!done_.insert(&row).second) return;
    for (const std::string& id : row.hypotheses) {
      const std::string verdict = verdict_on(id, row.experiment);
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
  std::string verdict_on(const std::string& id, const std::string& experiment) {
    if (ClaimRow* row = rows_.find(id, experiment)) {
      settle(*row);
      if (outcome_of(row->verdict) != Outcome::not_run) return row->verdict;
    }
    const ReferenceClaim* reference = find_reference(id);
    return reference != nullptr && !reference->measured.empty() ? reference->verdict : verdict_word(Outcome::not_run, "", "");
  }

  RowsById<ClaimRow> rows_;
  std::set<const ClaimRow*> done_;
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
  RowsById<const ClaimRow> known;
  for (const ClaimRow& row : rows) known.add(&row);
  const auto name = [&](const ClaimRow& row) { return known.is_ambiguous(row.id) ? row.experiment + ": " + row.id : row.id; };
  Hypotheses by_name;
  for (const ClaimRow& row : rows)
    for (const std::string& id : row.hypotheses) {
      const ClaimRow* hypothesis = known.find(id, row.experiment);
      by_name[name(row)].push_back(hypothesis ? name(*hypothesis) : id);
    }
  refuse_circles(by_name, "the claims of several files");
}

void settle_hypotheses(const std::vector<ClaimRow*>& rows) {
  Settlement settlement(rows);
  for (ClaimRow* row : rows) settlement.settle(*row);
}

}  // namespace bcd
