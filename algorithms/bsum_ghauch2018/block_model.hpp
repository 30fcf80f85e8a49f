// The loss as a function of one block [W_j b_j]: value, gradient (A.6)-(A.8), Hessian. Owns the memory of the passes.
#pragma once

#include "algorithms/bsum_ghauch2018/loss_function.hpp"
#include "algorithms/core/network.hpp"

namespace bcd::bsum_ghauch2018 {

enum class Curvature {
  exact,        ///< the Hessian
  gauss_newton  ///< its part without second derivatives of the activations: positive semidefinite for convex losses
};

/// Samples are columns. A block is the d_j x p_j matrix [W_j b_j], p_j = d_{j-1}, or d_{j-1} + 1 with a bias.
template <class T>
class BlockModel {
 public:
  BlockModel() = default;
  /// Room for `columns` samples; after this only hessian() allocates.
  BlockModel(const Network& net, const LossFunction& loss, Index columns);

  Index inputs(int j) const { return net_.d(j - 1) + (net_.bias ? 1 : 0); }
  /// U_l = W_l Z_{l-1} + b_l, Z_l = sigma_l(U_l) and sigma_l'(U_l) for l = from..J; Z_0 = X. What lies below is kept.
  void forward(const Weights<T>& weights, ConstRef<T> X, int from = 1);
  /// l(W) at the last forward pass.
  double loss(ConstRef<T> Y) const;
  /// |Y - H|^2 at the last forward pass.
  double squared_error(ConstRef<T> Y) const;
  /// G = dl/d[W_j b_j] (d_j x p_j) at the last forward pass, for one j. Allocates nothing.
  void gradient(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, MutRef<T> G);
  /// G[j] for all j = 1..J at the last forward pass.
  void gradients(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, std::vector<Matrix<T>>& G);
  /// H (d_j p_j square, in the column-major order of the block) at the last forward pass; computed in double.
  void hessian(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Curvature curvature, Matrix<double>& H);
  /// Z_J: d_J x (columns of the last forward pass)
  auto output() const { return Z_[static_cast<std::size_t>(net_.N())].leftCols(m_); }

 private:
  /// Delta_J..Delta_to (A.7), Delta_l = dl/dU_l.
  void backward(const Weights<T>& weights, ConstRef<T> Y, int to);
  void block_gradient(ConstRef<T> X, int j, MutRef<T> G) const;
  ConstRef<T> Z(int l, ConstRef<T> X) const;
  void sample_curvatures(const Weights<T>& weights, ConstRef<T> Y, int j, Curvature curvature, Matrix<double>& Phi);

  Network net_;
  LossFunction loss_;
  Index m_ = 0;
  std::vector<Matrix<T>> U_, Z_, S_, Delta_;  // per layer 1..J: d_l x room; S = sigma'(U)
};

/// Z = sigma(U), S = sigma'(U) entrywise; vectorised for the smooth activations.
template <class T>
void activate(const Activation& sigma, ConstRef<T> U, MutRef<T> Z, MutRef<T> S);

}  // namespace bcd::bsum_ghauch2018
