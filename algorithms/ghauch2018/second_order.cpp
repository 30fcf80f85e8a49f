#include "algorithms/ghauch2018/second_order.hpp"

#include <cmath>

namespace bcd::ghauch2018 {

void ShiftedSystem::reserve(Index largest) {
  memory_.resize(largest * largest);
  diagonal_.resize(largest);
  scratch_.resize(largest);
}

Eigen::Map<Matrix<double>> ShiftedSystem::open(Index size) {
  size_ = size;
  return square();
}

void ShiftedSystem::lift(double shift) {
  Eigen::Map<Matrix<double>> A = square();
  for (Index k = 1; k < size_; ++k) A.col(k).head(k) = A.row(k).head(k).transpose();
  A.diagonal() = diagonal_.head(size_).array() + shift;
}

bool ShiftedSystem::positive(double shift) {
  lift(shift);
  Eigen::Ref<Matrix<double>, 0, Eigen::OuterStride<>> A(square());
  const bool yes = Factor(A).info() == Eigen::Success;
  restore();
  return yes;
}

bool ShiftedSystem::solve(double shift, Eigen::Ref<Vector<double>> x) {
  lift(shift);
  Eigen::Ref<Matrix<double>, 0, Eigen::OuterStride<>> A(square());
  const Factor factor(A);
  const bool positive = factor.info() == Eigen::Success;
  if (positive) factor.solveInPlace(x);
  restore();
  return positive;
}

void ShiftedSystem::solve(double shift, Eigen::Ref<Vector<double>> x, LU& lu) {
  square().diagonal().array() += shift;
  lu.compute(square().selfadjointView<Eigen::Lower>());
  restore();
  auto solution = scratch_.head(size_);
  solution = lu.solve(x);
  x = solution;
}

double ShiftedSystem::quadratic(Eigen::Ref<const Vector<double>> x) {
  auto image = scratch_.head(size_);
  image.noalias() = square().selfadjointView<Eigen::Lower>() * x;
  return x.dot(image);
}

template <class T>
SecondOrder<T>::SecondOrder(const Network& net, const LossFunction& loss, BlockModel<T>& model, Curvature curvature,
                            bool shifted)
    : model_(&model),
      net_(net),
      curvature_(curvature),
      shifted_(shifted),
      outer_(loss.has_outer_term()),
      r_(loss.root_columns(net.d(net.N()))) {
  model.reserve_curvature(curvature);
  const Index samples = model.room();
  Index largest = 0, entries_max = 0, width = 0;
  for (int j = 1; j <= net.N(); ++j) {
    const Index entries = net.d(j) * model.inputs(j);
    largest = std::max(largest, by_rows(j, samples) ? samples * r_ + outer_ : entries);
    entries_max = std::max(entries_max, entries);
    width = std::max(width, net.d(j));
  }
  system_.reserve(largest);
  for (int j = 0; j <= net.N(); ++j) lu_.emplace_back(j == 0 || by_rows(j, samples) ? 0 : net.d(j) * model.inputs(j));
  if (curvature == Curvature::exact) return;
  rows_.resize(samples * r_ + outer_);
  outer_root_.resize(entries_max);
  images_.resize(width * samples);
  gram_.resize(samples * samples);
}

template <class T>
bool SecondOrder<T>::by_rows(int j, Index samples) const {
  return curvature_ == Curvature::gauss_newton && shifted_ && samples * r_ < net_.d(j) * model_->inputs(j);
}

template <class T>
void SecondOrder<T>::compute(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, double lambda) {
  j_ = j;
  d_ = net_.d(j);
  p_ = model_->inputs(j);
  n_ = X.cols();
  lambda_ = lambda;
  rowwise_ = by_rows(j, n_);
  if (rowwise_) return compute_rows(weights, X, Y);
  auto H = system_.open(d_ * p_);
  model_->hessian_lower(weights, X, Y, j, curvature_, H);
  H.diagonal().array() += 2 * lambda;
  system_.close();
}

/// R R^T = (Z^T Z) o (A^T A), for each pair of outputs one such block; the exponential loss adds the row g with
/// H = R^T R + g g^T.
template <class T>
void SecondOrder<T>::compute_rows(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y) {
  if (outer_) model_->outer_root(weights, X, Y, j_, outer_root_.head(d_ * p_));
  a_ = model_->curvature_roots(weights, Y, j_).data();
  z_ = model_->block_inputs(X, j_).data();
  const Index rows = n_ * r_;
  auto K = system_.open(rows + outer_);
  Eigen::Map<Matrix<double>> gram(gram_.data(), n_, n_);
  gram.noalias() = Z().transpose() * Z();
  K.topLeftCorner(rows, rows).noalias() = A().transpose() * A();
  for (Index o = 0; o < r_; ++o)
    for (Index q = 0; q <= o; ++q) K.block(o * n_, q * n_, n_, n_).array() *= gram.array();
  if (outer_) {
    const auto g = outer_root_.head(d_ * p_);
    apply(g);
    K.row(rows).head(rows) = rows_.head(rows).transpose();
    K(rows, rows) = g.squaredNorm();
  }
  system_.close();
}

template <class T>
void SecondOrder<T>::apply(Eigen::Ref<const Vector<double>> x) {
  const View block(x.data(), d_, p_);
  Eigen::Map<Matrix<double>> images(images_.data(), d_, n_);
  images.noalias() = block * Z();
  for (Index o = 0; o < r_; ++o)
    for (Index n = 0; n < n_; ++n) rows_(o * n_ + n) = A().col(o * n_ + n).dot(images.col(n));
  if (outer_) rows_(n_ * r_) = outer_root_.head(d_ * p_).dot(x);
}

template <class T>
void SecondOrder<T>::subtract_transposed(Eigen::Ref<Vector<double>> x) {
  Eigen::Map<Matrix<double>> images(images_.data(), d_, n_), block(x.data(), d_, p_);
  images.setZero();
  for (Index o = 0; o < r_; ++o)
    for (Index n = 0; n < n_; ++n) images.col(n) += rows_(o * n_ + n) * A().col(o * n_ + n);
  block.noalias() -= images * Z().transpose();
  if (outer_) x -= rows_(n_ * r_) * outer_root_.head(d_ * p_);
}

template <class T>
bool SecondOrder<T>::solve(double gamma, Eigen::Ref<Vector<double>> x) {
  if (!rowwise_) {
    if (system_.solve(gamma, x)) return true;
    system_.solve(gamma, x, lu_[static_cast<std::size_t>(j_)]);
    return false;
  }
  const double mu = gamma + 2 * lambda_;
  apply(x);
  const bool positive = system_.solve(mu, rows_.head(n_ * r_ + outer_));  // fails on NaN and overflow only
  if (!positive) rows_.setConstant(std::numeric_limits<double>::quiet_NaN());
  subtract_transposed(x);
  x /= mu;
  return positive;
}

template <class T>
double SecondOrder<T>::quadratic(Eigen::Ref<const Vector<double>> x) {
  if (!rowwise_) return system_.quadratic(x);
  apply(x);
  return rows_.head(n_ * r_ + outer_).squaredNorm() + 2 * lambda_ * x.squaredNorm();
}

template class SecondOrder<float>;
template class SecondOrder<double>;

}  // namespace bcd::ghauch2018
