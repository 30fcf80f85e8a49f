#include "algorithms/wang2018/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace bcd::wang2018 {

namespace {

/// Squared distance of (x, y) to the ray {lambda (u, v), lambda >= 0}.
double ray_distance2(double x, double y, double u, double v) {
  const double lambda = std::max(0.0, (x * u + y * v) / (u * u + v * v));
  return std::pow(x - lambda * u, 2) + std::pow(y - lambda * v, 2);
}

/// Squared distance of (x, y) to the convex cone spanned by (slope_lo, -1) and (slope_hi, -1).
double lower_kink_distance2(double x, double y, double slope_lo, double slope_hi) {
  const double lambda = std::max(-y, 0.0);  // inside: y = -lambda, slope_lo lambda <= x <= slope_hi lambda
  if (slope_lo * lambda <= x && x <= slope_hi * lambda && y <= 0) return 0;
  return std::min(ray_distance2(x, y, slope_lo, -1), ray_distance2(x, y, slope_hi, -1));
}

}  // namespace

// c = a - h(z) - eps <= 0 has the normals lambda (-h', 1), c = h(z) - eps - a <= 0 those lambda (h', -1). At a kink of a convex
// h the second set is convex and every slope between belongs to its cone; the first is a union of two half planes near the
// kink, whose limiting normals are those of either side alone.
double joint_distance2(const Activation& h, double z, double g_z, double g_a, bool above, bool below) {
  const auto [lo, hi] = h.subdifferential(z);
  double best = g_z * g_z + g_a * g_a;
  if (above) best = std::min({best, ray_distance2(-g_z, -g_a, -lo, 1), ray_distance2(-g_z, -g_a, -hi, 1)});
  if (below) best = std::min(best, lower_kink_distance2(-g_z, -g_a, lo, hi));
  return best;
}

// a fixed: with a = h(z) + eps z may not fall, so N_z = (-inf, 0], unless h is flat to the left of z; likewise at a = h(z) -
// eps.
double partial_distance2(const Activation& h, double z, double g_z, double g_a, bool above, bool below) {
  const auto [lo, hi] = h.subdifferential(z);
  const bool z_blocked = (above && g_z > 0 && lo > 0) || (below && g_z < 0 && hi > 0);
  const bool a_blocked = (above && g_a < 0) || (below && g_a > 0);
  return (z_blocked ? 0 : g_z * g_z) + (a_blocked ? 0 : g_a * g_a);
}

void DlamPoint::read(const State<double>& state) {
  for (int l = 1; state.has("W", l); ++l) read(state, {"W", "b", "z", "a", "theta", "tau"}, l);
}

void DlamPoint::read(const State<double>& state, const std::vector<std::string>& letters, int layer) {
  eps = state("eps")(0, 0);
  const auto l = static_cast<std::size_t>(layer);
  const std::map<std::string, std::vector<Matrix<double>>*> lists = {
      {"W", &W}, {"z", &z}, {"a", &a}, {"theta", &theta}, {"tau", &tau}};
  for (const auto& [letter, list] : lists) list->resize(std::max(list->size(), l + 1));
  b.resize(W.size());
  for (const std::string& letter : letters) {
    const NamedMatrix<double>* part = state.find(Block{letter, layer}.text());
    if (letter == "b")
      b[l] = part ? Vector<double>(part->value.col(0)) : Vector<double>::Zero(W[l].rows());
    else if (part)  // layer L has no a and tau
      (*lists.at(letter))[l] = part->value;
  }
}

Matrix<double> DlamOracle::affine(int l, const DlamPoint& P) const { return (P.W[at(l)] * input(l, P)).colwise() + P.b[at(l)]; }

// An entry of z - W a - b is an inner product of length k = d_{l-1} + 2, wrong by at most k eps times the sum of the
// magnitudes, whose Frobenius norm is at most M = |z| + |W| |a| + sqrt(n) |b|.
double DlamOracle::residual_rounding(int l, const DlamPoint& P) const {
  const double n = static_cast<double>(problem_.n()), k = static_cast<double>(problem_.net.d(l - 1) + 2);
  return p_.rho * k * kEps * (P.z[at(l)].norm() + P.W[at(l)].norm() * input(l, P).norm() + std::sqrt(n) * P.b[at(l)].norm());
}

Term DlamOracle::term(int l, const DlamPoint& P) const {
  const auto sum_rounding = [](double entries) { return (std::log2(entries + 1) + 8) * kEps; };
  Term t;
  if (l > L()) {
    const Matrix<double>& z = P.z[at(L())];
    t.value = w() * problem_.loss.sum<double>(z, *problem_.Y);
    Matrix<double> slope(z.rows(), z.cols());
    problem_.loss.gradient<double>(z, *problem_.Y, slope);
    t.rounding = sum_rounding(static_cast<double>(z.size())) * std::abs(t.value) +
                 4 * kEps * w() * slope.norm() * (z.norm() + problem_.Y->norm()) + kTiny;
    return t;
  }
  const double residual = (P.z[at(l)] - affine(l, P)).norm(), error = residual_rounding(l, P) / p_.rho;
  const double phi = 0.5 * p_.rho * residual * residual, omega = p_.omega.value<double>(P.W[at(l)]);
  t.value = phi + omega;
  t.rounding = p_.rho * error * (residual + 0.5 * error) + sum_rounding(static_cast<double>(P.z[at(l)].size())) * phi +
               sum_rounding(static_cast<double>(P.W[at(l)].size())) * omega + kTiny;
  return t;
}

Term DlamOracle::potential(const DlamPoint& P) const {
  Term total;
  for (int l = 1; l <= L() + 1; ++l) {
    const Term t = term(l, P);
    total.value += t.value;
    total.rounding += t.rounding + kEps * std::abs(total.value);
  }
  return total;
}

double DlamOracle::infeasibility(int l, const DlamPoint& P) const {
  const Activation& h = problem_.net.sigma(l);
  const Matrix<double>& z = P.z[at(l)];
  return (P.a[at(l)] - z.unaryExpr([&](double x) { return h.value(x); })).cwiseAbs().maxCoeff() - P.eps;
}

double DlamOracle::infeasibility(const DlamPoint& P) const {
  double worst = -P.eps;
  for (int l = 1; l < L(); ++l) worst = std::max(worst, infeasibility(l, P));
  return worst;
}

// Both sides of |a - h(z)| <= eps come from one rounded operation on a or h(z) with eps, and from h and its inverse, which are
// right to a few units in the last place of their argument.
double DlamOracle::feasibility_rounding(const DlamPoint& P) const {
  double size = 1 + P.eps;
  for (int l = 1; l < L(); ++l) size = std::max({size, P.a[at(l)].cwiseAbs().maxCoeff(), P.z[at(l)].cwiseAbs().maxCoeff()});
  return 16 * kEps * size;
}

Matrix<double> DlamOracle::gradient_W(int l, const DlamPoint& P) const {
  return p_.rho * ((affine(l, P) - P.z[at(l)]) * input(l, P).transpose());
}

Vector<double> DlamOracle::gradient_b(int l, const DlamPoint& P) const {
  return p_.rho * (affine(l, P) - P.z[at(l)]).rowwise().sum();
}

Matrix<double> DlamOracle::gradient_z(int l, const DlamPoint& P) const {
  Matrix<double> G = p_.rho * (P.z[at(l)] - affine(l, P));
  if (l < L()) return G;
  Matrix<double> slope(G.rows(), G.cols());
  problem_.loss.gradient<double>(P.z[at(l)], *problem_.Y, slope);
  return G + w() * slope;
}

Matrix<double> DlamOracle::gradient_a(int l, const DlamPoint& P) const {
  return p_.rho * (P.W[at(l + 1)].transpose() * (affine(l + 1, P) - P.z[at(l + 1)]));
}

double DlamOracle::weights_distance2(const DlamPoint& P) const {
  double sum = 0;
  for (int l = 1; l <= L(); ++l) {
    const Matrix<double> G = gradient_W(l, P);
    for (Index e = 0; e < G.size(); ++e) {
      const auto [lo, hi] = p_.omega.subdifferential(P.W[at(l)](e));
      sum += std::pow(std::max({0.0, G(e) + lo, -(G(e) + hi)}), 2);
    }
    if (problem_.net.bias) sum += gradient_b(l, P).squaredNorm();
  }
  return sum;
}

DlamOracle::Distances DlamOracle::distances(const DlamPoint& P, const std::vector<Matrix<double>>& slack) const {
  Distances sum;
  sum.weights = weights_distance2(P);
  sum.joint = sum.partial = sum.weights + gradient_z(L(), P).squaredNorm();
  for (int l = 1; l < L(); ++l) {
    const Activation& h = problem_.net.sigma(l);
    const Matrix<double> G_z = gradient_z(l, P), G_a = gradient_a(l, P);
    for (Index e = 0; e < G_z.size(); ++e) {
      const double z = P.z[at(l)](e), gap = P.a[at(l)](e) - h.value(z), reach = slack[at(l)](e);
      const bool above = gap >= P.eps - reach, below = gap <= -P.eps + reach;
      sum.joint += joint_distance2(h, z, G_z(e), G_a(e), above, below);
      sum.partial += partial_distance2(h, z, G_z(e), G_a(e), above, below);
    }
  }
  return sum;
}

}  // namespace bcd::wang2018
