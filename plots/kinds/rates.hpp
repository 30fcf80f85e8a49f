// Figures of kind "rates": f - f* with the fitted rate, dist(0, df) over f - f* with the KL exponent, the constants of A1 over
// j.
#pragma once

#include <string>
#include <vector>

#include "plots/page.hpp"

namespace bcd {

/// The figure's data and the gnuplot script that draws them.
struct FigureText {
  std::string csv, script;
};

/// Of every series its first run that has an objective; a panel shows what its `y` says: "gap", "kl" or "a1". The script reads
/// <id>.csv and writes <id><suffix>.svg, .pdf and .png, or those named in the gnuplot variable `formats`. Throws UsageError for
/// another y, or if no run has an objective.
FigureText rates_figure(const Figure& figure, const std::vector<Series>& series, const PageFormat& format);

}  // namespace bcd
