// Theorem 4.1: its smallest counter-examples, many small runs with its constants as printed, as read and as derived.
#include <Eigen/LU>
#include <Eigen/QR>
#include <cmath>

#include "algorithms/akiyama2025/studies.hpp"

namespace bcd::akiyama2025 {

namespace {

constexpr double kEpsilon = 1e-6;
constexpr int kSeeds = 20;

/// The four readings of the printed steps: max |x_i| or its square (and s or s^2), gradient of |.|^2 or of 1/2 |.|^2.
struct StepReading {
  Theorem41 constants;
  bool half;
  const char* name;
};
const std::vector<StepReading> kReadings = {{Theorem41::printed, false, "as printed"},
                                            {Theorem41::printed, true, "gradient of 1/2 |.|^2"},
                                            {Theorem41::squared, false, "max |x_i|^2 and s^2"},
                                            {Theorem41::squared, true, "max |x_i|^2, s^2 and 1/2 |.|^2"}};

/// x_i = e_0 + e_i/2, y_i = 1, one linear unit: the first sweep can be followed by hand.
StudyResult six_inputs() {
  const Index n = 6;
  Matrix<double> X = Matrix<double>::Zero(n + 1, n), W_1 = Matrix<double>::Zero(1, n + 1);
  X.row(0).setOnes();
  for (Index i = 0; i < n; ++i) X(i + 1, i) = 0.5;
  const Instance instance(X, Matrix<double>::Ones(1, n), {W_1, Matrix<double>::Ones(1, 1)}, 1);
  TheoremInput in = theorem41_input(instance);
  in.C_V = 7;
  StudyResult result;
  result.measured = std::numeric_limits<double>::infinity();
  for (const StepReading& reading : kReadings) {
    const TheoremConstants c = theorem41_printed(in, reading.constants);
    const Outcome outcome = run_theorem41(instance, c, 1, reading.half);
    result.measured = std::min(result.measured, outcome.F);
    append(result.evidence, std::string(reading.name) + ": F = " + show(outcome.F) + " after K = " + number_text(c.K) +
                                " sweeps, lambda_max(V V^T) <= " + show(outcome.activity) + " <= C_V = 7");
  }
  const TheoremConstants repaired = theorem41_printed(in, Theorem41::repaired);
  append(result.evidence, "with eta_W2 = 1/(2 |X|^2): F = " + show(run_theorem41(instance, repaired).F));
  result.holds = result.measured <= kEpsilon;
  const TheoremConstants printed = theorem41_printed(in), squared = theorem41_printed(in, Theorem41::squared);
  const auto factor = [](double step) { return show(1 - step * 6.25); };
  result.instance =
      "L = 2, r = 1, sigma(u) = u (alpha = ell = 1), gamma = 1, epsilon = 1e-6, n = 6, d_in = 7, all y_i = 1, W_1 = 0, W_2 = 1.\n"
      "x_1 = (1, 1/2, 0, 0, 0, 0, 0), x_2 = (1, 0, 1/2, 0, 0, 0, 0), ..., x_6 = (1, 0, 0, 0, 0, 0, 1/2).\n"
      "|x_i|^2 = 5/4 and <x_i, x_k> = 1, so X X^T has the eigenvalues 6 + 1/4 = 25/4 (vector (1, ..., 1)) and 1/4: s = 1/2.\n"
      "The theorem's numbers: eta_V = 1/8, eta_W2 = 1/(2 sqrt(5/4)) = " +
      show(printed.eta_W2) + ", K = " + number_text(printed.K) + ", K_W = " + number_text(printed.K_W) +
      ".\n"
      "Sweep 1: V_1 = 0, so W_2 stays; V_1 = 0 - 2 (1/8) (0 - 1) = 1/4 in every sample.\n"
      "The residual W_1 x_i - 1/4 is the same in all samples; each W_1-step multiplies it by 1 - 2 eta_W2 25/4 = " +
      factor(2 * printed.eta_W2) +
      ".\n"
      "After K_W steps F >= 6 (1/4)^2 " +
      show(std::abs(1 - 12.5 * printed.eta_W2)) + "^(2 " + number_text(printed.K_W) +
      ") = " + show(0.375 * std::pow(1 - 12.5 * printed.eta_W2, 2 * printed.K_W)) +
      ", and every later sweep multiplies again.\n"
      "Other readings: max |x_i|^2 in the limit: eta_W2 = 0.4, factor " +
      factor(2 * squared.eta_W2) + "; gradient of 1/2 |.|^2: factors " + factor(printed.eta_W2) + " and " +
      factor(squared.eta_W2) + ". With eta_W2 = 1/(2 |X|^2) = 0.08 the factor is 0.\n";
  return result;
}

/// L = 2, one unit, x = y = 1, slope 1/10: eta_V = 1/(8 alpha) is beyond the stable step on the output loss.
StudyResult small_slope() {
  const Matrix<double> one = Matrix<double>::Ones(1, 1), zero = Matrix<double>::Zero(1, 1);
  const Instance instance(one, one, {zero, one}, 0.1);
  TheoremInput in = theorem41_input(instance);
  in.C_V = 1e9;
  const TheoremConstants c = theorem41_printed(in);
  const Outcome outcome = run_theorem41(instance, c);
  StudyResult result;
  result.measured = outcome.F;
  result.holds = outcome.F <= kEpsilon;
  result.evidence = "F = " + show(outcome.F) + " after K = " + number_text(c.K) +
                    " sweeps, lambda_max(V V^T) <= " + show(outcome.activity) + " <= C_V = 1e9.";
  result.instance =
      "L = 2, r = 1, leaky ReLU with slope alpha = 1/10, ell = 1, epsilon = 1e-6, n = d_in = 1, x = 1, y = 1, W_1 = 0, W_2 = 1.\n"
      "eta_V = 1/(8 alpha ell^2) = 5/4, R = 1, K = ceil(2/(5/4) log(3e6)) = " +
      number_text(c.K) +
      "; C_V = 1e9 makes eta_W1 < 1e-13: W_2 stays 1 to 5 digits.\n"
      "V_1 starts at 0. Each sweep: V_1 <- V_1 - 2 (5/4)(V_1 - 1), so V_1 - 1 is multiplied by 1 - 5/2 = -3/2: -1, 1.5, -2.25, ...\n"
      "After K sweeps (V_1 - 1)^2 = (3/2)^" +
      number_text(2 * c.K) + " = " + show(std::pow(1.5, 2 * c.K)) +
      " <= F; the loss of the output layer alone is above epsilon.\n";
  return result;
}

/// L = 3, one unit a layer, gamma 9: eta_V has no gamma in it, so the inner loop on V_1 diverges.
StudyResult large_gamma() {
  const double gamma = 9, epsilon = 0.1;
  const Matrix<double> one = Matrix<double>::Ones(1, 1), zero = Matrix<double>::Zero(1, 1);
  const Instance instance(one, one, {zero, one, one}, 1);
  TheoremInput in = theorem41_input(instance, gamma, epsilon);
  in.C_V = 1e100;
  const TheoremConstants c = theorem41_printed(in);
  const Outcome outcome = run_theorem41(instance, c, gamma);
  StudyResult result;
  result.measured = outcome.F;
  result.holds = outcome.F <= epsilon;
  result.evidence = "F = " + show(outcome.F) + " after K = " + number_text(c.K) +
                    " sweeps, lambda_max(V_j V_j^T) <= " + show(outcome.activity) + " <= C_V = 1e100.";
  result.instance =
      "L = 3, r = 1, sigma(u) = u (alpha = ell = 1), gamma = 9, epsilon = 1/10, n = d_in = 1, x = 1, y = 1, W_1 = 0, W_2 = W_3 = 1.\n"
      "eta_V = 1/8, K_V = ceil(8/9 log(27 C_K^2/epsilon)) = " +
      number_text(c.K_V) + ", K = " + number_text(c.K) +
      "; C_V = 1e100 makes the steps of W_2 and W_3 too small to matter.\n"
      "Sweep 1: V_2 = 0 - 2 (1/8)(0 - 1) = 1/4. Each step on V_1 multiplies V_1 - V_2 by 1 - 2 gamma eta_V = -5/4:\n"
      "after K_V steps the loss of layer 2 is gamma (1/4)^2 (5/4)^(2 K_V) = " +
      show(gamma / 16 * std::pow(1.25, 2 * c.K_V)) + " > epsilon, and every later sweep multiplies it again.\n";
  return result;
}

/// Correlated inputs in all four readings: the printed limit knows max |x_i|, the step needs |X|^2, which grows like n.
StudyResult correlated_inputs() {
  StudyResult result;
  for (const StepReading& reading : kReadings) {
    int wins = 0;
    double activity = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const Instance instance({}, Law::correlated, seed);
      const Outcome outcome =
          run_theorem41(instance, theorem41_printed(theorem41_input(instance), reading.constants), 1, reading.half);
      wins += outcome.F <= kEpsilon;
      activity = std::max(activity, outcome.activity);
    }
    append(result.evidence,
           std::string(reading.name) + ": " + fraction_text(wins, kSeeds) + ", lambda_max(V_j V_j^T) <= " + show(activity));
    result.measured = std::max(result.measured, static_cast<double>(wins) / kSeeds);
  }
  result.holds = result.measured == 1;
  result.evidence = "F <= 1e-6 after K sweeps with inputs e + q_i/2, n = 10 (C_V = 1e40): " + result.evidence + ".";
  return result;
}

/// How often F <= epsilon after K sweeps, over laws and numbers of samples.
StudyResult fractions(const std::vector<std::pair<Law, Index>>& cases, TheoremConstants (*constants)(const TheoremInput&)) {
  StudyResult result;
  int all_wins = 0, all = 0;
  for (const auto& [law, n] : cases) {
    Size size;
    size.n = n;
    int wins = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const Instance instance(size, law, seed);
      wins += run_theorem41(instance, constants(theorem41_input(instance))).F <= kEpsilon;
    }
    append(result.evidence, std::string(name_of(law)) + " n = " + std::to_string(n) + ": " + fraction_text(wins, kSeeds));
    all_wins += wins, all += kSeeds;
  }
  result.holds = all_wins == all;
  result.measured = static_cast<double>(all_wins) / all;
  return result;
}

TheoremConstants as_printed(const TheoremInput& in) { return theorem41_printed(in); }
TheoremConstants as_repaired(const TheoremInput& in) { return theorem41_printed(in, Theorem41::repaired); }
TheoremConstants as_corrected(const TheoremInput& in) {
  TheoremInput own = in;
  own.C_V = 0;  // its own bound
  return theorem41_corrected(own);
}

/// One backward sweep in which every block is solved exactly; F at figure size.
StudyResult exact_sweep() {
  const Instance in({5, 30, 600, 500, 0.5}, Law::normal, 1);
  const Network& net = in.problem.net;
  std::vector<Matrix<double>> W = in.w0.W, V(5);
  for (int j = 2; j <= 5; ++j) W[at(j)] = bound_singular_values(W[at(j)], 0.75, 1.25);
  for (int j = 1; j <= 4; ++j) {
    V[at(j)] = W[at(j)] * (j == 1 ? in.X : V[at(j - 1)]);
    net.sigma(j).apply<double>(V[at(j)], V[at(j)]);
  }
  const auto potential = [&] {
    double F = (W[5] * V[4] - in.Y).squaredNorm();
    for (int j = 1; j <= 4; ++j) {
      Matrix<double> H = W[at(j)] * (j == 1 ? in.X : V[at(j - 1)]);
      net.sigma(j).apply<double>(H, H);
      F += (H - V[at(j)]).squaredNorm();
    }
    return F;
  };
  const double before = potential();
  const Matrix<double>& w = W[5];
  V[4] += w.transpose() * (in.Y - w * V[4]) / w.squaredNorm();
  for (int j = 4; j >= 2; --j) V[at(j - 1)] = W[at(j)].partialPivLu().solve(inverse(net.sigma(j), V[at(j)]));
  const Matrix<double> E = inverse(net.sigma(1), V[1]) - W[1] * in.X;
  W[1] += in.X.transpose().completeOrthogonalDecomposition().solve(E.transpose()).transpose();
  StudyResult result;
  result.measured = potential();
  // Every entry of every residual is rounded at m eps times its terms: m = 600, terms of order kappa(X) |V| <= 1e3.
  const double bound = std::pow(600 * 2.2e-16 * 1e3, 2) * 4 * 30 * 500;
  result.holds = result.measured <= bound;
  result.evidence = "n = 500, d_in = 600, r = 30, L = 5: F = " + show(before) + " at the start, " + show(result.measured) +
                    " after one sweep of exact solves, W_2 .. W_L untouched (rounding bound " + show(bound) + ").";
  return result;
}

/// C_V = O((gamma eta_V ell n K K_V)^2) has no y in it: what its constant must hide.
StudyResult remark42() {
  const auto measured = [](double scale, double* bound) {
    Instance in({}, Law::orthonormal, 1);
    in.Y *= scale;
    const TheoremConstants c = as_corrected(theorem41_input(in));
    *bound = std::pow(c.eta_V * 10 * c.K * c.K_V, 2);
    return run_theorem41(in, c).activity;
  };
  double bound = 0, bound_large = 0;
  const double small = measured(1, &bound), large = measured(1e6, &bound_large);
  StudyResult result;
  result.measured = large / bound_large;
  result.holds = large > bound_large;
  result.evidence = "y of order one: largest lambda_max " + show(small) + ", (gamma eta_V ell n K K_V)^2 " + show(bound) +
                    "; y times 1e6: " + show(large) + " against " + show(bound_large) + ".";
  return result;
}

/// K (L K_V + K_W) over log^2(1/epsilon): bounded, and settling, as epsilon falls.
StudyResult gradients() {
  const Instance instance({}, Law::sphere, 1);
  StudyResult result;
  std::vector<double> ratios;
  for (const double epsilon : {1e-3, 1e-6, 1e-12, 1e-24, 1e-48, 1e-96}) {
    const TheoremConstants c = theorem41_printed(theorem41_input(instance, 1, epsilon));
    const double l = std::log(1 / epsilon);
    ratios.push_back(c.K * (3 * c.K_V + c.K_W) / (l * l));
    append(result.evidence, "epsilon " + number_text(epsilon) + ": " + show(ratios.back()));
  }
  result.measured = ratios.back();
  result.holds = true;
  for (std::size_t i = 1; i < ratios.size(); ++i) result.holds = result.holds && ratios[i] <= ratios[i - 1];
  result.evidence = "K (L K_V + K_W)/log^2(1/epsilon), printed numbers, L = 3: " + result.evidence + ".";
  return result;
}

}  // namespace

std::vector<Study> theorem41_studies() {
  const std::string paper = "Akiyama 2025, ", theorem = paper + "Theorem 4.1";
  using enum Law;
  return {
      {"akiyama2025.theorem4.1.smallest", theorem,
       "Six inputs with a common direction: in some reading of the printed steps F <= epsilon after K sweeps.", six_inputs},
      {"akiyama2025.theorem4.1.small-slope", theorem, "One unit, slope 1/10: F <= epsilon after K sweeps.", small_slope},
      {"akiyama2025.theorem4.1.large-gamma", theorem, "One unit a layer, gamma 9: F <= epsilon after K sweeps.", large_gamma},
      {"akiyama2025.theorem4.1.correlated", theorem,
       "Correlated inputs, 20 seeds: in some reading of the printed steps F <= epsilon after K sweeps in every run.",
       correlated_inputs},
      {"akiyama2025.theorem4.1.orthonormal", theorem,
       "Orthonormal inputs, 20 seeds: with the constants as printed F <= epsilon after K sweeps.",
       [] {
         return fractions({{orthonormal, 10}, {orthonormal, 18}}, as_printed);
       }},
      {"akiyama2025.theorem4.1.printed-fractions", theorem,
       "Independent inputs of three laws, 20 seeds: with the constants to the letter F <= epsilon after K sweeps.",
       [] {
         return fractions({{sphere, 10}, {sphere, 18}, {scaled, 10}, {scaled, 18}, {normal, 10}}, as_printed);
       }},
      {"akiyama2025.theorem4.1.repaired", theorem + ", corrected",
       "With eta_W2 <= 1/(2 gamma ell^2 |X|^2) and nothing else changed F <= epsilon after K sweeps on every instance.",
       [] {
         return fractions(
             {{orthonormal, 10}, {sphere, 10}, {sphere, 18}, {scaled, 10}, {scaled, 18}, {normal, 10}, {correlated, 10}},
             as_repaired);
       }},
      {"akiyama2025.theorem4.1.corrected-fractions", theorem + ", corrected",
       "With the derived constants F <= epsilon after K sweeps on every instance.",
       [] {
         // kappa(X)^2 of N(0, I) at n = 18 asks for 1e5 inner steps; 12 samples where X is not orthonormal.
         return fractions({{orthonormal, 10},
                           {orthonormal, 18},
                           {sphere, 10},
                           {sphere, 12},
                           {scaled, 10},
                           {scaled, 12},
                           {normal, 10},
                           {normal, 12},
                           {correlated, 10}},
                          as_corrected);
       }},
      {"akiyama2025.theorem4.1.exact-sweep", theorem + ", derived",
       "One sweep of exact block solves reaches F = 0 to rounding, with W_2 .. W_L at their start.", exact_sweep},
      {"akiyama2025.remark4.2", paper + "Remark 4.2",
       "For labels times 1e6 lambda_max(V_j V_j^T) is above (gamma eta_V ell n K K_V)^2.", remark42},
      {"akiyama2025.gradients", paper + "Section 4.1",
       "K (L K_V + K_W) grows no faster than log^2(1/epsilon) with the printed numbers.", gradients},
  };
}

}  // namespace bcd::akiyama2025
