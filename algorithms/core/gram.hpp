// Gram matrices of a layer's inputs, with a row of ones for the bias.
#pragma once

#include "algorithms/core/types.hpp"

namespace bcd {

/// The lower triangle of A A^T, A = [V; 1] (the row of ones only with a bias), zeros above it: d + 1 or d square for V of d
/// rows.
template <class T>
Matrix<T> gram(const Matrix<T>& V, bool bias) {
  const Index d = V.rows(), p = d + (bias ? 1 : 0);
  Matrix<T> M = Matrix<T>::Zero(p, p);
  M.topLeftCorner(d, d).template selfadjointView<Eigen::Lower>().rankUpdate(V);
  if (bias) {
    M.row(d).head(d) = V.rowwise().sum().transpose();
    M(d, d) = static_cast<T>(V.cols());
  }
  return M;
}

/// B A^T for the same A: m x (d + 1) or m x d for B of m rows.
template <class T, class Derived>
Matrix<T> cross_moments(const Eigen::MatrixBase<Derived>& B, const Matrix<T>& V, bool bias) {
  const Index d = V.rows();
  Matrix<T> C(B.rows(), d + (bias ? 1 : 0));
  C.leftCols(d).noalias() = B * V.transpose();
  if (bias) C.col(d) = B.rowwise().sum();
  return C;
}

}  // namespace bcd
