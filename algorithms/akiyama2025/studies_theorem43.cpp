// Theorem 4.3: the test error of the interpolating network against the right side, whatever its constants.
#include <cmath>

#include "algorithms/akiyama2025/studies.hpp"
#include "algorithms/core/binomial.hpp"

namespace bcd::akiyama2025 {

namespace {

struct Sides {
  double B_Y = 1;
  int L = 2;
  double r = 2, d = 1, n = 1;
  double X_norm = 1;  ///< Frobenius, the larger reading of |X|
  /// (B_Y + 2^L ell^(L-1) B_X) with ell = B_X = 1.
  double M() const { return B_Y + std::pow(2.0, L); }
  double right(double train, double delta) const {
    return train + X_norm / n * M() * std::sqrt(d) * std::pow(L, 1.5) * std::pow(2 * r, L / 2.0) * std::log(r) +
           M() * M() * std::sqrt(std::log(1 / delta) / n);
  }
};

constexpr int kDraws = 15;
constexpr double kDelta = 0.1;

struct Growth {
  std::vector<Index> n = {50, 100, 200, 400};
  std::vector<double> test, right, norm;  ///< medians
  bool above_delta = true;  ///< for every n: of the runs with F <= 1e-6 more than delta exceed, by the exact 95 % interval
  std::string evidence;
};

/// Medians over 15 seeds of the runs with Theorem 4.1's own numbers (eta_W2 <= 1/(2 |X|^2), which its limit admits).
const Growth& growth() {
  static const Growth result = [] {
    Growth g;
    for (const Index n : g.n) {
      std::vector<double> test, right, norm;
      int exceeded = 0, small = 0;
      for (std::uint64_t seed = 1; seed <= kDraws; ++seed) {
        Instance instance({2, 2, n, n, 1}, Law::sphere, seed);
        Rng rng(seed, "theorem 4.3");
        for (double& y : instance.Y.reshaped()) y = rng.normal() < 0 ? -1 : 1;
        const LinearRun run = run_linear(instance);
        const auto nn = static_cast<double>(n);
        const Sides sides{1, 2, 2, nn, nn, std::sqrt(nn)};
        test.push_back(run.test), right.push_back(sides.right(run.train, kDelta)), norm.push_back(run.norm);
        small += run.F <= 1e-6;
        exceeded += run.F <= 1e-6 && test.back() > right.back();
      }
      g.above_delta = g.above_delta && small > 0 && binomial_interval(exceeded, small, 0.95).first > kDelta;
      g.test.push_back(median_of(test)), g.right.push_back(median_of(right)), g.norm.push_back(median_of(norm));
      append(g.evidence, "n = d = " + std::to_string(n) + ": test error " + show(g.test.back()) + ", right side " +
                             show(g.right.back()) + ", exceeded in " + std::to_string(exceeded) + " of the " +
                             std::to_string(small) + " runs with F <= 1e-6, |W_1| " + show(g.norm.back()));
    }
    g.evidence = "medians of 15 seeds: " + g.evidence + " (constants 1, delta = 0.1).";
    return g;
  }();
  return result;
}

/// Exceeded with probability at most delta? And would another constant help: the right side stays bounded in n = d, the test error
/// grows like n.
StudyResult exceeded() {
  const Growth& g = growth();
  StudyResult result;
  result.measured = g.test.back() / g.right.back();
  result.evidence = g.evidence + " Test error over right side:";
  bool grows = true;
  for (std::size_t i = 0; i < g.n.size(); ++i) {
    result.evidence += (i == 0 ? " " : ", ") + show(g.test[i] / g.right[i]);
    grows = grows && (i == 0 || g.test[i] / g.right[i] > g.test[i - 1] / g.right[i - 1]);
  }
  result.evidence += " at n = 50, 100, 200, 400" + std::string(grows ? ": it grows, so no constant repairs the bound." : ".");
  result.holds = !(g.above_delta && grows);
  return result;
}

StudyResult norm_grows() {
  const Growth& g = growth();
  StudyResult result;
  result.measured = g.norm.back();
  result.evidence = g.evidence;
  result.holds = true;
  for (std::size_t i = 1; i < g.n.size(); ++i) result.holds = result.holds && g.norm[i] > g.norm[i - 1];
  return result;
}

/// n = d = 2: x_1, x_2 on the circle at the angle t, labels +1 and -1. Exact: f(x) = <v, x> with <v, x_1> = 1, <v, x_2> = -1.
StudyResult two_samples() {
  const double t = 0.1, delta = 0.01;
  Matrix<double> X(2, 2), Y(1, 2), W_1 = Matrix<double>::Zero(2, 2), W_2(1, 2);
  X << 1, std::cos(t), 0, std::sin(t);
  Y << 1, -1;
  W_2 << 1, 0;
  const Instance instance(X, Y, {W_1, W_2}, 1);
  TheoremConstants c = theorem41_printed(theorem41_input(instance), Theorem41::repaired);
  c.eta_W1 = 0;  // admissible: the theorem bounds it from above
  const Outcome end = run_theorem41(instance, c);
  const Matrix<double> v = end.W[2] * end.W[1];
  const double test = 1 + v.squaredNorm() / 2, right = Sides{1, 2, 2, 2, 2, std::sqrt(2.0)}.right(0, delta);
  // test > right at the angles t with 1/sin^2(t/2) > 2 (right - 1); t/2 (or its complement, equal labels) is uniform on [0, pi/2].
  const double probability = 2 / std::acos(-1.0) * std::asin(1 / std::sqrt(2 * (right - 1)));
  StudyResult result;
  // Whatever the constant C before the right side, some delta is exceeded more often than delta.
  bool every_constant = true;
  std::string constants;
  for (const double C : {1.0, 1e2, 1e4, 1e6}) {
    const double small = 1e-4 / C, bound = C * Sides{1, 2, 2, 2, 2, std::sqrt(2.0)}.right(0, small);
    const double share = 2 / std::acos(-1.0) * std::asin(1 / std::sqrt(2 * (bound - 1)));
    every_constant = every_constant && share > small;
    append(constants, "C = " + show(C) + ", delta = " + show(small) + ": " + show(share));
  }
  result.measured = probability;
  result.holds = !(every_constant && probability > delta && test > right);
  result.evidence = "at t = 0.1 Algorithm 1 ends with F = " + show(end.F) + ", v = (" + show(v(0)) + ", " + show(v(1)) +
                    "), test error " + show(test) + "; right side with delta = 0.01 and constants 1: " + show(right) +
                    ", exceeded with probability " + show(probability) + " > delta. With the right side times C: " + constants +
                    ".";
  result.instance =
      "n = d_in = 2, L = r = 2, sigma(u) = u; x uniform on the unit circle, y = +-1 independent of x: B_X = B_Y = 1.\n"
      "F = 0 means f(x) = <v, x> with <v, x_1> = y_1, <v, x_2> = y_2. For y = (1, -1) and the angle t between x_1 and x_2:\n"
      "|v| = 1/sin(t/2), and the test error is E (<v, x> - y)^2 = 1 + |v|^2/2 = 1 + 1/(2 sin^2(t/2)): 201 at t = 0.1.\n"
      "Right side of Theorem 4.3 with constants 1, |X|_F = sqrt(2), delta = 0.01:\n"
      "(sqrt(2)/2) (1 + 4) sqrt(2) 2^1.5 (2 2) log 2 + 25 sqrt(log(100)/2) = 39.2 + 37.9 = " +
      show(right) +
      ".\n"
      "t/2 is uniform on [0, pi/2] (equal labels: its complement), so the test error is above it with probability\n"
      "(2/pi) arcsin(1/sqrt(2 (" +
      show(right) + " - 1))) = " + show(probability) +
      ", not 0.01. In general P(test error > M) = (2/pi) arcsin(1/sqrt(2 (M - 1))),\n"
      "which falls like 0.45/sqrt(M): no constant and no power of log(1/delta) makes the right side large enough as delta -> 0.\n";
  return result;
}

/// The right side against the trivial bound |f - y|^2 <= M^2 for |W_j| <= 2, at sizes with n <= d.
StudyResult above_trivial() {
  StudyResult result;
  result.measured = std::numeric_limits<double>::infinity();
  for (const auto& [L, r] : std::vector<std::pair<int, double>>{{2, 2}, {3, 10}, {5, 30}}) {
    const double n = 250, d = 300;
    const Sides sides{1, L, r, d, n, std::sqrt(n)};
    const double ratio = sides.right(0, 0.1) / (sides.M() * sides.M());
    result.measured = std::min(result.measured, ratio);
    append(result.evidence, "L = " + std::to_string(L) + ", r = " + number_text(r) + ": " + show(ratio) + " times M^2");
  }
  result.holds = result.measured > 1;
  result.evidence = "n = 250 unit-norm inputs in 300 dimensions, labels in [-1, 1]: " + result.evidence + ".";
  return result;
}

}  // namespace

std::vector<Study> theorem43_studies() {
  const std::string theorem = "Akiyama 2025, Theorem 4.3";
  return {
      {"akiyama2025.theorem4.3.growth", theorem,
       "Labels +-1, n = d = 50 .. 400: the test error is above the right side with constants 1 with probability at most delta.",
       exceeded},
      {"akiyama2025.theorem4.3.two-samples", theorem,
       "n = d = 2: with one constant for every delta the test error is below the right side with probability 1 - delta.",
       two_samples},
      {"akiyama2025.theorem4.3.norm", theorem, "The median of |W_1| grows with n = d, from 50 to 400.", norm_grows},
      {"akiyama2025.theorem4.3.above-trivial", theorem,
       "The right side with constants 1 is above the trivial bound M^2 at three sizes with n = 250.", above_trivial},
  };
}

}  // namespace bcd::akiyama2025
