// DLAM and mDLAM once more, densely and with plain loops, to compare the library's version with. One number for theta and tau,
// squared loss, no shared sums: every quantity is computed from its definition.
#pragma once

#include "algorithms/core/problem.hpp"

namespace bcd::test {

using namespace wang2018;

struct DlamReference {
  const Problem<double>& problem;
  double rho = 0.5, eps = 0.1, nu = 1e-3, gamma = 2, mu = 1e-3, eta = 2;
  std::vector<Matrix<double>> W, z, a;
  std::vector<Vector<double>> b;

  DlamReference(const Problem<double>& p, const Weights<double>& w0)
      : problem(p), W(w0.W), z(w0.W.size()), a(w0.W.size()), b(w0.b) {
    for (int l = 1; l <= L(); ++l) {
      z[at(l)] = affine(l);
      a[at(l)] = z[at(l)].unaryExpr([&](double u) { return h(l, u); });
    }
  }
  int L() const { return problem.net.N(); }
  double h(int l, double u) const { return problem.net.sigma(l).value(u); }
  const Matrix<double>& input(int l) const { return l == 1 ? *problem.X : a[at(l - 1)]; }

  Matrix<double> affine(int l) const {
    const Matrix<double>& A = input(l);
    Matrix<double> out(W[at(l)].rows(), A.cols());
    for (Index i = 0; i < out.rows(); ++i)
      for (Index j = 0; j < out.cols(); ++j) {
        out(i, j) = b[at(l)](i);
        for (Index k = 0; k < A.rows(); ++k) out(i, j) += W[at(l)](i, k) * A(k, j);
      }
    return out;
  }
  double phi(int l) const { return rho / 2 * (z[at(l)] - affine(l)).squaredNorm(); }

  void sweep() {
    for (int l = 1; l <= L(); ++l) {
      update_W(l);
      const Matrix<double> residual = z[at(l)] - affine(l);
      for (Index i = 0; i < residual.rows(); ++i) b[at(l)](i) += residual.row(i).sum() / static_cast<double>(problem.n());
      l == L() ? update_output() : update_z(l);
      if (l < L()) update_a(l);
    }
  }
  /// Algorithm 2: the test as printed, phi(new) against the model.
  void update_W(int l) {
    const Matrix<double> old = W[at(l)], residual = affine(l) - z[at(l)];
    Matrix<double> G = Matrix<double>::Zero(old.rows(), old.cols());
    for (Index i = 0; i < G.rows(); ++i)
      for (Index k = 0; k < G.cols(); ++k)
        for (Index j = 0; j < residual.cols(); ++j) G(i, k) += rho * residual(i, j) * input(l)(k, j);
    const double before = phi(l);
    for (double theta = nu * rho;; theta *= gamma) {
      W[at(l)] = old - G / theta;
      const Matrix<double> D = W[at(l)] - old;
      if (phi(l) <= before + G.cwiseProduct(D).sum() + theta / 2 * D.squaredNorm()) return;
    }
  }
  /// (4), the set searched on the activation itself by bisection.
  void update_z(int l) {
    const Matrix<double> p = affine(l);
    for (Index e = 0; e < p.size(); ++e) {
      const double center = a[at(l)](e);
      const auto feasible = [&](double x) { return std::abs(h(l, x) - center) <= eps; };
      double inside = z[at(l)](e), outside = p(e);
      if (feasible(outside)) {
        z[at(l)](e) = outside;
        continue;
      }
      for (int step = 0; step < 100; ++step) {
        const double middle = inside + (outside - inside) / 2;
        (feasible(middle) ? inside : outside) = middle;
      }
      z[at(l)](e) = inside;
    }
  }
  void update_output() { z[at(L())] = (*problem.Y + rho * affine(L())) / (1 + rho); }
  /// Algorithm 3 with projection.
  void update_a(int l) {
    const Matrix<double> old = a[at(l)], residual = affine(l + 1) - z[at(l + 1)];
    const Matrix<double> G = rho * W[at(l + 1)].transpose() * residual;
    const double before = phi(l + 1);
    for (double tau = mu * rho;; tau *= eta) {
      for (Index e = 0; e < old.size(); ++e) {
        const double center = h(l, z[at(l)](e));
        a[at(l)](e) = std::min(std::max(old(e) - G(e) / tau, center - eps), center + eps);
      }
      const Matrix<double> D = a[at(l)] - old;
      if (phi(l + 1) <= before + G.cwiseProduct(D).sum() + tau / 2 * D.squaredNorm()) return;
    }
  }
};

}  // namespace bcd::test
