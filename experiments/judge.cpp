#include "experiments/judge.hpp"

#include "algorithms/core/binomial.hpp"
#include "algorithms/registry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace bcd {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string show(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

/// Everything the judgement of one claim needs; each kind below fills in the measured value, the verdict and the evidence.
struct Case {
  const ClaimSpec& claim;
  const std::vector<const RunRecord*>& runs;       ///< of the claim's variants
  const std::vector<const RunRecord*>& baselines;  ///< of its baseline variant
  ClaimRow& row;

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
    return text("metric") + (claim.number.contains("at") ? " at iteration " + show(claim.number.at("at")) : " at the last iteration");
  }
};

bool stopped_early(const RunRecord& run) { return run.status == "Diverged" || run.status == "Failed" || run.status == "NotApplicable"; }

/// The metric's value at the claim's iteration; NaN where the run has none (it diverged, failed, or never measured it).
double value_of(const Case& c, const RunRecord& run) {
  const std::vector<double> values = run.trace.column(c.text("metric")), iterations = run.trace.column("iteration");
  if (values.empty() || stopped_early(run)) return std::nan("");
  if (!c.claim.number.contains("at")) return values.back();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (iterations[i] == c.claim.number.at("at")) return values[i];
  return std::nan("");
}

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  const std::size_t half = x.size() / 2;
  return x.size() % 2 == 1 ? x[half] : 0.5 * (x[half - 1] + x[half]);
}

std::string run_name(const RunRecord& run) { return run.variant() + " seed " + std::to_string(run.seed()); }

std::string ids(const std::vector<const RunRecord*>& runs) {
  std::string list;
  for (std::size_t i = 0; i < runs.size(); ++i) list += (i ? ", " : "runs ") + runs[i]->id;
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
  c.row.measured = show(middle) + " [" + show(*lo) + ", " + show(*hi) + "], " + std::to_string(values.size()) + (values.size() == 1 ? " run" : " runs");
  c.row.evidence = "median and range of " + c.quantity() + "; ";
  if (lost > 0) c.row.evidence += std::to_string(lost) + " without a value (diverged, failed or not measured) counted as " + show(missing) + "; ";
  c.row.evidence += ids(c.runs);
  return middle;
}

bool compare(double a, const std::string& op, double b) { return op == "<" ? a < b : a > b; }

void judge_value(Case& c) {
  const bool below = c.text("op") == "<";
  const double middle = summarise(c, below ? kInfinity : -kInfinity), limit = c.number("value", 0);
  c.row.reported = c.claim.number.contains("reported") ? show(c.number("reported", 0)) : "";
  c.row.verdict = compare(middle, c.text("op"), limit) ? "holds" : "violated";
  c.row.measured += " (" + c.text("op") + " " + show(limit) + ")";
}

void judge_reported(Case& c) {
  const double reported = c.number("reported", 0), tolerance = c.number("tolerance", 0);
  const double middle = summarise(c, kInfinity);
  c.row.reported = show(reported) + " +- " + show(tolerance);
  c.row.verdict = std::abs(middle - reported) <= tolerance ? "reproduced" : "differs";
}

/// The share of runs whose value satisfies the inequality; a run without a value does not.
void judge_fraction(Case& c) {
  int wins = 0;
  std::string lost;
  for (const RunRecord* run : c.runs) {
    const double x = value_of(c, *run);
    if (!std::isnan(x) && compare(x, c.text("op"), c.number("value", 0))) ++wins;
    else lost += " " + run_name(*run) + ": " + (std::isnan(x) ? run->status : show(x)) + ";";
  }
  const int total = static_cast<int>(c.runs.size());
  const auto [lo, hi] = binomial_interval(wins, total, 0.99);
  c.row.measured = std::to_string(wins) + " of " + std::to_string(total) + " runs, 99 % interval [" + show(lo) + ", " + show(hi) + "]";
  c.row.verdict = wins >= c.number("share", 1) * total ? "holds" : "violated";
  c.row.evidence = c.quantity() + " " + c.text("op") + " " + show(c.number("value", 0)) + " in at least " + show(c.number("share", 1)) + " of the runs;" + lost + " " + ids(c.runs);
}

void judge_order(Case& c) {
  int common = 0, wins = 0;
  std::string lost;
  for (const RunRecord* run : c.runs)
    for (const RunRecord* other : c.baselines) {
      if (run->seed() != other->seed()) continue;
      ++common;
      if (compare(value_of(c, *run), c.text("op"), value_of(c, *other))) ++wins;
      else lost += " seed " + std::to_string(run->seed()) + ": " + show(value_of(c, *run)) + " against " + show(value_of(c, *other)) + ";";
    }
  c.row.measured = std::to_string(wins) + " of " + std::to_string(common) + " seeds";
  c.row.verdict = common == 0 ? "not run" : wins == common ? "holds" : "violated";
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
      if (a.size() != b.size() || a.empty()) worst = kInfinity, where = "traces of different length, seed " + std::to_string(run->seed());
      for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;  // neither was measured at this iteration
        const double expected = factor * b[i];
        double difference = std::abs(a[i] - expected) / std::max(std::abs(expected), std::numeric_limits<double>::min());
        if (a[i] == expected) difference = 0;
        if (std::isnan(difference)) difference = kInfinity;
        ++rows;
        if (difference >= worst) worst = difference, where = "iteration " + std::to_string(i) + ", seed " + std::to_string(run->seed());
      }
    }
  c.row.measured = "largest relative difference " + show(worst) + " (<= " + show(tolerance) + ")";
  c.row.verdict = rows == 0 ? "not run" : worst <= tolerance ? "holds" : "violated";
  c.row.evidence = std::to_string(rows) + " values of " + c.text("metric") + " compared; largest at " + where + "; " + ids(c.runs);
}

void judge_status(Case& c) {
  std::string other;
  for (const RunRecord* run : c.runs)
    if (run->status != c.text("status")) other += run_name(*run) + ": " + run->status + " (" + run->reason + "); ";
  c.row.measured = other.empty() ? "all " + std::to_string(c.runs.size()) + " runs " + c.text("status") : "not all";
  c.row.verdict = other.empty() ? "holds" : "violated";
  c.row.evidence = other + ids(c.runs);
}

void judge_promise(Case& c) {
  std::int64_t checks = 0, violations = 0;
  double worst = kInfinity;
  std::string first, unmet, open, tightest;
  std::size_t not_applicable = 0;
  for (const RunRecord* run : c.runs) {
    const auto it = std::find_if(run->promises.begin(), run->promises.end(), [&](const PromiseResult& r) { return r.promise.id == c.text("promise"); });
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
      tightest = "smallest slack " + show(it->worst_slack) + " (" + run_name(*run) + ", iteration " + std::to_string(it->worst_iteration) + ", " + it->worst_block + ")";
    }
    if (verdict == "violated" && first.empty())
      first = run_name(*run) + ": first violated at iteration " + std::to_string(it->first_iteration) + ", block " + it->first_block + ", by " + show(-it->first_slack) + "; ";
  }
  c.row.verdict = violations > 0 ? "violated" : not_applicable == c.runs.size() ? "not applicable" : !open.empty() ? "inconclusive" : "holds";
  c.row.measured = std::to_string(violations) + " violations in " + std::to_string(checks) + " checks";
  if (c.row.verdict == "not applicable") c.row.measured = "hypothesis unmet";
  else if (checks == 0) c.row.measured = "no check";
  else if (violations == 0) c.row.measured += ", worst slack/allowance " + show(worst);
  c.row.evidence = first + (c.row.verdict == "not applicable" ? unmet : c.row.verdict == "inconclusive" ? open : tightest) + "; " + ids(c.runs);
}

void judge_study(Case& c) {
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies)
      if (study.id == c.text("study")) {
        const StudyResult result = study.run();
        c.row.measured = show(result.measured);
        c.row.verdict = result.holds ? "holds" : "violated";
        c.row.evidence = result.evidence;
        return;
      }
}

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
const Kind& find_kind(const ClaimSpec& claim) {
  static const std::vector<Kind> kinds = {
      {"promise", judge_promise}, {"value", judge_value},   {"reported", judge_reported},   {"fraction", judge_fraction}, {"order", judge_order},
      {"same", judge_same},       {"status", judge_status}, {"study", judge_study, false}, {"not_testable", judge_not_testable, false},
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

}  // namespace

std::vector<ClaimRow> judge(const Experiment& experiment, const std::vector<RunRecord>& records, const std::string& scale) {
  std::vector<std::string> all;
  for (const Cell& cell : experiment.cells)
    if (std::find(all.begin(), all.end(), cell.variant) == all.end()) all.push_back(cell.variant);
  std::vector<ClaimRow> rows;
  for (const ClaimSpec& claim : experiment.claims) {
    ClaimRow row{claim.id, experiment.paper, claim.item, claim.statement, experiment.id, "", "", "not run", claim.expect, ""};
    const Kind& kind = find_kind(claim);
    if (claim.number.contains("reported")) row.reported = show(claim.number.at("reported"));
    if (!claim.scale.empty() && claim.scale != scale) {
      row.expected = "not run";
      row.evidence = "judged with --scale " + claim.scale + " only";
      rows.push_back(row);
      continue;
    }
    const std::vector<std::string> variants = claim.variants.empty() ? all : claim.variants;
    const auto runs = runs_of(records, variants);
    const auto baselines = claim.text.contains("baseline") ? runs_of(records, {claim.text.at("baseline")}) : std::vector<const RunRecord*>{};
    std::size_t wanted = 0;
    for (const Cell& cell : experiment.cells) wanted += std::count(variants.begin(), variants.end(), cell.variant) > 0 ? 1 : 0;
    Case c{claim, runs, baselines, row};
    if (kind.needs_runs && (runs.size() < wanted || runs.empty() || (claim.text.contains("baseline") && baselines.empty())))
      row.evidence = "runs are missing: bcdbench run " + experiment.id;
    else kind.judge(c);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace bcd
