#include "experiments/report/verdicts.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "algorithms/core/text.hpp"
#include "experiments/claims/hypotheses.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/claims/words.hpp"
#include "experiments/report/claims_table.hpp"
#include "experiments/report/items.hpp"
#include "experiments/report/row_text.hpp"
#include "experiments/run/kept_studies.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

double last_value(const Trace& trace, const std::string& column) {
  const std::vector<double> values = trace.column(column);
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    if (!std::isnan(*value)) return *value;
  return std::nan("");
}

/// Real targets have no accuracies: their loss on the test samples stands there.
void print_outcomes_of(const Results& results, const fs::path& out) {
  if (results.records.empty()) return;  // an experiment of studies only
  const bool classes = std::any_of(results.records.begin(), results.records.end(), [](const RunRecord& record) {
    return !std::isnan(last_value(record.trace, "train_accuracy"));
  });
  std::vector<std::string> head = {"variant", "seed", "status", "iterations", "train s", "train loss"};
  std::vector<std::string> measured = {"test_loss"};
  if (classes) measured = {"train_accuracy", "test_accuracy"};
  for (const std::string& column : measured)
    head.push_back(column == "test_loss" ? "test loss" : column == "test_accuracy" ? "test acc" : "train acc");
  head.push_back("record");
  std::vector<std::vector<std::string>> rows;
  for (const RunRecord& record : results.records) {
    const auto last = [&](const std::string& column) { return last_value(record.trace, column); };
    std::vector<std::string>& row = rows.emplace_back(
        std::vector<std::string>{record.variant(), std::to_string(record.seed()), record.status, show(last("iteration"), 10),
                                 show(last("train_seconds")), show(last("train_loss"))});
    for (const std::string& column : measured) row.push_back(show(last(column)));
    row.push_back((record.archived.empty() ? record_file(out, record.id) : record.archived).string() + version_mark(record));
  }
  std::cout << "\n" << results.experiment.id << ": " << results.experiment.title << "\n" << table(head, rows);
  for (const RunRecord& record : results.records)
    if (record.status != "MaxIterations" && record.status != "Converged")
      std::cout << "  " << record.variant() << " seed " << record.seed() << ": " << record.status << ": " << record.reason
                << "\n";
}

}  // namespace

std::vector<Judgement> judge_all(const std::vector<Results>& results, const std::string& scale, const fs::path& out) {
  std::vector<Judgement> judgements;
  for (const Results& part : results)
    judgements.push_back({judge(part.experiment, part.records, scale, kept_studies(out)), {}});
  std::vector<ClaimRow> all;
  std::vector<ClaimRow*> rows;
  for (Judgement& judgement : judgements)
    for (ClaimRow& row : judgement.rows) {
      all.push_back(row);
      rows.push_back(&row);
    }
  refuse_circles(all);
  settle_hypotheses(rows);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::vector<Claim>& claims = results[i].experiment.claims;
    for (std::size_t j = 0; j < claims.size(); ++j)
      if (claims[j].scale.empty() || claims[j].scale == scale) judgements[i].relevant.push_back(judgements[i].rows[j]);
  }
  return judgements;
}

int print_claims(const std::vector<Judgement>& judgements, const std::string& scale) {
  std::vector<std::vector<std::string>> lines;
  std::vector<ClaimRow> rows;
  std::map<std::string, int> verdicts, archived;
  int differing = 0;
  std::string differences, empty;
  for (const Judgement& judgement : judgements)
    for (const ClaimRow& row : judgement.relevant) {
      if (row.origin == origin::own && !row.is_evidence()) empty += row.id + ": " + no_evidence(row) + "\n";
      rows.push_back(row);
      ++verdicts[row.verdict];
      if (!row.archive.empty()) ++archived[row.archive];
      lines.push_back({row.as_expected() ? "ok" : "FAIL", row.id, row.item, row.reported.empty() ? "-" : row.reported,
                       row.measured.empty() ? "-" : row.measured, row.verdict, row.finding});
      if (row.as_expected()) continue;
      ++differing;
      differences += "\nFAIL " + row.id + ": expected '" + row.expected + "', got '" + row.verdict + "'\n" +
                     wrapped(row.statement, 2) + wrapped(row.evidence, 2);
    }
  std::cout << "\n"
            << table({"", "claim", "item", "paper", "measured", "verdict", "finding"}, lines) << empty << differences << "\n";
  for (const auto& [runs, count] : archived)
    std::cout << count << (count == 1 ? " claim" : " claims") << " judged on " << runs << "\n";
  if (const std::vector<ItemRow> items = items_of(with_the_rest(rows, scale)); !items.empty())
    std::cout << "what the papers state, item by item (claims of other experiments as in the committed reference):\n"
              << item_counts(items) << "\nwhat the rows above say about their paper:\n"
              << finding_counts(rows) << "\n";
  std::cout << "claims: ";
  for (const auto& [verdict, count] : verdicts) std::cout << count << " " << verdict << ", ";
  std::cout << differing << " of " << lines.size() << " differ from the expectation\n";
  return differing;
}

void print_outcomes(const std::vector<Results>& results, const fs::path& out) {
  for (const Results& part : results) print_outcomes_of(part, out);
}

}  // namespace bcd
