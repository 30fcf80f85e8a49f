// The figure as a chart of the report page: its controls, and the curves as JSON for plots/report/page/chart.js.
#pragma once

#include "plots/kinds/kind.hpp"

namespace bcd {

/// Whether the figure's kind has an interactive form; the others are shown as their picture.
bool is_interactive(const Figure& figure);

/// The HTML of the chart. Every curve is thinned to about `points`; the extremes of what is left out stay.
std::string interactive_chart(const Figure& figure, const std::vector<Series>& series, std::size_t points = 240);

/// The figure as a small picture of lines without words, in the colours of the page.
std::string thumbnail(const Figure& figure, const std::vector<Series>& series);

/// Rows of a curve worth keeping when it is drawn with at most about `points` of them: both ends, and of every stretch the
/// smallest and the largest value.
std::vector<std::size_t> thinned_rows(const std::vector<double>& values, std::size_t points);

}  // namespace bcd
