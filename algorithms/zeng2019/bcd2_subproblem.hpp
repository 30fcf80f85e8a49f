// The one subproblem behind the V_i- and the [W_i b_i]-updates of Algorithm 1, and the methods that solve it.
#pragma once

#include <cstdint>

#include "algorithms/core/activation.hpp"
#include "algorithms/core/regulariser.hpp"

namespace bcd::zeng2019 {

/// min over X (p x q) of  sum_k c_k/2 |X_k - B_k|^2 + h(X_1..X_rows) + gamma/2 |D - sigma(K X + o 1^T)|^2, X_k the rows of X.
/// The columns of X are independent of each other.
///
///  block      X            K              D        o        c              B
///  V_i        V_i          W_{i+1}        V_{i+1}  b_{i+1}  gamma + alpha  weighted mean of sigma(W_i V_{i-1} + b_i), V_i_old
///  [W_i b_i]  [W_i b_i]^T  [V_{i-1};1]^T  V_i^T    none     alpha          [W_i b_i]_old^T
///
/// The quadratic part of the regulariser is absorbed in c and B; h is what remains.
template <class T>
struct Subproblem {
  Activation sigma;
  double gamma = 1;
  ConstRef<T> K;            // m x p
  const Vector<T>* offset;  // o, m entries, or null
  ConstRef<T> D;            // m x q
  Vector<T> c;              // p, positive
  Matrix<T> B;              // p x q
  Regulariser h;            // none, l1 or an indicator
  Index rows = 0;           // h applies to the first rows of X (the bias is not regularised)
};

struct Accuracy {
  std::int64_t iterations = 20;
  double tolerance = 1e-10;
};

/// Replaces X, the start, by a solution.
///  sigma linear, h = none: exact, by a Cholesky factorisation.
///  sigma linear, any h: coordinate descent.
///  else: (proximal) gradient steps in the metric of H, ColumnBlock in bcd2_subproblem.cpp.
/// None of them ever increases the objective of a column.
template <class T>
void minimise(const Subproblem<T>& problem, const Accuracy& accuracy, Matrix<T>& X);

/// The objective of each column of X, in double.
template <class T>
Vector<double> objective(const Subproblem<T>& problem, const Matrix<T>& X);

}  // namespace bcd::zeng2019
