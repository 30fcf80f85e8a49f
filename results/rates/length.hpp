// Finite length: does the sum of the steps |X_{k+1} - X_k| converge, and how much of it is still to come?
#pragma once

#include <string>
#include <vector>

#include "results/rates/rate.hpp"

namespace bcd::rates {

/// The rate of the steps (rate.hpp with f* = 0, floor ten times the envelope at 95 % of the run, and at least ten times
/// sqrt(eps) of the longest step: a method that compares values of f places its iterates no better) gives the tail after the
/// last iteration K:
///   linear     E_K eta/(1 - eta)    with the upper end of eta
///   otherwise  E_K K/(q - 1)        for steps ~ k^-q, with the lower end of q (at most 100); finite only if that is above 1
/// E_K: the envelope of the steps at K. The tail of the sum bounds |X_k - X*|, so that the rate of the steps is a bound on the
/// R-rate of X.
struct Length {
  enum class State { finite, infinite, inconclusive };
  State state = State::inconclusive;
  double sum = 0;      ///< so far
  double tail = kNaN;  ///< bound on the rest, where finite
  Rate steps;
  std::string reason;  ///< why inconclusive
};

/// steps: |X_k - X_{k-1}|, k = first_k, first_k + 1, ...
Length measure_length(const std::vector<double>& steps, double first_k);

const char* name(Length::State state);

/// Definition 2.5: R_1 = limsup |x_k - x*|^(1/k); R-linear: R_1 < 1, R-sublinear: R_1 = 1.
struct RootRate {
  std::string name;  ///< "R-linear", "R-sublinear", "R-superlinear" (R_1 = 0, finite sequences too), "inconclusive"
  Estimate R1;
};
/// From the rate of x_k - x* within its window: R_1 = eta where linear, 1 where sublinear.
RootRate root_rate(const Rate& rate);

}  // namespace bcd::rates
