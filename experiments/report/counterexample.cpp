#include "experiments/report/counterexample.hpp"

#include <algorithm>

#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/claims/hypotheses.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "experiments/claims/study.hpp"
#include "experiments/claims/verdict.hpp"
#include "experiments/file/load.hpp"
#include "experiments/file/paper.hpp"
#include "experiments/report/row_text.hpp"
#include "experiments/run/kept_studies.hpp"
#include "experiments/run/records.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

/// The experiment that has the claim.
Experiment experiment_with(const std::string& claim, const std::vector<std::string>& experiments, const Overrides& overrides) {
  std::vector<std::string> known;
  for (const std::string& id : experiments) {
    Experiment experiment = load_experiment(id, overrides);
    for (const Claim& own : experiment.claims) {
      if (own.id == claim) return experiment;
      known.push_back(own.id);
    }
  }
  const std::string nearest = nearest_name(claim, known);
  throw UsageError("unknown claim '" + claim + "'" + (nearest.empty() ? ";" : "; did you mean '" + nearest + "'?") +
                   " 'bcdbench claims --rows' lists them");
}

const Claim& claim_of(const Experiment& experiment, const std::string& id) {
  return *std::find_if(experiment.claims.begin(), experiment.claims.end(), [&](const Claim& claim) { return claim.id == id; });
}

/// Leaves the claim and what it builds on: the file's other claims, whose studies may take minutes, need not be judged.
void keep_only(std::vector<Claim>& claims, const std::string& id) {
  std::vector<std::string> wanted = {id};
  for (std::size_t next = 0; next < wanted.size(); ++next)
    for (const Claim& claim : claims)
      if (claim.id == wanted[next])
        for (const std::string& hypothesis : claim.hypotheses)
          if (std::find(wanted.begin(), wanted.end(), hypothesis) == wanted.end()) wanted.push_back(hypothesis);
  std::erase_if(claims, [&](const Claim& claim) { return std::find(wanted.begin(), wanted.end(), claim.id) == wanted.end(); });
}

/// The paper's words, those of the item where the claim has none of its own.
std::string words_of(const ClaimRow& row) {
  if (row.origin != "paper" || !row.quote.empty()) return quoted_words(row.quote, row.place);
  std::string words;
  for (const Paper& paper : papers())
    if (paper.id == row.paper)
      for (const std::size_t i : items_named(paper, row.item))
        words += (words.empty() ? "" : "; ") + quoted_words(paper.items[i].quote, paper.items[i].place);
  return words;
}

std::string head(const ClaimRow& row) {
  const std::string words = words_of(row);
  return row.id + "  [" + row.item + "]\n" + wrapped(row.statement, 2) +
         wrapped(who_says(row) + (words.empty() ? "" : ": " + words), 2);
}

/// The study as numbers, made now.
std::string study_text(const Study& study, const std::string& claim) {
  const StudyResult result = result_of(study);
  std::string text = "\n" + study.source + ": " + study.statement + "\n";
  if (!result.instance.empty()) text += "\n" + result.instance + (result.instance.ends_with("\n") ? "" : "\n");
  return text + "\n" + wrapped(result.evidence) + "measured: " + show(result.measured, 6) +
         "\nagain: ./bcdbench counterexample " + claim + "\n";
}

std::string numbers_text(const PromiseResult& found) {
  std::vector<std::pair<std::string, double>> numbers = {{"left side", found.first_left},
                                                         {"right side", found.first_left + found.first_slack}};
  numbers.insert(numbers.end(), found.first_terms.begin(), found.first_terms.end());
  std::size_t width = 0;
  for (const auto& [name, value] : numbers) width = std::max(width, name.size());
  std::string text;
  for (const auto& [name, value] : numbers)
    text += "  " + name + std::string(width - name.size(), ' ') + " = " + show(value, 10) + "\n";
  return text;
}

/// The worst violation of a promise among the runs, and the first one of that run with its numbers.
std::string promise_text(const Claim& claim, const std::vector<RunRecord>& records, const Shelf& shelf) {
  const RunRecord* worst = nullptr;
  const PromiseResult* found = nullptr;
  for (const RunRecord& run : records) {
    if (!claim.variants.empty() &&
        std::find(claim.variants.begin(), claim.variants.end(), run.variant()) == claim.variants.end())
      continue;
    for (const PromiseResult& result : run.promises)
      if (result.promise.id == claim.text.at("promise") && result.verdict() == "violated" &&
          (found == nullptr || result.worst_ratio < found->worst_ratio))
        worst = &run, found = &result;
  }
  if (found == nullptr) return "";
  const auto where = [](int iteration, const std::string& block) {
    return "iteration " + std::to_string(iteration) + (block.empty() ? "" : ", block " + block);
  };
  return "\n" + found->promise.source + ": " + found->promise.statement + "\n" +
         (found->promise.constant.empty() ? "" : "constant: " + found->promise.constant + "\n") +
         (found->promise.assumes.empty() ? "" : "assumes: " + found->promise.assumes + "\n") + "\n" + worst->variant() +
         ", seed " + std::to_string(worst->seed()) + ": " + std::to_string(found->violations) + " violations in " +
         std::to_string(found->checks) + " checks\nfirst: " + where(found->first_iteration, found->first_block) +
         "; right minus left side " + show(found->first_slack, 6) + "\n" + numbers_text(*found) +
         "worst: " + where(found->worst_iteration, found->worst_block) + "; right minus left side at worst " +
         show(found->worst_slack, 6) + ", " + show(found->worst_ratio, 6) +
         " times the rounding that is allowed for\nagain: ./bcdbench run " + record_file(shelf, worst->id).string() +
         " --force\n";
}

}  // namespace

std::string counterexample_text(const std::string& id, const std::vector<std::string>& experiments, const std::string& scale,
                                const Shelf& shelf) {
  Overrides overrides;
  overrides.scale = scale;
  Experiment experiment = experiment_with(id, experiments, overrides);
  keep_only(experiment.claims, id);
  const Claim& claim = claim_of(experiment, id);
  const std::vector<RunRecord> records = existing_records(experiment, shelf).records;
  std::vector<ClaimRow> rows = judge(experiment, records, scale, kept_studies(shelf.out));
  std::vector<ClaimRow*> pointers;
  for (ClaimRow& row : rows) pointers.push_back(&row);
  settle_hypotheses(pointers);
  ClaimRow& row = *std::find_if(rows.begin(), rows.end(), [&](const ClaimRow& candidate) { return candidate.id == id; });
  const ReferenceClaim* reference = outcome_of(row.verdict) == Outcome::not_run ? find_reference(id) : nullptr;
  if (reference != nullptr && !reference->measured.contains(scale)) reference = nullptr;
  if (reference != nullptr) {
    decide(row, claim, outcome_of(reference->verdict_at(scale)));
    row.measured = reference->measured.at(scale);
  }

  const std::string study =
      claim.counterexample.empty() && claim.kind == "study" ? claim.text.at("study") : claim.counterexample;
  const Outcome outcome = outcome_of(row.verdict);
  const bool refutes = outcome == Outcome::violated || row.finding == finding::against || !claim.counterexample.empty() ||
                       (claim.broken && outcome == Outcome::holds);
  if (outcome == Outcome::not_run && study.empty())
    throw UsageError("nothing is known of " + id + " yet (" + row.evidence + ")");
  if (!refutes) throw UsageError("there is no counter-example to " + id + ": its verdict is '" + row.verdict + "'");
  const std::string make_runs = "./bcdbench run " + experiment.id + (scale == "quick" ? "" : " --scale " + scale);
  std::string text =
      head(row) + wrapped("verdict: " + row.verdict + (reference == nullptr ? "" : " in the committed reference run") +
                              (row.measured.empty() ? "" : "; measured: " + row.measured),
                          2);
  const std::string violation = claim.kind == "promise" ? promise_text(claim, records, shelf) : "";
  if (!study.empty()) return text + study_text(find_study(study), id) + violation;
  if (!violation.empty()) return text + violation;
  text += "\n" + wrapped(
                     "There is no smaller instance to follow by hand: the statement is about these runs, and they are the "
                     "evidence.");
  if (reference != nullptr)
    return text + "Their records are not here. They are made by: " + make_runs + "\nthen: ./bcdbench counterexample " + id +
           "\n";
  text += "\n" + wrapped(row.evidence);
  for (const std::string& record : row.records)
    text += "again: ./bcdbench run " + record_file(shelf, record).string() + " --force\n";
  return text;
}

}  // namespace bcd
