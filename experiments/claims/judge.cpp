#include "experiments/claims/judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "algorithms/core/binomial.hpp"
#include "algorithms/registry.hpp"
#include "experiments/claims/rate.hpp"
#include "results/statistics/quantiles.hpp"

namespace bcd {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string shown(double x) { return show(x, 4); }

/// Everything the judgement of one claim needs; each kind below fills in the measured value, the verdict and the evidence.
struct Case {
  const Claim& claim;
  const std::vector<const RunRecord*>& runs;       ///< of the claim's variants
  const std::vector<const RunRecord*>& baselines;  ///< of its baseline variant
  ClaimRow& row;
  const rates::Options& rates;  ///< of the experiment

  std::string text(const std::string& key) const {
    const auto it = claim.text.find(key);
    return it == claim.text.end() ? std::string() : it->second;
  }
  double number(const std::string& key, double otherwise) const {
    const auto it = claim.number.find(key);
    return it == claim.number.end() ? otherwise : it->second;
  }
  /// "test_accuracy at iteration 50", for messages.
  std::string quantity() const {
    const std::string statistic = text("statistic");
    if (!statistic.empty() && statistic != "last")
      return (statistic == "mean_log" ? "mean logarithm" : statistic) + " of " + text("metric") +
             (claim.number.contains("at") ? " up to iteration " + shown(claim.number.at("at")) : " over all iterations");
    return text("metric") +
           (claim.number.contains("at") ? " at iteration " + shown(claim.number.at("at")) : " at the last iteration");
  }
};

bool stopped_early(const RunRecord& run) {
  return run.status == "Diverged" || run.status == "Failed" || run.status == "NotApplicable";
}

/// Mean logarithm, largest or smallest of the values measured up to the claim's iteration.
double summary_of(const Case& c, const std::vector<double>& values, const std::vector<double>& iterations) {
  const std::string statistic = c.text("statistic");
  const double end = c.number("at", kInfinity);
  double sum = 0, lo = kInfinity, hi = -kInfinity;
  int count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]) || iterations[i] > end) continue;
    sum += std::log(values[i]);
    lo = std::min(lo, values[i]);
    hi = std::max(hi, values[i]);
    ++count;
  }
  if (count == 0) return std::nan("");
  return statistic == "mean_log" ? sum / count : statistic == "max" ? hi : lo;
}

/// The metric's value at the claim's iteration, or its statistic; NaN where the run has none (it diverged, failed, or never
/// measured it).
double value_of(const Case& c, const RunRecord& run) {
  const std::vector<double> values = run.trace.column(c.text("metric")), iterations = run.trace.column("iteration");
  if (values.empty() || stopped_early(run)) return std::nan("");
  if (const std::string statistic = c.text("statistic"); !statistic.empty() && statistic != "last")
    return summary_of(c, values, iterations);
  if (!c.claim.number.contains("at")) return values.back();
  for (std::size_t i = 0; i < std::min(values.size(), iterations.size()); ++i)
    if (iterations[i] == c.claim.number.at("at")) return values[i];
  return std::nan("");
}

std::string run_name(const RunRecord& run) { return run.variant() + " seed " + std::to_string(run.seed()); }

/// The records behind a claim: all of them by name, or two and the count of the others (the report lists every record).
std::string ids(const std::vector<const RunRecord*>& runs) {
  const std::size_t named = runs.size() <= 3 ? runs.size() : 2;
  std::string list;
  for (std::size_t i = 0; i < named; ++i) list += (i == 0 ? (runs.size() == 1 ? "record " : "records ") : ", ") + runs[i]->id;
  if (runs.size() > named) list += " and " + std::to_string(runs.size() - named) + " more";
  return list;
}

/// The median over the seeds with the range. A run without a value counts as `missing`, the bad side; it is never dropped.
double summarise(Case& c, double missing) {
  std::vector<double> values;
  int lost = 0;
  for (const RunRecord* run : c.runs) {
    const double x = value_of(c, *run);
    lost += std::isnan(x) ? 1 : 0;
    values.push_back(std::isnan(x) ? missing : x);
  }
  const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
  const double middle = median(values);
  c.row.measured = shown(middle) + " [" + shown(*lo) + ", " + shown(*hi) + "], " + std::to_string(values.size()) +
                   (values.size() == 1 ? " run" : " runs");
  c.row.evidence = "median and range of " + c.quantity() + "; ";
  if (lost > 0)
    c.row.evidence +=
        std::to_string(lost) + " without a value (diverged, failed or not measured) counted as " + shown(missing) + "; ";
  c.row.evidence += ids(c.runs);
  return middle;
}

/// Clopper and Pearson's interval: no normal approximation, the numbers are small.
std::string exact_interval(int k, int n) {
  const auto [lower, upper] = binomial_interval(k, n, 0.95);
  return "95 % interval of the share [" + shown(lower) + ", " + shown(upper) + "]";
}

bool compare(double a, const std::string& op, double b) { return op == "<" ? a < b : a > b; }

void judge_value(Case& c) {
  const bool below = c.text("op") == "<";
  const double middle = summarise(c, below ? kInfinity : -kInfinity), limit = c.number("value", 0);
  c.row.reported = c.claim.number.contains("reported") ? shown(c.number("reported", 0)) : "";
  c.row.verdict = compare(middle, c.text("op"), limit) ? "holds" : "violated";
  c.row.measured += " (" + c.text("op") + " " + shown(limit) + ")";
  if (!c.claim.number.contains("share")) return;
  int wins = 0;
  for (const RunRecord* run : c.runs) {
    const double x = value_of(c, *run);
    if (compare(x, c.text("op"), limit))
      ++wins;
    else
      c.row.evidence += "; " + run_name(*run) + ": " + (std::isnan(x) ? run->status : shown(x));
  }
  const auto n = static_cast<int>(c.runs.size());
  c.row.measured += " in " + std::to_string(wins) + " of " + std::to_string(n) + " runs, " + exact_interval(wins, n);
  c.row.verdict = wins >= c.number("share", 1) * n - 1e-9 ? "holds" : "violated";
}

void judge_reported(Case& c) {
  const double reported = c.number("reported", 0), tolerance = c.number("tolerance", 0);
  const double middle = summarise(c, kInfinity);
  c.row.reported = shown(reported) + " +- " + shown(tolerance);
  c.row.verdict = std::abs(middle - reported) <= tolerance ? "reproduced" : "differs";
}

void judge_order(Case& c) {
  int common = 0, wins = 0;
  std::string lost;
  for (const RunRecord* run : c.runs)
    for (const RunRecord* other : c.baselines) {
      if (run->seed() != other->seed()) continue;
      ++common;
      const double bad =
          c.text("op") == "<" ? kInfinity : -kInfinity;  // a run without a value is on the bad side, whichever it is
      const auto known = [&](double x) { return std::isnan(x) ? bad : x; };
      const double ours = known(value_of(c, *run)), theirs = known(value_of(c, *other));
      if (compare(ours, c.text("op"), theirs))
        ++wins;
      else
        lost += " seed " + std::to_string(run->seed()) + ": " + shown(ours) + " against " + shown(theirs) + ";";
    }
  c.row.measured = std::to_string(wins) + " of " + std::to_string(common) + " seeds";
  if (c.claim.number.contains("share") && common > 0) c.row.measured += ", " + exact_interval(wins, common);
  c.row.verdict = common == 0 ? "not run" : wins >= c.number("share", 1) * common - 1e-9 ? "holds" : "violated";
  c.row.evidence = c.quantity() + " " + c.text("op") + " that of " + c.text("baseline") + ";" + lost + " " + ids(c.runs);
}

void judge_same(Case& c) {
  const double factor = c.number("factor", 1), tolerance = c.number("tolerance", 0);
  double worst = 0;
  int rows = 0;
  std::string where = "no common seed";
  for (const RunRecord* run : c.runs)
    for (const RunRecord* other : c.baselines) {
      if (run->seed() != other->seed()) continue;
      const std::vector<double> a = run->trace.column(c.text("metric")), b = other->trace.column(c.text("metric"));
      if (a.size() != b.size() || a.empty())
        worst = kInfinity, where = "traces of different length, seed " + std::to_string(run->seed());
      for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;  // neither was measured at this iteration
        const double expected = factor * b[i];
        double difference = std::abs(a[i] - expected) / std::max(std::abs(expected), std::numeric_limits<double>::min());
        if (a[i] == expected) difference = 0;
        if (std::isnan(difference)) difference = kInfinity;
        ++rows;
        if (difference >= worst)
          worst = difference, where = "iteration " + std::to_string(i) + ", seed " + std::to_string(run->seed());
      }
    }
  c.row.measured = "largest relative difference " + shown(worst) + " (<= " + shown(tolerance) + ")";
  c.row.verdict = rows == 0 ? "not run" : worst <= tolerance ? "holds" : "violated";
  c.row.evidence =
      std::to_string(rows) + " values of " + c.text("metric") + " compared; largest at " + where + "; " + ids(c.runs);
}

void judge_status(Case& c) {
  std::string other;
  for (const RunRecord* run : c.runs)
    if (run->status != c.text("status")) other += run_name(*run) + ": " + run->status + " (" + run->reason + "); ";
  c.row.measured = other.empty() ? "all " + std::to_string(c.runs.size()) + " runs " + c.text("status") : "not all";
  c.row.verdict = other.empty() ? "holds" : "violated";
  c.row.evidence = other + ids(c.runs);
}

/// Puts the record that decides before the others.
void decided_by(ClaimRow& row, const std::string& id) {
  const auto at = std::find(row.records.begin(), row.records.end(), id);
  if (at != row.records.end()) std::rotate(row.records.begin(), at, at + 1);
}

void judge_promise(Case& c) {
  std::int64_t checks = 0, violations = 0;
  double worst = kInfinity;
  const RunRecord *tight = nullptr, *broken = nullptr;
  std::string first, unmet, open, tightest;
  std::size_t not_applicable = 0;
  for (const RunRecord* run : c.runs) {
    const auto it = std::find_if(run->promises.begin(), run->promises.end(),
                                 [&](const PromiseResult& r) { return r.promise.id == c.text("promise"); });
    if (it == run->promises.end()) {
      open = run_name(*run) + " did not audit the promise" + (run->reason.empty() ? "" : " (" + run->reason + ")");
      continue;
    }
    const std::string verdict = it->verdict();
    if (verdict == "not applicable") ++not_applicable, unmet = it->not_applicable;
    if (verdict == "inconclusive") open = it->inconclusive.empty() ? run_name(*run) + " made no check" : it->inconclusive;
    if (verdict == "not applicable") continue;
    checks += it->checks;
    violations += it->violations;
    if (it->checks > 0 && it->worst_ratio < worst) {
      worst = it->worst_ratio;
      tight = run;
      tightest = "smallest slack " + shown(it->worst_slack) + " (" + run_name(*run) + ", iteration " +
                 std::to_string(it->worst_iteration) + ", " + it->worst_block + ", record " + run->id + ")";
    }
    if (verdict == "violated" && broken == nullptr) {
      broken = run;
      first = run_name(*run) + ": first violated at iteration " + std::to_string(it->first_iteration) + ", block " +
              it->first_block + ", by " + shown(-it->first_slack) + " (record " + run->id + "); ";
    }
  }
  if (const RunRecord* run = broken ? broken : tight) decided_by(c.row, run->id);
  c.row.verdict = violations > 0                    ? "violated"
                  : not_applicable == c.runs.size() ? "not applicable"
                  : !open.empty()                   ? "inconclusive"
                                                    : "holds";
  c.row.measured = std::to_string(violations) + " violations in " + std::to_string(checks) + " checks";
  if (c.row.verdict == "not applicable")
    c.row.measured = "hypothesis unmet";
  else if (checks == 0)
    c.row.measured = "no check";
  else if (violations == 0)
    c.row.measured += ", worst slack/allowance " + shown(worst);
  c.row.evidence = first + (c.row.verdict == "not applicable" ? unmet : c.row.verdict == "inconclusive" ? open : tightest);
  if (not_applicable > 0 && not_applicable < c.runs.size())
    c.row.evidence +=
        "; not applicable to " + std::to_string(not_applicable) + " of " + std::to_string(c.runs.size()) + " runs: " + unmet;
  c.row.evidence += "; " + ids(c.runs);
}

StudyResult result_of(const Study& study) {
  if (study.run) return study.run();
  const Dataset<double> data = load_dataset<double>(study.data.name, study.data.options, TargetCode::real, 0);
  return study.run_on(data.X, data.Y);
}

void judge_study(Case& c) {
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies)
      if (study.id == c.text("study")) {
        const StudyResult result = result_of(study);
        c.row.measured = shown(result.measured);
        c.row.verdict = result.holds ? "holds" : "violated";
        c.row.evidence = result.evidence;
        return;
      }
}

void judge_rates(Case& c) { judge_rate(c.claim, c.runs, c.rates, c.row); }

void judge_not_testable(Case& c) {
  c.row.verdict = "not testable";
  c.row.evidence = c.text("reason");
}

struct Kind {
  std::string name;
  void (*judge)(Case&);
  bool needs_runs = true;
};

/// The kinds of experiments/presentation.cpp, which has checked their keys.
const Kind& find_kind(const Claim& claim) {
  static const std::vector<Kind> kinds = {
      {"promise", judge_promise},    {"value", judge_value},
      {"reported", judge_reported},  {"order", judge_order},
      {"same", judge_same},          {"status", judge_status},
      {"study", judge_study, false}, {"not_testable", judge_not_testable, false},
      {"rate", judge_rates},
  };
  for (const Kind& kind : kinds)
    if (kind.name == claim.kind) return kind;
  throw std::logic_error("no judge for claims of kind " + claim.kind);
}

std::vector<const RunRecord*> runs_of(const std::vector<RunRecord>& records, const std::vector<std::string>& variants) {
  std::vector<const RunRecord*> out;
  for (const RunRecord& r : records)
    if (std::find(variants.begin(), variants.end(), r.variant()) != variants.end()) out.push_back(&r);
  return out;
}

bool measured_anywhere(const std::vector<const RunRecord*>& runs, const std::string& metric) {
  return std::any_of(runs.begin(), runs.end(),
                     [&](const RunRecord* run) { return run->trace.index(metric) >= 0 || stopped_early(*run); });
}

}  // namespace

std::vector<ClaimRow> judge(const Experiment& experiment, const std::vector<RunRecord>& records, const std::string& scale) {
  std::vector<std::string> all;
  for (const PlannedRun& planned : experiment.runs)
    if (std::find(all.begin(), all.end(), planned.variant) == all.end()) all.push_back(planned.variant);
  std::vector<ClaimRow> rows;
  for (const Claim& claim : experiment.claims) {
    ClaimRow row{claim.id, experiment.paper, claim.item, claim.statement, experiment.id, "", "", "not run", claim.expect, ""};
    const Kind& kind = find_kind(claim);
    if (claim.number.contains("reported")) row.reported = shown(claim.number.at("reported"));
    if (!claim.scale.empty() && claim.scale != scale) {
      row.expected = "not run";
      row.evidence = "judged with --scale " + claim.scale + " only";
      rows.push_back(row);
      continue;
    }
    const std::vector<std::string> variants = claim.variants.empty() ? all : claim.variants;
    const auto runs = runs_of(records, variants);
    const auto baselines =
        claim.text.contains("baseline") ? runs_of(records, {claim.text.at("baseline")}) : std::vector<const RunRecord*>{};
    std::vector<std::string> needed = variants;
    if (claim.text.contains("baseline")) needed.push_back(claim.text.at("baseline"));
    const auto wanted = std::count_if(experiment.runs.begin(), experiment.runs.end(), [&](const PlannedRun& planned) {
      return std::find(needed.begin(), needed.end(), planned.variant) != needed.end();
    });
    Case c{claim, runs, baselines, row, experiment.rates};
    const auto here = runs_of(records, needed);
    if (kind.needs_runs)
      for (const RunRecord* run : here) row.records.push_back(run->id);
    if (kind.needs_runs && (runs.empty() || static_cast<std::ptrdiff_t>(here.size()) < wanted))
      row.evidence = "runs are missing: bcdbench run " + experiment.id;
    else if (claim.text.contains("metric") && !measured_anywhere(here, claim.text.at("metric")))
      row.verdict = "inconclusive", row.evidence = "no run has a column " + claim.text.at("metric");
    else
      kind.judge(c);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace bcd
