// One claim on trial: the claim, its runs and the row of the table that is to be filled in; and what several kinds take from runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "algorithms/core/rounding.hpp"
#include "experiments/claims/study.hpp"
#include "experiments/claims/words.hpp"
#include "experiments/experiment.hpp"
#include "results/claim.hpp"
#include "results/record.hpp"

namespace bcd {

/// Everything the judgement of one claim needs.
struct Case {
  const Claim& claim;
  const std::vector<const RunRecord*>& runs;       ///< of the claim's variants
  const std::vector<const RunRecord*>& baselines;  ///< of its baseline variant
  ClaimRow& row;                                   ///< measured, reported, evidence and the order of the records are the kind's
  const rates::Options& rates;                     ///< of the experiment
  const StudyRunner& run_study;
  Outcome outcome = Outcome::not_run;

  bool has(const std::string& key) const { return claim.number.contains(key); }
  std::string text(const std::string& key) const;
  double number(const std::string& key, double otherwise) const;
  /// "test_accuracy at iteration 50", for messages.
  std::string quantity() const;
};

/// A number as the table shows it.
std::string shown(double x);
/// "BCD seed 8".
std::string run_name(const RunRecord& run);
/// The records behind a claim: all of them by id, or two and the count of the others (the report lists every record).
std::string record_ids(const std::vector<const RunRecord*>& runs);
/// The metric's value at the claim's iteration, or its statistic; NaN where the run has none (it diverged or failed before, or
/// never measured it).
double value_of(const Case& c, const RunRecord& run);
/// The same at another iteration than the claim's; none: at the last.
double value_of(const Case& c, const RunRecord& run, std::optional<double> at);
struct Summary {
  double middle, low, high;  ///< median and range over the seeds
};
/// Measured and evidence get it as well. A run without a value counts as `missing`, the bad side; it is never dropped.
Summary summarise(Case& c, double missing);
/// How far the right side of a bound lies above the left one where it comes nearest, in words: "the bound is loose by 13 decades".
/// Empty where the ratio of the two is not known (0).
std::string looseness(double ratio, const std::string& what = "the bound");
/// Whether less of a metric is better, unless somebody says otherwise: of all but accuracies.
bool lower_is_better(const std::string& metric);
/// a op b, with op "<" or ">".
bool compare(double a, const std::string& op, double b);
/// Clopper and Pearson's 95 % interval of a share, as text: no normal approximation, the numbers are small.
std::string exact_interval(int k, int n);
/// Whether k of n runs bear out that at least `share` of all do. Refuted only where the exact interval lies below it.
Outcome judge_share(int k, int n, double share);

}  // namespace bcd
