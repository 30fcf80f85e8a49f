// The V_i-update of Algorithms 2 and 3, i < N.
#include <cmath>

#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/zeng2019/bcd3.hpp"
#include "algorithms/zeng2019/regularised_quadratic.hpp"

namespace bcd::zeng2019 {

// ---- V_i, i < N: argmin s(V) + gamma/2 |V - t_i V_{i-1} - sigma(U_i)|^2 + rho/2 |U_{i+1} - W_{i+1} V - b|^2
//                                + gamma/2 |V_{i+1} - t_{i+1} V - sigma(U_{i+1})|^2 [the last one where t_{i+1} = 1] ----

// V_i <- the minimiser without the coupling through W_{i+1}: the weighted mean of the points it is pulled to.
template <class T>
void ThreeSplitting<T>::v_center(int i, Index first, Index count, int thread) {
  auto v = V(i).middleCols(first, count);
  net_->sigma(i).template apply<T>(U(i).middleCols(first, count), v);
  if (net_->skip(i)) v += static_cast<const ThreeSplitting&>(*this).V(i - 1).middleCols(first, count);
  if (net_->skip(i + 1)) {
    auto next = view(block_a_, thread, net_->d(i + 1), count);
    net_->sigma(i + 1).template apply<T>(U(i + 1).middleCols(first, count), next);
    v += V(i + 1).middleCols(first, count) - next;
  }
  const double c =
      parameters_.gamma * (1 + (net_->skip(i + 1) ? 1 : 0)) + (parameters_.s.is_quadratic() ? parameters_.s.quadratic() : 0);
  if (c != parameters_.gamma) v *= static_cast<T>(parameters_.gamma / c);
}

// K' = rho W (cI + rho W'W)^{-1} = rho (cI + rho W W')^{-1} W with W = W_{i+1}: the smaller of the two systems is solved.
template <class T>
void ThreeSplitting<T>::v_gain(int i) {
  const Matrix<T>& next = W(i + 1);
  const bool rows = next.rows() <= next.cols();
  const Index k = std::min(next.rows(), next.cols()), depth = std::max(next.rows(), next.cols());
  const T c = static_cast<T>(parameters_.gamma) * (T(1) + skip(i + 1)) + static_cast<T>(parameters_.s.quadratic());
  const T rho = static_cast<T>(parameters_.rho_or_gamma());
  Matrix<T>& S = gain_system_;
  S.setZero(k, k);
  const auto add = [&](const auto& A) {  // S = A A', lower triangle, column by column
    for_columns(
        k, product_work(k, depth) / 2,
        [&](Index first, Index count, int) {
          const auto own = A.middleRows(first, count);
          const Index below = k - first - count;
          S.block(first, first, count, count).template selfadjointView<Eigen::Lower>().rankUpdate(own);
          S.block(first + count, first, below, count).noalias() += A.bottomRows(below) * own.transpose();
        },
        kMatrixPiece);
  };
  if (rows)
    add(next);
  else
    add(next.transpose());
  S *= rho;
  S.diagonal().array() += c;
  cholesky<T>(S);
  gain_transposed_ = rho * next;
  if (rows)
    cholesky_solve_left<T>(S, gain_transposed_);
  else
    cholesky_solve_right<T>(S, gain_transposed_);
}

template <class T>
void ThreeSplitting<T>::update_V(int i) {
  if (!parameters_.s.is_quadratic()) return v_constrained(i);
  v_gain(i);
  for_columns(problem_->n(), 2 * product_work(net_->d(i + 1), net_->d(i)) + entries_work(i),
              [&](Index first, Index count, int thread) {
                v_center(i, first, count, thread);
                auto v = V(i).middleCols(first, count);
                auto e = view(block_a_, thread, net_->d(i + 1), count);  // U_{i+1} - b - W_{i+1} V at the center
                e.noalias() = W(i + 1) * v;
                e = U(i + 1).middleCols(first, count) - e;
                e.colwise() -= b(i + 1);
                v.noalias() += gain_transposed_.transpose() * e;
              });
}

template <class T>
void ThreeSplitting<T>::v_constrained(int i) {
  const T rho = static_cast<T>(parameters_.rho_or_gamma()), c = static_cast<T>(parameters_.gamma) * (T(1) + skip(i + 1));
  Matrix<T> H = rho * (W(i + 1).transpose() * W(i + 1));
  H.diagonal().array() += c;
  std::vector<double> left(static_cast<std::size_t>(threads()));
  for_columns(problem_->n(), 10 * product_work(net_->d(i), net_->d(i)), [&](Index first, Index count, int thread) {
    Matrix<T> x = V(i).middleCols(first, count);  // the inner method starts at the old point: it never increases
    v_center(i, first, count, thread);
    const auto center = V(i).middleCols(first, count);
    Matrix<T> e = U(i + 1).middleCols(first, count);
    e.colwise() -= b(i + 1);
    Matrix<T> gradient = H * x - rho * (W(i + 1).transpose() * e) - c * center;
    const double scale = static_cast<double>(gradient.cwiseAbs().maxCoeff()) + static_cast<double>(H.cwiseAbs().maxCoeff());
    double& worst = left[static_cast<std::size_t>(thread)];
    worst = std::max(worst, minimise_regularised<T>(H, gradient, x, parameters_.s, x.rows(),
                                                    parameters_.inner_tolerance * scale, parameters_.inner_iterations));
    V(i).middleCols(first, count) = x;
  });
  note_inner(*std::max_element(left.begin(), left.end()));
}

template void ThreeSplitting<float>::update_V(int);
template void ThreeSplitting<double>::update_V(int);

}  // namespace bcd::zeng2019
