// Lemmas 5.1 and 5.2 by Monte Carlo, Theorem 5.3 by its counter-example and by success fractions.
#include <algorithm>
#include <cmath>

#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "algorithms/core/binomial.hpp"

namespace bcd::akiyama2025 {

namespace {

std::size_t at(int j) { return static_cast<std::size_t>(j); }

/// P(W_L has entries of both signs) = 1 - 2^(1-r): inside the exact 99 % interval for every r?
StudyResult lemma51_probability() {
  constexpr int kDraws = 40000;
  StudyResult result{true, 0, ""};
  for (const int r : {1, 2, 3, 5, 10, 30}) {
    Rng rng(51, "lemma 5.1 r=" + std::to_string(r));
    int both = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      int positive = 0;
      for (int i = 0; i < r; ++i) positive += rng.normal() > 0;
      both += positive > 0 && positive < r;
    }
    const double p = 1 - std::pow(2.0, 1 - r);
    const auto [lo, hi] = binomial_interval(both, kDraws, 0.99);
    result.holds = result.holds && lo <= p && p <= hi;
    result.measured = std::max(result.measured, std::abs(both / static_cast<double>(kDraws) - p));
    result.evidence += "r = " + std::to_string(r) + ": " + show(p) + " in [" + show(lo) + ", " + show(hi) + "]; ";
  }
  return result;
}

/// With entries of both signs V = max(y, 0) e_+/w_+ + max(-y, 0) e_-/|w_-| solves w V = y; else one sign of y has no solution.
StudyResult lemma51_witness() {
  Rng rng(51, "lemma 5.1 witness");
  double worst = 0;
  for (int draw = 0; draw < 1000; ++draw) {
    Matrix<double> w(1, 8);
    rng.fill_normal(w, 1.0);
    Index up = 0, down = 0;
    if (!(w.maxCoeff(&up, &down) > 0 && w.minCoeff() < 0)) continue;
    up = down, w.row(0).minCoeff(&down);
    for (const double y : {-3.0, 0.0, 2.5}) {
      Vector<double> V = Vector<double>::Zero(8);
      (y > 0 ? V(up) : V(down)) = y / (y > 0 ? w(0, up) : w(0, down));
      worst = std::max(worst, V.minCoeff() < 0 ? 1.0 : std::abs((w * V)(0) - y));
    }
  }
  return {worst <= 4 * std::numeric_limits<double>::epsilon() * 3, worst,
          "largest |w V - y| over 1000 vectors and three labels: " + show(worst) + "."};
}

/// min(|w_+|^2, |w_-|^2) against 1/2 - sqrt(8 log(2/delta)/r) and the sharper 1/2 - sqrt(3 log(1/delta)/r).
StudyResult lemma52() {
  constexpr int kDraws = 20000;
  StudyResult result{true, 0, ""};
  for (const int r : {10, 30, 60, 120, 200, 400}) {
    Rng rng(52, "lemma 5.2 r=" + std::to_string(r));
    std::vector<double> smaller;
    for (int draw = 0; draw < kDraws; ++draw) {
      double plus = 0, minus = 0;
      for (int i = 0; i < r; ++i) {
        const double x = rng.normal();
        (x > 0 ? plus : minus) += x * x / r;
      }
      smaller.push_back(std::min(plus, minus));
    }
    const double delta = 0.05, printed = 0.5 - std::sqrt(8 * std::log(2 / delta) / r),
                 sharper = 0.5 - std::sqrt(3 * std::log(1 / delta) / r);
    const auto above = [&](double bound) {
      return static_cast<int>(std::count_if(smaller.begin(), smaller.end(), [&](double x) { return x >= bound; }));
    };
    const auto [lo, hi] = binomial_interval(above(printed), kDraws, 0.99);
    const auto [lo2, hi2] = binomial_interval(above(sharper), kDraws, 0.99);
    result.holds = result.holds && hi >= 1 - 2 * delta && hi2 >= 1 - 2 * delta;
    std::nth_element(smaller.begin(), smaller.begin() + kDraws / 10, smaller.end());
    result.evidence += "r = " + std::to_string(r) + ": bound " + show(printed) + (printed <= 0 ? " (vacuous)" : "") +
                       ", sharper " + show(sharper) + ", true 10 % quantile " + show(smaller[kDraws / 10]) + ", holds in [" +
                       show(lo) + ", " + show(hi) + "]; ";
    result.measured = lo;
  }
  return result;
}

/// The bound is positive only for r > 32 log(2/delta), and holds with a positive probability 1 - 2 delta only for delta < 1/2.
StudyResult lemma52_range() {
  const auto least = [](double delta) { return 32 * std::log(2 / delta); };
  const double any = least(0.5);
  return {30 > any, any,
          "positive with some probability for r > " + show(any) + ", with 90 % for r > " + show(least(0.05)) +
              ", with 99 % for r > " + show(least(0.005)) + "; the experiments' r = 30 is below all of them."};
}

/// W = [[0, 1/4], [1/4, 0]], T = (0, 1): min over V >= 0 of |V + relu(W V) - T|^2. For V >= 0, W V >= 0, so it is the quadratic
/// (V_1 + V_2/4)^2 + (V_2 + V_1/4 - 1)^2; its derivative in V_1 at V_1 = 0, V_2 = 16/17 is positive.
StudyResult theorem53_counterexample() {
  const auto f = [](double a, double b) { return std::pow(a + b / 4, 2) + std::pow(b + a / 4 - 1, 2); };
  double best = f(0, 0);
  for (int i = 0; i <= 2000; ++i)
    for (int k = 0; k <= 2000; ++k) best = std::min(best, f(i * 1e-3, k * 1e-3));
  // Projected gradient on the convex problem, then its optimality conditions.
  double a = 1, b = 1;
  for (int step = 0; step < 2000; ++step) {
    const double h1 = a + b / 4, h2 = b + a / 4 - 1;
    a = std::max(0.0, a - 0.3 * 2 * (h1 + h2 / 4));
    b = std::max(0.0, b - 0.3 * 2 * (h1 / 4 + h2));
  }
  const double exact = 1.0 / 17;
  StudyResult result;
  result.measured = f(a, b);
  result.holds = std::abs(f(a, b) - exact) < 1e-12 && a == 0 && std::abs(b - 16.0 / 17) < 1e-9 && best >= exact - 1e-12;
  result.evidence = "minimum " + number_text(f(a, b)) + " at (" + show(a) + ", " + show(b) +
                    "), exactly 1/17 at (0, 16/17); smallest value on a grid of 4 million points " + show(best) + ".";
  return result;
}

constexpr double kMostSweeps = 20000;

/// One run with a theorem's constants: F after its K sweeps (at least 200, at most kMostSweeps).
struct RunResult {
  double F = 0;
  bool overflow = false;
  bool both_signs = true;  ///< Lemma 5.1's hypothesis on W_L; without it nothing is promised
};

RunResult run(int L, Index r, Index d, Index n, double scale, std::uint64_t seed, const char* steps) {
  Rng rng(seed, "theorem 5.3");
  Matrix<double> X(d, n), Y(1, n), A(r, d), c(1, r);
  rng.fill_normal(X, 1 / std::sqrt(static_cast<double>(d)));
  rng.fill_normal(A, 1.0);
  rng.fill_normal(c, scale / std::sqrt(static_cast<double>(r)));
  Y = c * (A * X).cwiseMax(0.0);
  Problem<double> problem;
  problem.net.input = d;
  problem.net.bias = false;
  for (int j = 1; j < L; ++j) problem.net.layers.push_back({r, Activation::parse("relu"), j > 1});
  problem.net.layers.push_back({1, Activation(), false});
  problem.loss = Loss::parse("squared", false);
  problem.X = &X, problem.Y = &Y;
  Weights<double> w0(problem.net);
  for (int j = 1; j <= L; ++j)
    rng.fill_normal(w0.W[at(j)], 1 / std::sqrt(static_cast<double>(problem.net.d(j - 1)))), w0.b[at(j)].setZero();
  BcdRelu<double> algorithm;
  ParameterList parameters = algorithm.parameters();
  parameters.set("steps", steps);
  const Matrix<double>& w = w0.W[at(L)];
  if (!(w.minCoeff() < 0 && w.maxCoeff() > 0)) return {0, false, false};
  Rng unused(1, "algorithm");
  algorithm.initialise(problem, w0, unused);
  const double sweeps = std::clamp(algorithm.steps().theorem->K, 200.0, kMostSweeps);
  for (double k = 0; k < sweeps; ++k) {
    algorithm.step(nullptr);
    if (!algorithm.weights().W[1].allFinite()) return {std::numeric_limits<double>::infinity(), true};
  }
  Measurements row;
  algorithm.measure(row);
  RunResult result;
  for (const auto& [name, value] : row)
    if (name != "train_error") result.F += value;
  return result;
}

StudyResult fractions(const char* steps, int L) {
  constexpr int kSeeds = 20;
  StudyResult result;
  int total_wins = 0, total = 0;
  for (const Index r : {10, 30}) {
    int wins = 0, overflows = 0;
    std::vector<double> F;
    for (std::uint64_t seed = 1; F.size() < kSeeds; ++seed) {
      const RunResult one = run(L, r, 20, 10, 1, seed, steps);
      if (!one.both_signs) continue;
      wins += one.F <= 1e-6;
      overflows += one.overflow || !std::isfinite(one.F);
      F.push_back(one.F);
    }
    std::nth_element(F.begin(), F.begin() + kSeeds / 2, F.end());
    const auto [lo, hi] = binomial_interval(wins, kSeeds, 0.99);
    result.evidence += "r = " + std::to_string(r) + ": " + std::to_string(wins) + "/20 (99 % [" + show(lo) + ", " + show(hi) +
                       "]), " + std::to_string(overflows) + " overflows, median F " + show(F[kSeeds / 2]) + "; ";
    total_wins += wins, total += kSeeds;
  }
  result.measured = static_cast<double>(total_wins) / total;
  result.holds = total_wins == total;
  return result;
}

}  // namespace

std::vector<Study> relu_studies() {
  const std::string paper = "Akiyama 2025, ";
  return {
      {"akiyama2025.lemma5.1.probability", paper + "Lemma 5.1", "W_L has entries of both signs with probability 1 - 2^(1-r).",
       lemma51_probability},
      {"akiyama2025.lemma5.1.witness", paper + "Lemma 5.1",
       "With entries of both signs w V = y has a solution V >= 0 for every y.", lemma51_witness},
      {"akiyama2025.lemma5.2", paper + "Lemma 5.2",
       "min(|w_+|^2, |w_-|^2) is above the printed bound, and above a sharper one, with probability 1 - 2 delta (delta = "
       "0.05).",
       lemma52},
      {"akiyama2025.lemma5.2.range", paper + "Lemma 5.2",
       "The bound is positive at the experiments' width r = 30 for some delta < 1/2.", lemma52_range},
      {"akiyama2025.theorem5.3.counterexample", paper + "Theorem 5.3",
       "V + relu(W V) = T need not have a solution V >= 0: two dimensions, minimum 1/17.", theorem53_counterexample},
      {"akiyama2025.theorem5.3.printed", paper + "Theorem 5.3", "Printed constants, L = 3: F <= 1e-6 in every run.",
       [] { return fractions("printed", 3); }},
      {"akiyama2025.theorem5.3.stable-L3", paper + "Theorem 5.3", "Stable output step, L = 3: F <= 1e-6 in every run.",
       [] { return fractions("corrected", 3); }},
      {"akiyama2025.theorem5.3.L2", paper + "Theorem 5.3, corrected", "Stable output step, L = 2: F <= 1e-6 in every run.",
       [] { return fractions("corrected", 2); }},
  };
}

}  // namespace bcd::akiyama2025
