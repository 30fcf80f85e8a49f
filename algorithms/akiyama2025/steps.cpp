// From parameters and the initial state to the steps of a run.
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd::akiyama2025 {

namespace {

using Parameters = GradientBcdParameters;

/// Larger numbers of iterations would never end; the theorems' K_V and K_W can be any size.
constexpr double kMostIterations = 1e9;

/// What an eta is multiplied by: c times 1, 1/n or 1/(n d_j).
double convention(const Parameters& p, bool weight, Index width, Index n) {
  const double c = p.gradient == Parameters::Gradient::squared ? 2 : 1, samples = static_cast<double>(n);
  switch (p.average) {
    case Parameters::Average::sum:
      return c;
    case Parameters::Average::mean_weights:
      return weight ? c / samples : c;
    case Parameters::Average::mean:
      return c / samples;
    case Parameters::Average::mean_entries:
      return c / (samples * static_cast<double>(width));
  }
  throw std::logic_error("an average without a rule");
}

/// Stable in practice: 2 eta_V sigma_max^2 <= 1 and 2 gamma eta_W2 ell^2 S^2 = 1.8 < 2 (README.md).
TheoremConstants practical_steps(GradientBcdKind kind, const Parameters& p, const TheoremInput& in) {
  TheoremConstants c;
  const double ell2 = in.ell * in.ell, largest = kind == GradientBcdKind::monotone ? 2.25 : std::max(2.25, in.w_norm2);
  c.eta_V = 1 / (2 * largest * std::max(1.0, p.gamma * ell2));
  c.eta_W1 = p.practical_W1 / (in.V_norm * in.V_norm);
  c.eta_W2 = 0.9 / (p.gamma * ell2 * in.X.smax * in.X.smax);
  c.K_V = static_cast<double>(p.K_V);
  c.K_W = static_cast<double>(p.K_W);
  return c;
}

}  // namespace

double lambda_max(ConstRef<double> V) {
  const bool wide = V.cols() > V.rows();
  Matrix<double> G;
  if (wide)
    G.noalias() = V * V.transpose();
  else
    G.noalias() = V.transpose() * V;
  if (!G.allFinite()) return std::numeric_limits<double>::infinity();
  return symmetric_eigen(G, Eigen::EigenvaluesOnly).eigenvalues()(G.rows() - 1);
}

Matrix<double> bound_singular_values(ConstRef<double> W, double s1, double s2) {
  const Eigen::JacobiSVD<Matrix<double>> svd(W, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector<double> bounded = svd.singularValues().cwiseMax(s1).cwiseMin(s2);
  return svd.matrixU() * bounded.asDiagonal() * svd.matrixV().transpose();
}

std::pair<double, double> slope_bounds(const Activation& sigma) {
  if (sigma.kind == Activation::Kind::linear) return {1, 1};
  if (sigma.kind == Activation::Kind::leaky_relu) return {sigma.slope, 1};
  return {0, sigma.lipschitz(std::numeric_limits<double>::infinity())};
}

Matrix<double> inverse(const Activation& sigma, ConstRef<double> V) {
  const double slope = sigma.kind == Activation::Kind::leaky_relu ? sigma.slope : 1;
  return V.unaryExpr([slope](double v) { return v < 0 ? v / slope : v; });
}

TheoremInput theorem_input(GradientBcdKind kind, const Parameters& p, const Network& net, ConstRef<double> X,
                           ConstRef<double> Y, const std::vector<Matrix<double>>& W, const std::vector<Matrix<double>>& V) {
  TheoremInput in;
  in.L = net.N();
  in.n = X.cols();
  in.r = net.d(1);
  in.gamma = p.gamma;
  in.epsilon = p.epsilon;
  in.C_V = p.C_V;
  in.alpha = in.ell = 1;
  for (int j = 1; j < in.L; ++j) {
    const auto [alpha, ell] = slope_bounds(net.sigma(j));
    in.alpha = j == 1 ? alpha : std::min(in.alpha, alpha);
    in.ell = j == 1 ? ell : std::max(in.ell, ell);
    in.V_norm = std::max(in.V_norm, std::sqrt(lambda_max(V[at(j)])));
  }
  const Matrix<double> residual = W[at(in.L)] * V[at(in.L - 1)] - Y;
  in.R = residual.squaredNorm();
  in.R_max = std::sqrt(residual.colwise().squaredNorm().maxCoeff());
  if (kind == GradientBcdKind::relu) {
    const Matrix<double>& w = W[at(in.L)];
    in.w_norm2 = lambda_max(w);
    in.w_min2 = std::min(w.cwiseMax(0.0).squaredNorm(), w.cwiseMin(0.0).squaredNorm());
  }
  in.X = data_spectrum(X);
  return in;
}

ResolvedSteps resolve_steps(GradientBcdKind kind, const Parameters& p, const Network& net, ConstRef<double> X,
                            ConstRef<double> Y, const std::vector<Matrix<double>>& W, const std::vector<Matrix<double>>& V) {
  const int L = net.N();
  const bool relu = kind == GradientBcdKind::relu;
  ResolvedSteps s;
  TheoremConstants eta;
  if (p.steps == Parameters::Steps::given) {
    eta.eta_V = p.eta_V, eta.eta_W1 = p.eta_W1, eta.eta_W2 = p.eta_W2;
    eta.K_V = static_cast<double>(p.K_V), eta.K_W = static_cast<double>(p.K_W);
  } else {
    const TheoremInput in = theorem_input(kind, p, net, X, Y, W, V);
    if (p.steps == Parameters::Steps::practical) {
      eta = practical_steps(kind, p, in);
    } else {
      const bool printed = p.steps == Parameters::Steps::printed;
      eta = relu ? (printed ? theorem53_printed(in) : theorem53_corrected(in))
                 : (printed ? theorem41_printed(in) : theorem41_corrected(in));
      s.theorem = eta;
    }
  }
  // Given steps follow the chosen convention; the others are derived for the gradient of |.|^2 summed over the samples.
  const auto factor = [&](bool weight, int j) {
    return p.steps == Parameters::Steps::given ? convention(p, weight, net.d(j), X.cols()) : 2.0;
  };
  s.V_output = factor(false, L) * eta.eta_V;
  s.W_output = factor(true, L) * eta.eta_W1;
  s.V_hidden.assign(at(L), 0.0);
  s.W.assign(at(L), 0.0);
  for (int j = 1; j < L; ++j) {
    s.V_hidden[at(j)] = factor(false, j) * p.gamma * eta.eta_V;
    s.W[at(j)] = factor(true, j) * p.gamma * (j == 1 ? eta.eta_W2 : eta.eta_W1);
  }
  s.K_V = static_cast<std::int64_t>(std::clamp(eta.K_V, 0.0, kMostIterations));
  s.K_W = static_cast<std::int64_t>(std::clamp(eta.K_W, 0.0, kMostIterations));
  return s;
}

}  // namespace bcd::akiyama2025
