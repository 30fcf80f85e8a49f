// The special cases that the paper names, each against the method it is said to be; closed forms against brute force.
#include <Eigen/LU>

#include "algorithms/baselines/adadelta.hpp"
#include "algorithms/baselines/adagrad.hpp"
#include "algorithms/baselines/sgd.hpp"
#include "tests/algorithms/ghauch2018/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::ghauch2018;
using namespace bcd::test;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Weights<double> run_bsum(const BsumCase& c, Settings settings, int steps) {
  Bsum<double> algorithm;
  set_all(algorithm.parameters(), settings);
  REQUIRE(algorithm.not_applicable(c.problem).empty());
  return train(algorithm, c.problem, c.w0, steps);
}

/// Mean squared error over samples and outputs is (16) for one output; full batch.
template <class Baseline>
Weights<double> run_baseline(const BsumCase& c, Settings settings, int steps) {
  Baseline algorithm;
  settings.insert(settings.end(), {{"gradient", "mean_outputs"}, {"batch_size", "1000"}});
  set_all(algorithm.parameters(), settings);
  return train(algorithm, c.problem, c.w0, steps);
}

const std::vector<Index> kOneOutput = {3, 5, 4, 1};

}  // namespace

TEST_CASE("all blocks at once with constant alpha is the plugin sgd on the full batch", "[bsum][special]") {
  for (const bool bias : {false, true}) {
    const BsumCase c("squared", "sigmoid", bias, kOneOutput);
    const auto ours =
        run_bsum(c, {{"order", "joint"}, {"gamma_rule", "fixed"}, {"gamma", "4"}, {"alpha", "2"}, {"lambda", "0"}}, 50);
    const auto theirs = run_baseline<baselines::Sgd<double>>(c, {{"learning_rate", "0.5"}}, 50);
    CHECK(distance(theirs, c.w0) > 0.1);
    CHECK(distance(ours, theirs) <= 1e-13);
  }
}

TEST_CASE("all blocks at once with step = adagrad is the plugin adagrad on the full batch", "[bsum][special]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const auto ours =
      run_bsum(c, {{"order", "joint"}, {"gamma_rule", "fixed"}, {"step", "adagrad"}, {"alpha", "0.1"}, {"lambda", "0"}}, 50);
  const auto theirs = run_baseline<baselines::Adagrad<double>>(
      c, {{"learning_rate", "0.1"}, {"epsilon", "1e-8"}, {"initial_accumulator", "0"}}, 50);
  CHECK(distance(theirs, c.w0) > 0.1);
  CHECK(distance(ours, theirs) <= 1e-12);
}

TEST_CASE("all blocks at once with step = adadelta is the plugin adadelta on the full batch", "[bsum][special]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const auto ours =
      run_bsum(c, {{"order", "joint"}, {"gamma_rule", "fixed"}, {"step", "adadelta"}, {"alpha", "1"}, {"lambda", "0"}}, 200);
  const auto theirs = run_baseline<baselines::Adadelta<double>>(c, {}, 200);
  CHECK(distance(theirs, c.w0) > 0.1);
  CHECK(distance(ours, theirs) <= 1e-11);
}

TEST_CASE("one layer, alpha = 1: the cyclic update (11) is gradient descent with step 1/gamma", "[bsum][special]") {
  const BsumCase c("squared", "sigmoid", false, {3, 1});
  const auto ours = run_bsum(c, {{"gamma_rule", "fixed"}, {"gamma", "0.8"}, {"lambda", "0"}}, 40);
  const auto theirs = run_baseline<baselines::Sgd<double>>(c, {{"learning_rate", "1.25"}}, 40);
  CHECK(distance(ours, theirs) <= 1e-13);
}

TEST_CASE("(10) by cycling through the blocks is block gradient descent written by hand", "[bsum][special]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  Parameters p;
  p.lambda = 0.01;
  const Oracle oracle(p, c.problem);
  Weights<double> w = c.w0;
  for (int k = 1; k <= 30; ++k) {
    const int j = k % 3 == 0 ? 3 : k % 3;
    oracle.set_block(w, j, oracle.block(w, j) - 0.6 / std::sqrt(k) / 0.3 * oracle.gradient(w, j));
  }
  const auto ours = run_bsum(
      c, {{"gamma_rule", "fixed"}, {"gamma", "0.3"}, {"step", "inverse_sqrt"}, {"alpha", "0.6"}, {"lambda", "0.01"}}, 10);
  CHECK(distance(ours, w) <= 1e-13);
}

TEST_CASE("(12) is the Levenberg-Marquardt step: Gauss-Newton matrix from a difference Jacobian", "[bsum][special]") {
  const BsumCase c("squared", "sigmoid", false, kOneOutput);
  const auto residual = [&](const Matrix<double>& block) {  // sqrt(2/N) (H - Y), so that f = 1/2 |r|^2
    Weights<double> w = c.w0;
    w.W[1] = block;
    Matrix<double> out;
    forward<double>(c.problem.net, w, c.X, out);
    return Vector<double>(std::sqrt(2.0 / static_cast<double>(c.problem.n())) * (out - c.Y).reshaped());
  };
  const Matrix<double> W = c.w0.W[1];
  Matrix<double> J(c.problem.n(), W.size());
  for (Index e = 0; e < W.size(); ++e) {
    const auto moved = [&](double h) {
      Matrix<double> block = W;
      block.reshaped()(e) += h;
      return residual(block);
    };
    J.col(e) = (8 * (moved(1e-3) - moved(-1e-3)) - (moved(2e-3) - moved(-2e-3))) / 12e-3;
  }
  const double mu = 0.05;
  const Matrix<double> A = J.transpose() * J + mu * Matrix<double>::Identity(J.cols(), J.cols());
  const Vector<double> step = A.inverse() * (J.transpose() * residual(W));
  const auto ours = run_bsum(
      c, {{"surrogate", "gauss_newton"}, {"gamma_rule", "fixed"}, {"gamma", "0.05"}, {"lambda", "0"}, {"updates", "1"}}, 1);
  CHECK((ours.W[1].reshaped() - (W.reshaped() - step)).norm() <= 1e-8);
  CHECK(ours.W[2] == c.w0.W[2]);
}

TEST_CASE("one linear layer with (16): the second-order step with gamma = 0 is the normal equations' solution",
          "[bsum][special]") {
  const BsumCase c("squared", "linear", false, {3, 2});
  const double lambda = 0.1, N = static_cast<double>(c.problem.n());
  const Matrix<double> solution =
      (c.Y * c.X.transpose() / N) * (c.X * c.X.transpose() / N + lambda * Matrix<double>::Identity(3, 3)).inverse();
  for (const std::string surrogate : {"second_order", "gauss_newton", "prox_point"}) {
    const auto ours = run_bsum(c, {{"surrogate", surrogate}, {"gamma_rule", "fixed"}, {"gamma", "0"}, {"lambda", "0.1"}}, 1);
    CHECK((ours.W[1] - solution).norm() <= 1e-13);
  }
}

TEST_CASE("the closed form of deep linear networks has a zero gradient and no random step improves on it", "[bsum][linear]") {
  const BsumCase c("squared", "linear", false, {4, 3, 3, 2}, 9);
  for (int j = 1; j <= 3; ++j) {
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), {{"surrogate", "prox_point"},
                                     {"gamma_rule", "fixed"},
                                     {"gamma", "0.4"},
                                     {"lambda", "0.03"},
                                     {"updates", std::to_string(j)}});
    const Weights<double> after = train(algorithm, c.problem, c.w0, 1);
    Bsum<double> earlier;
    set_all(earlier.parameters(), {{"surrogate", "prox_point"},
                                   {"gamma_rule", "fixed"},
                                   {"gamma", "0.4"},
                                   {"lambda", "0.03"},
                                   {"updates", std::to_string(std::max(1, j - 1))}});
    const Weights<double> before = j == 1 ? c.w0 : train(earlier, c.problem, c.w0, 1);
    const Oracle oracle(c.parameters, c.problem);
    const Matrix<double> stationarity =
        oracle.gradient(after, j) + 0.4 * (after.W[static_cast<std::size_t>(j)] - before.W[static_cast<std::size_t>(j)]);
    CHECK(stationarity.norm() <= 1e-12);
  }
}

TEST_CASE("the proximal-point step (14) on a nonlinear block ends at a zero gradient, never above its start", "[bsum][prox]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const Oracle oracle(c.parameters, c.problem);
  const auto after = run_bsum(c,
                              {{"surrogate", "prox_point"},
                               {"gamma_rule", "fixed"},
                               {"gamma", "0.5"},
                               {"lambda", "0.03"},
                               {"updates", "1"},
                               {"inner_iterations", "2000"},
                               {"inner_tolerance", "1e-10"}},
                              1);
  const Matrix<double> step = oracle.block(after, 1) - oracle.block(c.w0, 1);
  CHECK(step.norm() > 1e-3);
  CHECK((oracle.gradient(after, 1) + 0.5 * step).norm() <= 1e-9 * oracle.gradient(c.w0, 1).norm() + 1e-14);
  CHECK(oracle.objective(after).value + 0.25 * step.squaredNorm() <= oracle.objective(c.w0).value);
}

TEST_CASE("the soft threshold minimises tau |x| + (x - a)^2/2 on a fine grid; the printed third case does not",
          "[bsum][prox]") {
  const double tau = 0.7;
  const auto value = [&](double x, double a) { return tau * std::abs(x) + 0.5 * (x - a) * (x - a); };
  for (double a = -3; a <= 3; a += 0.0625) {
    double best = 1e300;
    for (int i = -4000; i <= 4000; ++i) best = std::min(best, value(i * 1e-3, a));
    // Both values are sums of nonnegative terms of at most four roundings each.
    CHECK(value(soft_threshold(a, tau), a) <= best * (1 + 8 * std::numeric_limits<double>::epsilon()));
  }
  // As printed the third case applies for a <= +tau, thus on the interval of the second one, where it is no minimiser.
  CHECK(value(0.5 + tau, 0.5) > value(soft_threshold(0.5, tau), 0.5) + 0.5);
  CHECK(std::isnan(soft_threshold(std::nan(""), tau)));
}

TEST_CASE("the l1 update is the minimiser of linearised loss, quadratic and l1 together: no perturbation does better",
          "[bsum][prox]") {
  const BsumCase c("squared", "sigmoid", false, kOneOutput);
  Parameters p = c.parameters;
  p.penalty = Penalty::l1;
  const double gamma = 0.4;
  const Oracle oracle(p, c.problem);
  const auto after =
      run_bsum(c, {{"penalty", "l1"}, {"gamma_rule", "fixed"}, {"gamma", "0.4"}, {"lambda", "0.03"}, {"updates", "1"}}, 1);
  const Matrix<double> G = oracle.gradient(c.w0, 1);
  const auto model = [&](const Matrix<double>& W) {
    return G.cwiseProduct(W - c.w0.W[1]).sum() + gamma / 2 * (W - c.w0.W[1]).squaredNorm() + p.lambda * W.cwiseAbs().sum();
  };
  Rng rng(1, "perturb");
  Matrix<double> noise(G.rows(), G.cols());
  for (int trial = 0; trial < 300; ++trial) {
    rng.fill_normal(noise, std::pow(10.0, -1 - trial % 5));
    CHECK(model(after.W[1] + noise) >= model(after.W[1]));
  }
}

TEST_CASE("projections are nearest points, idempotent, and do not expand distances", "[bsum][feasible]") {
  Rng rng(5, "sets");
  for (const std::string text : {"all", "ball:1.5", "box:-0.4,0.7", "toeplitz", "circulant"}) {
    const FeasibleSet set = FeasibleSet::parse(text);
    CHECK(FeasibleSet::parse(set.text()).text() == set.text());
    for (int trial = 0; trial < 20; ++trial) {
      Matrix<double> A(4, 6), B(4, 6);
      rng.fill_normal(A, 1.0);
      rng.fill_normal(B, 1.0);
      Matrix<double> PA = A, PB = B;
      set.project<double>(PA);
      set.project<double>(PB);
      CAPTURE(text);
      CHECK((A - PA).cwiseProduct(PB - PA).sum() <= 1e-13);  // the angle that characterises a projection on a convex set
      CHECK((PA - PB).norm() <= (A - B).norm() + 1e-14);
      Matrix<double> twice = PA;
      set.project<double>(twice);
      CHECK((twice - PA).norm() <= 1e-14);
    }
  }
}

TEST_CASE("a circulant matrix is the circular convolution with its first row; the last layer stays free", "[bsum][feasible]") {
  const BsumCase c("squared", "sigmoid", false, {6, 6, 6, 1}, 12);
  const auto w = run_bsum(c, {{"feasible", "circulant"}, {"gamma", "0.5"}}, 20);
  for (std::size_t j : {std::size_t{1}, std::size_t{2}}) {
    Vector<double> x = Vector<double>::LinSpaced(6, -1, 2), y = Vector<double>::Zero(6);
    for (Index i = 0; i < 6; ++i)
      for (Index m = 0; m < 6; ++m) y(i) += w.W[j](0, (m - i + 6) % 6) * x(m);
    CHECK((w.W[j] * x - y).norm() <= 1e-13);
  }
  CHECK((w.W[3] - c.w0.W[3]).norm() > 1e-6);
}

TEST_CASE("the gradient projected on Toeplitz matrices is the gradient in the free parameters", "[bsum][feasible]") {
  const BsumCase c("squared", "sigmoid", false, {5, 4, 1}, 8);
  const Oracle oracle(c.parameters, c.problem);
  Weights<double> w = c.w0;
  FeasibleSet::parse("toeplitz").project<double>(w.W[1]);
  Matrix<double> projected = oracle.gradient(w, 1);
  FeasibleSet::parse("toeplitz").project<double>(projected);
  for (Index offset = -3; offset <= 4; ++offset) {
    const auto f = [&](double h) {
      Weights<double> moved = w;
      for (Index i = 0; i < 4; ++i)
        if (i + offset >= 0 && i + offset < 5) moved.W[1](i, i + offset) += h;
      return oracle.objective(moved).value;
    };
    Index count = 0, row = 0;
    for (Index i = 0; i < 4; ++i)
      if (i + offset >= 0 && i + offset < 5) ++count, row = i;
    CHECK((f(1e-4) - f(-1e-4)) / 2e-4 ==
          Approx(static_cast<double>(count) * projected(row, row + offset)).epsilon(1e-6).margin(1e-9));
  }
}

TEST_CASE("(A.3) on a ball or a box moves towards the minimiser of the linear surrogate", "[bsum][linear]") {
  Rng rng(9, "linear");
  for (const std::string text : {"ball:2", "box:-1,3"}) {
    const FeasibleSet set = FeasibleSet::parse(text);
    Matrix<double> G(3, 4), D = Matrix<double>::Zero(3, 4), W(3, 4);
    rng.fill_normal(G, 1.0);
    set.minimise_linear<double>(G, D);
    Matrix<double> inside = D;
    set.project<double>(inside);
    CHECK((inside - D).norm() <= 1e-14);
    for (int trial = 0; trial < 200; ++trial) {
      rng.fill_normal(W, 3.0);
      set.project<double>(W);
      CHECK(G.cwiseProduct(D).sum() <= G.cwiseProduct(W).sum() + 1e-12);
    }
  }
  CHECK_THROWS_AS(FeasibleSet::parse("ball"), UsageError);
  CHECK_THROWS_AS(FeasibleSet::parse("box:1,0"), UsageError);
  CHECK_THROWS_AS(FeasibleSet::parse("sphere"), UsageError);
}
