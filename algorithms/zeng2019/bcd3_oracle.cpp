#include "algorithms/zeng2019/bcd3_oracle.hpp"

#include <cmath>

namespace bcd::zeng2019 {

void SplittingPoint::read(const State<double>& state) {
  for (int i = 1; state.has("W", i); ++i) read(state, {"W", "b", "U", "V"}, i);
}

void SplittingPoint::read(const State<double>& state, const std::vector<std::string>& letters, int layer) {
  const auto l = static_cast<std::size_t>(layer);
  for (auto* list : {&W, &U, &V}) list->resize(std::max(list->size(), l + 1));
  b.resize(W.size());
  for (const std::string& letter : letters) {
    const NamedMatrix<double>* part = state.find(Block{letter, layer}.text());
    if (letter == "b")
      b[l] = part ? Vector<double>(part->value.col(0)) : Vector<double>::Zero(W[l].rows());
    else
      (letter == "W" ? W : letter == "U" ? U : V)[l] = part->value;
  }
}

double squared_norm(const SplittingPoint& P) {
  double sum = 0;
  for (std::size_t i = 1; i < P.W.size(); ++i)
    sum += P.W[i].squaredNorm() + P.b[i].squaredNorm() + P.U[i].squaredNorm() + P.V[i].squaredNorm();
  return sum;
}

double squared_distance(const SplittingPoint& P, const SplittingPoint& Q) {
  double sum = 0;
  for (std::size_t i = 1; i < P.W.size(); ++i)
    sum += (P.W[i] - Q.W[i]).squaredNorm() + (P.b[i] - Q.b[i]).squaredNorm() + (P.U[i] - Q.U[i]).squaredNorm() +
           (P.V[i] - Q.V[i]).squaredNorm();
  return sum;
}

const SplittingPoint& MixedPoint::of(const char* name, int layer) const {
  if (position_ < 0) return now_;
  for (int k = 0; k <= position_; ++k) {
    const Block& block = (*order_)[static_cast<std::size_t>(k)];
    if (block.layer == layer && block.name == name) return now_;
  }
  return then_;
}

SplittingOracle::SplittingOracle(const ThreeSplittingParameters& parameters, const Problem<double>& problem)
    : p_(parameters), problem_(problem) {}

Matrix<double> SplittingOracle::sigma(int i, const Matrix<double>& U) const {
  const Activation& f = problem_.net.sigma(i);
  return U.unaryExpr([&](double u) { return f.value(u); });
}

Matrix<double> SplittingOracle::target(int i, const MixedPoint& P) const {
  if (!problem_.net.skip(i)) return P.V(i);
  return P.V(i) - input(i, P);
}

// Rounding. An entry of U - W V - b is an inner product of length k = d_{i-1} + 2: its error is at most k eps times the sum of
// the magnitudes, whose Frobenius norm is at most |U| + |W| |V| + sqrt(n) |b| =: M. So rho/2 |R|^2 is off by at most rho |R| k
// eps M + rho/2 (k eps M)^2, plus the rounding of the sum itself, (log2 of its length + 4) eps of its value (pairwise sums; the
// blocked sums used here are no worse). Likewise for the other terms.
Term SplittingOracle::potential(const SplittingPoint& P) const {
  const MixedPoint at(P);
  Term total;
  const auto add = [&](double weight, double residual2, double magnitude, double length, double entries) {
    const double error = length * kEps * magnitude, value = 0.5 * weight * residual2;
    total.value += value;
    total.rounding +=
        weight * std::sqrt(residual2) * error + 0.5 * weight * error * error + (std::log2(entries + 1) + 4) * kEps * value;
  };
  const auto add_plain = [&](double value, double entries) {
    total.value += value;
    total.rounding += (std::log2(entries + 1) + 8) * kEps * std::abs(value);
  };
  const double n = static_cast<double>(problem_.n());
  for (int i = 1; i <= N(); ++i) {
    const Matrix<double>&V = at.V(i), &U = at.U(i), &W = at.W(i), &V0 = input(i, at);
    const Matrix<double> image = sigma(i, U), C = target(i, at);
    const double entries = static_cast<double>(V.size());
    add(p_.gamma, (C - image).squaredNorm(), V.norm() + skip(i) * V0.norm() + image.norm(), 8, entries);
    const Matrix<double> R = (U - W * V0).colwise() - at.b(i);
    add(rho(), R.squaredNorm(), U.norm() + W.norm() * V0.norm() + std::sqrt(n) * at.b(i).norm(),
        static_cast<double>(V0.rows() + 2), entries);
    add_plain(p_.r.value<double>(W), static_cast<double>(W.size()));
    add_plain(p_.s.value<double>(V), entries);
  }
  const Matrix<double>& out = at.V(N());
  Matrix<double> slope(out.rows(), out.cols());
  problem_.loss.gradient<double>(out, *problem_.Y, slope);
  const double w = loss_weight();
  add_plain(w * problem_.loss.sum<double>(out, *problem_.Y), static_cast<double>(out.size()));
  total.rounding += 4 * kEps * w * slope.norm() * (out.norm() + problem_.Y->norm()) + kTiny;
  return total;
}

Matrix<double> SplittingOracle::gradient_V(int i, const MixedPoint& P) const {
  Matrix<double> G = p_.gamma * (target(i, P) - sigma(i, P.U(i)));
  if (i == N()) return G;
  const Matrix<double>& W = P.W(i + 1);
  const Matrix<double> R = (P.U(i + 1) - W * P.V(i)).colwise() - P.b(i + 1);
  G -= rho() * (W.transpose() * R);
  if (problem_.net.skip(i + 1)) G -= p_.gamma * (P.V(i + 1) - P.V(i) - sigma(i + 1, P.U(i + 1)));
  return G;
}

Matrix<double> SplittingOracle::gradient_U(int i, const MixedPoint& P) const {
  Matrix<double> G = rho() * ((P.U(i) - P.W(i) * input(i, P)).colwise() - P.b(i));
  if (i == N()) G -= p_.gamma * (target(i, P) - P.U(i));  // sigma_N = Id
  return G;
}

Matrix<double> SplittingOracle::gradient_Wb(int i, const MixedPoint& P) const { return gradient_Wb(i, P.W(i), P.b(i), P); }

Matrix<double> SplittingOracle::gradient_Wb(int i, const Matrix<double>& W, const Vector<double>& b,
                                            const MixedPoint& P) const {
  const Matrix<double>& A = input(i, P);
  const Matrix<double> R = (P.U(i) - W * A).colwise() - b;
  Matrix<double> G(W.rows(), W.cols() + 1);
  G.leftCols(W.cols()) = -rho() * (R * A.transpose());
  if (problem_.net.bias)
    G.col(W.cols()) = -rho() * R.rowwise().sum();
  else
    G.col(W.cols()).setZero();
  return G;
}

double SplittingOracle::Subdifferential::nearest(double x) const {
  if (ends_only) return std::abs(x - lo) <= std::abs(x - hi) ? lo : hi;
  return std::clamp(x, lo, hi);
}

// At a kink with slopes s (left) and 1 (right), u = 0: the one-sided derivatives are -gamma c s and -gamma c. Rising (c <= 0):
// the function is convex there and the whole interval belongs to the subdifferential; falling (c > 0): concave, only the two
// ends do.
SplittingOracle::Subdifferential SplittingOracle::activation_subdifferential(int i, double c, double u) const {
  const Activation& f = problem_.net.sigma(i);
  const auto [s_lo, s_hi] = f.subdifferential(u);
  const double pull = -p_.gamma * (c - f.value(u));
  if (s_lo == s_hi) return {pull * s_lo, pull * s_lo, false};
  return {std::min(pull * s_lo, pull * s_hi), std::max(pull * s_lo, pull * s_hi), pull < 0};
}

double SplittingOracle::activation_slope(int i, const MixedPoint& P) const {
  return std::max(1.0, problem_.net.sigma(i).lipschitz(P.U(i).cwiseAbs().maxCoeff()));
}

double SplittingOracle::gradient_scale(const Block& block, const MixedPoint& P) const {
  const int i = block.layer;
  const double root_n = std::sqrt(static_cast<double>(problem_.n())), g = p_.gamma, a = p_.alpha;
  const Matrix<double>& A = input(i, P);
  const double affine = P.W(i).norm() * A.norm() + root_n * P.b(i).norm();
  if (block.name == "U") {  // gamma (sigma(U) - C) sigma'(U): sigma' may exceed 1 (polynomials)
    const double slope = activation_slope(i, P);
    return slope * g * (P.V(i).norm() + skip(i) * A.norm() + sigma(i, P.U(i)).norm()) + rho() * affine +
           (g * slope * slope + rho() + a) * P.U(i).norm();
  }
  if (block.name == "Wb") {
    const double length = A.norm() + (problem_.net.bias ? root_n : 0);
    return rho() * length * (P.U(i).norm() + affine) + (a + p_.r.quadratic()) * (P.W(i).norm() + P.b(i).norm());
  }
  double scale = (g + a + p_.s.quadratic()) * P.V(i).norm() + g * (sigma(i, P.U(i)).norm() + skip(i) * A.norm());
  if (i == N()) {
    scale += loss_weight() * problem_.loss.steepness() * (P.V(i).norm() + problem_.Y->norm() + root_n);
  } else {
    const double W = P.W(i + 1).norm();
    scale += rho() * W * (P.U(i + 1).norm() + root_n * P.b(i + 1).norm() + W * P.V(i).norm());
    scale += skip(i + 1) * g * (P.V(i + 1).norm() + P.V(i).norm() + sigma(i + 1, P.U(i + 1)).norm());
  }
  return scale;
}

double SplittingOracle::hessian_norm(const Block& block, const MixedPoint& P) const {
  const int i = block.layer;
  const double g = p_.gamma, a = p_.alpha;
  if (block.name == "U") return g * std::pow(activation_slope(i, P), 2) + rho() + a;
  if (block.name == "Wb") return a + p_.r.quadratic() + rho() * (input(i, P).squaredNorm() + static_cast<double>(problem_.n()));
  if (i == N()) return g + a + p_.s.quadratic() + loss_weight() * problem_.loss.steepness();
  return g * (1 + skip(i + 1)) + p_.s.quadratic() + rho() * P.W(i + 1).squaredNorm();
}

}  // namespace bcd::zeng2019
