// The proximal-point surrogate (14): D = argmin f_j(W) + gamma_j/2 |W - W_j|^2, in closed form for deep linear networks.
#include <Eigen/Eigenvalues>
#include <cmath>

#include "algorithms/bsum_ghauch2018/bsum_ghauch2018.hpp"

namespace bcd::bsum_ghauch2018 {

/// Gradient descent with Barzilai and Borwein's length, halved until the objective of (14) falls by 1e-4 of what the slope
/// foretells; so D is never worse than W_j, whatever the accuracy.
template <class T>
void Bsum<T>::prox_point_direction(int j) {
  const auto gamma = static_cast<double>(gamma_(0, j - 1));
  const Matrix<T>&X = full_batch() ? *problem_->X : Xb_, &Y = full_batch() ? *problem_->Y : Yb_;
  const Index m = full_batch() ? problem_->n() : batch_;
  Matrix<T> x = W_[at(j)], g = G_[at(j)], next, g_next(g.rows(), g.cols());
  double phi = f_old_, length = 1 / (gamma + 1);
  const double start = static_cast<double>(g.norm());
  for (std::int64_t k = 0; k < parameters_.inner_iterations; ++k) {
    const auto slope = static_cast<double>(g.squaredNorm());
    if (!(std::sqrt(slope) > parameters_.inner_tolerance * start)) break;
    double value = phi;
    bool fell = false;
    for (int halving = 0; halving < 60 && !fell; ++halving) {
      next = x - static_cast<T>(length) * g;
      value = value_at(j, next) + 0.5 * gamma * static_cast<double>((next - W_[at(j)]).squaredNorm());
      fell = value <= phi - 1e-4 * length * slope;
      if (!fell) length /= 2;
    }
    if (!fell) break;  // no descent left above rounding
    model_.gradient(P_, X.leftCols(m), Y.leftCols(m), j, g_next);
    g_next += static_cast<T>(2 * parameters_.lambda) * next + static_cast<T>(gamma) * (next - W_[at(j)]);
    const auto turn = static_cast<double>((next - x).cwiseProduct(g_next - g).sum());
    length = turn > 0 ? static_cast<double>((next - x).squaredNorm()) / turn : 2 * length;
    x.swap(next);
    g.swap(g_next);
    phi = value;
  }
  D_[at(j)] = x;
  store(j, W_[at(j)]);
}

/// Section 5.2: f_j(W) = |Y - A W B|^2/N + lambda |W|^2 with A = W_J ... W_{j+1}, B = W_{j-1} ... W_1 X. With A^T A = U diag(a)
/// U^T and B B^T = V diag(b) V^T, the minimiser of f_j + gamma/2 |W - W_j|^2 is U Q V^T,
///   Q = [2/N U^T A^T Y B^T V + gamma U^T W_j V] / (2/N a b^T + 2 lambda + gamma)   entrywise;
/// a zero denominator (possible for lambda = gamma = 0 only) leaves that coordinate as it is.
template <class T>
void Bsum<T>::deep_linear_direction(int j) {
  using Symmetric = Eigen::SelfAdjointEigenSolver<Matrix<double>>;
  const Matrix<T>&X = full_batch() ? *problem_->X : Xb_, &Y = full_batch() ? *problem_->Y : Yb_;
  const Index m = full_batch() ? problem_->n() : batch_;
  const double gamma = static_cast<double>(gamma_(0, j - 1)), weight = 2.0 / static_cast<double>(m);
  const Index d = problem_->net.d(j);
  Matrix<double> A = Matrix<double>::Identity(d, d), B = X.leftCols(m).template cast<double>();
  for (int l = j + 1; l <= J(); ++l) A = (P_.W[at(l)].template cast<double>() * A).eval();
  for (int l = 1; l < j; ++l) B = (P_.W[at(l)].template cast<double>() * B).eval();
  const Symmetric left(A.transpose() * A), right(B * B.transpose());
  const Matrix<double>&U = left.eigenvectors(), &V = right.eigenvectors();
  const Matrix<double> W = U.transpose() * W_[at(j)].template cast<double>() * V;
  Matrix<double> Q =
      U.transpose() * (weight * A.transpose() * Y.leftCols(m).template cast<double>() * B.transpose()) * V + gamma * W;
  const double floor = 1e-14 * weight * left.eigenvalues().maxCoeff() * right.eigenvalues().maxCoeff();
  for (Index b = 0; b < Q.cols(); ++b)
    for (Index a = 0; a < Q.rows(); ++a) {
      const double curvature = weight * left.eigenvalues()(a) * right.eigenvalues()(b) + 2 * parameters_.lambda + gamma;
      Q(a, b) = curvature <= floor ? W(a, b) : Q(a, b) / curvature;
    }
  D_[at(j)] = (U * Q * V.transpose()).template cast<T>();
}

template void Bsum<float>::prox_point_direction(int);
template void Bsum<double>::prox_point_direction(int);
template void Bsum<float>::deep_linear_direction(int);
template void Bsum<double>::deep_linear_direction(int);

}  // namespace bcd::bsum_ghauch2018
