#include "plots/kinds/chart.hpp"

#include <algorithm>
#include <cmath>

namespace bcd {
namespace {

bool shown(const Panel& panel, const Series& series) {
  return panel.variants.empty() ||
         std::find(panel.variants.begin(), panel.variants.end(), series.label) != panel.variants.end();
}

bool has_rows(const Series& series) {
  return std::any_of(series.runs.begin(), series.runs.end(), [](const RunRecord* run) { return !run->trace.rows.empty(); });
}

std::vector<LegendEntry> legend_of(const std::vector<Series>& series) {
  std::vector<LegendEntry> legend;
  for (std::size_t k = 0; k < series.size(); ++k) {
    const Series& s = series[k];
    const std::string why = s.runs.empty() ? "not run" : s.runs.front()->status;
    legend.push_back({has_rows(s) ? s.label : s.label + " (" + why + ")", line_style(s.style.value_or(k))});
  }
  return legend;
}

std::vector<std::vector<Drawn>> curves_of(const Figure& figure, const std::vector<Series>& series) {
  std::vector<std::vector<Drawn>> panels;
  int column = 1;
  for (const Panel& panel : figure.panels) {
    std::vector<Drawn>& drawn = panels.emplace_back();
    for (std::size_t k = 0; k < series.size(); ++k) {
      if (!shown(panel, series[k]) || !has_rows(series[k])) continue;
      drawn.push_back({summarise_curve(panel, series[k]), k, column});
      column += 4;
    }
  }
  return panels;
}

Axes axes_of(const Panel& panel, const std::vector<Drawn>& drawn) {
  Axes axes{Axis("x", panel.log_x, 0), Axis("y", panel.log_y, 0.05)};
  for (const Drawn& d : drawn) {
    axes.x.cover(d.curve.x);
    for (const auto* values : {&d.curve.median, &d.curve.low, &d.curve.high}) axes.y.cover(*values);
  }
  if (panel.y_min != panel.y_max) axes.y.fix(panel.y_min, panel.y_max);
  axes.x.close();
  axes.y.close();
  return axes;
}

/// Whether one of the curves would hide the other.
bool coincide(const Curve& a, const Curve& b, const Axis& y) {
  if (a.x != b.x) return false;
  const auto near = [&](double p, double q) { return std::abs(y.place(p) - y.place(q)) < 0.01; };
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < a.x.size(); ++i) hidden += near(a.median[i], b.median[i]) ? 1 : 0;
  return static_cast<double>(hidden) >= 0.9 * static_cast<double>(a.x.size());
}

}  // namespace

std::vector<Series> shown_series(const Figure& figure, const std::vector<Series>& series) {
  std::vector<Series> kept;
  for (const Series& s : series)
    if (std::any_of(figure.panels.begin(), figure.panels.end(), [&](const Panel& p) { return shown(p, s); })) kept.push_back(s);
  return kept;
}

Chart chart_of(const Figure& figure, const std::vector<Series>& all) {
  const std::vector<Series> series = shown_series(figure, all);
  Chart chart{legend_of(series), curves_of(figure, series), {}};
  for (std::size_t p = 0; p < chart.panels.size(); ++p) {
    const std::vector<Drawn>& drawn = chart.panels[p];
    const Axes& axes = chart.axes.emplace_back(axes_of(figure.panels[p], drawn));
    for (std::size_t j = 0; j < drawn.size(); ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (coincide(drawn[i].curve, drawn[j].curve, axes.y)) chart.legend[drawn[j].series].style.dash = "9,9";
  }
  return chart;
}

}  // namespace bcd
