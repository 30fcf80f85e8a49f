// The limit f* of a sequence, as an interval with an origin. Never the last or the lowest value seen: f - f* then falls to zero
// at the end of any run, and a sublinear sequence passes for a linear one.
#pragma once

#include <string>
#include <vector>

#include "results/rates/interval.hpp"

namespace bcd::rates {

struct Limit {
  Interval interval;  ///< unknown (NaN) where the sequence does not let itself be extrapolated
  double middle = kNaN;
  double rounding = 0;  ///< how far a recorded value may be from the exact one
  std::string origin;   ///< "zero by construction", "extrapolation", "reference run of 20000 iterations", "reached to rounding"

  bool known() const { return !std::isnan(middle); }
  /// Gaps f - f* below ten times the uncertainty are not used.
  double floor() const { return 10 * (interval.width() + rounding); }
};

/// Rounding of a sum of non-negative terms of total f: a few units in the last place, whatever the number of terms (the sums
/// are pairwise).
double rounding_of(double f);

/// f* = 0 because the caller knows so (a sum of squares that vanishes, steps that are summable); rounding: of the values near
/// zero.
Limit zero_limit(double rounding);

/// The limit that the sequence f_0, ..., f_K points at. F(m) = max of f over the last 5 % up to m (oscillation within a few
/// iterations is harmless). Two readings:
///   power   F(m) - f* ~ m^-p:    R = d2/(d1/d2 - 1) from F(K/4), F(K/2), F(K), d1 and d2 the two decreases; f* = F(K) - R
///   linear  F(m) - f* ~ eta^m:   the same from F(K/2), F(3K/4), F(K) (Aitken)
/// Each is made again from the first 60, 75 and 90 % of the run; the reading whose results differ less is taken, and twice the
/// largest difference is the half-width of the interval, cut at the smallest value (by A1 every f_k lies above f*). Where the
/// second half of the run brought no decrease beyond rounding, the limit is reached: F(K) +- 2 rounding.
Limit extrapolated_limit(const std::vector<double>& f);

/// The same from a longer run of the same sequence; origin says how long.
Limit reference_limit(const std::vector<double>& longer);

}  // namespace bcd::rates
