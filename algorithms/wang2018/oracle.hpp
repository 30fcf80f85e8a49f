// The objective of Problem 2 (Wang et al. 2018), its gradients and subdifferential, written plainly and apart from the updates:
// the independent judge of DLAM and mDLAM. Everything in double, with derived bounds on rounding.
#pragma once

#include <vector>

#include "algorithms/core/layered_audit.hpp"
#include "algorithms/wang2018/dlam.hpp"

namespace bcd::wang2018 {

/// One point with the step sizes that led to it; by the paper's index, entry 0 unused. theta, tau: as in Dlam's state.
struct DlamPoint {
  std::vector<Matrix<double>> W, z, a, theta, tau;
  std::vector<Vector<double>> b;  ///< zero without biases
  double eps = 0;

  DlamPoint() = default;
  explicit DlamPoint(const State<double>& state) { read(state); }
  void read(const State<double>& state);
  /// A layer's matrices of these letters, and eps.
  void read(const State<double>& state, const std::vector<std::string>& letters, int layer);
};

class DlamOracle {
 public:
  DlamOracle(const DlamParameters& parameters, const Problem<double>& problem) : p_(parameters), problem_(problem) {}

  /// phi_l + Omega(W_l) (l = 1..L); l = L + 1: R(z_L).
  Term term(int l, const DlamPoint& P) const;
  /// F without the indicators.
  Term potential(const DlamPoint& P) const;
  /// Largest |a_l - h(z_l)| - eps over the entries; > 0: infeasible.
  double infeasibility(int l, const DlamPoint& P) const;
  double infeasibility(const DlamPoint& P) const;
  double feasibility_rounding(const DlamPoint& P) const;

  const Matrix<double>& input(int l, const DlamPoint& P) const { return l == 1 ? *problem_.X : P.a[at(l - 1)]; }
  /// W_l a_{l-1} + b_l: d_l x n
  Matrix<double> affine(int l, const DlamPoint& P) const;
  Matrix<double> gradient_W(int l, const DlamPoint& P) const;
  Vector<double> gradient_b(int l, const DlamPoint& P) const;
  /// Of phi_l, for l = L also of R (which must be smooth).
  Matrix<double> gradient_z(int l, const DlamPoint& P) const;
  Matrix<double> gradient_a(int l, const DlamPoint& P) const;
  /// Rounding bound of any of these gradients, per unit of the factor that multiplies the residual (|a_{l-1}|, sqrt n, 1,
  /// |W_l|).
  double residual_rounding(int l, const DlamPoint& P) const;

  /// Squared distances of 0 to the subdifferential of F at P. joint: of the limiting one, whose normal cone couples z_l and
  /// a_l; partial: of each block's own, the others fixed (what block updates can see). A bound counts as active for an entry
  /// within `slack` of it, slack a matrix per layer: the smallest distance over the readings, so that a large value is no
  /// accident.
  struct Distances {
    double joint = 0, partial = 0, weights = 0;
  };
  Distances distances(const DlamPoint& P, const std::vector<Matrix<double>>& slack) const;

  double w() const { return problem_.loss.weight(problem_.n()); }

 private:
  int L() const { return problem_.net.N(); }
  double weights_distance2(const DlamPoint& P) const;

  const DlamParameters& p_;
  const Problem<double>& problem_;
};

/// Distance from 0 to (g_z, g_a) + N for one entry, N the limiting normal cone of {|a - h(z)| <= eps} at (z, a), h quasilinear.
/// above: a = h + eps is active, below: a = h - eps is active. With several readings the smallest distance.
double joint_distance2(const Activation& h, double z, double g_z, double g_a, bool above, bool below);
/// The same with z and a apart: N_z x N_a, the normal cones of the two intervals.
double partial_distance2(const Activation& h, double z, double g_z, double g_a, bool above, bool below);

}  // namespace bcd::wang2018
