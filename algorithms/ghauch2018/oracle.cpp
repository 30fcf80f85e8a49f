#include "algorithms/ghauch2018/oracle.hpp"

#include <cmath>

namespace bcd::ghauch2018 {

namespace {
using Kind = LossFunction::Kind;

/// The Lipschitz constant of sigma, where there is none that of the values that U's entries span.
double steepest(const Activation& sigma, const Matrix<double>& U) {
  const double everywhere = sigma.lipschitz(kInfinity);
  return std::isfinite(everywhere) ? everywhere : sigma.lipschitz(U.cwiseAbs().maxCoeff());
}
}  // namespace

Oracle::Oracle(const Parameters& parameters, const Problem<double>& problem)
    : p_(parameters), problem_(problem), loss_(parameters.loss_function(problem.loss)) {}

Matrix<double> Oracle::block(const Weights<double>& W, int j) const {
  const Index d = problem_.net.d(j), p = problem_.net.d(j - 1);
  Matrix<double> out(d, p + (problem_.net.bias ? 1 : 0));
  out.leftCols(p) = W.W[at(j)];
  if (problem_.net.bias) out.col(p) = W.b[at(j)];
  return out;
}

void Oracle::set_block(Weights<double>& W, int j, const Matrix<double>& block) const {
  W.W[at(j)] = block.leftCols(problem_.net.d(j - 1));
  if (problem_.net.bias) W.b[at(j)] = block.col(problem_.net.d(j - 1));
}

double Oracle::penalty(const Matrix<double>& block) const {
  double sum = 0;
  for (const double x : block.reshaped()) sum += p_.penalty == Penalty::l2 ? x * x : std::abs(x);
  return p_.lambda * sum;
}

/// The losses as printed, entry by entry.
double Oracle::loss(const Matrix<double>& H) const {
  const Matrix<double>& Y = *problem_.Y;
  const auto N = static_cast<double>(H.cols());
  double sum = 0;
  for (Index n = 0; n < H.cols(); ++n) {
    double inner = 0;
    for (Index i = 0; i < H.rows(); ++i) {
      const double h = H(i, n), y = Y(i, n);
      if (loss_.kind == Kind::ridge || loss_.kind == Kind::exponential) sum += (y - h) * (y - h);
      if (loss_.kind == Kind::cross_entropy) sum -= (y > 0 ? y * std::log(h) : 0.0) + (y < 1 ? (1 - y) * std::log1p(-h) : 0.0);
      if (loss_.kind == Kind::squared_hinge) sum += std::pow(std::max(0.0, 1 - y * h), 2) / (2 * loss_.c);
      inner += y * h;
    }
    if (loss_.kind == Kind::logistic) sum += inner > 0 ? std::log1p(std::exp(-inner)) : std::log1p(std::exp(inner)) - inner;
  }
  return loss_.kind == Kind::exponential ? loss_.c * std::exp(sum / (loss_.c * N)) : sum / N;
}

Matrix<double> Oracle::loss_gradient(const Matrix<double>& H) const {
  const Matrix<double>& Y = *problem_.Y;
  const auto N = static_cast<double>(H.cols());
  Matrix<double> G(H.rows(), H.cols());
  const double factor = loss_.kind == Kind::exponential ? loss(H) / loss_.c : 1.0;
  for (Index n = 0; n < H.cols(); ++n) {
    double inner = 0;
    for (Index i = 0; i < H.rows(); ++i) inner += Y(i, n) * H(i, n);
    for (Index i = 0; i < H.rows(); ++i) {
      const double h = H(i, n), y = Y(i, n);
      switch (loss_.kind) {
        case Kind::ridge:
        case Kind::exponential:
          G(i, n) = 2 * (h - y) * factor / N;
          break;
        case Kind::cross_entropy:
          G(i, n) = ((y < 1 ? (1 - y) / (1 - h) : 0.0) - (y > 0 ? y / h : 0.0)) / N;
          break;
        case Kind::squared_hinge:
          G(i, n) = -y * std::max(0.0, 1 - y * h) / (loss_.c * N);
          break;
        case Kind::logistic:
          G(i, n) = -y / (1 + std::exp(inner)) / N;
          break;
      }
    }
  }
  return G;
}

double Oracle::loss_second_derivative(const Matrix<double>& H, const Matrix<double>& E) const {
  const Matrix<double>& Y = *problem_.Y;
  const auto N = static_cast<double>(H.cols());
  double sum = 0, slope = 0;
  for (Index n = 0; n < H.cols(); ++n) {
    double inner = 0, along = 0;
    for (Index i = 0; i < H.rows(); ++i) {
      const double h = H(i, n), y = Y(i, n), e = E(i, n);
      if (loss_.kind == Kind::ridge || loss_.kind == Kind::exponential) sum += 2 * e * e / N;
      if (loss_.kind == Kind::cross_entropy)
        sum += e * e * ((y > 0 ? y / (h * h) : 0.0) + (y < 1 ? (1 - y) / ((1 - h) * (1 - h)) : 0.0)) / N;
      if (loss_.kind == Kind::squared_hinge && y * h < 1) sum += y * y * e * e / (loss_.c * N);
      slope += 2 * (h - y) * e / N;
      inner += y * h;
      along += y * e;
    }
    if (loss_.kind == Kind::logistic) sum += along * along / (2 + std::exp(inner) + std::exp(-inner)) / N;
  }
  // c exp(q/c) with q = |R|^2/N: exp(q/c) (q'' + q'^2/c)
  return loss_.kind == Kind::exponential ? loss(H) / loss_.c * (sum + slope * slope / loss_.c) : sum;
}

Term Oracle::objective(const Weights<double>& W) const {
  const Network& net = problem_.net;
  Matrix<double> Z = *problem_.X;
  double error = 0, penalties = 0;
  for (int l = 1; l <= net.N(); ++l) {
    Matrix<double> U = W.W[at(l)] * Z;
    if (net.bias) U.colwise() += W.b[at(l)];
    const double norm = block(W, l).norm(),
                 input = std::sqrt(Z.squaredNorm() + (net.bias ? static_cast<double>(Z.cols()) : 0.0));
    const double length = static_cast<double>(W.W[at(l)].cols()) + 2;
    const double slope = steepest(net.sigma(l), U);
    net.sigma(l).apply<double>(U, U);
    error = slope * norm * (error + length * kEps * input) + 4 * kEps * U.norm();
    Z.swap(U);
    penalties += penalty(block(W, l));
  }
  const double value = loss(Z);
  return {value + penalties, loss_gradient(Z).norm() * error + 8 * kEps * (std::abs(value) + penalties)};
}

/// (A.9), one sample after the other on the way back.
Matrix<double> Oracle::gradient(const Weights<double>& W, int j) const {
  const Network& net = problem_.net;
  std::vector<Matrix<double>> U(at(net.N() + 1)), Z(at(net.N() + 1));
  Z[0] = *problem_.X;
  for (int l = 1; l <= net.N(); ++l) {
    U[at(l)] = W.W[at(l)] * Z[at(l - 1)];
    if (net.bias) U[at(l)].colwise() += W.b[at(l)];
    Z[at(l)].resizeLike(U[at(l)]);
    net.sigma(l).apply<double>(U[at(l)], Z[at(l)]);
  }
  const Matrix<double> slopes = loss_gradient(Z.back());
  Matrix<double> G = Matrix<double>::Zero(net.d(j), block(W, j).cols());
  Vector<double> delta, above;
  for (Index n = 0; n < slopes.cols(); ++n) {
    delta = slopes.col(n);
    for (int l = net.N(); l >= j; --l) {
      if (l < net.N()) {
        above.swap(delta);
        delta.noalias() = W.W[at(l + 1)].transpose() * above;
      }
      for (Index i = 0; i < delta.size(); ++i) delta(i) *= net.sigma(l).derivative(U[at(l)](i, n));
    }
    G.leftCols(net.d(j - 1)).noalias() += delta * Z[at(j - 1)].col(n).transpose();
    if (net.bias) G.col(net.d(j - 1)) += delta;
  }
  if (p_.penalty == Penalty::l2) G += 2 * p_.lambda * block(W, j);
  return G;
}

Term Oracle::second_derivative(const Weights<double>& W, int j, const Matrix<double>& D, bool exact) const {
  const Network& net = problem_.net;
  Matrix<double> Z = *problem_.X, first, second, first_size, second_size;  // derivatives of Z in s, and sums of absolute values
  double lengths = 8, largest = 0;
  for (int l = 1; l <= net.N(); ++l) {
    Matrix<double> U = W.W[at(l)] * Z;
    if (net.bias) U.colwise() += W.b[at(l)];
    if (l == j) {
      const Index p = net.d(l - 1);
      first = D.leftCols(p) * Z;
      first_size = D.leftCols(p).cwiseAbs() * Z.cwiseAbs();
      if (net.bias) first.colwise() += D.col(p);
      if (net.bias) first_size.colwise() += D.col(p).cwiseAbs();
      second = second_size = Matrix<double>::Zero(U.rows(), U.cols());
    } else if (l > j) {
      const Matrix<double> size = W.W[at(l)].cwiseAbs();
      first = (W.W[at(l)] * first).eval();
      second = (W.W[at(l)] * second).eval();
      first_size = (size * first_size).eval();
      second_size = (size * second_size).eval();
    }
    if (l >= j)
      for (Index e = 0; e < U.size(); ++e) {
        const double u = U.reshaped()(e), s1 = net.sigma(l).derivative(u), s2 = exact ? net.sigma(l).second_derivative(u) : 0.0;
        double &v = first.reshaped()(e), &w = second.reshaped()(e);
        double &v_size = first_size.reshaped()(e), &w_size = second_size.reshaped()(e);
        w = s1 * w + s2 * v * v;
        w_size = std::abs(s1) * w_size + std::abs(s2) * v_size * v_size;
        v *= s1;
        v_size *= std::abs(s1);
      }
    largest = std::max(largest, U.cwiseAbs().maxCoeff());
    lengths += static_cast<double>(net.d(l - 1));
    net.sigma(l).apply<double>(U, U);
    Z.swap(U);
  }
  const Matrix<double> slope = loss_gradient(Z);
  double value = loss_second_derivative(Z, first), size = loss_second_derivative(Z, first_size);
  if (exact) {
    value += slope.cwiseProduct(second).sum();
    size += slope.cwiseAbs().cwiseProduct(second_size).sum();
  }
  return {value, 4 * (lengths + static_cast<double>(Z.size())) * (1 + largest) * kEps * size};
}

double Oracle::gradient_rounding(const Weights<double>& W, int j) const {
  const Network& net = problem_.net;
  Matrix<double> Z = *problem_.X, input;
  double chain = 1, lengths = static_cast<double>(Z.cols());
  for (int l = 1; l <= net.N(); ++l) {
    if (l == j) input = Z;
    Matrix<double> U = W.W[at(l)] * Z;
    if (net.bias) U.colwise() += W.b[at(l)];
    const double s = steepest(net.sigma(l), U);
    net.sigma(l).apply<double>(U, U);
    Z.swap(U);
    lengths += static_cast<double>(net.d(l) + net.d(l - 1));
    chain *= l < j ? 1.0 : l == j ? s : s * W.W[at(l)].norm();
  }
  const double inputs = std::sqrt(input.squaredNorm() + static_cast<double>(input.cols()));
  const double slopes = loss_gradient(Z).norm() + Z.norm() / static_cast<double>(Z.cols());
  return kEps * (4 * lengths * chain * slopes * inputs + 4 * p_.lambda * block(W, j).norm());
}

}  // namespace bcd::ghauch2018
