// Gram matrices of a layer's inputs, with a row of ones for the bias: sums over the samples.
#pragma once

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/types.hpp"

namespace bcd {

/// The lower triangle of A A^T, A = [V; 1] (the row of ones only with a bias), zeros above it: d + 1 or d square for V of d
/// rows.
template <class T>
Matrix<T> gram(const Matrix<T>& V, bool bias, SampleSum<T>& sums) {
  const Index d = V.rows(), p = d + (bias ? 1 : 0);
  T* total = sums(V.cols(), product_work(d, d) / 2, p * p, [&](Index first, Index count, int, T* sum) {
    Eigen::Map<Matrix<T>> part(sum, p, p);
    part.topLeftCorner(d, d).template selfadjointView<Eigen::Lower>().rankUpdate(V.middleCols(first, count));
    if (bias) part.row(d).head(d) += V.middleCols(first, count).rowwise().sum().transpose();
  });
  if (bias) total[p * p - 1] = static_cast<T>(V.cols());
  return Eigen::Map<Matrix<T>>(total, p, p);
}

/// B A^T for the same A: m x (d + 1) or m x d for B of m rows.
template <class T, class Derived>
Matrix<T> cross_moments(const Eigen::MatrixBase<Derived>& B, const Matrix<T>& V, bool bias, SampleSum<T>& sums) {
  const Index m = B.rows(), d = V.rows(), p = d + (bias ? 1 : 0);
  return Eigen::Map<Matrix<T>>(sums(V.cols(), product_work(m, d), m * p,
                                    [&](Index first, Index count, int, T* sum) {
                                      Eigen::Map<Matrix<T>> part(sum, m, p);
                                      part.leftCols(d).noalias() +=
                                          B.middleCols(first, count) * V.middleCols(first, count).transpose();
                                      if (bias) part.col(d) += B.middleCols(first, count).rowwise().sum();
                                    }),
                               m, p);
}

}  // namespace bcd
