// The sufficient decrease conditions A1 and A2: which constant does a run support?
#pragma once

#include <cstddef>
#include <vector>

#include "results/rates/interval.hpp"

namespace bcd::rates {

/// c_j dist(0, df(X_{k+j}))^q <= f(X_k) - f(X_{k+j}) for all k >= k-bar; A1: q = 2, A2: q = 1/alpha.
///
/// constant is the smallest ratio of the right to the left side. A decrease within twice the rounding of f decides nothing by
/// itself: it only caps the constant at (decrease + 2 rounding)/dist^q. A finite descent always has a positive constant, so the
/// ratio's drift is estimated too: the slope of log (median ratio) over log k in a dozen bins of log k (medians: minima drift
/// on any random sequence). A drift below -0.1 with its whole interval means that the constant shrinks as k grows, and is no
/// constant.
struct Decrease {
  enum class State { holds, violated, shrinking, unresolved };

  int j = 1;
  double exponent = 2;
  State state = State::unresolved;
  double constant = kNaN;
  std::size_t worst = 0;     ///< index k of the smallest ratio
  Estimate drift;            ///< exponent of k
  std::size_t resolved = 0;  ///< pairs whose decrease is beyond rounding
  std::size_t rises = 0;     ///< of these, how many went up
  std::size_t first_rise = 0;

  bool supported() const { return state == State::holds; }
};

/// f and g = dist(0, df) at iterations first_k, first_k + 1, ...; from: k-bar. Unresolved: fewer than five bins with decreases
/// beyond rounding, or a constant that only rounding bounds.
Decrease measure_decrease(const std::vector<double>& f, const std::vector<double>& g, int j, double exponent, double first_k,
                          double from);

/// "holds", "violated", "shrinks", "unresolved".
const char* name(Decrease::State state);

}  // namespace bcd::rates
