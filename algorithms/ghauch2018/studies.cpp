// The surrogates at sampled points: P1-P4, the upper bound that they leave out, convexity, deep linear networks, cost.
#include "algorithms/ghauch2018/studies.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>

#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd::ghauch2018 {

namespace {

/// 13-10-10-10-1, no bias: the paper's network on normal inputs with targets in (0, 1).
struct Sampled {
  Matrix<double> X, Y;
  Problem<double> problem;
  Parameters parameters;
  Rng rng;
  Weights<double> W;

  explicit Sampled(std::uint64_t seed, const char* activation = "sigmoid", Index n = 60)
      : X(13, n), Y(1, n), rng(seed, "bsum-study") {
    problem.net.input = 13;
    problem.net.bias = false;
    for (const Index width : {10, 10, 10, 1}) problem.net.layers.push_back({width, Activation::parse(activation), false});
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
  bool sharp = true;              // where it is negative: H + gamma I is definite 0.1 % above gamma = -lowest, not 0.1 % below
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
  const auto eigen = symmetric_eigen(H[1]);
  out.lowest_eigenvalue = eigen.eigenvalues().minCoeff();
  if (out.lowest_eigenvalue < 0) {
    const auto definite = [&](double gamma) {
      Matrix<double> shifted = H[1];
      shifted.diagonal().array() += gamma;
      return Eigen::LLT<Matrix<double>>(shifted).info() == Eigen::Success;
    };
    out.sharp = definite(-1.001 * out.lowest_eigenvalue) && !definite(-0.999 * out.lowest_eigenvalue);
  }
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
  return {smallest > 0, smallest,
          sentence("(9) with any gamma > 0 satisfies P1-P4, but lies above f at the sampled points only if gamma >= %.3g, "
                   "%.3g, %.3g, %.3g for the blocks 1 to 4 (%d points, %d directions of length 0.1 to 10, lambda = 1e-5)",
                   need[0], need[1], need[2], need[3], kPoints, kDirections)};
}

/// (sigma(w) - 1/2)^2 at w = -3 has negative curvature.
StudyResult second_order_convex() {
  double lowest = 0;
  int indefinite = 0, blocks = 0;
  for (const auto& point : samples())
    for (const Needed& n : point) {
      lowest = std::min(lowest, n.lowest_eigenvalue);
      indefinite += n.lowest_eigenvalue < 0;
      ++blocks;
    }
  const double s = 1 / (1 + std::exp(3.0)), d = s * (1 - s), dd = d * (1 - 2 * s);
  const double slope = 2 * (s - 0.5) * d, curvature = 2 * d * d + 2 * (s - 0.5) * dd, gamma = 0.01;
  return {
      indefinite == 0 && curvature + gamma > 0, lowest,
      sentence(
          "exact Hessian indefinite at %d of %d sampled (point, block) pairs of 13-10-10-10-1, lowest eigenvalue %.3g: (A.1) is "
          "strongly convex there only for gamma > %.3g",
          indefinite, blocks, lowest, -lowest),
      sentence(
          "One weight w, x = 1, y = 1/2, logistic activation, loss (16): f(w) = (1/(1 + e^-w) - 1/2)^2. At w = -3: sigma = %.6f, "
          "sigma' = %.6f, sigma'' = %.6f,\nf' = %.6f, f'' = 2 sigma'^2 + 2 (sigma - 1/2) sigma'' = %.6f. With gamma = 0.01 (A.1) "
          "has the second derivative %.6f < 0: not convex, no minimiser;\nand (12) moves by -f'/(f'' + gamma) = %.4f, away from "
          "the minimum at 0.",
          s, d, dd, slope, curvature, curvature + gamma, -slope / (curvature + gamma))};
}

StudyResult second_order_definite() {
  bool sharp = true;
  double lowest = 0, need = 0, gauss_newton = 0;
  for (const auto& point : samples())
    for (const Needed& n : point) {
      sharp = sharp && n.sharp;
      lowest = std::min(lowest, n.lowest_eigenvalue);
      need = std::max(need, n.gamma[1]);
      gauss_newton = std::max(gauss_newton, n.gamma[2]);
    }
  return {
      sharp && lowest < 0, -lowest,
      sentence(
          "at %d points x 4 blocks H + gamma I has a Cholesky factor 0.1 %% above gamma = -lambda_min(H) and none 0.1 %% below; "
          "gamma > %.3g makes (A.1) strongly convex at all of them, gamma >= %.3g puts it above f at the sampled directions "
          "(Gauss-Newton: %.3g)",
          kPoints, -lowest, need, gauss_newton)};
}

/// Lowest eigenvalue over points and blocks of a deep linear network's block Hessian.
double lowest_linear(double lambda) {
  double lowest = 1e300;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Sampled s(seed, "linear");
    s.parameters.lambda = lambda;
    BlockModel<double> model(s.problem.net, s.parameters.loss_function(s.problem.loss), s.problem.n());
    model.forward(s.W, s.X);
    for (int j = 1; j <= 4; ++j) {
      Matrix<double> H;
      model.hessian(s.W, s.X, s.Y, j, Curvature::exact, H);
      H.diagonal().array() += 2 * lambda;
      const auto eigen = symmetric_eigen(H, Eigen::EigenvaluesOnly);
      // In units of the rounding of the eigenvalues, so that a zero one counts as zero.
      const double rounding = 100 * kEps * eigen.eigenvalues().maxCoeff();
      const double smallest = eigen.eigenvalues().minCoeff();
      lowest = std::min(lowest, std::abs(smallest) <= rounding ? 0 : smallest);
    }
  }
  return lowest;
}

StudyResult linear_strongly_convex() {
  const double lambda = 0.01, with = lowest_linear(lambda), without = lowest_linear(0);
  return {
      with >= 2 * lambda * (1 - 1e-6), with,
      sentence(
          "13-10-10-10-1, identity activations, 3 points x 4 blocks: smallest eigenvalue of the block Hessians %.8g = 2 lambda "
          "with lambda = 0.01, %.3g with lambda = 0",
          with, without)};
}

StudyResult linear_without_lambda() {
  const double without = lowest_linear(0);
  return {
      without == 0, without,
      "13-10-10-10-1, identity activations, lambda = 0: the smallest eigenvalue of the block Hessians is 0 to rounding",
      "x = (1, 0)', one linear weight row w = (w1, w2), y = 0, lambda = 0: f(w) = w1^2 does not depend on w2: convex, not strongly."};
}

/// Standard BCD on a deep linear network whose target is linear in the inputs, with noise: every block solved, lambda = 0.01.
struct SolvedBlocks {
  Sampled s{1, "linear"};
  Bsum<double> algorithm;
  SolvedBlocks() {
    s.parameters.lambda = 0.01;
    s.rng.fill_normal(s.Y, 0.3);
    s.Y += s.X.row(0) - 0.5 * s.X.row(1);
    ParameterList list = algorithm.parameters();
    for (const auto& [name, text] : std::initializer_list<std::pair<const char*, const char*>>{
             {"surrogate", "prox_point"}, {"gamma_rule", "fixed"}, {"gamma", "0"}, {"lambda", "0.01"}, {"updates", "1"}})
      list.set(name, text);
    algorithm.initialise(s.problem, s.W, s.rng);
  }
};

/// Each block's gradient after its closed-form update, relative to that at the start.
StudyResult linear_closed_form() {
  SolvedBlocks run;
  const Oracle oracle(run.s.parameters, run.s.problem);
  double worst = 0;
  for (int k = 0; k < 12; ++k) {
    const int j = k % 4 + 1;
    run.algorithm.step(nullptr);
    worst = std::max(worst, oracle.gradient(run.algorithm.weights(), j).norm() / oracle.gradient(run.s.W, j).norm());
  }
  return {
      worst < 1e-10, worst,
      sentence(
          "12 updates of 13-10-10-10-1, lambda = 0.01: |grad f_j| after block j was solved is at most %.2g of that at the start",
          worst)};
}

/// f never rises, and the gradient vanishes.
StudyResult linear_exact() {
  SolvedBlocks run;
  const Oracle oracle(run.s.parameters, run.s.problem);
  auto f = oracle.objective(run.s.W);
  int rises = 0;
  constexpr int kSolves = 8000;
  for (int k = 0; k < kSolves; ++k) {
    run.algorithm.step(nullptr);
    const auto next = oracle.objective(run.algorithm.weights());
    rises += next.value > f.value + next.rounding + f.rounding;
    f = next;
  }
  double gradient = 0;
  for (int j = 1; j <= 4; ++j) gradient = std::hypot(gradient, oracle.gradient(run.algorithm.weights(), j).norm());
  return {
      rises == 0 && gradient < 1e-6, gradient,
      sentence(
          "13-10-10-10-1, identity activations, lambda = 0.01, every block solved: %d rises of f in %d updates, f = %.4f and "
          "|grad f| = %.2g at the end",
          rises, kSolves, f.value, gradient)};
}

/// Where f_j is convex (14) is f_j plus gamma/2 |W - W_j|^2: curvature at least gamma, and above f_j.
StudyResult prox_point_bound() {
  const double lowest = lowest_linear(0);
  return {
      lowest >= 0, lowest,
      sentence(
          "deep linear network, lambda = 0: block Hessians have no negative eigenvalue (smallest %.3g), so (14) has curvature at "
          "least gamma; it exceeds f_j by gamma/2 |W - W_j|^2, by construction",
          lowest)};
}

/// Products of the size of W_l Z_(l-1): back-propagation takes J forwards, J - 1 backwards, J for the gradient.
StudyResult first_order_cost() {
  Sampled s(1);
  Bsum<double> algorithm;
  ParameterList list = algorithm.parameters();
  list.set("gamma_rule", "fixed");
  algorithm.initialise(s.problem, s.W, s.rng);
  const double sweep = algorithm.cost()->products, pass = 3 * 4 - 1;
  return {
      sweep / 4 <= pass, sweep / 4 / pass,
      sentence(
          "J = 4: a pass of back-propagation takes %g products with a layer's matrix, a sweep of four block updates %g, so %g an "
          "update",
          pass, sweep, sweep / 4)};
}

}  // namespace

std::vector<Study> studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  std::vector<Study> list = {
      {"ghauch2018.p1-p4.first-order", paper + "Appendix A.3", "the first-order surrogate (9) has the properties P1-P4",
       printed_properties},
      {"ghauch2018.upper-bound.first-order", paper + "Section 3, (9)",
       "P1-P4 do not make (9) an upper bound of f: gamma has to reach the block's curvature", upper_bound},
      {"ghauch2018.second-order.convex", paper + "Appendix A.4", "(A.1) is strongly convex, whatever gamma > 0",
       second_order_convex},
      {"ghauch2018.second-order.definite", paper + "Appendix A.4", "(A.1) is strongly convex for gamma above -lambda_min(H)",
       second_order_definite},
      {"ghauch2018.p4.prox-point", paper + "Section 4.2", "where f_j is convex, (14) is a strongly convex upper bound",
       prox_point_bound},
      {"ghauch2018.linear.strongly-convex", paper + "Section 5.2",
       "the blocks of a deep linear network are strongly convex, lambda > 0", linear_strongly_convex},
      {"ghauch2018.linear.without-lambda", paper + "Section 5.2", "without a regulariser they are convex, not strongly",
       linear_without_lambda},
      {"ghauch2018.linear.closed-form", paper + "Section 5.2", "the closed form solves (Q)", linear_closed_form},
      {"ghauch2018.linear.exact", paper + "Section 3.1",
       "with exact solves of strongly convex blocks f never rises and its gradient vanishes", linear_exact},
      {"ghauch2018.cost.first-order", paper + "Section 4.1.1", "an update (10) costs no more than a pass of back-propagation",
       first_order_cost},
  };
  for (const std::vector<Study>& more : {convergence_studies(), convexity_studies(), errata_studies(), reading_studies()})
    list.insert(list.end(), more.begin(), more.end());
  return list;
}

}  // namespace bcd::ghauch2018
