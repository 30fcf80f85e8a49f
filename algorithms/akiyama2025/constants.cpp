#include "algorithms/akiyama2025/constants.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd::akiyama2025 {

namespace {

constexpr double kLow = 0.5, kHigh = 1.5;  // singular values of W_2 .. W_L during training

/// Number of iterations: at least 0; log 0 (the printed K_V for L = 2) counts as none.
double iterations(double x) { return x > 0 ? std::ceil(x) : 0.0; }

std::string unmet_data(const TheoremInput& in) {
  if (in.X.smin > 0) return {};
  return "Assumption 1: X has numerical rank " + std::to_string(in.X.rank) + " for n = " + std::to_string(in.n) + " samples";
}

/// Bounds that F <= epsilon follows from: a third for the output, the hidden layers, the first layer.
void set_layer_bounds(const TheoremInput& in, TheoremConstants& c) {
  c.t1 = std::sqrt(in.epsilon / (3 * in.gamma));
  c.t = in.L > 2 ? c.t1 / std::sqrt(in.L - 2.0) : c.t1;
}

/// The corrected theorem's account of how far V_j moves: in one sweep (delta) and in a whole run (moved).
struct Movement {
  double A, first, t1, K, q_O, rho0;
  int L;
  double power_sum(int j) const {  // sum_{i <= L-1-j} A^i
    double sum = 0;
    for (int i = 0; i <= L - 1 - j; ++i) sum += std::pow(A, i);
    return sum;
  }
  double delta(int j) const { return std::pow(A, L - 1 - j) * first * rho0 + t1 * power_sum(j); }
  double moved(int j) const { return std::pow(A, L - 1 - j) * first * rho0 / (1 - q_O) + K * t1 * power_sum(j); }
};

}  // namespace

DataSpectrum data_spectrum(ConstRef<double> X) {
  const Index n = X.cols();
  Matrix<double> G = Matrix<double>::Zero(n, n);
  G.selfadjointView<Eigen::Lower>().rankUpdate(X.transpose());
  const SymmetricEigen eigen = symmetric_eigen(G, Eigen::EigenvaluesOnly);
  const double top = std::max(0.0, eigen.eigenvalues()(n - 1));
  const double floor = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * top;
  DataSpectrum s;
  s.smax = std::sqrt(top);
  s.column_max = std::sqrt(X.colwise().squaredNorm().maxCoeff());
  s.rank = (eigen.eigenvalues().array() > floor).count();
  if (s.rank == n) s.smin = std::sqrt(eigen.eigenvalues()(0));
  return s;
}

TheoremConstants theorem41_printed(const TheoremInput& in, Theorem41 reading) {
  TheoremConstants c;
  c.unmet = in.alpha > 0 && in.alpha < 2 ? unmet_data(in) : "Assumption 2: sigma' has no positive lower bound below 2";
  const double width = static_cast<double>(in.r), rn = width * static_cast<double>(in.n);
  c.eta_V = 1 / (8 * in.alpha * in.ell * in.ell);
  const double C_K = std::pow(2 / in.alpha, in.L) * (4 * in.R_max * c.eta_V + 2 / (2 - in.alpha) * std::sqrt(in.epsilon));
  const bool squared = reading == Theorem41::squared;
  const double ell2 = in.ell * in.ell, S = in.X.smax, s = in.X.smin;
  c.eta_W2 = 1 / (2 * ell2 * in.X.column_max * (squared ? in.X.column_max : 1));
  if (reading == Theorem41::repaired) c.eta_W2 = std::min(c.eta_W2, 1 / (2 * in.gamma * ell2 * S * S));
  c.K = iterations(2 / c.eta_V * std::log(3 * in.R / in.epsilon));
  c.K_V =
      iterations(std::log(3 * in.gamma * (in.L - 2) * rn * C_K * C_K / in.epsilon) / (in.gamma * in.alpha * in.ell * c.eta_V));
  const double rate = 4 * in.gamma * s * (squared ? s : 1) * in.alpha * in.alpha * c.eta_W2;
  c.K_W = iterations(std::log(3 * rn * C_K * C_K / in.epsilon) / rate);
  c.C_V = in.C_V > 0 ? in.C_V : theorem41_corrected(in).C_V;
  c.eta_W1 = std::pow(in.alpha / 2, in.L) / (8 * c.eta_V * std::sqrt(width) * c.C_V * std::max(1.0, c.K));
  c.q_O = std::sqrt(1 - c.eta_V / 2);
  set_layer_bounds(in, c);
  return c;
}

TheoremConstants theorem41_corrected(const TheoremInput& in) {
  TheoremConstants c;
  c.unmet = in.alpha > 0 ? unmet_data(in) : "Assumption 2: sigma' has no positive lower bound";
  const double ell2 = in.ell * in.ell, rho0 = std::sqrt(in.R), S = in.X.smax, s = in.X.smin;
  c.eta_V = 1 / (2 * kHigh * kHigh * std::max(1.0, in.gamma * ell2));
  c.q_O = 1 - 2 * c.eta_V * kLow * kLow;
  c.K = iterations(std::log(3 * in.R / in.epsilon) / (2 * std::log(1 / c.q_O)));
  set_layer_bounds(in, c);
  const double q = 1 - 2 * in.gamma * c.eta_V * in.alpha * in.alpha * kLow * kLow;
  c.eta_W2 = 1 / (2 * in.gamma * ell2 * S * S);
  const double q_1 = 1 - 2 * in.gamma * c.eta_W2 * in.alpha * in.alpha * s * s;
  const Movement m{1.01 * 1.01 / (in.alpha * kLow), 2 * kHigh * c.eta_V, c.t1, c.K, c.q_O, rho0, in.L};
  if (in.L > 2) {
    const double needed = in.ell * kHigh / (in.alpha * kLow) * 1.01 * (c.t + m.delta(2)) / c.t;
    c.K_V = iterations(std::log(std::max(100.0, needed)) / std::log(1 / q));  // 100: the factor 1.01 in A
  }
  c.K_W = iterations(std::log(in.ell * S / (in.alpha * s) * (c.t1 + m.delta(1)) / c.t1) / std::log(1 / q_1));
  const double root = std::max(in.V_norm, 0.0) + m.moved(1);  // moved(j) is largest for j = 1
  c.C_V = root * root;
  const double hidden = in.L > 2 ? 0.25 / (2 * in.gamma * in.ell * root * (m.moved(1) + c.K * c.t1)) : 1 / c.C_V;
  c.eta_W1 = std::min(
      {0.01 / (2 * in.gamma * ell2 * c.C_V), 1 / c.C_V, 0.25 / (2 * root * std::max(rho0, 1e-300) / (1 - c.q_O)), hidden});
  return c;
}

namespace {

/// The printed numbers for these steps, which the printed limits admit.
TheoremConstants theorem53_at(const TheoremInput& in, double eta_V, double eta_W2) {
  TheoremConstants c;
  c.unmet = in.w_min2 > 0 ? unmet_data(in) : "Lemma 5.1: W_L needs entries of both signs";
  const double width = static_cast<double>(in.r), rn = width * static_cast<double>(in.n);
  c.eta_V = eta_V;
  c.eta_W2 = eta_W2;
  const double C_K = (4 * in.R_max * c.eta_V + 5 * std::sqrt(in.epsilon)) * std::pow(1.5, in.L);
  c.K = iterations(std::log(3 * in.R / in.epsilon) / (4 * c.eta_V * in.w_min2));
  c.K_V = iterations(3 / (4 * in.gamma * c.eta_V) * std::log(49 * (in.L - 2) * rn * C_K * C_K / (3 * in.epsilon)));
  c.K_W = iterations(std::log(C_K * C_K / in.epsilon) / (4 * in.gamma * in.X.smin * c.eta_W2));
  c.C_V = in.C_V > 0 ? in.C_V : 100 * in.V_norm * in.V_norm;
  c.eta_W1 = std::pow(2.0 / 3, in.L) / (24 * c.eta_V * std::sqrt(width) * c.C_V * std::max(1.0, c.K));
  c.q_O = std::abs(1 - 2 * c.eta_V * in.w_min2);
  set_layer_bounds(in, c);
  return c;
}

}  // namespace

TheoremConstants theorem53_printed(const TheoremInput& in) {
  return theorem53_at(in, 1 / (2 * in.w_min2), 1 / (2 * in.X.column_max));
}

TheoremConstants theorem53_corrected(const TheoremInput& in) {
  const double S = in.X.smax, s = in.X.smin, rho0 = std::sqrt(in.R);
  double eta_V = 1 / (2 * in.w_norm2);
  if (in.L > 2) eta_V = std::min(eta_V, 0.32 / in.gamma);  // 2 gamma eta_V (1 + |W_j|)^2 <= 1 for |W_j| <= 1/4
  TheoremConstants c = theorem53_at(in, eta_V, std::min(1 / (2 * in.X.column_max), 1 / (2 * in.gamma * S * S)));
  if (c.unmet.empty() && in.L > 2)
    c.unmet = "the theorem survives for L = 2 only: V + sigma(W V) = T need not have a solution V >= 0";
  const double q_1 = 1 - 2 * in.gamma * c.eta_W2 * s * s, delta = 2 * std::sqrt(in.w_norm2) * c.eta_V * rho0;
  const double K_W = iterations(std::log(S / s * (c.t1 + delta) / c.t1) / std::log(1 / q_1));
  if (in.L > 2) {
    c.K_W = std::max(c.K_W, K_W);  // more steps towards a solution do no harm
    return c;
  }
  c.K = iterations(std::log(3 * in.R / in.epsilon) / (2 * std::log(1 / c.q_O)));
  c.K_V = 0;
  c.K_W = K_W;
  return c;
}

}  // namespace bcd::akiyama2025
