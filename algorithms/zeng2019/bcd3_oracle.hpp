// The objective of the three-splitting formulation, its partial gradients and exact subdifferentials, written plainly and apart
// from the updates: the independent judge of bcd3 and bcd_resnet. Everything in double, with derived bounds on rounding.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "algorithms/core/layered_audit.hpp"
#include "algorithms/zeng2019/bcd3.hpp"

namespace bcd::zeng2019 {

/// One point P = (W, b, U, V), by the paper's index 1..N (entry 0 unused).
struct SplittingPoint {
  std::vector<Matrix<double>> W, U, V;
  std::vector<Vector<double>> b;  ///< zero without biases

  void read(const State<double>& state);
  void read(const State<double>& state, const std::vector<std::string>& letters, int layer);
};

/// |P|_F^2 and |P - Q|_F^2 over all blocks.
double squared_norm(const SplittingPoint& P);
double squared_distance(const SplittingPoint& P, const SplittingPoint& Q);

/// A point whose blocks come from two others: block X is taken from `now` if it was updated before a moment, else from `then`.
class MixedPoint {
 public:
  MixedPoint(const SplittingPoint& now) : now_(now), then_(now), position_(-1) {}
  /// The point at the moment just after the block at `position` was updated; `order` lists the blocks of a sweep.
  MixedPoint(const SplittingPoint& now, const SplittingPoint& then, const std::vector<Block>& order, int position)
      : now_(now), then_(then), order_(&order), position_(position) {}

  const Matrix<double>& W(int i) const { return of("Wb", i).W[at(i)]; }
  const Vector<double>& b(int i) const { return of("Wb", i).b[at(i)]; }
  const Matrix<double>& U(int i) const { return of("U", i).U[at(i)]; }
  const Matrix<double>& V(int i) const { return of("V", i).V[at(i)]; }

 private:
  const SplittingPoint& of(const char* name, int layer) const;

  const SplittingPoint& now_;
  const SplittingPoint& then_;
  const std::vector<Block>* order_ = nullptr;
  int position_;
};

class SplittingOracle {
 public:
  SplittingOracle(const ThreeSplittingParameters& parameters, const Problem<double>& problem);

  /// F(P), (2.5) or (3.4).
  Term potential(const SplittingPoint& P) const;

  // Partial gradients of the coupling terms, without the block's own r, s, loss and (for U_i, i < N) without the term
  // gamma/2 |C_i - sigma(U_i)|^2, whose subdifferential is activation_subdifferential's.
  Matrix<double> gradient_V(int i, const MixedPoint& P) const;
  Matrix<double> gradient_U(int i, const MixedPoint& P) const;
  /// d_i x (d_{i-1} + 1): the last column belongs to b_i (zero without a bias).
  Matrix<double> gradient_Wb(int i, const MixedPoint& P) const;
  Matrix<double> gradient_Wb(int i, const Matrix<double>& W, const Vector<double>& b, const MixedPoint& P) const;

  /// C_i = V_i - t_i V_{i-1}: what sigma_i(U_i) is pulled to.
  Matrix<double> target(int i, const MixedPoint& P) const;
  const Matrix<double>& input(int i, const MixedPoint& P) const { return i == 1 ? *problem_.X : P.V(i - 1); }

  /// The limiting subdifferential of u -> gamma/2 (c - sigma(u))^2: an interval [lo, hi], or, where the kink at u = 0 is
  /// concave (c > 0), the two end points only.
  struct Subdifferential {
    double lo = 0, hi = 0;
    bool ends_only = false;
    double nearest(double x) const;
  };
  Subdifferential activation_subdifferential(int i, double c, double u) const;

  /// Size of the terms that make up the subproblem's gradient of a block at P: rounding errors are eps times this.
  double gradient_scale(const Block& block, const MixedPoint& P) const;
  /// Spectral-size bound on the Hessian of a block's subproblem: the Frobenius norm.
  double hessian_norm(const Block& block, const MixedPoint& P) const;

  double gamma() const { return p_.gamma; }
  double rho() const { return p_.rho_or_gamma(); }
  double loss_weight() const { return problem_.loss.weight(problem_.n()); }
  int N() const { return problem_.net.N(); }

 private:
  double skip(int i) const { return problem_.net.skip(i) ? 1.0 : 0.0; }
  Matrix<double> sigma(int i, const Matrix<double>& U) const;
  /// The largest slope of sigma_i over the entries of U_i, at least 1.
  double activation_slope(int i, const MixedPoint& P) const;

  const ThreeSplittingParameters& p_;
  const Problem<double>& problem_;
};

}  // namespace bcd::zeng2019
