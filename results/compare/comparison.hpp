// Comparing runs: what each variant achieved, with intervals; who is better than whom on common seeds; against a committed
// baseline. Losses and accuracies are compared as COSTS (lower is better, an accuracy changes its sign): a run that diverged,
// failed, was not applicable, or missed the target costs infinity, and is never dropped.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/record.hpp"
#include "results/statistics/quantiles.hpp"

namespace bcd {

/// The columns that a target may cost: name on the command line, column of the trace.
inline const std::vector<std::pair<std::string, std::string>> kAxes = {
    {"iterations", "iteration"}, {"seconds", "train_seconds"}, {"products", "matrix_products"}, {"flops", "flops"}};

struct ComparisonOptions {
  std::string metric;
  bool lower = true;             ///< whether a lower value of the metric is better
  std::optional<double> at;      ///< the iteration whose value counts; absent: the last
  std::optional<double> target;  ///< compare the cost of reaching this value instead of the value
  std::string axis = "iterations";
  std::string baseline;            ///< the variant that all others are compared with; empty: every pair
  double low = 0.25, high = 0.75;  ///< the quantiles of the band
  double confidence = 0.95;
  double level = 0.05;
  double margin = 0;  ///< relative differences up to this count as none
};

/// One run: a point of the comparison.
struct ComparedRun {
  std::string experiment, variant, status;
  std::uint64_t seed = 0;
  double value = 0;  ///< of the metric; infinite on the bad side where the run has none
  std::map<std::string, double>
      target;  ///< by axis: cost of reaching the target; an axis that the run does not count is absent
};

/// The outcomes of the records. Throws UsageError for a metric that no record has (lists the columns and the nearest), an axis
/// that none counts, an iteration that none has, two records of the same experiment, variant and seed, and
/// a value that a run did not measure.
std::vector<ComparedRun> outcomes(const std::vector<RunRecord>& records, const ComparisonOptions& options);

/// Why seconds of these runs do not compare: made side by side, or on several processors. Empty if they do.
std::string doubt_about_seconds(const std::vector<RunRecord>& records);

/// Lower is better: the cost to the target on the chosen axis, or the metric's value with its sign.
double cost_of(const ComparedRun& outcome, const ComparisonOptions& options);

struct Spread {
  std::size_t runs = 0, missed = 0;  ///< missed: infinite
  double median = 0, low = 0, high = 0;
  Interval interval;  ///< bootstrap interval of the median
};

/// The runs of one variant of one experiment.
struct VariantSummary {
  std::string experiment, variant;
  Spread value;
  std::map<std::string, Spread> target;  ///< by axis
};
std::vector<VariantSummary> summarise(const std::vector<ComparedRun>& outcomes, const ComparisonOptions& options);

/// Two variants on their common seeds. difference = cost of `variant` - cost of `other`: below zero, `variant` is better.
struct PairedResult {
  std::string experiment, variant, other;
  std::size_t seeds = 0;                       ///< common ones
  std::size_t wins = 0, ties = 0, losses = 0;  ///< of `variant`
  double median = 0;                           ///< of the differences
  Interval interval;                           ///< bootstrap interval of it
  bool leans_to_loss = false;                  ///< the signed ranks: more above than below zero
  double p = 1, adjusted = 1;  ///< signed-rank test (two-sided; against a baseline file: one-sided for a loss); after Holm
  std::string verdict;         ///< better, worse, no difference shown, inconclusive, missing
  std::string reason;          ///< why inconclusive or missing
};

/// Every pair of an experiment's variants, or every one with the baseline's. Unknown baseline: UsageError.
std::vector<PairedResult> compare_variants(const std::vector<ComparedRun>& outcomes, const ComparisonOptions& options);
/// Every variant of the baseline with itself, now: worse means a significant loss, missing that no
/// run is left of it.
std::vector<PairedResult> compare_with_baseline(const std::vector<ComparedRun>& now, const std::vector<ComparedRun>& baseline,
                                                const ComparisonOptions& options);

/// A performance profile over the problems: one problem per experiment and seed on which every variant was run.
struct ProfileCurve {
  std::string variant;
  std::vector<double> tau, share;  ///< the corners of the step function; infinite ratios are left out: it ends below 1
};
struct Profile {
  std::size_t problems = 0, left_out = 0;  ///< left out: problems on which some variant was not run
  std::vector<ProfileCurve> curves;
};
Profile performance_profile(const std::vector<ComparedRun>& outcomes, const ComparisonOptions& options);

}  // namespace bcd
