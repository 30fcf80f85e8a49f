// The exponent theta of the Kurdyka-Lojasiewicz inequality (f - f*)^theta <= c dist(0, df), along a run.
#pragma once

#include <vector>

#include "results/rates/limit.hpp"

namespace bcd::rates {

/// theta is the slope of log dist(0, df(X_k)) over log (f(X_k) - f*), both averaged in bins of a quarter of a decade of f - f*,
/// in the window of envelope.hpp, interval by regression.hpp, widened by the swing of the bins about the line (3/2 of their range over
/// the decades, more than any swing can tilt it) and hull over f*; or the slope over whole turns (turns.hpp) where its interval is
/// the narrower. A run sees f along its own path only: a smaller
/// theta off the path stays unseen, and an upper bound of the distance (the proof's element of df) gives the same slope only
/// while it is of the distance's order.
struct Exponent {
  Estimate theta;
  Interval by_limit;                          ///< the estimates at the lower and upper f*: the sensitivity to f*
  std::vector<double> log_gap, log_gradient;  ///< the bins, log10, at the middle f*
  std::size_t period = 0;                     ///< iterations of a turn, where theta is the slope over whole turns
  std::string reason;                         ///< why there is no estimate

  /// Narrow enough to be compared with anything.
  bool usable() const { return theta.known() && theta.interval.width() <= 0.5; }

  /// Intercept at the middle f* of the line of slope theta through the middle of the bins.
  double intercept = kNaN;
};

/// f and g = dist(0, df) at the same iterations; g NaN where it was not measured.
Exponent estimate_exponent(const std::vector<double>& f, const std::vector<double>& g, const Limit& limit);

}  // namespace bcd::rates
