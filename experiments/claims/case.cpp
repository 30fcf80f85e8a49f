#include "experiments/claims/case.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/binomial.hpp"
#include "algorithms/core/text.hpp"
#include "results/statistics/quantiles.hpp"

namespace bcd {

namespace {

bool takes_last(const std::string& statistic) { return statistic.empty() || statistic == "last"; }

/// Mean logarithm, largest or smallest of the values measured up to the iteration `end`.
double summary_of(const std::string& statistic, const std::vector<double>& values, const std::vector<double>& iterations,
                  double end) {
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

}  // namespace

std::string Case::text(const std::string& key) const {
  const auto it = claim.text.find(key);
  return it == claim.text.end() ? std::string() : it->second;
}

double Case::number(const std::string& key, double otherwise) const {
  const auto it = claim.number.find(key);
  return it == claim.number.end() ? otherwise : it->second;
}

std::string Case::quantity() const {
  const std::string statistic = text("statistic");
  if (!takes_last(statistic))
    return (statistic == "mean_log" ? "mean logarithm" : statistic) + " of " + text("metric") +
           (has("at") ? " up to iteration " + shown(claim.number.at("at")) : " over all iterations");
  return text("metric") + (has("at") ? " at iteration " + shown(claim.number.at("at")) : " at the last iteration");
}

std::string shown(double x) { return show(x, 4); }

std::string run_name(const RunRecord& run) { return run.variant() + " seed " + std::to_string(run.seed()); }

std::string record_ids(const std::vector<const RunRecord*>& runs) {
  const std::size_t named = runs.size() <= 3 ? runs.size() : 2;
  std::string list;
  for (std::size_t i = 0; i < named; ++i) list += (i == 0 ? (runs.size() == 1 ? "record " : "records ") : ", ") + runs[i]->id;
  if (runs.size() > named) list += " and " + std::to_string(runs.size() - named) + " more";
  return list;
}

double value_of(const Case& c, const RunRecord& run) {
  return value_of(c, run, c.has("at") ? std::optional(c.claim.number.at("at")) : std::nullopt);
}

double value_of(const Case& c, const RunRecord& run, std::optional<double> at) {
  const std::vector<double> values = run.trace.column(c.text("metric")), iterations = run.trace.column("iteration");
  const bool reached = at && !iterations.empty() && iterations.back() >= *at;  // what broke later is another matter
  if (values.empty() || (status::stopped_early(run.status) && !reached)) return std::nan("");
  if (const std::string statistic = c.text("statistic"); !takes_last(statistic))
    return summary_of(statistic, values, iterations, at.value_or(kInfinity));
  if (!at) return values.back();
  for (std::size_t i = 0; i < std::min(values.size(), iterations.size()); ++i)
    if (iterations[i] == *at) return values[i];
  return std::nan("");
}

Summary summarise(Case& c, double missing) {
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
  if (lost > 0) c.row.evidence += std::to_string(lost) + " without a value (diverged) counted as " + shown(missing) + "; ";
  c.row.evidence += record_ids(c.runs);
  return {middle, *lo, *hi};
}

std::string looseness(double ratio, const std::string& what) {
  if (!(ratio > 0)) return "";
  if (ratio < 10) return what + " is within a factor " + show(ratio, 3) + " of what it bounds";
  const int decades = static_cast<int>(std::floor(std::log10(ratio)));
  return what + " is loose by " + std::to_string(decades) + (decades == 1 ? " decade" : " decades");
}

bool lower_is_better(const std::string& metric) { return metric.find("accuracy") == std::string::npos; }

bool compare(double a, const std::string& op, double b) { return op == "<" ? a < b : a > b; }

std::string exact_interval(int k, int n) {
  const auto [lower, upper] = binomial_interval(k, n, 0.95);
  return "95 % interval of the share [" + shown(lower) + ", " + shown(upper) + "]";
}

Outcome judge_share(int k, int n, double share) {
  if (n == 0) return Outcome::not_run;
  if (k >= share * n - 1e-9) return Outcome::holds;
  return binomial_interval(k, n, 0.95).second < share ? Outcome::violated : Outcome::inconclusive;
}

}  // namespace bcd
