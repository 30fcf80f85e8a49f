// Kind "curves": per variant the median over the seeds as a line and the range min..max as a band, one panel per quantity. A
// curve that ends early because a run diverged or failed ends with a cross; one that would hide another is dashed; a variant
// without an iteration stands in the legend with its status. Values that the paper prints are hollow marks.
#include <algorithm>
#include <cmath>
#include <set>

#include "algorithms/core/usage_error.hpp"
#include "plots/kinds/kind.hpp"
#include "results/record.hpp"
#include "results/statistics/quantiles.hpp"

namespace bcd {
namespace {

constexpr std::size_t kPoints = 1000;  // of a curve, about

bool has_rows(const Series& series) {
  return std::any_of(series.runs.begin(), series.runs.end(), [](const RunRecord* run) { return !run->trace.rows.empty(); });
}

/// Rows to draw: all, or about kPoints of them, evenly spaced along the axis as it is drawn.
std::vector<std::size_t> chosen_rows(std::size_t rows, bool log_x) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < rows; ++i) chosen.push_back(i);
  if (rows <= kPoints) return chosen;
  std::set<std::size_t> kept = {0, rows - 1};
  for (std::size_t k = 0; k < kPoints; ++k) {
    const double share = static_cast<double>(k) / (kPoints - 1), last = static_cast<double>(rows - 1);
    kept.insert(static_cast<std::size_t>(std::lround(log_x ? std::exp(share * std::log(last)) : share * last)));
  }
  return {kept.begin(), kept.end()};
}

std::string columns_of(const Series& series) {
  std::set<std::string> names;
  for (const RunRecord* run : series.runs) names.insert(run->trace.columns.begin(), run->trace.columns.end());
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

/// A panel's quantity over the runs of one variant, as far as the shortest of them goes.
Curve curve_of(const Panel& panel, const Series& series, std::size_t entry) {
  Curve curve{series.label, entry, {}, {}};
  std::vector<std::vector<double>> xs, ys;
  std::size_t rows = ~std::size_t{0};
  for (const RunRecord* run : series.runs) {
    curve.early = curve.early || run->status == "Diverged" || run->status == "Failed";
    const std::vector<double> x = run->trace.column(panel.x), y = run->trace.column(panel.y);
    if (x.empty() || y.empty()) continue;  // it ended before its first iteration
    rows = std::min({rows, x.size(), y.size()});
    xs.push_back(x);
    ys.push_back(y);
  }
  if (xs.empty())
    throw UsageError("no run of '" + series.label + "' has the columns " + panel.x + " and " + panel.y +
                     "; there are: " + columns_of(series));
  const std::string prefix = series.label + ": ", name = prefix + panel.y;
  curve.columns = {{prefix + panel.x, {}}, {name + " median", {}}, {name + " low", {}}, {name + " high", {}}};
  for (const std::size_t i : chosen_rows(rows, panel.log_x)) {
    std::vector<double> x, y;
    for (std::size_t r = 0; r < xs.size(); ++r)
      if (std::isfinite(xs[r][i]) && std::isfinite(ys[r][i])) x.push_back(xs[r][i]), y.push_back(ys[r][i]);
    if (y.empty()) continue;  // nobody measured the quantity at this iteration
    curve.columns[0].values.push_back(median(x));
    curve.columns[1].values.push_back(median(y));
    curve.columns[2].values.push_back(*std::min_element(y.begin(), y.end()));
    curve.columns[3].values.push_back(*std::max_element(y.begin(), y.end()));
  }
  if (xs.size() > 1) curve.layers.push_back({Mark::band, 0, 2, 3});
  curve.layers.push_back({Mark::line, 0, 1});
  return curve;
}

/// The place of printed values in the legend: one for each label, in its variant's colour or in grey.
std::size_t legend_entry(Chart& chart, const std::string& label, const LineStyle& style) {
  const auto same = [&](const LegendEntry& entry) { return entry.printed && entry.label == label; };
  const auto at = std::find_if(chart.legend.begin(), chart.legend.end(), same);
  if (at != chart.legend.end()) return static_cast<std::size_t>(at - chart.legend.begin());
  chart.legend.push_back({label, style, true});
  return chart.legend.size() - 1;
}

/// What the panel shows besides runs; nothing of a variant that the figure leaves out.
std::vector<Curve> printed_curves(const Panel& panel, const std::vector<Series>& series, Chart& chart) {
  std::vector<Curve> curves;
  for (const PrintedPoints& points : panel.points) {
    LineStyle style = {"#555555", "#b0b0b0", ""};
    if (!points.variant.empty()) {
      const auto own = std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.label == points.variant; });
      if (own == series.end()) continue;
      style = line_style(own->style.value_or(static_cast<std::size_t>(own - series.begin())));
    }
    const std::string head = points.label + " (" + points.source + "): ";
    curves.push_back({.label = points.label,
                      .entry = legend_entry(chart, points.label, style),
                      .columns = {{head + panel.x, points.x}, {head + panel.y, points.y}},
                      .layers = {{Mark::printed, 0, 1}},
                      .source = points.source});
  }
  return curves;
}

ChartPanel panel_of(const Panel& panel, const std::vector<Series>& series, Chart& chart) {
  ChartPanel drawn{
      panel.x, panel.y, panel.x_label, panel.y_label, panel.title, {Axis("x", panel.log_x, 0), Axis("y", panel.log_y, 0.05)},
      {}};
  for (std::size_t k = 0; k < series.size(); ++k)
    if (panel.shows(series[k].label) && has_rows(series[k])) drawn.curves.push_back(curve_of(panel, series[k], k));
  for (const Curve& curve : drawn.curves) {
    drawn.axes.x.cover(curve.values(0));
    for (const std::size_t column : {1, 2, 3}) drawn.axes.y.cover(curve.values(column));
  }
  for (Curve& curve : printed_curves(panel, series, chart)) {
    drawn.axes.x.cover(curve.values(0));
    drawn.axes.y.cover(curve.values(1));
    drawn.curves.push_back(std::move(curve));
  }
  if (panel.y_min != panel.y_max) drawn.axes.y.fix(panel.y_min, panel.y_max);
  drawn.axes.x.close();
  drawn.axes.y.close();
  return drawn;
}

Chart curves_chart(const Figure& figure, const std::vector<Series>& all) {
  const std::vector<Series> series = shown_series(figure, all);
  Chart chart{figure.id, figure.title, {}, {}};
  for (std::size_t k = 0; k < series.size(); ++k) {
    const Series& s = series[k];
    const std::string why = s.runs.empty() ? "not run" : s.runs.front()->status;
    chart.legend.push_back({has_rows(s) ? s.label : s.label + " (" + why + ")", line_style(s.style.value_or(k))});
  }
  for (const Panel& panel : figure.panels) chart.panels.push_back(panel_of(panel, series, chart));
  dash_hidden_lines(chart);
  return chart;
}

}  // namespace

FigureKind curves_kind() {
  return {
      .name = "curves",
      .help = "per variant the median over the seeds as a line and the range as a band, one panel per column of the records",
      .y = {},
      .options = {},
      .reading = "Line: median over the seeds; band: smallest to largest.",
      .said_by = "median",
      .interactive = true,
      .chart = curves_chart};
}

}  // namespace bcd
