// What a figure of curves shows, before it is drawn in any way: the picture and the chart of the report both come from it.
#pragma once

#include "plots/axis.hpp"
#include "plots/kinds/curves.hpp"
#include "plots/palette.hpp"

namespace bcd {

/// A curve on its way to the page.
struct Drawn {
  Curve curve;
  std::size_t series = 0;  ///< index into the legend
  int column = 0;          ///< of x in the figure's CSV file, from 1; median, low and high follow
};

struct Axes {
  Axis x, y;
};

struct LegendEntry {
  std::string label;  ///< with the reason where a variant has no curve
  LineStyle style;
};

struct Chart {
  std::vector<LegendEntry> legend;
  std::vector<std::vector<Drawn>> panels;  ///< as the figure's
  std::vector<Axes> axes;                  ///< of each panel
};

/// What some panel of the figure shows.
std::vector<Series> shown_series(const Figure& figure, const std::vector<Series>& series);

/// A variant without a single iteration has no curve; the legend says why. A curve that would hide another is dashed.
/// Throws UsageError if a panel's column is in no run.
Chart chart_of(const Figure& figure, const std::vector<Series>& series);

}  // namespace bcd
