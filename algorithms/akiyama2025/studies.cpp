#include "algorithms/akiyama2025/studies.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "algorithms/core/binomial.hpp"
#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd::akiyama2025 {

const char* name_of(Law law) {
  switch (law) {
    case Law::orthonormal:
      return "orthonormal";
    case Law::sphere:
      return "unit norm";
    case Law::scaled:
      return "N(0, I/d)";
    case Law::normal:
      return "N(0, I)";
    case Law::correlated:
      return "e + q_i/2";
  }
  throw std::logic_error("a law without a name");
}

void Instance::define(int L, Index r, double slope) {
  Network& net = problem.net;
  net.input = X.rows();
  net.bias = false;
  const Activation sigma = slope < 1 ? Activation::parse("leaky_relu:" + number_text(slope)) : Activation();
  for (int j = 1; j < L; ++j) net.layers.push_back({r, sigma, false});
  net.layers.push_back({1, Activation(), false});
  problem.loss = Loss::parse("squared", false);
  problem.X = &X;
  problem.Y = &Y;
  w0 = Weights<double>(net);
  for (int j = 1; j <= L; ++j) w0.b[at(j)].setZero();
}

Instance::Instance(const Size& size, Law law, std::uint64_t seed) : X(size.d, size.n), Y(1, size.n) {
  const auto d = static_cast<double>(size.d);
  Rng rng(seed, "akiyama2025");
  rng.fill_normal(X, 1.0);
  if (law == Law::orthonormal || law == Law::correlated) {
    Matrix<double> A(size.d, size.n + 1);
    A << X, Vector<double>::Ones(size.d);
    Eigen::HouseholderQR<Matrix<double>> qr(A);
    const Matrix<double> Q = qr.householderQ() * Matrix<double>::Identity(size.d, size.n + 1);
    X = Q.leftCols(size.n);
    if (law == Law::correlated) X = (X / 2).colwise() + Q.col(size.n);
  } else if (law == Law::sphere) {
    X.colwise().normalize();
  } else if (law == Law::scaled) {
    X /= std::sqrt(d);
  }
  define(size.L, size.r, size.slope);
  Matrix<double> A(size.r, size.d), c(1, size.r);
  rng.fill_normal(A, law == Law::normal ? 1 / std::sqrt(d) : 1.0);
  rng.fill_normal(c, 1 / std::sqrt(static_cast<double>(size.r)));
  Matrix<double> H = A * X;
  problem.net.sigma(1).apply<double>(H, H);
  Y = c * H;
  for (int j = 1; j <= size.L; ++j) rng.fill_normal(w0.W[at(j)], 1 / std::sqrt(static_cast<double>(problem.net.d(j - 1))));
}

Instance::Instance(Matrix<double> inputs, Matrix<double> labels, const std::vector<Matrix<double>>& weights, double slope)
    : X(std::move(inputs)), Y(std::move(labels)) {
  define(static_cast<int>(weights.size()), weights.front().rows(), slope);
  for (std::size_t j = 0; j < weights.size(); ++j) w0.W[j + 1] = weights[j];
}

void start(BcdMonotone<double>& algorithm, const Instance& instance, const std::map<std::string, std::string>& parameters) {
  ParameterList list = algorithm.parameters();
  for (const auto& [name, value] : parameters) list.set(name, value);
  Rng rng(1, "algorithm");
  algorithm.initialise(instance.problem, instance.w0, rng);
}

double objective(const Algorithm<double>& algorithm) {
  Measurements row;
  algorithm.measure(row);
  double F = 0;
  for (const auto& [name, value] : row)
    if (name != "train_error") F += value;
  return F;
}

TheoremInput theorem41_input(const Instance& instance, double gamma, double epsilon) {
  BcdMonotone<double> algorithm;
  start(algorithm, instance, {});
  GradientBcdParameters p;
  p.gamma = gamma;
  p.epsilon = epsilon;
  p.C_V = 1e40;
  const Network& net = instance.problem.net;
  State<double> state = algorithm.state();
  std::vector<Matrix<double>> V(at(net.N()));
  for (int j = 1; j < net.N(); ++j) V[at(j)] = state("V", j);
  return theorem_input(GradientBcdKind::monotone, p, net, instance.X, instance.Y, algorithm.weights().W, V);
}

Outcome run_theorem41(const Instance& instance, const TheoremConstants& c, double gamma, bool half) {
  BcdMonotone<double> algorithm;
  const auto count = [](double steps) { return std::to_string(static_cast<std::int64_t>(steps)); };
  start(algorithm, instance,
        {{"steps", "given"},
         {"gamma", number_text(gamma)},
         {"gradient", half ? "half" : "squared"},
         {"eta_V", number_text(c.eta_V)},
         {"eta_W1", number_text(c.eta_W1)},
         {"eta_W2", number_text(c.eta_W2)},
         {"K_V", count(c.K_V)},
         {"K_W", count(c.K_W)}});
  State<double> state = algorithm.state();
  Outcome outcome;
  for (double k = 0; k < c.K; ++k) {
    algorithm.step(nullptr);
    for (const auto& window : state) {
      if (window.name[0] == 'V') outcome.activity = std::max(outcome.activity, lambda_max(window.value));
      if (!window.value.allFinite()) {
        outcome.F = std::numeric_limits<double>::infinity();
        return outcome;
      }
    }
  }
  outcome.W = algorithm.weights().W;
  Measurements row;
  algorithm.measure(row);
  for (const auto& [name, value] : row)
    if (name != "train_error") outcome.F += name == "output_loss" ? value : gamma * value;
  return outcome;
}

std::string fraction_text(int wins, int total) {
  const auto [lo, hi] = binomial_interval(wins, total, 0.99);
  return std::to_string(wins) + "/" + std::to_string(total) + " (99 % [" + show(lo) + ", " + show(hi) + "])";
}

void append(std::string& list, const std::string& part) { list += (list.empty() ? "" : "; ") + part; }

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// With X^T X = U diag(lambda) U^T the K_W steps multiply W_1 X - V_1 in the i-th eigenvector by (1 - 2 eta_W2 lambda_i)^K_W, and
// the n columns of W_1 X U over sqrt(lambda_i) are W_1 in an orthonormal basis (n = d).
LinearRun run_linear(const Instance& instance) {
  const TheoremInput in = theorem41_input(instance);
  const TheoremConstants c = theorem41_printed(in, Theorem41::repaired);
  const SymmetricEigen eigen = symmetric_eigen(instance.X.transpose() * instance.X);
  const Vector<double>& lambda = eigen.eigenvalues();
  const Matrix<double>& U = eigen.eigenvectors();
  const Matrix<double> w = bound_singular_values(instance.w0.W[2], 0.75, 1.25);
  const Vector<double> left =
      lambda.unaryExpr([&](double x) { return x * c.eta_W2 * 2 < 1 ? std::exp(c.K_W * std::log1p(-2 * c.eta_W2 * x)) : 0.0; });
  const Matrix<double> y = instance.Y * U;
  Matrix<double> V = instance.w0.W[1] * instance.X * U, Z = V;
  for (double k = 0; k < c.K; ++k) {
    V -= 2 * c.eta_V * w.transpose() * (w * V - y);
    Z = V + (Z - V) * left.asDiagonal();
  }
  const Matrix<double> W_1 = Z * lambda.cwiseSqrt().cwiseInverse().asDiagonal();
  LinearRun run;
  run.F = (w * V - y).squaredNorm() + (Z - V).squaredNorm();
  run.test = 1 + (w * W_1).squaredNorm() / static_cast<double>(instance.X.rows());
  run.train = (w * Z - y).squaredNorm() / static_cast<double>(instance.X.cols());
  run.norm = std::sqrt(lambda_max(W_1));
  return run;
}

std::vector<Study> monotone_studies() {
  std::vector<Study> all = section3_studies();
  for (const auto& part : {theorem41_studies(), theorem43_studies()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace bcd::akiyama2025
