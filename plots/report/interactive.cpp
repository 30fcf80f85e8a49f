#include "plots/report/interactive.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include "plots/report/html.hpp"

namespace bcd {
namespace {

using nlohmann::json;

/// What a reader may want along the horizontal axis, besides the figure's own choice.
const std::vector<std::pair<std::string, std::string>> kAxes = {{"iteration", "iteration"},
                                                                {"train_seconds", "training time [s]"}};

/// Five digits; null for what JSON cannot hold.
json rounded(double x) {
  if (!std::isfinite(x)) return nullptr;
  if (x == std::round(x) && std::abs(x) < 1e9) return static_cast<std::int64_t>(x);
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.5g", x);
  return std::strtod(digits, nullptr);
}

/// Arrays of numbers, each distinct one once: the curves of a figure share their iterations.
class Pool {
 public:
  std::size_t add(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
    json array = json::array();
    for (const std::size_t i : rows) array.push_back(rounded(values[i]));
    const auto [place, fresh] = index_.try_emplace(array.dump(), index_.size());
    if (fresh) arrays_.push_back(std::move(array));
    return place->second;
  }
  const json& arrays() const { return arrays_; }

 private:
  std::map<std::string, std::size_t> index_;
  json arrays_ = json::array();
};

bool has_column(const Series& series, const std::string& column) {
  return std::any_of(series.runs.begin(), series.runs.end(),
                     [&](const RunRecord* run) { return run->trace.index(column) >= 0; });
}

/// What the panels are drawn along, where it is one quantity for all of them.
std::optional<std::string> common_axis(const Figure& figure) {
  const std::string& x = figure.panels.front().x;
  const bool common = std::all_of(figure.panels.begin(), figure.panels.end(), [&](const Panel& p) { return p.x == x; });
  return common ? std::optional(x) : std::nullopt;
}

using AxisNames = std::vector<std::pair<std::string, std::string>>;

/// The other axes that every curve of the figure can be drawn along.
AxisNames other_axes(const Figure& figure, const std::vector<Series>& series) {
  AxisNames axes;
  for (const auto& axis : kAxes)
    if (common_axis(figure) != axis.first && std::all_of(series.begin(), series.end(), [&](const Series& s) {
          return s.runs.empty() || s.runs.front()->trace.rows.empty() || has_column(s, axis.first);
        }))
      axes.push_back(axis);
  return axes;
}

json curve_data(const Panel& panel, const Series& series, const Drawn& drawn, const AxisNames& axes, std::size_t points,
                Pool& pool) {
  const Curve& curve = drawn.curve;
  const std::vector<std::size_t> rows = thinned_rows(curve.median, points);
  json data = {{"s", drawn.series}, {"y", pool.add(curve.median, rows)}, {"x", {{panel.x, pool.add(curve.x, rows)}}}};
  if (curve.runs > 1) data["low"] = pool.add(curve.low, rows), data["high"] = pool.add(curve.high, rows);
  if (curve.diverged) data["early"] = true;
  for (const auto& [column, name] : axes) {
    if (column == panel.x) continue;
    Panel other = panel;  // the same rows along another axis
    other.x = column;
    const Curve along = summarise_curve(other, series);
    if (along.x.size() == curve.x.size()) data["x"][column] = pool.add(along.x, rows);
  }
  return data;
}

std::string chart_data(const Figure& figure, const Chart& chart, const std::vector<Series>& series, const AxisNames& axes,
                       std::size_t points) {
  Pool pool;
  json legend = json::array(), panels = json::array();
  for (const LegendEntry& entry : chart.legend)
    legend.push_back(
        {{"label", entry.label}, {"colour", entry.style.colour}, {"dark", entry.style.dark}, {"dash", entry.style.dash}});
  for (std::size_t p = 0; p < figure.panels.size(); ++p) {
    const Panel& panel = figure.panels[p];
    json& data = panels.emplace_back(json{{"x", panel.x}, {"y", panel.y}, {"logX", panel.log_x}, {"logY", panel.log_y}});
    if (panel.y_min != panel.y_max) data["range"] = {panel.y_min, panel.y_max};
    data["curves"] = json::array();
    for (const Drawn& d : chart.panels[p]) data["curves"].push_back(curve_data(panel, series[d.series], d, axes, points, pool));
  }
  return json{{"id", figure.id}, {"legend", legend}, {"panels", panels}, {"arrays", pool.arrays()}}.dump();
}

std::string dash_attribute(const LineStyle& style) {
  return style.dash.empty() ? "" : " stroke-dasharray=\"" + style.dash + "\"";
}

std::string colours(const LineStyle& style) { return "--light:" + style.colour + ";--dark:" + style.dark; }

std::string legend_buttons(const Chart& chart) {
  std::string out = "<div class=\"legend\" role=\"group\" aria-label=\"Curves: Space hides or shows one, Enter isolates it\">";
  for (std::size_t k = 0; k < chart.legend.size(); ++k) {
    const LegendEntry& entry = chart.legend[k];
    out += "<button type=\"button\" class=\"curve\" aria-pressed=\"true\" data-series=\"" + std::to_string(k) + "\" style=\"" +
           colours(entry.style) + "\"><svg viewBox=\"0 0 34 10\" aria-hidden=\"true\"><rect width=\"34\" height=\"10\"/>" +
           "<path d=\"M0 5H34\"" + dash_attribute(entry.style) + "/></svg><span>" + escape_markup(entry.label) +
           "</span></button>";
  }
  return out + "</div>\n";
}

std::string toggle(const std::string& axis, bool on) {
  return "<button type=\"button\" class=\"log\" data-axis=\"" + axis + "\" aria-pressed=\"" + (on ? "true" : "false") +
         "\">log " + axis + "</button>";
}

std::string panel_box(const Panel& panel) {
  const std::string y = html::mathematics(panel.y_label.empty() ? panel.y : panel.y_label);
  std::string out = "<div class=\"panel\"><div class=\"head\"><div>";
  if (!panel.title.empty()) out += "<b>" + html::mathematics(panel.title) + "</b>";
  out += "<span class=\"y-name\">" + y + "</span></div><div>" + toggle("y", panel.log_y) + toggle("x", panel.log_x) +
         "</div></div>\n<div class=\"plot\" tabindex=\"0\" role=\"group\" aria-roledescription=\"chart\" aria-label=\"" +
         escape_markup(panel.y_label.empty() ? panel.y : panel.y_label) +
         ". Arrow keys read the values, plus and minus zoom, 0 resets.\"></div><div class=\"x-name\">" +
         html::mathematics(panel.x_label.empty() ? panel.x : panel.x_label) + "</div></div>\n";
  return out;
}

std::string toolbar(const Figure& figure, const AxisNames& axes) {
  std::string out = "<div class=\"tools\">";
  if (!axes.empty()) {
    const Panel& first = figure.panels.front();
    const std::string own = !common_axis(figure) ? "as in the picture" : first.x_label.empty() ? first.x : first.x_label;
    out += "<label>Along <select class=\"axis\"><option value=\"\">" + escape_markup(own) + "</option>";
    for (const auto& [column, name] : axes)
      out += "<option value=\"" + escape_markup(column) + "\">" + escape_markup(name) + "</option>";
    out += "</select></label>";
  }
  return out +
         "<button type=\"button\" class=\"all\">Show all</button><button type=\"button\" class=\"reset\">Reset zoom</button>"
         "<button type=\"button\" class=\"zoom\" data-factor=\"0.5\" aria-label=\"Zoom in\">+</button>"
         "<button type=\"button\" class=\"zoom\" data-factor=\"2\" aria-label=\"Zoom out\">&minus;</button>"
         "<span class=\"hint\">Hover for values, drag to zoom, click a name to hide it, double click to isolate "
         "it.</span></div>\n";
}

}  // namespace

bool is_interactive(const Figure& figure) { return figure.kind == "curves" && !figure.panels.empty(); }

std::vector<std::size_t> thinned_rows(const std::vector<double>& values, std::size_t points) {
  std::set<std::size_t> rows;
  const std::size_t count = values.size(), stretches = std::max<std::size_t>(1, points / 2);
  if (count <= points) {
    for (std::size_t i = 0; i < count; ++i) rows.insert(rows.end(), i);
    return {rows.begin(), rows.end()};
  }
  for (std::size_t k = 0; k < stretches; ++k) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(k * count / stretches);
    const auto to = values.begin() + static_cast<std::ptrdiff_t>((k + 1) * count / stretches);
    rows.insert(static_cast<std::size_t>(std::min_element(from, to) - values.begin()));
    rows.insert(static_cast<std::size_t>(std::max_element(from, to) - values.begin()));
  }
  rows.insert({0, count - 1});
  return {rows.begin(), rows.end()};
}

std::string interactive_chart(const Figure& figure, const std::vector<Series>& all, std::size_t points) {
  const std::vector<Series> series = shown_series(figure, all);
  const Chart chart = chart_of(figure, series);
  const AxisNames axes = other_axes(figure, series);
  std::string out = "<div class=\"chart\">" + toolbar(figure, axes) + "<div class=\"panels\" data-count=\"" +
                    std::to_string(figure.panels.size()) + "\">\n";
  for (const Panel& panel : figure.panels) out += panel_box(panel);
  return out + legend_buttons(chart) + "</div>\n" +
         "<p class=\"readout\" aria-live=\"polite\"></p><script type=\"application/json\">" +
         html::script_data(chart_data(figure, chart, series, axes, points)) + "</script></div>\n";
}

std::string thumbnail(const Figure& figure, const std::vector<Series>& series) {
  constexpr double width = 96, height = 60;
  constexpr std::size_t points = 60;
  const Chart chart = chart_of(figure, series);
  const std::size_t shown = std::min<std::size_t>(chart.panels.size(), 3);
  std::string out = "<svg class=\"thumb\" aria-hidden=\"true\" viewBox=\"0 0 " +
                    html::number(width * static_cast<double>(shown)) + " " + html::number(height) + "\">";
  for (std::size_t p = 0; p < shown; ++p) {
    const Axes& axes = chart.axes[p];
    const double left = width * static_cast<double>(p) + 4;
    out += "<path class=\"frame\" d=\"M" + html::number(left) + " 4V56H" + html::number(left + width - 8) + "\"/>";
    for (const Drawn& d : chart.panels[p]) {
      std::string path;
      for (const std::size_t i : thinned_rows(d.curve.median, points)) {
        const double x = left + (width - 8) * axes.x.place(axes.x.clamped(d.curve.x[i]));
        const double y = 56 - 52 * axes.y.place(axes.y.clamped(d.curve.median[i]));
        path += (path.empty() ? "M" : "L") + html::number(x) + " " + html::number(y);
      }
      const LineStyle& style = chart.legend[d.series].style;
      out += "<path class=\"line\" style=\"" + colours(style) + "\" d=\"" + path + "\"/>";
    }
  }
  return out + "</svg>";
}

}  // namespace bcd
