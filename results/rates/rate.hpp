// How fast f_k - f* falls: finite, linear, sublinear, or not decided by this run.
#pragma once

#include <string>
#include <vector>

#include "results/rates/envelope.hpp"
#include "results/rates/limit.hpp"

namespace bcd::rates {

enum class Kind { finite, superlinear, linear, sublinear, inconclusive };
/// "finite", ...
std::string name(Kind kind);

/// lambda = 1/p of f - f* = O(k^-p); 0: linear, O(eta^k); below 0: faster than linear. In the terms of Theorem 4.1: lambda = 2
/// theta - 1.
///
/// lambda is minus the slope of log (time between levels) over log level (envelope.hpp), by regression.hpp, and the interval is
/// the hull over the lower, middle and upper value of f*. Verdict:
///   finite       f reaches f* in one step that is more than four times as long, in decades, as any before (order two: twice)
///   superlinear  the last three decreases, in decades, each at least 1.5 times the one before, or the interval below -0.05
///   linear       the interval holds 0 (to 0.002) and ends below 0.25
///   sublinear    the interval above 0.05, that is p < 20
///   inconclusive otherwise, or an interval wider than 0.5, or a window below 1.5 decades
/// All of it speaks of the window: many modes that fade one after the other may look like a power there.
struct Rate {
  Kind kind = Kind::inconclusive;
  std::string reason;  ///< why inconclusive
  Estimate lambda;
  Estimate power;         ///< p, where sublinear
  Estimate eta;           ///< per iteration within the window
  Window window;          ///< at the middle f*
  std::size_t first = 0;  ///< indices of the iterations within the window
  std::size_t last = 0;
  std::size_t finite_at = 0;  ///< index at which f reaches f*, where finite

  /// Linear or faster: the statement O(eta^k) with eta < 1.
  bool at_least_linear() const { return kind == Kind::finite || kind == Kind::superlinear || kind == Kind::linear; }
};

Rate estimate_rate(const std::vector<double>& f, const Limit& limit);

/// The gaps f_k - f*.
std::vector<double> gaps(const std::vector<double>& f, double f_star);

}  // namespace bcd::rates
