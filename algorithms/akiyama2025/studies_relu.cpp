// Lemmas 5.1 and 5.2 by Monte Carlo, Theorem 5.3 by its counter-example and by success fractions.
#include <algorithm>
#include <cmath>

#include "algorithms/akiyama2025/studies.hpp"
#include "algorithms/core/binomial.hpp"

namespace bcd::akiyama2025 {

namespace {

/// P(W_L has entries of both signs) = 1 - 2^(1-r): inside the exact 99 % interval for every r?
StudyResult lemma51_probability() {
  constexpr int kDraws = 40000;
  StudyResult result{true, 0, "", ""};
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

/// min(|w_+|^2, |w_-|^2) >= bound(delta, r) with probability 1 - 2 delta, where the bound says something.
template <class Bound>
StudyResult lemma52(Bound bound) {
  constexpr int kDraws = 20000;
  StudyResult result{true, 0, "", ""};
  result.looseness = std::numeric_limits<double>::infinity();
  for (const int r : {200, 400, 1000}) {
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
    std::sort(smaller.begin(), smaller.end());
    for (const double delta : {0.3, 0.1, 0.01}) {
      const double limit = bound(delta, r);
      const auto above = static_cast<int>(smaller.end() - std::lower_bound(smaller.begin(), smaller.end(), limit));
      const auto [lo, hi] = binomial_interval(above, kDraws, 0.99);
      result.holds = result.holds && hi >= 1 - 2 * delta;
      const double quantile = smaller[static_cast<std::size_t>(2 * delta * kDraws)];
      if (limit > 0) result.looseness = std::min(result.looseness, quantile / limit);
      result.evidence += "r = " + std::to_string(r) + ", delta = " + number_text(delta) + ": bound " + show(limit) + ", true " +
                         number_text(200 * delta) + " % quantile " + show(quantile) + ", holds in [" + show(lo) + ", " +
                         show(hi) + "]; ";
      result.measured = lo;
    }
  }
  return result;
}

double printed_bound(double delta, double r) { return 0.5 - std::sqrt(8 * std::log(2 / delta) / r); }
double sharper_bound(double delta, double r) { return 0.5 - std::sqrt(3 * std::log(1 / delta) / r); }

/// The bound is positive only for r > 32 log(2/delta), and holds with a positive probability 1 - 2 delta only for delta < 1/2.
StudyResult lemma52_range() {
  const auto least = [](double delta) { return 32 * std::log(2 / delta); };
  const double any = least(0.5);
  return {30 <= any, any,
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
  result.instance =
      "V = (a, b) >= 0, W = [[0, 1/4], [1/4, 0]] (both singular values 1/4), T = (0, 1). W V >= 0, so relu(W V) = W V = (b/4, a/4).\n"
      "|V + relu(W V) - T|^2 = (a + b/4)^2 + (b + a/4 - 1)^2. Its only zero in R^2 is (-4/15, 16/15), where a < 0.\n"
      "At (0, 16/17): (4/17)^2 + (1/17)^2 = 17/289 = 1/17; d/da = 2 (4/17) - (1/2)(1/17) = 15/34 > 0,\n"
      "d/db = (1/2)(4/17) - 2 (1/17) = 0: the minimum over a, b >= 0 of this convex function.";
  return result;
}

/// Theorem 5.3 with L = 3 on two units and one sample: V_2 tends to 5 sqrt(2) (0, 1), to which no V_1 >= 0 leads.
StudyResult smallest() {
  const double root = std::sqrt(0.5), y = -5, epsilon = 1e-6;
  Matrix<double> X = Matrix<double>::Ones(1, 1), Y(1, 1), W_1 = Matrix<double>::Zero(2, 1), W_2(2, 2), w(1, 2);
  Y << y;
  W_2 << 0, 0.25, 0.25, 0;
  w << root, -root;
  Problem<double> problem;
  problem.net.input = 1;
  problem.net.bias = false;
  const Activation relu = Activation::parse("relu");
  problem.net.layers = {{2, relu, false}, {2, relu, true}, {1, Activation(), false}};
  problem.loss = Loss::parse("squared", false);
  problem.X = &X, problem.Y = &Y;
  Weights<double> w0(problem.net);
  w0.W[1] = W_1, w0.W[2] = W_2, w0.W[3] = w;
  for (int j = 1; j <= 3; ++j) w0.b[at(j)].setZero();
  const double eta_V = 0.25, C_K = (4 * 5 * eta_V + 5 * std::sqrt(epsilon)) * std::pow(1.5, 3);
  const double K = std::ceil(std::log(3 * 25 / epsilon) / (4 * eta_V * 0.5)),
               K_V = std::ceil(3 / (4 * eta_V) * std::log(49 * 2 * C_K * C_K / (3 * epsilon))),
               K_W = std::ceil(std::log(C_K * C_K / epsilon) / 2);
  StudyResult result;
  result.measured = std::numeric_limits<double>::infinity();
  for (const double more : {1.0, 10.0, 100.0}) {
    BcdRelu<double> algorithm;
    ParameterList parameters = algorithm.parameters();
    for (const auto& [name, value] :
         std::map<std::string, double>{{"eta_V", eta_V}, {"eta_W1", 0}, {"eta_W2", 0.5}, {"K_V", more * K_V}, {"K_W", K_W}})
      parameters.set(name, number_text(value));
    parameters.set("steps", "given");
    Rng rng(1, "algorithm");
    algorithm.initialise(problem, w0, rng);
    for (double k = 0; k < K; ++k) algorithm.step(nullptr);
    const double F = objective(algorithm);
    result.measured = std::min(result.measured, F);
    append(result.evidence,
           "K_V = " + number_text(more * K_V) + ": F = " + show(F) + " after K = " + number_text(K) + " sweeps");
  }
  result.holds = result.measured <= epsilon;
  result.instance =
      "L = 3, r = 2, n = d_in = 1, x = 1, y = -5, gamma = 1, epsilon = 1e-6; W_1 = 0, W_2 = [[0, 1/4], [1/4, 0]] (both singular\n"
      "values 1/4), W_3 = w = (1, -1)/sqrt(2): |w_+|^2 = |w_-|^2 = 1/2, so eta_V <= 1; take eta_V = 1/4, eta_W1 -> 0, eta_W2 = 1/2.\n"
      "V_1 = V_2 = 0 at the start. Line 6 gives V_2 = (0, c) with c growing to 5 sqrt(2) = 7.07: its first entry is pushed below 0 and\n"
      "projected; the residual 5 - c/sqrt(2) is multiplied by 3/4 in each of K = " +
      number_text(K) +
      " sweeps.\n"
      "Lines 12, 13: V_1 = (a, b) >= 0 against (a + b/4)^2 + (b + a/4 - c)^2 [W_2 V_1 >= 0, so ReLU is the identity].\n"
      "Over a, b >= 0 its minimum is c^2/17 at (0, 16 c/17): there d/db = 2 b/16 + 2 (b - c) = 0 and d/da = b/2 + (b - c)/2 > 0.\n"
      "So F >= 50/17 = 2.94 whatever K_V is. Algorithm 3 descends to (-c/4, c), the solution in R^2, and projects it to (0, c):\n"
      "F -> c^2/16 = 50/16 = 3.125.\n";
  return result;
}

/// What Algorithm 3's projection costs: V-steps and K_V of Theorem 5.3 with stable steps, W_2 .. W_L fixed (eta_W1 -> 0) and W_1 the
/// exact linear fit of line 15, with F's first layer linear too. Returns F after K sweeps.
double run_projection(int L, Index r, std::uint64_t seed, bool project) {
  const Index d = 20, n = 10;
  Rng rng(seed, "theorem 5.3");
  Matrix<double> X(d, n), w(1, r), A(r, d), c(1, r);
  rng.fill_normal(X, 1 / std::sqrt(static_cast<double>(d)));
  rng.fill_normal(A, 1.0), rng.fill_normal(c, 1 / std::sqrt(static_cast<double>(r)));
  const Matrix<double> Y = c * (A * X).cwiseMax(0.0);
  std::vector<Matrix<double>> W(at(L)), V(at(L));
  for (int j = 1; j < L; ++j) {
    W[at(j)].resize(r, j == 1 ? d : r);
    rng.fill_normal(W[at(j)], 1 / std::sqrt(static_cast<double>(W[at(j)].cols())));
    if (j > 1) W[at(j)] = bound_singular_values(W[at(j)], 0, 0.25);
    V[at(j)] = (W[at(j)] * (j == 1 ? X : V[at(j - 1)])).cwiseMax(0.0);
    if (j > 1) V[at(j)] += V[at(j - 1)];
  }
  rng.fill_normal(w, 1 / std::sqrt(static_cast<double>(r)));
  const double m = std::min(w.cwiseMax(0.0).squaredNorm(), w.cwiseMin(0.0).squaredNorm());
  if (m <= 0) return std::nan("");
  const Matrix<double> residual = w * V[at(L - 1)] - Y;
  const double eta_V = std::min(1 / (2 * w.squaredNorm()), 0.32), rn = static_cast<double>(r * n),
               R_max = residual.cwiseAbs().maxCoeff();
  const double C_K = (4 * R_max * eta_V + 5e-3) * std::pow(1.5, L);
  const double K = std::ceil(std::log(3e6 * residual.squaredNorm()) / (4 * eta_V * m)),
               K_V = std::ceil(3 / (4 * eta_V) * std::log(49e6 * (L - 2) * rn * C_K * C_K / 3));
  const auto projected = [&](Matrix<double>& A_j) {
    if (project) A_j = A_j.cwiseMax(0.0);
  };
  const auto h = [&](int j) { return Matrix<double>((W[at(j)] * V[at(j - 1)]).cwiseMax(0.0) + V[at(j - 1)] - V[at(j)]); };
  for (double k = 0; k < K; ++k) {
    V[at(L - 1)] -= 2 * eta_V * w.transpose() * (w * V[at(L - 1)] - Y);
    projected(V[at(L - 1)]);
    for (int j = L - 1; j >= 2; --j) {
      for (double i = 0; i < K_V; ++i) {
        const Matrix<double> H = h(j);
        const Matrix<double> Q = ((W[at(j)] * V[at(j - 1)]).array() > 0).select(H, 0.0);
        V[at(j - 1)] -= 2 * eta_V * (H + W[at(j)].transpose() * Q);
      }
      projected(V[at(j - 1)]);
    }
  }
  double F = (w * V[at(L - 1)] - Y).squaredNorm();  // the linear fit |W_1 X - V_1|^2 is 0: X has full column rank
  for (int j = 2; j < L; ++j) F += h(j).squaredNorm();
  return F;
}

StudyResult projection() {
  StudyResult result{true, 0, "", ""};
  for (const int L : {3, 5})
    for (const Index r : {10, 30}) {
      int with = 0, without = 0, total = 0;
      std::vector<double> F;
      for (std::uint64_t seed = 1; total < 10; ++seed) {
        const double free = run_projection(L, r, seed, false);
        if (std::isnan(free)) continue;  // W_L of one sign
        F.push_back(run_projection(L, r, seed, true));
        without += free <= 1e-6, with += F.back() <= 1e-6, ++total;
      }
      result.holds = result.holds && without == total && with == 0;
      result.measured = std::max(result.measured, median_of(F));
      append(result.evidence, "L = " + std::to_string(L) + ", r = " + std::to_string(r) + ": " + std::to_string(without) +
                                  "/10 without, " + std::to_string(with) + "/10 with the projection (median F " +
                                  show(median_of(F)) + ")");
    }
  return result;
}

constexpr double kMostSweeps = 20000;

/// One run with a theorem's constants: F after its K sweeps (at most kMostSweeps), where the theorem stops.
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
  parameters.set("C_V", "1e40");  // "eta_W1 <=" admits any larger C_V
  const Matrix<double>& w = w0.W[at(L)];
  if (!(w.minCoeff() < 0 && w.maxCoeff() > 0)) return {0, false, false};
  Rng unused(1, "algorithm");
  algorithm.initialise(problem, w0, unused);
  const double sweeps = std::min(algorithm.steps().theorem->K, kMostSweeps);
  for (double k = 0; k < sweeps; ++k) {
    algorithm.step(nullptr);
    if (!algorithm.weights().W[1].allFinite()) return {std::numeric_limits<double>::infinity(), true};
  }
  return {objective(algorithm)};
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
       "min(|w_+|^2, |w_-|^2) is above the printed bound with probability 1 - 2 delta (r = 200 .. 1000, delta = 0.3, 0.1, 0.01).",
       [] { return lemma52(printed_bound); }},
      {"akiyama2025.lemma5.2.sharper", paper + "Lemma 5.2, derived", "1/2 - sqrt(3 log(1/delta)/r) in its place holds as well.",
       [] { return lemma52(sharper_bound); }},
      {"akiyama2025.lemma5.2.range", paper + "Lemma 5.2, derived",
       "The bound is not positive at the experiments' width r = 30 for any delta < 1/2.", lemma52_range},
      {"akiyama2025.theorem5.3.smallest", paper + "Theorem 5.3",
       "L = 3, two units, one sample: for some K_V Algorithm 3 ends with F <= epsilon.", smallest},
      {"akiyama2025.theorem5.3.no-solution", paper + "Theorem 5.3, derived",
       "V + relu(W V) = T need not have a solution V >= 0: two dimensions, minimum 1/17.", theorem53_counterexample},
      {"akiyama2025.theorem5.3.projection", paper + "Theorem 5.3, derived",
       "Without the projection, with the first layer linear as line 15 fits it, F <= 1e-6 in every run; with it in none.",
       projection},
      {"akiyama2025.theorem5.3.printed", paper + "Theorem 5.3", "Printed constants, L = 3: F <= 1e-6 in every run.",
       [] { return fractions("printed", 3); }},
      {"akiyama2025.theorem5.3.stable-L3", paper + "Theorem 5.3", "Stable output step, L = 3: F <= 1e-6 in every run.",
       [] { return fractions("corrected", 3); }},
      {"akiyama2025.theorem5.3.L2", paper + "Theorem 5.3, corrected", "Stable output step, L = 2: F <= 1e-6 in every run.",
       [] { return fractions("corrected", 2); }},
  };
}

}  // namespace bcd::akiyama2025
