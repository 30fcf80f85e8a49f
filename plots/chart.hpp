// What a figure shows, as data: named columns of numbers and how they are marked. A kind of figure makes it; picture, CSV file
// and the chart of the report come from it and know nothing of runs.
#pragma once

#include <string>
#include <vector>

#include "plots/axis.hpp"
#include "plots/palette.hpp"

namespace bcd {

/// Values in the order of the rows; NaN: nothing there.
struct Column {
  std::string name;  ///< its head in the CSV file
  std::vector<double> values;
};

/// How columns are drawn, in the colour and the dash of the curve unless it says otherwise.
enum class Mark {
  band,     ///< the area between two columns, pale
  line,     ///< what was measured
  dots,     ///< small ones, many
  joined,   ///< a few points, joined by a line
  circles,  ///< around points that are to be read with care
  fit,      ///< a model: thin, dashed, dark for every curve
  printed,  ///< what a paper prints: hollow
};

/// One mark of a curve: indices among its columns.
struct Layer {
  Mark mark = Mark::line;
  std::size_t x = 0, y = 0;
  std::size_t high = 0;  ///< of a band, whose lower edge is y
};

/// The columns of one curve and their marks, from back to front.
struct Curve {
  std::string label;
  std::size_t entry = 0;  ///< of the legend; gives the colour
  std::vector<Column> columns;
  std::vector<Layer> layers;  ///< none: nothing to draw, columns of the CSV file only
  bool early = false;         ///< it ends before its time: a cross at its end
  std::string source = {};    ///< of printed values

  const std::vector<double>& values(std::size_t column) const { return columns[column].values; }
  /// The first layer of a mark, or null.
  const Layer* layer(Mark mark) const;
  /// What lies under the reader's pointer: the columns of the line; empty where the curve has none.
  const std::vector<double>& x() const;
  const std::vector<double>& y() const;
};

struct LegendEntry {
  std::string label;  ///< with the reason where a variant has no curve
  LineStyle style;
  bool printed = false;  ///< of hollow marks, not of a line
};

struct Axes {
  Axis x, y;
};

struct ChartPanel {
  std::string x, y;                     ///< the quantities' names
  std::string x_label, y_label, title;  ///< for people; an empty label: the name
  Axes axes;
  std::vector<Curve> curves;
};

struct Chart {
  std::string id;  ///< file stem
  std::string title;
  std::vector<LegendEntry> legend;
  std::vector<ChartPanel> panels;
  std::string note = {};  ///< a second, smaller line of the title
};

/// Dashes, in the legend and so in every panel, each line that would hide an earlier one.
void dash_hidden_lines(Chart& chart);

/// The CSV file: the columns of all curves, panel by panel, curve by curve; a shorter column is empty at the end.
std::string chart_csv(const Chart& chart);

}  // namespace bcd
