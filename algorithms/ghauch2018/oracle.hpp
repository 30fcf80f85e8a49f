// The objective (2) and its block gradient in double, sample by sample as in (A.9), apart from the code of the updates; with
// bounds on the rounding of either side of a comparison.
#pragma once

#include "algorithms/core/rounding.hpp"
#include "algorithms/ghauch2018/bsum.hpp"

namespace bcd::ghauch2018 {

class Oracle {
 public:
  Oracle(const Parameters& parameters, const Problem<double>& problem);

  /// f(W) = l + sum_j r_j. Rounding: layer l turns an error e_{l-1} of its input (Frobenius norm) into at most
  /// s_l (|W_l| e_{l-1} + (p_l + 2) eps |W_l| |Z_{l-1}|) + 4 eps |Z_l|, s_l the Lipschitz constant of sigma_l; the loss moves
  /// by |dl/dH| e_J, and its own sum and the penalties round by 8 eps of their values.
  Term objective(const Weights<double>& W) const;
  /// The gradient in the block [W_j b_j], of l + lambda |W|_F^2 (l alone with the l1 penalty).
  Matrix<double> gradient(const Weights<double>& W, int j) const;
  /// Bound on the rounding of a computed gradient in norm: each product rounds by its length times eps times the norms of its
  /// factors, so the chain of (A.7) does by the sum of the lengths times the product of the norms; 4 covers the entrywise work.
  double gradient_rounding(const Weights<double>& W, int j) const;
  /// Second derivative of s -> l(W_j + s D) at 0, by forward differentiation; `exact` false: its Gauss-Newton part, without the
  /// output's second derivative. Rounding: the same sums over absolute values, times their lengths, times eps; the slopes
  /// sigma'(u) add the error of u, so the largest |u| counts in.
  Term second_derivative(const Weights<double>& W, int j, const Matrix<double>& D, bool exact) const;
  double penalty(const Matrix<double>& block) const;
  /// [W_j b_j]
  Matrix<double> block(const Weights<double>& W, int j) const;
  void set_block(Weights<double>& W, int j, const Matrix<double>& block) const;

 private:
  double loss(const Matrix<double>& H) const;
  Matrix<double> loss_gradient(const Matrix<double>& H) const;
  /// Second derivative of the loss in its argument H, twice in the direction E.
  double loss_second_derivative(const Matrix<double>& H, const Matrix<double>& E) const;

  const Parameters& p_;
  const Problem<double>& problem_;
  LossFunction loss_;
};

}  // namespace bcd::ghauch2018
