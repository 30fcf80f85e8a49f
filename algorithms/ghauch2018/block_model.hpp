// The loss as a function of one block [W_j b_j]: value, gradient (A.6)-(A.8), Hessian. Owns the memory of the passes.
#pragma once

#include "algorithms/core/network.hpp"
#include "algorithms/ghauch2018/loss_function.hpp"

namespace bcd::ghauch2018 {

enum class Curvature {
  exact,        ///< the Hessian
  gauss_newton  ///< its part without second derivatives of the activations: positive semidefinite for convex losses
};

/// Samples are columns. A block is the d_j x p_j matrix [W_j b_j], p_j = d_{j-1}, or d_{j-1} + 1 with a bias.
template <class T>
class BlockModel {
 public:
  BlockModel() = default;
  /// Room for `columns` samples; the second derivatives take theirs with reserve_curvature().
  BlockModel(const Network& net, const LossFunction& loss, Index columns);

  Index room() const { return Z_[static_cast<std::size_t>(net_.N())].cols(); }
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
  /// The memory of the functions below; without this call they allocate it when first used.
  void reserve_curvature(Curvature curvature);
  /// The lower triangle of H (d_j p_j square, in the column-major order of the block) at the last forward pass, in double.
  void hessian_lower(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Curvature curvature, MutRef<double> H);
  /// All of H, resized.
  void hessian(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Curvature curvature, Matrix<double>& H);
  /// A (d_j x N r, r = loss.root_columns(d_J)): column o N + n belongs to sample n, and the Gauss-Newton matrix is
  /// sum_c (z_n z_n^T) (x) (a_c a_c^T), without the exponential loss's outer term. Valid until the next call.
  ConstRef<double> curvature_roots(const Weights<T>& weights, ConstRef<T> Y, int j);
  /// [Z_{j-1}; 1] (p_j x N) in double. Valid until the next call.
  ConstRef<double> block_inputs(ConstRef<T> X, int j);
  /// g (d_j p_j) with g g^T the exponential loss's outer term: grad l / sqrt(l).
  void outer_root(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Eigen::Ref<Vector<double>> g);
  /// Z_{j-1} (d_{j-1} x N) of the last forward pass, X for j = 1.
  ConstRef<T> input(ConstRef<T> X, int j) const { return Z(j - 1, X); }
  /// Z_J: d_J x (columns of the last forward pass)
  auto output() const { return Z_[static_cast<std::size_t>(net_.N())].leftCols(m_); }

 private:
  /// Delta_J..Delta_to (A.7), Delta_l = dl/dU_l.
  void backward(const Weights<T>& weights, ConstRef<T> Y, int to);
  void block_gradient(ConstRef<T> X, int j, MutRef<T> G) const;
  ConstRef<T> Z(int l, ConstRef<T> X) const;
  double outer_scale(ConstRef<T> Y) const;
  void sample_curvatures(const Weights<T>& weights, ConstRef<T> Y, int j, Curvature curvature, MutRef<double> Phi);

  Network net_;
  LossFunction loss_;
  Index m_ = 0;
  std::vector<Matrix<T>> U_, Z_, S_, Delta_;  // per layer 1..J: d_l x room; S = sigma'(U)

  struct CurvatureMemory {
    int threads = 0;
    std::vector<Matrix<double>> W, M, WM;  // per layer: W_l, d_l x d_l, d_{l-1} x d_l
    std::vector<Vector<double>> s, slope;  // per layer: sigma'(u), dl/dz of one sample
    Matrix<T> loss_slope, G;               // dl/dH; gradient of the widest block
    Matrix<double> C;
    Vector<double> h, y;
    Vector<double> Phi, z, weighted, part;  // of the widest block; the last two once for each thread
    std::vector<Matrix<double>> roots;      // per layer: d_l x room r
  };
  CurvatureMemory memory_;
};

/// Z = sigma(U), S = sigma'(U) entrywise; vectorised for the smooth activations.
template <class T>
void activate(const Activation& sigma, ConstRef<T> U, MutRef<T> Z, MutRef<T> S);

}  // namespace bcd::ghauch2018
