// The smooth losses of Ghauch et al. 2018, averaged over the N samples (columns): (16), (A.12), (A.14), (A.17), (A.18).
#pragma once

#include "algorithms/core/loss.hpp"

namespace bcd::ghauch2018 {

struct LossFunction {
  /// With R = H - Y:  ridge |R|^2/N (16);  exponential c exp(|R|^2/(c N)) (A.12);
  /// cross_entropy -(1/N) sum y log h + (1 - y) log(1 - h), 0 < h < 1 (A.14);
  /// squared_hinge sum max(0, 1 - y h)^2 / (2 c N) (A.17);  logistic (1/N) sum_n log(1 + exp(-<y_n, h_n>)) (A.18).
  enum class Kind { ridge, exponential, cross_entropy, squared_hinge, logistic };

  Kind kind = Kind::ridge;
  double c = 1;  ///< exponential, squared_hinge

  /// l(H, Y) without regularisation; infinite where (A.12) overflows. Allocates nothing.
  template <class T>
  double value(ConstRef<T> H, ConstRef<T> Y) const;
  /// G = dl/dH, the errata of (A.13) and (A.15) corrected. Allocates nothing.
  template <class T>
  void gradient(ConstRef<T> H, ConstRef<T> Y, MutRef<T> G) const;
  /// C (d x r, r = root_columns(d)) with C C^T = M, the second derivative in the output h of a sample (all losses are convex
  /// in h). For the exponential loss M is the part 2/N exp(|R|^2/(cN)) I, and the loss's Hessian in any variables has the
  /// further term grad grad^T / value; `scale` is exp(|R|^2/(cN)) for that loss, unused by the others. Allocates nothing.
  void curvature_root(Eigen::Ref<const Vector<double>> h, Eigen::Ref<const Vector<double>> y, double N, double scale,
                      MutRef<double> C) const;
  Index root_columns(Index d) const { return kind == Kind::logistic ? 1 : d; }
  /// Whether the term grad grad^T / value has to be added.
  bool has_outer_term() const { return kind == Kind::exponential; }

  /// The loss that a problem's loss stands for, and the reason if there is none.
  static std::string unsupported(const Loss& loss);
  static Kind from(const Loss& loss);
};

}  // namespace bcd::ghauch2018
