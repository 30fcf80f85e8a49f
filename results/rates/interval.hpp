// Intervals, and numbers that come with one.
#pragma once

#include <algorithm>
#include <cmath>

#include "algorithms/core/rounding.hpp"

namespace bcd::rates {

/// [low, high]; NaN where nothing is known.
struct Interval {
  double low = kNaN, high = kNaN;

  double width() const { return high - low; }
  bool contains(double x) const { return low <= x && x <= high; }
  /// Widens to hold x; an unknown interval becomes the point x.
  void cover(double x) {
    low = std::isnan(low) ? x : std::min(low, x);
    high = std::isnan(high) ? x : std::max(high, x);
  }
  void cover(const Interval& other) {
    cover(other.low);
    cover(other.high);
  }
};

/// A number with its 95 % interval.
struct Estimate {
  double value = kNaN;
  Interval interval;

  bool known() const { return !std::isnan(value); }
};

}  // namespace bcd::rates
