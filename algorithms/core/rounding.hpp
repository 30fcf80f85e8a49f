// Numbers with a bound on their rounding, and the constants that such bounds are made of.
#pragma once

#include <limits>

namespace bcd {

inline constexpr double kEps = std::numeric_limits<double>::epsilon();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kTiny = std::numeric_limits<double>::min();  ///< allowance where all terms are zero, hence exact

/// A number with a bound on its error by rounding in double.
struct Term {
  double value = 0;
  double rounding = 0;
};

}  // namespace bcd
