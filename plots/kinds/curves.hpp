// Curves: the median over the seeds as a line, the range as a band.
#pragma once

#include "plots/figure.hpp"

namespace bcd {

/// One drawn curve: x and the quantiles of y over the runs, of equal length; NaN where no run has a value.
struct Curve {
  std::string label;
  std::vector<double> x, median, low, high;
  std::size_t runs = 0;
  bool diverged = false;  ///< some run ended early; the curve ends where the shortest run ends
};

/// The curve of a panel's quantity over the runs of one variant, thinned to at most `points` for drawing.
/// Throws UsageError that names the columns there are when none of the runs has the panel's.
Curve summarise_curve(const Panel& panel, const Series& series, std::size_t points = 1000);

}  // namespace bcd
