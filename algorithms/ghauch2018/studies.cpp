// The properties of the surrogates at sampled points: P1-P4, the global upper bound that they leave out, the linear surrogate.
#include "algorithms/ghauch2018/studies.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>

namespace bcd::ghauch2018 {

namespace {

/// 13-10-10-10-1, logistic activations, no bias: the paper's network on normal inputs with targets in (0, 1).
struct Sampled {
  Matrix<double> X, Y;
  Problem<double> problem;
  Parameters parameters;
  Rng rng;
  Weights<double> W;

  explicit Sampled(std::uint64_t seed, Index n = 60) : X(13, n), Y(1, n), rng(seed, "bsum-study") {
    problem.net.input = 13;
    problem.net.bias = false;
    for (const Index width : {10, 10, 10, 1}) problem.net.layers.push_back({width, Activation::parse("sigmoid"), false});
    problem.loss = Loss::parse("squared", true);
    rng.fill_normal(X, 1.0);
    for (Index i = 0; i < n; ++i) Y(0, i) = 0.2 + 0.1 * std::tanh(X(0, i) + 0.5 * X(1, i) * X(2, i));
    problem.X = &X;
    problem.Y = &Y;
    W = Weights<double>(problem.net);
    for (std::size_t l = 1; l < W.W.size(); ++l) {
      rng.fill_normal(W.W[l], 1.0);
      W.b[l].setZero();
    }
  }
  Sampled(const Sampled&) = delete;
  Sampled& operator=(const Sampled&) = delete;
};

/// What a surrogate's constant gamma must be at least, by sampling: f(W + D) <= f + <G, D> + 1/2 <D, H D> + gamma/2 |D|^2.
struct Needed {
  std::array<double, 3> gamma{};  // first order, exact Hessian, Gauss-Newton
  double lowest_eigenvalue = 0;   // of the exact Hessian + 2 lambda
  double gradient_gap = 0;        // |model's gradient - independent gradient| / |gradient|
};

Needed sample_block(Sampled& s, int j, int directions) {
  const Oracle oracle(s.parameters, s.problem);
  BlockModel<double> model(s.problem.net, s.parameters.loss_function(s.problem.loss), s.problem.n());
  model.forward(s.W, s.X);
  const Matrix<double> W = oracle.block(s.W, j), G = oracle.gradient(s.W, j);
  Matrix<double> computed(G.rows(), G.cols());
  model.gradient(s.W, s.X, s.Y, j, computed);
  computed += 2 * s.parameters.lambda * W;
  std::array<Matrix<double>, 3> H;
  H[0] = Matrix<double>::Zero(W.size(), W.size());
  model.hessian(s.W, s.X, s.Y, j, Curvature::exact, H[1]);
  model.hessian(s.W, s.X, s.Y, j, Curvature::gauss_newton, H[2]);
  for (const std::size_t i : {1, 2}) H[i].diagonal().array() += 2 * s.parameters.lambda;
  Needed out;
  out.gradient_gap = (computed - G).norm() / G.norm();
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(H[1]);
  out.lowest_eigenvalue = eigen.eigenvalues().minCoeff();
  const double f = oracle.objective(s.W).value;
  Matrix<double> D(W.rows(), W.cols());
  for (int k = 0; k < directions; ++k) {
    if (k % 4 == 0)
      D = eigen.eigenvectors().col(k / 4 % D.size()).reshaped(D.rows(), D.cols());
    else if (k % 4 == 1)
      D = -G;
    else
      s.rng.fill_normal(D, 1.0);
    D *= std::pow(10.0, s.rng.uniform(-1, 1)) * (s.rng.uniform() < 0.5 ? -1.0 : 1.0) / D.norm();
    Weights<double> moved = s.W;
    oracle.set_block(moved, j, W + D);
    const double excess = oracle.objective(moved).value - f - G.cwiseProduct(D).sum();
    for (std::size_t i = 0; i < 3; ++i)
      out.gamma[i] = std::max(out.gamma[i], 2 * (excess - 0.5 * D.reshaped().dot(H[i] * D.reshaped())) / D.squaredNorm());
  }
  return out;
}

constexpr int kPoints = 12, kDirections = 80;

/// [point][j - 1]; sampled once for all studies.
const std::vector<std::array<Needed, 4>>& samples() {
  static const std::vector<std::array<Needed, 4>> all = [] {
    std::vector<std::array<Needed, 4>> list(kPoints);
    for (std::size_t point = 0; point < kPoints; ++point) {
      Sampled s(point + 1);
      for (int j = 1; j <= 4; ++j) list[point][static_cast<std::size_t>(j - 1)] = sample_block(s, j, kDirections);
    }
    return list;
  }();
  return all;
}

StudyResult printed_properties() {
  double gap = 0;
  for (const auto& point : samples())
    for (const Needed& n : point) gap = std::max(gap, n.gradient_gap);
  return {gap < 1e-12, gap,
          sentence("at %d points x 4 blocks: |grad g - grad f|/|grad f| at most %.2g (P2); (9) is quadratic with curvature "
                   "gamma: P1, P3 and P4 with constant gamma for every gamma > 0, by construction",
                   kPoints, gap)};
}

StudyResult upper_bound() {
  std::array<double, 4> need{};
  for (const auto& point : samples())
    for (std::size_t j = 0; j < 4; ++j) need[j] = std::max(need[j], point[j].gamma[0]);
  const double smallest = *std::min_element(need.begin(), need.end());
  return {smallest <= 0, smallest,
          sentence("(9) with any gamma > 0 satisfies P1-P4, but lies above f at the sampled points only if gamma >= %.3g, "
                   "%.3g, %.3g, %.3g for the blocks 1 to 4 (%d points, %d directions of length 0.1 to 10, lambda = 1e-5)",
                   need[0], need[1], need[2], need[3], kPoints, kDirections)};
}

StudyResult second_order_bound() {
  std::array<double, 2> need{};
  double lowest = 0;
  int indefinite = 0, blocks = 0;
  for (const auto& point : samples())
    for (const Needed& n : point) {
      for (std::size_t i = 0; i < 2; ++i) need[i] = std::max(need[i], n.gamma[i + 1]);
      lowest = std::min(lowest, n.lowest_eigenvalue);
      indefinite += n.lowest_eigenvalue < 0;
      ++blocks;
    }
  return {
      indefinite == 0 && need[0] <= 0, need[0],
      sentence("exact Hessian indefinite at %d of %d (point, block) pairs, lowest eigenvalue %.3g, so (A.1) is strongly convex "
               "only for gamma > %.3g; it is above f at all sampled points only for gamma >= %.3g (Gauss-Newton: %.3g, never "
               "indefinite)",
               indefinite, blocks, lowest, -lowest, need[0], need[1])};
}

/// f_j + gamma/2 |W - W_j|^2 is at least f_j: the bound is exact; strong convexity needs gamma above the negative curvature.
StudyResult prox_point_bound() {
  double lowest = 0;
  for (const auto& point : samples())
    for (const Needed& n : point) lowest = std::min(lowest, n.lowest_eigenvalue);
  return {lowest >= 0, -lowest,
          sentence("(14) lies above f_j for every gamma, but f_j has curvature %.3g at a sampled point: its surrogate is "
                   "convex there only for gamma >= %.3g; the paper uses it where f_j is convex",
                   lowest, -lowest)};
}

/// (A.3) as printed, W <- (1 - alpha) W - alpha grad f, block by block.
StudyResult printed_linear_update() {
  Sampled s(1);
  s.parameters.lambda = 1e-3;
  Bsum<double> algorithm;
  ParameterList list = algorithm.parameters();
  for (const auto& [name, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"surrogate", "linear"}, {"gamma_rule", "fixed"}, {"alpha", "0.1"}, {"lambda", "0.001"}})
    list.set(name, text);
  algorithm.initialise(s.problem, s.W, s.rng);
  for (int k = 0; k < 1500; ++k) algorithm.step(nullptr);
  const Oracle oracle(s.parameters, s.problem);
  double fixed = 0, gradient = 0;
  for (int j = 1; j <= 4; ++j) {
    const Matrix<double> G = oracle.gradient(algorithm.weights(), j);
    fixed += (oracle.block(algorithm.weights(), j) + G).squaredNorm();
    gradient += G.squaredNorm();
  }
  fixed = std::sqrt(fixed);
  gradient = std::sqrt(gradient);
  return {gradient < 1e-6, gradient,
          sentence("after 6000 updates with alpha = 0.1: |W + grad f| = %.2g, |grad f| = %.3g: the limit is the fixed point W "
                   "= -grad f, which is no stationary point (that would be W = 0 in addition)",
                   fixed, gradient)};
}

/// The rule's partial sums up to 1e6, with alpha = c.
StudyResult step_conditions() {
  double squares = 0, shorter = 0;
  for (int k = 1; k <= 1000000; ++k) {
    squares += 1.0 / k;
    if (k == 1000) shorter = squares;
  }
  const bool grows = squares - shorter > 6.9;  // log(1e6) - log(1e3) = 6.907...
  return {!grows, squares,
          sentence("c/sqrt(k): sum alpha_k^2 / c^2 = %.4g at k = 1e3 and %.4g at 1e6 (it grows as log k), so (8) fails; a "
                   "constant alpha does not tend to 0; setting 1 starts at alpha = 1, not below 1, and its next steps are "
                   "0.01, 0.0099; c/(2k), c < 2, and setting 2 meet (8)",
                   shorter, squares)};
}

}  // namespace

std::vector<Study> studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  std::vector<Study> list = {
      {"ghauch2018.p1-p4.first-order", paper + "Appendix A.3", "the first-order surrogate (9) has the properties P1-P4",
       printed_properties},
      {"ghauch2018.upper-bound.first-order", paper + "Section 3", "P1-P4 make (9) an upper bound of f, whatever gamma > 0",
       upper_bound},
      {"ghauch2018.upper-bound.second-order", paper + "Appendix A.4",
       "(A.1) is a strongly convex upper bound of f, whatever gamma > 0", second_order_bound},
      {"ghauch2018.p4.prox-point", paper + "Section 4.2", "(14) has the property P4 for every gamma > 0", prox_point_bound},
      {"ghauch2018.linear.printed", paper + "(A.3)", "the update (A.3) converges to a stationary point", printed_linear_update},
      {"ghauch2018.steps.condition-8", paper + "Corollary 1, Section 6", "constant steps, c/sqrt(k) and setting 1 satisfy (8)",
       step_conditions},
  };
  for (const std::vector<Study>& more : {convexity_studies(), errata_studies(), reading_studies()})
    list.insert(list.end(), more.begin(), more.end());
  return list;
}

}  // namespace bcd::ghauch2018
