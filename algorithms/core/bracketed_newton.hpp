// Internal: the zero of an increasing function of one variable, by Newton steps that never leave a shrinking bracket.
#pragma once

#include <cmath>
#include <limits>

namespace bcd {

/// Value and derivative of a function at one point.
struct ValueSlope {
  double value, slope;
};

/// The zero of the increasing function f between lo and hi, where f(lo) <= 0 <= f(hi), to rounding level. A Newton step that
/// leaves the bracket, or is not at most half of the step before the last one, is replaced by bisection: on every pair of
/// iterations either the steps or the bracket shrink by half.
template <class F>
double bracketed_newton(F&& f, double lo, double hi, double start) {
  double u = start, last = hi - lo, before_last = last;
  for (int k = 0; k < 200; ++k) {
    const auto [value, slope] = f(u);
    if (value == 0) return u;
    (value < 0 ? lo : hi) = u;
    const double newton = u - value / slope, precision = 2 * std::numeric_limits<double>::epsilon() * std::abs(u);
    if (std::abs(newton - u) <= precision) return newton;
    const bool good = newton > lo && newton < hi && 2 * std::abs(newton - u) <= before_last;
    const double next = good ? newton : lo + (hi - lo) / 2;
    before_last = last;
    last = std::abs(next - u);
    u = next;
    if (hi - lo <= precision) return u;
  }
  return u;
}

}  // namespace bcd
