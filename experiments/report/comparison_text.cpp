#include "experiments/report/comparison_text.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/text.hpp"
#include "plots/draw.hpp"
#include "plots/kinds/profile.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::ordered_json;

namespace {

std::string five_digits(double x) { return show(x == 0 ? 0.0 : x, 5); }

std::string five_digits(const Interval& interval) {
  return "[" + five_digits(interval.low) + ", " + five_digits(interval.high) + "]";
}
std::string percent(double share) { return five_digits(100 * share) + " %"; }

/// What is compared, in words.
std::string quantity(const ComparisonOptions& o) {
  if (o.target)
    return o.axis + " until " + o.metric + (o.lower ? " <= " : " >= ") + five_digits(*o.target) +
           " (a run that does not get there: inf)";
  return o.metric + (o.at ? " at iteration " + five_digits(*o.at) : " at the last iteration") + ", " +
         (o.lower ? "lower" : "higher") + " is better (a run without a value counts as the worst)";
}

std::vector<std::string> spread_header(const ComparisonOptions& o) {
  return {"experiment",
          "variant",
          "runs",
          "missed",
          "median",
          "quantile " + percent(o.low),
          "quantile " + percent(o.high),
          percent(o.confidence) + " interval of the median"};
}

std::vector<std::string> spread_row(const VariantSummary& v, const Spread& s) {
  return {v.experiment,          v.variant,          std::to_string(s.runs), std::to_string(s.missed),
          five_digits(s.median), five_digits(s.low), five_digits(s.high),    five_digits(s.interval)};
}

std::string value_table(const Comparison& c) {
  std::vector<std::vector<std::string>> rows;
  for (const VariantSummary& v : c.summaries) rows.push_back(spread_row(v, v.value));
  return table(spread_header(c.options), rows);
}

std::string target_tables(const Comparison& c) {
  std::string out;
  for (const auto& [axis, column] : kAxes) {
    std::vector<std::vector<std::string>> rows;
    std::string uncounted;
    for (const VariantSummary& v : c.summaries)
      if (const auto spread = v.target.find(axis); spread != v.target.end())
        rows.push_back(spread_row(v, spread->second));
      else
        uncounted += (uncounted.empty() ? "" : "; ") + v.experiment + ", " + v.variant;
    const bool doubted = axis == "seconds" && !c.doubt.empty();
    out += "\n" + axis + " to the target" + (doubted ? " (they do not compare: " + c.doubt + ")" : "") +
           (uncounted.empty() ? "" : " (not counted: " + uncounted + ")") + "\n";
    if (!rows.empty()) out += table(spread_header(c.options), rows);
  }
  return out;
}

/// Whether differences are shown with the metric's own sign, which for a higher-is-better metric is not that of the costs.
bool flipped(const ComparisonOptions& o) { return !o.target && !o.lower; }
double five_digits(double difference, const ComparisonOptions& o) { return flipped(o) ? -difference : difference; }
Interval five_digits(const Interval& i, const ComparisonOptions& o) { return flipped(o) ? Interval{-i.high, -i.low} : i; }

std::string pair_table(const Comparison& c) {
  std::vector<std::vector<std::string>> rows;
  for (const PairedResult& r : c.pairs)
    rows.push_back({r.experiment, r.variant, r.other, std::to_string(r.seeds),
                    std::to_string(r.wins) + "/" + std::to_string(r.ties) + "/" + std::to_string(r.losses),
                    r.seeds == 0 ? "-" : five_digits(five_digits(r.median, c.options)),
                    r.seeds == 0 ? "-" : five_digits(five_digits(r.interval, c.options)), five_digits(r.p),
                    five_digits(r.adjusted), r.verdict + (r.reason.empty() ? "" : ": " + r.reason)});
  return table({"experiment", "variant", "against", "seeds", "better/same/worse", "median difference",
                percent(c.options.confidence) + " interval", "p", "p (Holm)", "verdict"},
               rows);
}

std::string test_text(const Comparison& c) {
  return std::string("Wilcoxon's signed-rank test on the common seeds, exact, ") +
         (c.against_file ? "one-sided for a loss" : "two-sided") + ", Holm's correction over " +
         std::to_string(c.pairs.size()) + " comparisons, level " + five_digits(c.options.level) +
         (c.options.margin > 0 ? ", differences up to " + percent(c.options.margin) + " count as none" : "");
}

ordered_json number(double x) { return std::isfinite(x) ? ordered_json(x) : ordered_json(number_text(x)); }

ordered_json to_json(const Spread& s) {
  return {{"runs", s.runs},       {"missed", s.missed},     {"median", number(s.median)},
          {"low", number(s.low)}, {"high", number(s.high)}, {"interval", {number(s.interval.low), number(s.interval.high)}}};
}

ordered_json to_json(const PairedResult& r, const ComparisonOptions& o) {
  const Interval interval = five_digits(r.interval, o);
  return {{"experiment", r.experiment},
          {"variant", r.variant},
          {"against", r.other},
          {"seeds", r.seeds},
          {"better", r.wins},
          {"same", r.ties},
          {"worse", r.losses},
          {"median_difference", number(five_digits(r.median, o))},
          {"interval", {number(interval.low), number(interval.high)}},
          {"p", r.p},
          {"p_holm", r.adjusted},
          {"verdict", r.verdict},
          {"reason", r.reason}};
}

}  // namespace

std::string comparison_text(const Comparison& c) {
  std::string out =
      c.options.metric + ", every run counted: median, quantiles and a bootstrap interval" + c.versions + "\n" + value_table(c);
  if (c.options.target) out += target_tables(c);
  out += "\nDifferences of: " + quantity(c.options) + "\n" + wrapped(test_text(c));
  out += c.pairs.empty() ? "no two variants to compare\n" : pair_table(c);
  return out;
}

std::string comparison_json(const Comparison& c) {
  const ComparisonOptions& o = c.options;
  ordered_json summaries = ordered_json::array(), pairs = ordered_json::array(), curves = ordered_json::array();
  for (const VariantSummary& v : c.summaries) {
    ordered_json entry = {{"experiment", v.experiment}, {"variant", v.variant}, {"value", to_json(v.value)}};
    for (const auto& [axis, spread] : v.target) entry["to_target"][axis] = to_json(spread);
    summaries.push_back(std::move(entry));
  }
  for (const PairedResult& r : c.pairs) pairs.push_back(to_json(r, o));
  for (const ProfileCurve& curve : c.profile.curves)
    curves.push_back({{"variant", curve.variant}, {"tau", curve.tau}, {"share", curve.share}});
  const ordered_json document = {
      {"metric", o.metric},
      {"compared", quantity(o)},
      {"quantiles", {o.low, o.high}},
      {"confidence", o.confidence},
      {"test", test_text(c)},
      {"seconds_do_not_compare", c.doubt},
      {"other_versions", c.versions},
      {"variants", summaries},
      {"pairs", pairs},
      {"profile", {{"axis", o.axis}, {"problems", c.profile.problems}, {"left_out", c.profile.left_out}, {"curves", curves}}}};
  return json_text(document, 1) + "\n";
}

std::vector<std::filesystem::path> draw_profile(const Comparison& c, const std::filesystem::path& folder,
                                                const std::vector<std::string>& formats) {
  if (c.profile.problems == 0)
    throw UsageError("--figure: on no experiment and seed were all variants run, so there is no common problem for a profile");
  const std::string title = "Performance profile: " + c.options.metric + (c.options.lower ? " <= " : " >= ") +
                            five_digits(*c.options.target) + c.versions;
  return draw_chart(profile_chart(c.profile, title, c.options.axis + " relative to the best variant"), folder, formats);
}

}  // namespace bcd
