// Numerical helpers of the core tests: difference quotients with their error bounds, brute force on grids.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "algorithms/core/rounding.hpp"
#include "algorithms/core/types.hpp"

namespace bcd::test {

struct Difference {
  double value;
  double error;  ///< bound of truncation plus rounding
};

/// (f(x+h) - f(x-h))/(2h). Truncation h^2/6 |f'''| with |f'''| <= third; rounding a few eps |f|/h. The step balances the two.
template <class F>
Difference central_difference(F&& f, double x, double third) {
  const double h = std::exp2(std::round(std::log2(std::cbrt(kEps) * std::max(1.0, std::abs(x)))));  // x +- h exact
  const double hi = f(x + h), lo = f(x - h);
  const double size = std::max({std::abs(hi), std::abs(lo), 1.0});
  return {(hi - lo) / (2 * h), h * h / 6 * third + 8 * kEps * size / h};
}

inline std::vector<double> grid(double lo, double hi, int intervals) {
  std::vector<double> points;
  for (int k = 0; k <= intervals; ++k) points.push_back(lo + (hi - lo) * k / intervals);
  return points;
}

}  // namespace bcd::test
