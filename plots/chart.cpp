#include "plots/chart.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/text.hpp"

namespace bcd {
namespace {

const std::vector<double> kNothing;

std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// Whether one of the lines would hide the other.
bool coincide(const Curve& a, const Curve& b, const Axis& axis) {
  if (a.x().empty() || a.x() != b.x()) return false;
  const auto near = [&](double p, double q) { return std::abs(axis.place(p) - axis.place(q)) < 0.01; };
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < a.x().size(); ++i) hidden += near(a.y()[i], b.y()[i]) ? 1 : 0;
  return static_cast<double>(hidden) >= 0.9 * static_cast<double>(a.x().size());
}

}  // namespace

const Layer* Curve::layer(Mark mark) const {
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.mark == mark; });
  return found == layers.end() ? nullptr : &*found;
}

const std::vector<double>& Curve::x() const {
  const Layer* line = layer(Mark::line);
  return line ? values(line->x) : kNothing;
}

const std::vector<double>& Curve::y() const {
  const Layer* line = layer(Mark::line);
  return line ? values(line->y) : kNothing;
}

void dash_hidden_lines(Chart& chart) {
  for (const ChartPanel& panel : chart.panels)
    for (std::size_t j = 0; j < panel.curves.size(); ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (coincide(panel.curves[i], panel.curves[j], panel.axes.y)) chart.legend[panel.curves[j].entry].style.dash = "9,9";
}

std::string chart_csv(const Chart& chart) {
  std::string text;
  std::vector<const std::vector<double>*> columns;
  std::size_t rows = 0;
  for (const ChartPanel& panel : chart.panels)
    for (const Curve& curve : panel.curves)
      for (const Column& column : curve.columns) {
        text += (columns.empty() ? "" : ",") + in_quotes(column.name);
        columns.push_back(&column.values);
        rows = std::max(rows, column.values.size());
      }
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < columns.size(); ++c) {
      text += c > 0 ? "," : "\n";
      if (i < columns[c]->size() && !std::isnan((*columns[c])[i])) text += number_text((*columns[c])[i]);
    }
  return text + "\n";
}

}  // namespace bcd
