#include "experiments/report/verdicts.hpp"

#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "algorithms/core/text.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/report/claims_table.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

double last_value(const Trace& trace, const std::string& column) {
  const std::vector<double> values = trace.column(column);
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    if (!std::isnan(*value)) return *value;
  return std::nan("");
}

std::vector<std::string> outcome_row(const RunRecord& record, const fs::path& out) {
  const auto last = [&](const char* column) { return last_value(record.trace, column); };
  return {record.variant(),
          std::to_string(record.seed()),
          record.status,
          show(last("iteration"), 10),
          show(last("train_seconds")),
          show(last("train_loss")),
          show(last("train_accuracy")),
          show(last("test_accuracy")),
          record_file(out, record.id).string()};
}

void print_outcomes_of(const Results& results, const fs::path& out) {
  std::vector<std::vector<std::string>> rows;
  for (const RunRecord& record : results.records) rows.push_back(outcome_row(record, out));
  if (rows.empty()) return;  // an experiment of studies only
  std::cout << "\n"
            << results.experiment.id << ": " << results.experiment.title << "\n"
            << table({"variant", "seed", "status", "iterations", "train s", "train loss", "train acc", "test acc", "record"},
                     rows);
  for (const RunRecord& record : results.records)
    if (record.status != "MaxIterations" && record.status != "Converged")
      std::cout << "  " << record.variant() << " seed " << record.seed() << ": " << record.status << ": " << record.reason
                << "\n";
}

}  // namespace

std::vector<Judgement> judge_all(const std::vector<Results>& results, const std::string& scale) {
  std::vector<Judgement> judgements;
  for (const Results& part : results) {
    std::set<std::string> elsewhere;  // claims of another scale
    for (const Claim& claim : part.experiment.claims)
      if (!claim.scale.empty() && claim.scale != scale) elsewhere.insert(claim.id);
    Judgement judgement{judge(part.experiment, part.records, scale), {}};
    for (const ClaimRow& row : judgement.rows)
      if (!elsewhere.contains(row.id)) judgement.relevant.push_back(row);
    judgements.push_back(std::move(judgement));
  }
  return judgements;
}

int print_claims(const std::vector<Judgement>& judgements) {
  std::vector<std::vector<std::string>> rows;
  std::vector<ClaimRow> all;
  std::map<std::string, int> verdicts;
  std::set<std::string> papers;
  int differing = 0;
  std::string differences;
  for (const Judgement& judgement : judgements)
    for (const ClaimRow& row : judgement.relevant) {
      all.push_back(row);
      ++verdicts[row.verdict];
      papers.insert(row.paper);
      rows.push_back({row.as_expected() ? "ok" : "FAIL", row.id, row.item, row.reported.empty() ? "-" : row.reported,
                      row.measured.empty() ? "-" : row.measured, row.verdict});
      if (row.as_expected()) continue;
      ++differing;
      differences += "\nFAIL " + row.id + ": expected '" + row.expected + "', got '" + row.verdict + "'\n" +
                     wrapped(row.statement, 2) + wrapped(row.evidence, 2);
    }
  std::cout << "\n"
            << table({"", "claim", "item", "paper", "measured", "verdict"}, rows) << differences << "\n"
            << (papers.size() > 1 ? verdict_counts(all) + "\n" : "") << "claims: ";
  for (const auto& [verdict, count] : verdicts) std::cout << count << " " << verdict << ", ";
  std::cout << differing << " of " << rows.size() << " differ from the expectation\n";
  return differing;
}

void print_outcomes(const std::vector<Results>& results, const fs::path& out) {
  for (const Results& part : results) print_outcomes_of(part, out);
}

}  // namespace bcd
