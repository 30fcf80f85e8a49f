// The [W b]-update of Algorithms 2 and 3, and the moments that it solves with.
#include <cmath>

#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/zeng2019/bcd3.hpp"
#include "algorithms/zeng2019/regularised_quadratic.hpp"

namespace bcd::zeng2019 {

// ---- [W b]: argmin r(W) + rho/2 |U - W V_{i-1} - b|^2 + alpha/2 |[W b] - old|^2, solved for the change of [W b] ----

template <class T>
void ThreeSplitting<T>::gather_moments(int i) {
  const Matrix<T>& previous = static_cast<const ThreeSplitting&>(*this).V(i - 1);
  sum_moments(i, product_work(net_->d(i), net_->d(i - 1)), [&](Index first, Index count, int thread) {
    auto z = view(block_a_, thread, net_->d(i), count);
    z.noalias() = W(i) * previous.middleCols(first, count);
    z.colwise() += b(i);
    z = U(i).middleCols(first, count) - z;
    return z;
  });
}

template <class T>
void ThreeSplitting<T>::finish_system(Eigen::Map<Matrix<T>> M) const {
  M *= static_cast<T>(parameters_.rho_or_gamma());
  M.diagonal().array() += static_cast<T>(parameters_.alpha);
  if (parameters_.r.is_quadratic()) {
    const bool bias_row = net_->bias && parameters_.weight_update == Parameters::WeightUpdate::joint;
    M.diagonal().head(M.rows() - (bias_row ? 1 : 0)).array() += static_cast<T>(parameters_.r.quadratic());
    cholesky<T>(M);
  } else {
    M.template triangularView<Eigen::StrictlyUpper>() = M.transpose();
  }
}

template <class T>
void ThreeSplitting<T>::update_Wb(int i) {
  if (moments_of_ != i) gather_moments(i);
  moments_of_ = 0;
  const T rho = static_cast<T>(parameters_.rho_or_gamma());
  const Index d = net_->d(i - 1), k = solved(i);
  Eigen::Map<Matrix<T>> D(moments_, net_->d(i), inputs(i));  // becomes the change of [W b]
  D *= rho;
  if (net_->bias && k == d)  // Jacobi: b from the old W, before W moves
    b(i) += D.col(d) / (rho * static_cast<T>(problem_->n()) + static_cast<T>(parameters_.alpha));
  Eigen::Map<Matrix<T>> M(first_system_.data(), k, k);
  if (i > 1) {
    T* G = moments_ + cross_room(i);
    if (k < inputs(i))  // drop the bias row: move the columns of the k x k corner together
      for (Index j = 0; j < k; ++j)
        for (Index l = 0; l < k; ++l) G[j * k + l] = G[j * inputs(i) + l];
    new (&M) Eigen::Map<Matrix<T>>(G, k, k);
    finish_system(M);
  }
  auto change = D.leftCols(k);
  if (parameters_.r.is_quadratic()) {
    if (parameters_.r.quadratic() > 0) D.leftCols(d) -= static_cast<T>(parameters_.r.quadratic()) * W(i);
    cholesky_solve_right<T>(M, change);
    W(i) += D.leftCols(d);
    if (net_->bias && k > d) b(i) += D.col(d);
    return;
  }
  // No closed form: every row of [W b] by itself, from the old point.
  Matrix<T> x(k, net_->d(i));
  x.topRows(d) = W(i).transpose();
  if (k > d) x.row(d) = b(i).transpose();
  Matrix<T> gradient = -change.transpose();
  const double scale = static_cast<double>(gradient.cwiseAbs().maxCoeff()) + static_cast<double>(M.cwiseAbs().maxCoeff());
  note_inner(minimise_regularised<T>(M, gradient, x, parameters_.r, d, parameters_.inner_tolerance * scale,
                                     parameters_.inner_iterations));
  W(i) = x.topRows(d).transpose();
  if (k > d) b(i) = x.row(d).transpose();
}

template void ThreeSplitting<float>::finish_system(Eigen::Map<Matrix<float>>) const;
template void ThreeSplitting<double>::finish_system(Eigen::Map<Matrix<double>>) const;
template void ThreeSplitting<float>::update_Wb(int);
template void ThreeSplitting<double>::update_Wb(int);

}  // namespace bcd::zeng2019
