#include "plots/report/interactive.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "algorithms/core/text.hpp"
#include "plots/report/html.hpp"
#include "results/record.hpp"

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
  return parse_number("a number of the chart", show(x, 5));
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

/// The same figure along another axis.
struct OtherAxis {
  std::string column, name;
  Chart chart;
};

/// The other axes that every curve of the figure can be drawn along.
std::vector<OtherAxis> other_axes(const Figure& figure, const std::vector<Series>& series) {
  std::vector<OtherAxis> axes;
  for (const auto& [column, name] : kAxes) {
    const auto on_it = [&axis = column](const Series& s) {
      return s.runs.empty() || s.runs.front()->trace.rows.empty() || has_column(s, axis);
    };
    if (common_axis(figure) == column || !std::all_of(series.begin(), series.end(), on_it)) continue;
    Figure along = figure;
    for (Panel& panel : along.panels) panel.x = column, panel.points.clear();
    axes.push_back({column, name, chart_of(along, series)});
  }
  return axes;
}

/// place: of the panel and of the curve in it.
json curve_data(const Chart& chart, std::pair<std::size_t, std::size_t> place, const std::vector<OtherAxis>& axes,
                std::size_t points, Pool& pool) {
  const auto [p, j] = place;
  const std::string& own = chart.panels[p].x;
  const Curve& curve = chart.panels[p].curves[j];
  const std::vector<std::size_t> rows = thinned_rows(curve.y(), points);
  json data = {{"s", curve.entry}, {"y", pool.add(curve.y(), rows)}, {"x", {{own, pool.add(curve.x(), rows)}}}};
  if (const Layer* band = curve.layer(Mark::band)) {
    data["low"] = pool.add(curve.values(band->y), rows);
    data["high"] = pool.add(curve.values(band->high), rows);
  }
  if (curve.early) data["early"] = true;
  for (const OtherAxis& axis : axes) {
    const std::vector<double>& along = axis.chart.panels[p].curves[j].x();  // the same rows
    if (axis.column != own && along.size() == curve.x().size()) data["x"][axis.column] = pool.add(along, rows);
  }
  return data;
}

/// What the paper prints, as it stands.
json printed_data(const Curve& curve) {
  json x = json::array(), y = json::array();
  for (const double value : curve.values(0)) x.push_back(rounded(value));
  for (const double value : curve.values(1)) y.push_back(rounded(value));
  return {{"s", curve.entry}, {"source", curve.source}, {"x", x}, {"y", y}};
}

std::string chart_data(const Chart& chart, const std::vector<OtherAxis>& axes, std::size_t points) {
  Pool pool;
  json legend = json::array(), panels = json::array();
  for (const LegendEntry& entry : chart.legend)
    legend.push_back(
        {{"label", entry.label}, {"colour", entry.style.colour}, {"dark", entry.style.dark}, {"dash", entry.style.dash}});
  for (std::size_t p = 0; p < chart.panels.size(); ++p) {
    const ChartPanel& panel = chart.panels[p];
    const Axis &x = panel.axes.x, &y = panel.axes.y;
    json& data = panels.emplace_back(json{{"x", panel.x}, {"y", panel.y}, {"logX", x.log()}, {"logY", y.log()}});
    if (y.fixed()) data["range"] = {y.low(), y.high()};
    data["curves"] = json::array();
    for (std::size_t j = 0; j < panel.curves.size(); ++j)
      if (panel.curves[j].layer(Mark::printed))
        data["printed"].push_back(printed_data(panel.curves[j]));
      else
        data["curves"].push_back(curve_data(chart, {p, j}, axes, points, pool));
  }
  return json{{"id", chart.id}, {"legend", legend}, {"panels", panels}, {"arrays", pool.arrays()}}.dump();
}

std::string dash_attribute(const LineStyle& style) {
  return style.dash.empty() ? "" : " stroke-dasharray=\"" + style.dash + "\"";
}

std::string colours(const LineStyle& style) { return "--light:" + style.colour + ";--dark:" + style.dark; }

std::string legend_buttons(const Chart& chart) {
  std::string out = "<div class=\"legend\" role=\"group\" aria-label=\"Curves: Space hides or shows one, Enter isolates it\">";
  for (std::size_t k = 0; k < chart.legend.size(); ++k) {
    const LegendEntry& entry = chart.legend[k];
    out +=
        "<button type=\"button\" class=\"curve\" aria-pressed=\"true\" data-series=\"" + std::to_string(k) + "\" style=\"" +
        colours(entry.style) + "\"><svg viewBox=\"0 0 34 10\" aria-hidden=\"true\"><rect width=\"34\" height=\"10\"/>" +
        (entry.printed ? "<circle cx=\"17\" cy=\"5\" r=\"4\"/>" : "<path d=\"M0 5H34\"" + dash_attribute(entry.style) + "/>") +
        "</svg><span>" + escape_markup(entry.label) + "</span></button>";
  }
  return out + "</div>\n";
}

std::string toggle(const std::string& axis, bool on) {
  return "<button type=\"button\" class=\"log\" data-axis=\"" + axis + "\" aria-pressed=\"" + (on ? "true" : "false") +
         "\">log " + axis + "</button>";
}

/// A label for people, or the name of the quantity where there is none.
const std::string& words(const std::string& label, const std::string& name) { return label.empty() ? name : label; }

std::string panel_box(const ChartPanel& panel) {
  const std::string& y = words(panel.y_label, panel.y);
  std::string out = "<div class=\"panel\"><div class=\"head\"><div>";
  if (!panel.title.empty()) out += "<b>" + html::mathematics(panel.title) + "</b>";
  out += "<span class=\"y-name\">" + html::mathematics(y) + "</span></div><div>" + toggle("y", panel.axes.y.log()) +
         toggle("x", panel.axes.x.log()) +
         "</div></div>\n<div class=\"plot\" tabindex=\"0\" role=\"group\" aria-roledescription=\"chart\" aria-label=\"" +
         escape_markup(y) + ". Arrow keys read the values, plus and minus zoom, 0 resets.\"></div><div class=\"x-name\">" +
         html::mathematics(words(panel.x_label, panel.x)) + "</div></div>\n";
  return out;
}

std::string toolbar(const Figure& figure, const std::vector<OtherAxis>& axes) {
  std::string out = "<div class=\"tools\">";
  if (!axes.empty()) {
    const Panel& first = figure.panels.front();
    const std::string own = common_axis(figure) ? words(first.x_label, first.x) : "as in the picture";
    out += "<label>Along <select class=\"axis\"><option value=\"\">" + escape_markup(own) + "</option>";
    for (const OtherAxis& axis : axes)
      out += "<option value=\"" + escape_markup(axis.column) + "\">" + escape_markup(axis.name) + "</option>";
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

bool is_interactive(const Figure& figure) {
  const FigureKind* kind = find_figure_kind(figure.kind);
  return kind && kind->interactive && !figure.panels.empty();
}

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
  const std::vector<OtherAxis> axes = other_axes(figure, series);
  std::string out = "<div class=\"chart\">" + toolbar(figure, axes) + "<div class=\"panels\" data-count=\"" +
                    std::to_string(chart.panels.size()) + "\">\n";
  for (const ChartPanel& panel : chart.panels) out += panel_box(panel);
  return out + legend_buttons(chart) + "</div>\n" +
         "<p class=\"readout\" aria-live=\"polite\"></p><script type=\"application/json\">" +
         html::script_data(chart_data(chart, axes, points)) + "</script></div>\n";
}

std::string thumbnail(const Figure& figure, const std::vector<Series>& series) {
  constexpr double width = 96, height = 60;
  constexpr std::size_t points = 60;
  const Chart chart = chart_of(figure, series);
  const std::size_t shown = std::min<std::size_t>(chart.panels.size(), 3);
  std::string out = "<svg class=\"thumb\" aria-hidden=\"true\" viewBox=\"0 0 " +
                    html::number(width * static_cast<double>(shown)) + " " + html::number(height) + "\">";
  for (std::size_t p = 0; p < shown; ++p) {
    const Axes& axes = chart.panels[p].axes;
    const double left = width * static_cast<double>(p) + 4;
    out += "<path class=\"frame\" d=\"M" + html::number(left) + " 4V56H" + html::number(left + width - 8) + "\"/>";
    for (const Curve& curve : chart.panels[p].curves) {
      if (curve.x().empty()) continue;
      std::string path;
      for (const std::size_t i : thinned_rows(curve.y(), points)) {
        const double x = left + (width - 8) * axes.x.place(axes.x.clamped(curve.x()[i]));
        const double y = 56 - 52 * axes.y.place(axes.y.clamped(curve.y()[i]));
        path += (path.empty() ? "M" : "L") + html::number(x) + " " + html::number(y);
      }
      const LineStyle& style = chart.legend[curve.entry].style;
      out += "<path class=\"line\" style=\"" + colours(style) + "\" d=\"" + path + "\"/>";
    }
  }
  return out + "</svg>";
}

}  // namespace bcd
