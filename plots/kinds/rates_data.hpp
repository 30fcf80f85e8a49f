// What the panels of a "rates" figure show of one run: points, the fitted line and its band, as columns of numbers.
#pragma once

#include <vector>

#include "results/rates/laboratory.hpp"

namespace bcd {

/// Columns of equal length within `points` and within `fit`; NaN: nothing there.
struct RateCurve {
  std::vector<double> x, y;                   ///< what was measured, thinned
  std::vector<double> fit_x, fit, low, high;  ///< the model, and the band of its 95 % interval around the middle of the window
};

/// f - f* over k, down to the uncertainty of f* (nothing where f* is unknown); the fitted rate from the window to the end of
/// the examined part.
RateCurve gap_curve(const rates::Sequence& sequence, const rates::Report& report);
/// dist(0, df) over f - f* within the window and above; the line of slope theta.
RateCurve exponent_curve(const rates::Sequence& sequence, const rates::Report& report);
/// The constants of A1 over j; in `fit` those that the run does not support (a drift, or hidden by rounding).
RateCurve constants_curve(const rates::Report& report);

}  // namespace bcd
