// The second-order surrogate's linear systems [H + gamma I] x = g of one block, without allocation after construction.
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "algorithms/ghauch2018/block_model.hpp"

namespace bcd::ghauch2018 {

/// A symmetric matrix A, kept in the lower triangle of a square whose upper triangle takes the Cholesky factor of A + shift I:
/// one square of memory in all.
class ShiftedSystem {
 public:
  using LU = Eigen::PartialPivLU<Matrix<double>>;

  void reserve(Index largest);
  /// The square of A; fill the lower triangle, then close().
  Eigen::Map<Matrix<double>> open(Index size);
  void close() { diagonal_.head(size_) = square().diagonal(); }
  /// Whether A + shift I is positive definite.
  bool positive(double shift);
  /// x <- (A + shift I)^{-1} x if that matrix is positive definite; else x is kept and the answer false.
  bool solve(double shift, Eigen::Ref<Vector<double>> x);
  /// The same for any regular A + shift I, with the memory of an LU factorisation of A's size.
  void solve(double shift, Eigen::Ref<Vector<double>> x, LU& lu);
  /// x^T A x
  double quadratic(Eigen::Ref<const Vector<double>> x);

 private:
  using Factor = Eigen::LLT<Eigen::Ref<Matrix<double>, 0, Eigen::OuterStride<>>, Eigen::Upper>;

  Eigen::Map<Matrix<double>> square() { return {memory_.data(), size_, size_}; }
  void lift(double shift);  // A + shift I in the upper triangle with the diagonal
  void restore() { square().diagonal() = diagonal_.head(size_); }

  Index size_ = 0;
  Vector<double> memory_, diagonal_, scratch_;
};

/// H + 2 lambda I of one block at one point, exact or Gauss-Newton. The Gauss-Newton matrix is R^T R, R with a row for each
/// sample and output. Where R has fewer rows than the block has entries the system is solved among the rows (Woodbury),
///   [R^T R + mu I]^{-1} g = (g - R^T [R R^T + mu I]^{-1} R g)/mu,
/// and neither H nor R is formed: a row is z_n (x) a_c, so R R^T = (Z^T Z) o (A^T A), and R, R^T are products with Z and A.
template <class T>
class SecondOrder {
 public:
  SecondOrder() = default;
  /// `shifted`: every system to be solved has gamma + lambda > 0, which Woodbury's form needs. `model` outlives this object.
  SecondOrder(const Network& net, const LossFunction& loss, BlockModel<T>& model, Curvature curvature, bool shifted);

  /// At the last forward pass of the model.
  void compute(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, double lambda);
  /// Whether H + 2 lambda I is not positive definite; never for Gauss-Newton, which is semidefinite by construction.
  bool indefinite() { return curvature_ == Curvature::exact && !system_.positive(0); }
  /// x <- [H + (2 lambda + gamma) I]^{-1} x; false if that matrix is not positive definite (it is then solved by LU).
  bool solve(double gamma, Eigen::Ref<Vector<double>> x);
  /// x^T (H + 2 lambda I) x
  double quadratic(Eigen::Ref<const Vector<double>> x);

 private:
  using View = Eigen::Map<const Matrix<double>>;

  /// Whether block j's system is solved among the rows when there are `samples` of them.
  bool by_rows(int j, Index samples) const;
  void compute_rows(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y);
  View A() const { return {a_, d_, r_ * n_}; }
  View Z() const { return {z_, p_, n_}; }
  void apply(Eigen::Ref<const Vector<double>> x);          // rows_ = R x
  void subtract_transposed(Eigen::Ref<Vector<double>> x);  // x -= R^T rows_

  BlockModel<T>* model_ = nullptr;
  Network net_;
  Curvature curvature_ = Curvature::exact;
  bool shifted_ = false, outer_ = false, rowwise_ = false;
  int j_ = 0;
  Index d_ = 0, p_ = 0, n_ = 0, r_ = 0;  // block d x p, n samples, r rows each
  double lambda_ = 0;
  const double *a_ = nullptr, *z_ = nullptr;  // the model's memory
  ShiftedSystem system_;
  std::vector<ShiftedSystem::LU> lu_;  // per block
  Vector<double> rows_, outer_root_, images_, gram_;
};

}  // namespace bcd::ghauch2018
