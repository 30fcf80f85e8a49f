// What Theorems 4.1 and 4.3 come to without a training run of an experiment: many small runs, exact solves, constants.
#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "algorithms/core/binomial.hpp"

namespace bcd::akiyama2025 {

namespace {

std::size_t at(int j) { return static_cast<std::size_t>(j); }

enum class Law { orthonormal, sphere, scaled, normal };

/// A problem whose inputs follow a law; labels of a one-hidden-layer teacher that sees the inputs at unit scale.
struct Instance {
  Matrix<double> X, Y;
  Problem<double> problem;
  Weights<double> w0;

  Instance(int L, Index r, Index d, Index n, double slope, Law law, std::uint64_t seed, bool random_labels = false)
      : X(d, n), Y(1, n) {
    Rng rng(seed, "akiyama2025");
    rng.fill_normal(X, 1.0);
    if (law == Law::orthonormal) {
      Eigen::HouseholderQR<Matrix<double>> qr(X);
      X = qr.householderQ() * Matrix<double>::Identity(d, n);
    } else if (law == Law::sphere) {
      X.colwise().normalize();
    } else if (law == Law::scaled) {
      X /= std::sqrt(static_cast<double>(d));
    }
    Network& net = problem.net;
    net.input = d;
    net.bias = false;
    const Activation sigma = Activation::parse("leaky_relu:" + number_text(slope));
    for (int j = 1; j < L; ++j) net.layers.push_back({r, sigma, false});
    net.layers.push_back({1, Activation(), false});
    label(rng, sigma, law, random_labels);
    w0 = Weights<double>(net);
    for (int j = 1; j <= L; ++j) {
      rng.fill_normal(w0.W[at(j)], 1 / std::sqrt(static_cast<double>(net.d(j - 1))));
      w0.b[at(j)].setZero();
    }
    problem.loss = Loss::parse("squared", false);
    problem.X = &X;
    problem.Y = &Y;
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

 private:
  void label(Rng& rng, const Activation& sigma, Law law, bool random_labels) {
    if (random_labels) return rng.fill_normal(Y, 1.0);
    const Index r = problem.net.d(1);
    Matrix<double> A(r, X.rows()), c(1, r);
    rng.fill_normal(A, law == Law::normal ? 1 / std::sqrt(static_cast<double>(X.rows())) : 1.0);
    rng.fill_normal(c, 1 / std::sqrt(static_cast<double>(r)));
    Matrix<double> H = A * X;
    sigma.apply<double>(H, H);
    Y = c * H;
  }
};

double potential(const Network& net, const Matrix<double>& Y, const Matrix<double>& X, const std::vector<Matrix<double>>& W,
                 const std::vector<Matrix<double>>& V) {
  const int L = net.N();
  double F = (W[at(L)] * V[at(L - 1)] - Y).squaredNorm();
  for (int j = 1; j < L; ++j) {
    Matrix<double> H = W[at(j)] * (j == 1 ? X : V[at(j - 1)]);
    net.sigma(j).apply<double>(H, H);
    F += (H - V[at(j)]).squaredNorm();
  }
  return F;
}

/// Runs the algorithm with a theorem's constants; F after its K sweeps (infinite after an overflow).
double run_theorem(const Instance& instance, const char* steps) {
  BcdMonotone<double> algorithm;
  ParameterList parameters = algorithm.parameters();
  parameters.set("steps", steps);
  Rng rng(1, "algorithm");
  algorithm.initialise(instance.problem, instance.w0, rng);
  Measurements row;
  for (double k = 0; k < algorithm.steps().theorem->K; ++k) {
    algorithm.step(nullptr);
    if (!algorithm.weights().W[1].allFinite()) return std::numeric_limits<double>::infinity();
  }
  algorithm.measure(row);
  double F = 0;
  for (const auto& [name, value] : row)
    if (name != "train_error") F += value;
  return F;
}

constexpr int kSeeds = 20;

std::string fraction_text(int wins, int total) {
  const auto [lo, hi] = binomial_interval(wins, total, 0.99);
  return std::to_string(wins) + "/" + std::to_string(total) + " (99 % [" + show(lo) + ", " + show(hi) + "])";
}

/// Success fraction of a theorem's constants over laws of the inputs: d 20, r 4, L 3, slope 1/2, epsilon 1e-6.
StudyResult fractions(const char* steps) {
  const std::vector<std::pair<Law, const char*>> laws = {
      {Law::orthonormal, "orthonormal"}, {Law::sphere, "unit norm"}, {Law::scaled, "N(0, I/d)"}, {Law::normal, "N(0, I)"}};
  StudyResult result;
  int total_wins = 0, total = 0;
  for (const auto& [law, name] : laws)
    for (Index n : {10, 18}) {
      // kappa(X)^2 of N(0, I) at n = 18 asks for 1e5 inner steps, so the corrected constants are run at n = 12 there.
      if (law != Law::orthonormal && *steps == 'c') n = std::min<Index>(n, 12);
      int wins = 0;
      for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
        wins += run_theorem(Instance(3, 4, 20, n, 0.5, law, seed), steps) <= 1e-6;
      total_wins += wins, total += kSeeds;
      result.evidence += (result.evidence.empty() ? "" : "; ") + std::string(name) + " n = " + std::to_string(n) + ": " +
                         fraction_text(wins, kSeeds);
    }
  result.holds = total_wins == total;
  result.measured = static_cast<double>(total_wins) / total;
  return result;
}

/// One backward sweep in which every block is solved exactly; F at figure size and relative to |Y|^2.
StudyResult exact_sweep() {
  const Instance in(5, 30, 600, 500, 0.5, Law::normal, 1);
  const Network& net = in.problem.net;
  std::vector<Matrix<double>> W = in.w0.W, V(5);
  for (int j = 2; j <= 5; ++j) W[at(j)] = bound_singular_values(W[at(j)], 0.75, 1.25);
  for (int j = 1; j <= 4; ++j) {
    V[at(j)] = W[at(j)] * (j == 1 ? in.X : V[at(j - 1)]);
    net.sigma(j).apply<double>(V[at(j)], V[at(j)]);
  }
  const double before = potential(net, in.Y, in.X, W, V);
  const Matrix<double>& w = W[5];
  V[4] += w.transpose() * (in.Y - w * V[4]) / w.squaredNorm();
  for (int j = 4; j >= 2; --j) V[at(j - 1)] = W[at(j)].partialPivLu().solve(inverse(net.sigma(j), V[at(j)]));
  const Matrix<double> E = inverse(net.sigma(1), V[1]) - W[1] * in.X;
  W[1] += in.X.transpose().completeOrthogonalDecomposition().solve(E.transpose()).transpose();
  StudyResult result;
  result.measured = potential(net, in.Y, in.X, W, V);
  // Every entry of every residual is rounded at m eps times its terms: m = 600, terms of order kappa(X) |V| <= 1e3.
  const double bound = std::pow(600 * 2.2e-16 * 1e3, 2) * 4 * 30 * 500;
  result.holds = result.measured <= bound;
  result.evidence = "n = 500, d_in = 600, r = 30, L = 5: F = " + show(before) + " at the start, " + show(result.measured) +
                    " after one sweep of exact solves, W_2 .. W_L untouched (rounding bound " + show(bound) + ").";
  return result;
}

/// C_V = O((gamma eta_V ell n K K_V)^2) has no y in it.
StudyResult remark42() {
  const auto measured = [](double scale, double* bound) {
    Instance in(3, 4, 20, 10, 0.5, Law::orthonormal, 1);
    in.Y *= scale;
    BcdMonotone<double> algorithm;
    ParameterList parameters = algorithm.parameters();
    parameters.set("steps", "corrected");
    Rng rng(1, "algorithm");
    algorithm.initialise(in.problem, in.w0, rng);
    const TheoremConstants& c = *algorithm.steps().theorem;
    *bound = std::pow(c.eta_V * 10 * c.K * c.K_V, 2);
    double largest = 0;
    for (double k = 0; k < c.K; ++k) {
      algorithm.step(nullptr);
      for (const auto& window : algorithm.state())
        if (window.name[0] == 'V') largest = std::max(largest, lambda_max(window.value));
    }
    return std::pair{largest, c.C_V};
  };
  double bound = 0, bound_large = 0;
  const auto [small, derived] = measured(1, &bound);
  const auto [large, derived_large] = measured(1e6, &bound_large);
  StudyResult result;
  result.measured = large / bound_large;
  result.holds = small <= bound && large <= bound_large;
  result.evidence = "y of order one: measured " + show(small) + ", remark " + show(bound) + ", derived bound " + show(derived) +
                    "; y times 1e6: measured " + show(large) + ", remark " + show(bound_large) + ", derived bound " +
                    show(derived_large) + ".";
  return result;
}

/// Right side of Theorem 4.3 with constants 1 and delta = 0.1, and the test error of an interpolating network.
struct Generalisation {
  double test = 0, right = 0, trivial = 0, W1 = 0;
};

Generalisation generalisation(Index n, Index d, int L, Index r, bool random_labels, std::uint64_t seed) {
  // Fresh samples of the same teacher: the instance's columns beyond n.
  const Index n_test = 1000;
  const Instance all(L, r, d, n + n_test, 0.5, Law::sphere, seed, random_labels);
  const Matrix<double> X = all.X.leftCols(n), Y = all.Y.leftCols(n);
  Problem<double> problem = all.problem;
  problem.X = &X, problem.Y = &Y;
  BcdMonotone<double> algorithm;
  ParameterList parameters = algorithm.parameters();
  parameters.set("first_layer", "exact");
  parameters.set("practical_W1", "0");
  Rng rng(1, "algorithm");
  algorithm.initialise(problem, all.w0, rng);
  for (int k = 0; k < 60; ++k) algorithm.step(nullptr);
  Matrix<double> f;
  forward<double>(problem.net, algorithm.weights(), X, f);
  const double train = (f - Y).squaredNorm() / static_cast<double>(n);
  forward<double>(problem.net, algorithm.weights(), all.X.rightCols(n_test), f);
  Generalisation g;
  g.test = (f - all.Y.rightCols(n_test)).squaredNorm() / static_cast<double>(n_test);
  const double B_Y = all.Y.cwiseAbs().maxCoeff(), M = B_Y + std::pow(2.0, L), nn = static_cast<double>(n),
               rr = static_cast<double>(r);
  g.right =
      train +
      X.norm() / nn * M * std::sqrt(static_cast<double>(d)) * std::pow(L, 1.5) * std::pow(2 * rr, L / 2.0) * std::log(rr) +
      M * M * std::sqrt(std::log(10.0) / nn);
  g.trivial = M * M;
  g.W1 = std::sqrt(lambda_max(algorithm.weights().W[1]));
  return g;
}

/// n = d: the interpolating W_1 has a huge norm, which the proof's |W_j| <= 2 ignores.
StudyResult theorem43_exceeded() {
  int exceeded = 0, total = 0;
  StudyResult result;
  for (const Index n : {50, 100, 200}) {
    std::vector<double> test;
    double right = 0;
    for (std::uint64_t seed = 1; seed <= 7; ++seed, ++total) {
      const Generalisation g = generalisation(n, n, 2, 2, true, seed);
      exceeded += g.test > g.right;
      test.push_back(g.test);
      right = g.right;
    }
    std::nth_element(test.begin(), test.begin() + 3, test.end());
    result.evidence +=
        "n = d = " + std::to_string(n) + ": median test error " + show(test[3]) + ", right side " + show(right) + "; ";
  }
  result.measured = static_cast<double>(exceeded) / total;
  result.holds = exceeded == 0;
  result.evidence += "exceeded in " + std::to_string(exceeded) + " of " + std::to_string(total) +
                     " runs (constants 1; the statement hides constants and logarithms).";
  return result;
}

StudyResult theorem43_vacuous() {
  StudyResult result;
  double smallest = std::numeric_limits<double>::infinity();
  for (const auto& [L, r] : std::vector<std::pair<int, Index>>{{2, 2}, {3, 10}, {5, 30}}) {
    const Generalisation g = generalisation(250, 300, L, r, false, 1);
    smallest = std::min(smallest, g.right / g.trivial);
    result.evidence += "L = " + std::to_string(L) + ", r = " + std::to_string(r) + ": right side " + show(g.right) +
                       ", trivial bound " + show(g.trivial) + ", test error " + show(g.test) + ", |W_1| = " + show(g.W1) +
                       " (the proof takes 2); ";
  }
  result.measured = smallest;
  result.holds = smallest < 1;  // says something beyond |f - y|^2 <= M^2
  return result;
}

/// A duplicated input: harmless with the same label, fatal with another.
StudyResult duplicates() {
  const auto F_after = [](bool same_label) {
    Instance in(5, 10, 60, 50, 0.5, Law::normal, 3);
    in.X.col(1) = in.X.col(0);
    in.Y(0, 1) = same_label ? in.Y(0, 0) : in.Y(0, 0) + 4;
    BcdMonotone<double> algorithm;
    ParameterList parameters = algorithm.parameters();
    parameters.set("practical_W1", "0");  // otherwise the difference can hide in the hidden layers for long
    Rng rng(1, "algorithm");
    algorithm.initialise(in.problem, in.w0, rng);
    for (int k = 0; k < 500; ++k) algorithm.step(nullptr);
    Measurements row;
    algorithm.measure(row);
    double F = 0;
    for (const auto& [name, value] : row)
      if (name != "train_error") F += value;
    return F;
  };
  const double same = F_after(true), other = F_after(false);
  StudyResult result;
  result.measured = same;
  result.holds = same < 1e-8 && other > 1e-2;
  result.evidence = "50 samples, rank 49: F = " + show(same) + " after 500 sweeps with equal labels, " + show(other) +
                    " with labels that differ by 4.";
  return result;
}

}  // namespace

std::vector<Study> monotone_studies() {
  const std::string paper = "Akiyama 2025, ";
  return {
      {"akiyama2025.theorem4.1.printed-fractions", paper + "Theorem 4.1",
       "With the constants as printed F <= epsilon after K sweeps on every instance (four laws of inputs, two n, 20 seeds "
       "each).",
       [] { return fractions("printed"); }},
      {"akiyama2025.theorem4.1.corrected-fractions", paper + "Theorem 4.1, corrected",
       "With the corrected constants F <= epsilon after K sweeps on every instance (n = 10 and 18, or 12 where X is not "
       "orthonormal).",
       [] { return fractions("corrected"); }},
      {"akiyama2025.theorem4.1.exact-sweep", paper + "Theorem 4.1, derived",
       "One sweep of exact block solves reaches F = 0 to rounding, with W_2 .. W_L at their start.", exact_sweep},
      {"akiyama2025.remark4.2", paper + "Remark 4.2",
       "lambda_max(V_j V_j^T) <= (gamma eta_V ell n K K_V)^2, for labels of any size.", remark42},
      {"akiyama2025.theorem4.3.holds", paper + "Theorem 4.3",
       "The test error stays below the right side with constants 1 (n = d, random labels, L = r = 2).", theorem43_exceeded},
      {"akiyama2025.theorem4.3.informative", paper + "Theorem 4.3",
       "The right side with constants 1 is below the trivial bound M^2.", theorem43_vacuous},
      {"akiyama2025.assumption1.duplicates", paper + "Assumption 1",
       "Rank deficiency alone does not prevent the minimum: a repeated sample is harmless with equal labels and fatal with "
       "others.",
       duplicates},
  };
}

}  // namespace bcd::akiyama2025
