// The promise that most methods make, and its judge: every step lowers the training objective by a multiple of its square.
#pragma once

#include <memory>
#include <string>

#include "algorithms/core/audit.hpp"
#include "algorithms/core/problem.hpp"
#include "algorithms/core/regulariser.hpp"

namespace bcd {

struct MeasuredRisk {
  double value = 0;     ///< R = sum_j l(Phi(x_j; W, b), y_j), times the loss's weight
  double rounding = 0;  ///< bound on the error of `value` by rounding in double, to first order and twice as large as needed
};

/// The training risk by the plain forward pass, threaded by column blocks.
MeasuredRisk measured_risk(const Problem<double>& problem, const Weights<double>& weights);

/// Judges  F(w_k) + c |w_k - w_{k-1}|^2 <= F(w_{k-1})  for F(w) = R(w) + sum_i r(W_i) and w = (W_1, b_1, ..., W_N, b_N), which
/// are read from the state by name, under the promise's id; adds the columns potential and step_norm2. c >= 0. The allowance
/// covers the rounding of this judge, and as much again for a method whose line search compares values of R.
std::unique_ptr<Audit> make_descent_audit(const std::string& promise, const Problem<double>& problem, double c,
                                          const Regulariser& r = {});

}  // namespace bcd
