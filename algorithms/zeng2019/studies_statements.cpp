// Sentences of the paper that need no training run: what a few numbers decide.
#include <cmath>

#include "algorithms/core/backprop.hpp"
#include "algorithms/core/rng.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/zeng2019/bcd2.hpp"
#include "algorithms/zeng2019/bcd3.hpp"

namespace bcd::zeng2019 {

namespace {

double relu(double u) { return std::max(0.0, u); }

/// Section 4.1: |V - relu(U)|^2 and |V - relu(W V_0)|^2 with numbers for matrices, V = 1, V_0 = 1.
StudyResult nonconvex_study() {
  const auto f = [](double u) { return std::pow(1 - relu(u), 2); };
  const double h = 1e-7, right = (f(h) - f(0)) / h, left = (f(0) - f(-h)) / h;
  StudyResult result;
  result.measured = f(0) - (f(-1) + f(1)) / 2;
  result.holds = result.measured > 0 && std::abs(right - left) > 1;
  result.evidence = "f(u) = (1 - relu(u))^2 has f(-1) = 1, f(0) = 1, f(1) = 0, and one-sided slopes " + number_text(left) +
                    " and " + number_text(right) + " at 0.";
  result.instance =
      "f(u) = (1 - relu(u))^2: f(-1) = 1, f(0) = 1, f(1) = 0. Convexity asks for f(0) <= (f(-1) + f(1))/2 = 1/2.\n"
      "At u = 0 the slope is 0 from the left and -2 from the right. With u = w 1 the same holds for the W-block.";
  return result;
}

/// Section 4.3: bounded sums of squares (Lemmas 1 and 2) do not bound the sum of norms.
StudyResult squares_study() {
  double norms = 0, squares = 0, earlier = 0;
  constexpr int K = 1000000;
  for (int k = 1; k <= K; ++k) {
    norms += 1.0 / k;
    squares += 1.0 / k / k;
    if (k == K / 100) earlier = norms;
  }
  StudyResult result;
  result.measured = norms - earlier;
  result.holds = squares < 1.6449341 && std::abs(result.measured - std::log(100.0)) < 1e-3;
  result.evidence = "|g^k| = |P^k - P^{k-1}| = 1/k: K times the average of the squares is at most " + number_text(squares) +
                    ", K times the average of the norms grows from " + number_text(earlier) + " to " + number_text(norms) +
                    " between K = 10^4 and 10^6.";
  result.instance =
      "Steps and subgradients of norm 1/k satisfy |g^k| <= |P^k - P^{k-1}| (Lemma 2 with b = 1), and F(P^k) = sum_{j > k} 1/j^2 "
      "satisfies Lemma 1 with a = 1.\n"
      "K x (1/K) sum |g^k|^2 <= pi^2/6, but K x (1/K) sum |g^k| = 1 + 1/2 + ... + 1/K is unbounded: the average of the norms is "
      "(log K)/K, not O(1/K).\n"
      "What excludes such sequences is the Kurdyka-Lojasiewicz inequality: it makes sum |P^k - P^{k-1}| finite.";
  return result;
}

/// Algorithm 2 prints W_N V_N^{k-1}; the term of (2.5) is |U_N - W_N V_{N-1}|^2.
StudyResult listing_study() {
  const auto F = [](double U) { return 0.5 * (0 - U) * (0 - U) + 0.5 * (U - 2) * (U - 2); };  // V_2 = 0, W_2 = 1, V_1 = 2
  const double old = 1, printed = (0 + 1 * 0) / 2.0, meant = (0 + 1 * 2) / 2.0;
  StudyResult result;
  result.measured = F(printed) - F(old);
  result.holds = F(printed) > F(old) && F(meant) <= F(old);
  result.evidence = "N = 2, all widths 1, gamma = 1, V_2 = 0, W_2 = 1, V_1 = 2, U_2 = 1: the printed U_2-step goes to " +
                    number_text(printed) + " and raises (2.5) by " + number_text(result.measured) + "; with V_1 it stays at " +
                    number_text(meant) + ".";
  result.instance =
      "W_N is d_N x d_{N-1} and V_N is d_N x n: W_N V_N is defined only where d_N = d_{N-1}. Take N = 2 and all widths 1, gamma = 1,\n"
      "V_2 = 0, W_2 = 1, V_1 = 2, U_2 = 1. The terms of (2.5) with U_2: 1/2 (V_2 - U_2)^2 + 1/2 (U_2 - W_2 V_1)^2 = 1/2 + 1/2 = 1.\n"
      "As printed, U_2 = (V_2 + W_2 V_2)/2 = 0, where these terms are 0 + 2 = 2 > 1, against Lemma 1. With V_1 for V_2: U_2 = (0 + "
      "2)/2 = 1.";
  return result;
}

/// Section 2.2: what the two algorithms keep, counted in the states of the plugins.
StudyResult memory_study() {
  Network net;
  net.input = 4;
  for (const Index width : {6, 5, 3}) net.layers.push_back({width, Activation::parse(width == 3 ? "linear" : "relu"), false});
  Rng rng(1, "zeng2019.memory");
  Matrix<double> X(4, 7), Y = Matrix<double>::Zero(3, 7);
  rng.fill_normal(X, 1.0);
  const Problem<double> problem{net, Loss::parse("squared", false), &X, &Y};
  Weights<double> start(net);
  for (int i = 1; i <= net.N(); ++i) {
    rng.fill_normal(start.W[static_cast<std::size_t>(i)], 1.0);
    start.b[static_cast<std::size_t>(i)].setZero();
  }
  const auto entries = [&](Algorithm<double>& algorithm) {
    algorithm.initialise(problem, start, rng);
    Index count = 0;
    for (const NamedMatrix<double>& part : algorithm.state()) count += part.value.size();
    return count;
  };
  Bcd2<double> two;
  Bcd3<double> three;
  const Index first = entries(two), second = entries(three), U = (6 + 5 + 3) * 7;
  StudyResult result;
  result.measured = static_cast<double>(second - first);
  result.holds = second - first == U;
  result.evidence = "4-6-5-3, seven samples: the state of Algorithm 1 has " + std::to_string(first) +
                    " numbers, that of Algorithm 2 " + std::to_string(second) +
                    ", the difference is U_1, U_2, U_3 with (6 + 5 + 3) x 7 = " + std::to_string(U) + ".";
  return result;
}

/// Section 2.2 (a): with an indicator for r_i the W_i-subproblem is least squares under constraints.
StudyResult indicator_study() {
  const auto f = [](double x, double y) { return 0.5 * ((x + y) * (x + y) + (x - 3) * (x - 3) + y * y); };
  const double projected = f(2, 0), minimum = f(1.5, 0);
  StudyResult result;
  result.measured = projected - minimum;
  result.holds = f(2, -1) < minimum && minimum < projected && f(1.5, 1e-3) > minimum && f(1.5 + 1e-3, 0) > minimum &&
                 f(1.5 - 1e-3, 0) > minimum;
  result.evidence = "the projection of the unconstrained minimiser has the value " + number_text(projected) +
                    ", the minimum is " + number_text(minimum) + ".";
  result.instance =
      "One sample, V = (1, 1), U = 0, W = (x, y), old W = (3, 0), gamma = alpha = 1, r the indicator of {W >= 0}: minimise\n"
      "f = 1/2 (0 - x - y)^2 + 1/2 (x - 3)^2 + 1/2 y^2 over x, y >= 0. Without the constraint the minimiser is (2, -1); its projection\n"
      "(2, 0) has f = 2 + 1/2 = 5/2. The minimiser is (3/2, 0) with f = 9/8 + 9/8 = 9/4.";
  return result;
}

/// Gradient norms of every layer of the network of Figure 1 at a start.
struct Layers {
  double first = 0, last = 0;
};
Layers gradients(const Matrix<double>& X, const Matrix<double>& Y, bool published) {
  Network net;
  net.input = X.rows();
  for (int i = 0; i < 10; ++i) net.layers.push_back({600, Activation::parse("relu"), false});
  net.layers.push_back({Y.rows(), Activation::parse("linear"), false});
  Rng rng(5, "zeng2019.vanishing");
  Weights<double> weights(net), gradient(net);
  for (int i = 1; i <= net.N(); ++i) {
    const auto l = static_cast<std::size_t>(i);
    rng.fill_normal(weights.W[l], published ? 0.01 : std::sqrt(2.0 / static_cast<double>(net.d(i - 1))));
    weights.b[l].setConstant(published ? 0.1 : 0);
  }
  Backprop<double>(net, X.cols())
      .gradient(weights, Loss::parse("squared", false), X, Y, 1.0 / static_cast<double>(X.cols()), gradient);
  return {gradient.W[1].norm(), gradient.W[static_cast<std::size_t>(net.N())].norm()};
}

StudyResult vanishing_study(const Matrix<double>& X, const Matrix<double>& Y) {
  const Layers published = gradients(X, Y, true), he = gradients(X, Y, false);
  StudyResult result;
  result.measured = published.first / published.last;
  result.holds = result.measured < std::pow(0.5, 10) && he.first / he.last > std::pow(0.5, 10);
  result.evidence = "784-600x10-10, ReLU, " + std::to_string(X.cols()) + " digits, squared loss: |dR/dW_1| / |dR/dW_11| is " +
                    show(result.measured, 3) + " at the published start (W ~ 0.01 N(0, 1), b = 0.1) and " +
                    show(he.first / he.last, 3) + " at a He start (b = 0).";
  return result;
}

}  // namespace

std::vector<Study> statement_studies() {
  const std::string paper = "Zeng et al. 2019, ";
  return {
      {"zeng2019.section4.1", paper + "Section 4.1",
       "With ReLU, the penalty is neither convex nor differentiable in U_i (three-splitting) or W_i (two-splitting).",
       nonconvex_study},
      {"zeng2019.section4.3", paper + "Section 4.3",
       "What Lemmas 1 and 2 say of steps and subgradients allows averages of |g^k|, not squared, that are not O(1/K).",
       squares_study},
      {"zeng2019.listing", paper + "Algorithm 2 and (3.1)",
       "With W_N V_N^{k-1} as printed, in place of W_N V_{N-1}^{k-1}, the U_N-step can raise the objective.", listing_study},
      {"zeng2019.indicator", paper + "Section 2.2",
       "With the indicator of W >= 0 for r_i, the projection of the least-squares solution does not solve the W_i-subproblem.",
       indicator_study},
      {"zeng2019.memory", paper + "Section 2.2", "Algorithm 2 keeps U_1, ..., U_N beyond what Algorithm 1 keeps.",
       memory_study},
      {"zeng2019.vanishing",
       paper + "Section 1",
       "At the published start of Figure 1 the gradient of the first layer is less than 2^-10 of that of the last; at a He start it "
       "is not.",
       {},
       {"mnist-10k", {{"n", "200"}}},
       vanishing_study},
  };
}

}  // namespace bcd::zeng2019
