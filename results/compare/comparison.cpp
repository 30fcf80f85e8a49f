#include "results/compare/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/rounding.hpp"
#include "results/statistics/performance_profile.hpp"
#include "results/statistics/signed_rank.hpp"
#include "results/statistics/target.hpp"

namespace bcd {

namespace {

constexpr int kResamples = 2000;

bool without_result(const RunRecord& run) {
  return run.status == "Diverged" || run.status == "Failed" || run.status == "NotApplicable";
}

/// The metric where it counts; NaN where the run has no such value because it ended before. Throws UsageError where it was not
/// measured: that is no loss.
double value_at(const RunRecord& run, const ComparisonOptions& options) {
  const std::vector<double> values = run.trace.column(options.metric), iterations = run.trace.column("iteration");
  if (iterations.empty() || without_result(run)) return std::nan("");
  const std::string of_run = run.variant() + " of " + run.experiment() + ", seed " + std::to_string(run.seed()) + ": ";
  if (values.empty())
    throw UsageError(of_run + options.metric + " was not measured; name the records (.json) of the variants that have it");
  const auto row = options.at ? std::find(iterations.begin(), iterations.end(), *options.at) : iterations.end() - 1;
  if (row == iterations.end()) return std::nan("");
  const double value = values[static_cast<std::size_t>(row - iterations.begin())];
  if (std::isnan(value))
    throw UsageError(of_run + options.metric + " was not measured at iteration " + number_text(*row) +
                     (options.at ? "; choose another one with --at, or" : ";") + " run with --set run.evaluate_every=1");
  return value;
}

ComparedRun outcome_of(const RunRecord& run, const ComparisonOptions& options) {
  ComparedRun outcome{run.experiment(), run.variant(), run.status, run.seed(), value_at(run, options), {}};
  if (std::isnan(outcome.value)) outcome.value = options.lower ? kInfinity : -kInfinity;
  if (options.target)
    for (const auto& [axis, column] : kAxes) {
      const double cost = cost_to_target(run.trace, options.metric, *options.target, options.lower, column);
      if (!std::isnan(cost)) outcome.target[axis] = cost;
    }
  return outcome;
}

void require_metric(const std::vector<RunRecord>& records, const std::string& metric) {
  std::set<std::string> columns;
  for (const RunRecord& run : records) columns.insert(run.trace.columns.begin(), run.trace.columns.end());
  if (!columns.contains(metric)) throw UsageError(unknown_name("metric", metric, {columns.begin(), columns.end()}));
}

void require_iteration(const std::vector<RunRecord>& records, double at) {
  for (const RunRecord& run : records)
    for (const double iteration : run.trace.column("iteration"))
      if (iteration == at) return;
  throw UsageError("--at " + number_text(at) + ": no run has this iteration");
}

/// Distinct pairs of experiment and variant, in the order of their first run.
std::vector<std::pair<std::string, std::string>> variants_of(const std::vector<ComparedRun>& outcomes) {
  std::vector<std::pair<std::string, std::string>> seen;
  for (const ComparedRun& o : outcomes)
    if (const std::pair key{o.experiment, o.variant}; std::find(seen.begin(), seen.end(), key) == seen.end())
      seen.push_back(key);
  return seen;
}

std::vector<const ComparedRun*> select(const std::vector<ComparedRun>& outcomes, const std::string& experiment,
                                       const std::string& variant) {
  std::vector<const ComparedRun*> chosen;
  for (const ComparedRun& o : outcomes)
    if (o.experiment == experiment && o.variant == variant) chosen.push_back(&o);
  return chosen;
}

/// The same resamples whatever else is compared, so that a table does not change when a variant is added.
Interval interval_of(const std::vector<double>& x, const ComparisonOptions& options) {
  Rng rng(1, "bootstrap");
  return bootstrap_median(x, options.confidence, kResamples, rng);
}

Spread spread_of(const std::vector<double>& x, const ComparisonOptions& options) {
  const auto missed = std::count_if(x.begin(), x.end(), [](double v) { return std::isinf(v); });
  return {x.size(),
          static_cast<std::size_t>(missed),
          median(x),
          quantile(x, options.low),
          quantile(x, options.high),
          interval_of(x, options)};
}

/// a - b; two misses are a tie, and so is what differs by no more than the margin.
double difference(double a, double b, double margin) {
  if (a == b) return 0;
  if (std::isinf(a) || std::isinf(b)) return a - b;
  return std::abs(a - b) <= margin * std::abs(b) ? 0 : a - b;
}

PairedResult paired(const std::vector<const ComparedRun*>& ours, const std::vector<const ComparedRun*>& theirs,
                    const ComparisonOptions& options, bool one_sided) {
  PairedResult result;
  std::vector<double> differences;
  for (const ComparedRun* a : ours)
    for (const ComparedRun* b : theirs)
      if (a->seed == b->seed) differences.push_back(difference(cost_of(*a, options), cost_of(*b, options), options.margin));
  result.seeds = differences.size();
  if (differences.empty()) return result;
  for (const double d : differences) ++(d < 0 ? result.wins : d > 0 ? result.losses : result.ties);
  result.median = median(differences);
  result.interval = interval_of(differences, options);
  const SignedRank test = signed_rank_test(differences);
  result.leans_to_loss = test.p_greater < test.p_less;
  result.p = one_sided ? test.p_greater : test.p_two_sided;
  return result;
}

/// Holm's correction over all of them, and the verdicts. With too few seeds no outcome could have been significant.
void decide(std::vector<PairedResult>& results, const ComparisonOptions& options, bool one_sided) {
  std::vector<double> p;
  for (const PairedResult& r : results) p.push_back(r.p);
  const std::vector<double> adjusted = holm(p);
  const auto count = static_cast<double>(results.size());
  int needed = 1;
  while (count * smallest_one_sided(needed) * (one_sided ? 1 : 2) > options.level) ++needed;
  for (std::size_t i = 0; i < results.size(); ++i) {
    PairedResult& r = results[i];
    r.adjusted = adjusted[i];
    if (r.verdict == "missing") continue;
    if (r.adjusted <= options.level)
      r.verdict = r.leans_to_loss ? "worse" : "better";
    else if (r.seeds < static_cast<std::size_t>(needed))
      r.verdict = "inconclusive", r.reason = std::to_string(r.seeds) + " common seeds, at least " + std::to_string(needed) +
                                             " are needed for this level and this many comparisons";
    else
      r.verdict = "no difference shown";
  }
}

}  // namespace

std::vector<ComparedRun> outcomes(const std::vector<RunRecord>& records, const ComparisonOptions& options) {
  require_metric(records, options.metric);
  if (options.at) require_iteration(records, *options.at);
  std::vector<ComparedRun> list;
  std::set<std::string> seen;
  for (const RunRecord& run : records) {
    const std::string name = run.experiment() + ", " + run.variant() + ", seed " + std::to_string(run.seed());
    if (!seen.insert(name).second)
      throw UsageError("two runs of " + name +
                       ": they would count as one; compare them with a baseline file (--write-baseline)");
    list.push_back(outcome_of(run, options));
  }
  if (options.target &&
      std::none_of(list.begin(), list.end(), [&](const ComparedRun& o) { return o.target.contains(options.axis); }))
    throw UsageError("--axis " + options.axis + ": no run counts them");
  return list;
}

std::string doubt_about_seconds(const std::vector<RunRecord>& records) {
  std::set<std::string> processors;
  for (const RunRecord& run : records) {
    if (!run.provenance.is_object()) continue;
    if (run.provenance.value("jobs", 1) > 1) return "some runs were made side by side (--jobs)";
    processors.insert(run.provenance.value("cpu", ""));
  }
  return processors.size() > 1 ? "the runs were made on different processors" : "";
}

double cost_of(const ComparedRun& outcome, const ComparisonOptions& options) {
  if (options.target) {
    const auto cost = outcome.target.find(options.axis);
    if (cost == outcome.target.end())
      throw UsageError("--axis " + options.axis + ": " + outcome.variant + " of " + outcome.experiment +
                       " does not count them");
    return cost->second;
  }
  return options.lower ? outcome.value : -outcome.value;
}

std::vector<VariantSummary> summarise(const std::vector<ComparedRun>& outcomes, const ComparisonOptions& options) {
  std::vector<VariantSummary> summaries;
  for (const auto& [experiment, variant] : variants_of(outcomes)) {
    const auto runs = select(outcomes, experiment, variant);
    std::vector<double> values;
    for (const ComparedRun* o : runs) values.push_back(o->value);
    VariantSummary summary{experiment, variant, spread_of(values, options), {}};
    for (const auto& [axis, column] : kAxes) {
      std::vector<double> costs;
      for (const ComparedRun* o : runs)
        if (const auto cost = o->target.find(axis); cost != o->target.end()) costs.push_back(cost->second);
      if (!costs.empty() && costs.size() == runs.size()) summary.target[axis] = spread_of(costs, options);
    }
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

std::vector<PairedResult> compare_variants(const std::vector<ComparedRun>& outcomes, const ComparisonOptions& options) {
  const auto variants = variants_of(outcomes);
  if (!options.baseline.empty()) {
    std::vector<std::string> labels;
    for (const auto& [experiment, variant] : variants) labels.push_back(variant);
    if (std::find(labels.begin(), labels.end(), options.baseline) == labels.end())
      throw UsageError(unknown_name("variant", options.baseline, labels) + ". A baseline file ends in .json");
  }
  std::vector<PairedResult> results;
  for (std::size_t i = 0; i < variants.size(); ++i)
    for (std::size_t j = 0; j < variants.size(); ++j) {
      const bool wanted = options.baseline.empty() ? i < j : variants[j].second == options.baseline && i != j;
      if (!wanted || variants[i].first != variants[j].first) continue;
      PairedResult result = paired(select(outcomes, variants[i].first, variants[i].second),
                                   select(outcomes, variants[j].first, variants[j].second), options, false);
      result.experiment = variants[i].first, result.variant = variants[i].second, result.other = variants[j].second;
      results.push_back(std::move(result));
    }
  decide(results, options, false);
  return results;
}

std::vector<PairedResult> compare_with_baseline(const std::vector<ComparedRun>& now, const std::vector<ComparedRun>& baseline,
                                                const ComparisonOptions& options) {
  std::vector<PairedResult> results;
  for (const auto& [experiment, variant] : variants_of(baseline)) {
    PairedResult result = paired(select(now, experiment, variant), select(baseline, experiment, variant), options, true);
    result.experiment = experiment, result.variant = variant, result.other = "baseline";
    if (result.seeds == 0) result.verdict = "missing", result.reason = "it has no run on a seed of the baseline";
    results.push_back(std::move(result));
  }
  decide(results, options, true);
  return results;
}

Profile performance_profile(const std::vector<ComparedRun>& outcomes, const ComparisonOptions& options) {
  std::vector<std::string> solvers;
  std::map<std::pair<std::string, std::uint64_t>, std::map<std::string, double>> problems;
  for (const ComparedRun& o : outcomes) {
    if (std::find(solvers.begin(), solvers.end(), o.variant) == solvers.end()) solvers.push_back(o.variant);
    problems[{o.experiment, o.seed}][o.variant] = cost_of(o, options);
  }
  Profile profile;
  std::vector<std::vector<double>> costs(solvers.size());
  for (const auto& [problem, cost] : problems) {
    if (cost.size() < solvers.size()) {
      ++profile.left_out;
      continue;
    }
    ++profile.problems;
    for (std::size_t s = 0; s < solvers.size(); ++s) costs[s].push_back(cost.at(solvers[s]));
  }
  if (profile.problems == 0) return profile;
  const auto ratios = performance_ratios(costs);
  double end = 1;
  for (const auto& solver : ratios)
    for (const double r : solver)
      if (std::isfinite(r)) end = std::max(end, r);
  for (std::size_t s = 0; s < solvers.size(); ++s) {
    std::vector<double> corners = ratios[s];
    std::erase_if(corners, [](double r) { return std::isinf(r); });
    std::sort(corners.begin(), corners.end());
    ProfileCurve curve{solvers[s], {1}, {share_within(ratios[s], 1)}};
    for (const double r : corners) {
      if (r == curve.tau.back()) continue;
      curve.tau.insert(curve.tau.end(), {r, r});
      curve.share.insert(curve.share.end(), {curve.share.back(), share_within(ratios[s], r)});
    }
    curve.tau.push_back(1.1 * end);  // so that the last step shows
    curve.share.push_back(curve.share.back());
    profile.curves.push_back(std::move(curve));
  }
  return profile;
}

}  // namespace bcd
