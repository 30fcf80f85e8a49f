// Lemmas 1 and 2 on networks of one and two weights that meet every hypothesis, where a limit can be seen; which steps meet (8);
// what happens where gamma_j is too small for an upper bound; the linear surrogate (A.3).
#include <array>
#include <cmath>

#include "algorithms/ghauch2018/studies.hpp"

namespace bcd::ghauch2018 {

namespace {

/// J = 2, one sample, x = 1, y = 0.2: f = (H - y)^2 + lambda (w1^2 + w2^2), H = sigma(w2 sigma(w1)), lambda = 0.01. Assumptions 1 and
/// 2 hold on the whole plane: |dl/dw2| <= 1/2, and |dl/dw1| <= 2 |w2| sigma(w1) sigma'(w2 sigma(w1)) <= 2 max_u u sigma'(u) < 0.45.
struct Chain {
  static constexpr double y = 0.2, lambda = 0.01;
  std::array<double, 2> w{};

  double f() const { return std::pow(sigmoid(w[1] * sigmoid(w[0])) - y, 2) + lambda * (w[0] * w[0] + w[1] * w[1]); }
  double gradient(std::size_t j) const {
    const double z = sigmoid(w[0]), H = sigmoid(w[1] * z), outer = 2 * (H - y) * H * (1 - H);
    return (j == 0 ? outer * w[1] * z * (1 - z) : outer * z) + 2 * lambda * w[j];
  }
  double norm() const { return std::hypot(gradient(0), gradient(1)); }
  /// Not below |f_j''|, whatever w_j: |sigma'| <= 1/4, |sigma''| <= 1/(6 sqrt 3) < 0.0963, |H - y| <= 1.
  double curvature(std::size_t j) const {
    const double v = std::abs(w[1]), z = sigmoid(w[0]);
    const double h1 = j == 0 ? v / 16 : z / 4, h2 = j == 0 ? 0.0963 * v * v / 16 + 0.25 * v * 0.0963 : 0.0963 * z * z;
    return 2 * (h1 * h1 + h2) + 2 * lambda;
  }
};

enum class Rule { recursive_1, recursive_2, inverse, squared, root, constant, armijo };

/// |grad f| after `updates` block updates (10) with 1/gamma = `inverse_gamma`, the largest over nine starts; and when a tenth was done.
struct Ends {
  double end = 0, tenth = 0;
};
Ends worst_end(Rule rule, double inverse_gamma, int updates) {
  Ends worst;
  for (const double a : {-3.0, 0.0, 3.0})
    for (const double b : {-3.0, 0.0, 3.0}) {
      Chain c{{a, b}};
      double alpha = rule == Rule::recursive_2 ? 0.001 : 1, tenth = 0;  // of the recursive rules
      for (int k = 1; k <= updates; ++k) {
        const std::size_t j = static_cast<std::size_t>(k + 1) % 2;
        const double g = c.gradient(j);
        double step = 0;
        switch (rule) {
          case Rule::recursive_1:
          case Rule::recursive_2:
            step = alpha;
            alpha *= 1 - (rule == Rule::recursive_1 ? 0.99 : 0.9) * alpha;
            break;
          case Rule::inverse:
            step = 0.5 / k;
            break;
          case Rule::squared:
            step = 1.0 / k / k;
            break;
          case Rule::root:
            step = 1 / std::sqrt(k);
            break;
          case Rule::constant:
            step = 0.1;
            break;
          case Rule::armijo: {
            const double before = c.f(), w = c.w[j];
            for (step = 1; step > 1e-15; step /= 2) {
              c.w[j] = w - step * inverse_gamma * g;
              if (c.f() <= before - 1e-4 * step * inverse_gamma * g * g) break;
            }
            c.w[j] = w;
            break;
          }
        }
        c.w[j] -= step * inverse_gamma * g;
        if (k == updates / 10) tenth = c.norm();
      }
      worst.end = std::max(worst.end, c.norm());
      worst.tenth = std::max(worst.tenth, tenth);
    }
  return worst;
}

constexpr int kUpdates = 1000000;
/// The gradient at which a limit counts as stationary; it is about 0.1 where the runs start.
constexpr double kStationary = 1e-6;

StudyResult lemma1_chain() {
  const Ends one = worst_end(Rule::recursive_1, 200, kUpdates), two = worst_end(Rule::recursive_2, 200, kUpdates),
             inverse = worst_end(Rule::inverse, 200, kUpdates);
  const double worst = std::max({one.end, two.end, inverse.end});
  return {
      worst < kStationary, worst,
      sentence(
          "two weights, logistic activations, ridge loss, lambda = 0.01, 1/gamma = 200, nine starts: largest |grad f| after "
          "1e5 and 1e6 updates %.2g, %.2g (setting 1), %.2g, %.2g (setting 2), %.2g, %.2g (c/(2k), c = 1)",
          one.tenth, one.end, two.tenth, two.end, inverse.tenth, inverse.end)};
}

/// Steps 1/k^2, whose sum is finite, stop short of a stationary point: the check can fail.
StudyResult lemma1_summable_steps() {
  const Ends ends = worst_end(Rule::squared, 200, kUpdates);
  return {
      ends.end > 1e3 * kStationary, ends.end,
      sentence("the same with alpha_k = 1/k^2: largest |grad f| after 1e5 and 1e6 updates %.4g, %.4g", ends.tenth, ends.end)};
}

StudyResult corollary1_chain() {
  const Ends constant = worst_end(Rule::constant, 1, kUpdates), root = worst_end(Rule::root, 1, kUpdates),
             armijo = worst_end(Rule::armijo, 10, kUpdates / 10);
  const double worst = std::max({constant.end, root.end, armijo.end});
  return {
      worst < kStationary, worst,
      sentence("the same network: largest |grad f| at the end %.2g (alpha = 0.1), %.2g (1/sqrt(k)), both with gamma = 1, %.2g "
               "(Armijo, 1/gamma = 10)",
               constant.end, root.end, armijo.end)};
}

/// (11) with gamma_j not below the block's curvature: every update lowers f by gamma_j/2 |step|^2, and the gradient vanishes.
StudyResult lemma2_curvature() {
  int failures = 0, checks = 0;
  double worst = 0;
  for (const double a : {-3.0, 0.0, 3.0})
    for (const double b : {-3.0, 0.0, 3.0}) {
      Chain c{{a, b}};
      for (int k = 0; k < 20000; ++k) {
        const std::size_t j = static_cast<std::size_t>(k) % 2;
        const double before = c.f(), gamma = c.curvature(j), step = -c.gradient(j) / gamma;
        c.w[j] += step;
        failures += !(before - c.f() >= gamma / 2 * step * step - 64 * kEps);
        ++checks;
      }
      worst = std::max(worst, c.norm());
    }
  return {
      failures == 0 && worst < kStationary, worst,
      sentence(
          "two weights, logistic activations, ridge loss, gamma_j a bound of |f_j''|: %d of %d updates lower f by less than "
          "gamma_j/2 |step|^2; largest |grad f| at the end %.2g",
          failures, checks, worst)};
}

/// One linear weight, x = 1 with labels 1 and -1, logistic loss (A.18): f = 1/2 log(1 + e^w) + 1/2 log(1 + e^-w) + lambda w^2 is
/// strongly convex, and its loss is Lipschitz continuous (|l'| < 1/2): Assumptions 1 and 2 hold.
struct TwoLabels {
  static constexpr double lambda = 0.001;
  static double f(double w) { return std::abs(w) / 2 + std::log1p(std::exp(-std::abs(w))) + lambda * w * w; }
  static double slope(double w) { return std::tanh(w / 2) / 2 + 2 * lambda * w; }
  static double curvature(double w) { return 0.25 / std::pow(std::cosh(w / 2), 2) + 2 * lambda; }
};
constexpr const char* kTwoLabels =
    "One weight w, identity activation, two samples x = 1 with labels 1 and -1, logistic loss (A.18), lambda = 0.001:\n"
    "f(w) = 1/2 log(1 + e^w) + 1/2 log(1 + e^-w) + 0.001 w^2,  f'(w) = 1/2 tanh(w/2) + 0.002 w,  f'' >= 0.002; the minimum is at 0.\n";

/// The cycle that the update w -> w - f'(w)/m(w) has come to after many updates: half of |w_k - w_(k+1)|, and |w_k + w_(k+1)|.
template <class Divisor>
std::array<double, 2> cycle(double w, const Divisor& m) {
  double last = w;
  for (int k = 0; k < 100000; ++k) {
    last = w;
    w -= TwoLabels::slope(w) / m(w);
  }
  return {std::abs(w - last) / 2, std::abs(w + last)};
}

StudyResult lemma2_gradient_cycle() {
  const double gamma = 0.1;
  const auto [w, gap] = cycle(1, [&](double) { return gamma; });
  return {
      gap < 1e-9 && w > 1, w,
      sentence(
          "f strongly convex, loss Lipschitz: (11) with gamma = 0.1 ends in w -> -w -> w with |w| = %.6f, where |f'| = %.4f; "
          "f'' reaches 0.252, so (9) does not lie above f",
          w, TwoLabels::slope(w)),
      std::string(kTwoLabels) +
          sentence("gamma = 0.1:  w = %.6f,  f'(w) = %.6f,  w - f'(w)/0.1 = %.6f = -w; from there back to w, for ever.\n", w,
                   TwoLabels::slope(w), w - TwoLabels::slope(w) / gamma) +
          sentence("(9) is no upper bound: f(-w) = %.6f, but g(-w) = f(w) - f'(w)^2/(2 gamma) = %.6f.", TwoLabels::f(w),
                   TwoLabels::f(w) - std::pow(TwoLabels::slope(w), 2) / (2 * gamma))};
}

StudyResult lemma2_newton_cycle() {
  const double gamma = 0.01;
  const auto divisor = [&](double w) { return TwoLabels::curvature(w) + gamma; };
  const auto [w, gap] = cycle(3, divisor);
  return {
      gap < 1e-6 && w > 1, w,
      sentence(
          "f strongly convex, loss Lipschitz: (12) with gamma = 0.01 ends in w -> -w -> w with |w| = %.4f, where |f'| = %.4f",
          w, TwoLabels::slope(w)),
      std::string(kTwoLabels) +
          sentence(
              "gamma = 0.01:  w = %.4f,  f'(w) = %.6f,  f''(w) + gamma = %.6f,  w - f'/(f'' + gamma) = %.4f = -w, for ever.\n",
              w, TwoLabels::slope(w), divisor(w), w - TwoLabels::slope(w) / divisor(w)) +
          sentence("(A.1) is no upper bound: f(-w) = f(w) = %.4f, but g(-w) = f(w) - f'(w)^2/(2 (f'' + gamma)) = %.4f.",
                   TwoLabels::f(w), TwoLabels::f(w) - std::pow(TwoLabels::slope(w), 2) / (2 * divisor(w)))};
}

/// One update (10) with c/(2k), c = 1, gamma = 0.01: P1-P4 hold, f is strongly convex, and f rises.
StudyResult first_order_rise() {
  const double w = 1, gamma = 0.01, step = 0.5 / gamma * TwoLabels::slope(w), next = w - step;
  return {TwoLabels::f(next) > TwoLabels::f(w), TwoLabels::f(next) - TwoLabels::f(w),
          sentence("f strongly convex in its one block, (9) with gamma = 0.01, alpha_1 = 1/2: f(1) = %.4f, f(%.4f) = %.4f",
                   TwoLabels::f(w), next, TwoLabels::f(next)),
          std::string(kTwoLabels) +
              sentence("gamma = 0.01, alpha_1 = 1/2, w = 1:  f'(1) = %.6f,  next w = 1 - f'(1)/2/0.01 = %.4f,  f "
                       "rises from %.4f to %.4f.",
                       TwoLabels::slope(w), next, TwoLabels::f(w), TwoLabels::f(next))};
}

/// (A.3) on f = -log(1 + e^w), which is concave: W <- (1 - alpha) W - alpha f'(W), alpha_k = 1/(2k).
StudyResult printed_linear_update() {
  double w = 0;
  for (int k = 1; k <= kUpdates; ++k) w -= 0.5 / k * (w - sigmoid(w));
  double fixed = 0;  // w = sigma(w)
  for (int k = 0; k < 200; ++k) fixed = sigmoid(fixed);
  return {
      sigmoid(fixed) < kStationary, -sigmoid(fixed),
      sentence(
          "f = -softplus(w), concave, no regulariser: steps 1/(2k) reach w = %.4f after 1e6 updates; the limit is the fixed "
          "point w = -f'(w) = %.6f, where f' = %.6f",
          w, fixed, -sigmoid(fixed)),
      sentence(
          "One weight, x = 1, softplus, l(h) = -h: f(w) = -log(1 + e^w) is concave, f'(w) = -1/(1 + e^-w) < 0 everywhere.\n"
          "(A.3): w <- (1 - alpha) w + alpha/(1 + e^-w).  It stands still at w = 1/(1 + e^-w): w = %.6f, and there f'(w) = %.6f, "
          "not 0.",
          fixed, -sigmoid(fixed))};
}

/// Logistic activations, J = 2, two hidden units, x = 1, y = 0: W_1 = 0, W_2 = (t, -t) has dl/dW_1 = (t, -t)/16.
StudyResult ridge_lipschitz() {
  Matrix<double> X{{1}}, Y{{0}};
  Problem<double> problem;
  problem.net.input = 1;
  problem.net.bias = false;
  for (const Index width : {2, 1}) problem.net.layers.push_back({width, Activation::parse("sigmoid"), false});
  problem.loss = Loss::parse("squared", true);
  problem.X = &X;
  problem.Y = &Y;
  Parameters parameters;
  parameters.lambda = 0;
  const Oracle oracle(parameters, problem);
  Weights<double> W(problem.net);
  for (std::size_t l = 1; l < W.W.size(); ++l) W.W[l].setZero(), W.b[l].setZero();
  std::array<double, 3> norm{};
  const std::array<double, 3> t = {16, 160, 1600};
  for (std::size_t i = 0; i < t.size(); ++i) {
    W.W[2] << t[i], -t[i];
    norm[i] = oracle.gradient(W, 1)(0, 0);
  }
  const bool grows = norm[2] > 9.9 * norm[1] && norm[1] > 9.9 * norm[0];
  return {
      !grows, norm[2],
      sentence(
          "x = 1, y = 0, two hidden units, W_1 = 0, W_2 = (t, -t): dl/dW_1 = (t, -t)/16, %.4g, %.4g, %.4g at t = 16, 160, 1600",
          norm[0], norm[1], norm[2]),
      "Logistic activations, one sample x = 1, y = 0, two hidden units, W_1 = (0, 0)', W_2 = (t, -t), loss (16):\n"
      "both hidden outputs are 1/2, so H = sigma(t/2 - t/2) = 1/2 and sigma' = 1/4 in both layers;\n"
      "dl/dW_1[1] = 2 (H - y) sigma' t sigma' x = 2 * 1/2 * 1/4 * t * 1/4 = t/16, without bound as t grows."};
}

/// c/(2k) and the two recursive rules meet (8). With alpha in (0, 1): 1/alpha_(k+1) = 1/alpha_k + t/(1 - t alpha_k), so 1/alpha_k grows
/// at least by t and in the end like t k; the sum diverges and that of the squares does not.
StudyResult steps_that_meet_8() {
  bool meet = true;
  std::array<double, 2> ratio{};
  const std::array<double, 2> first = {1, 0.001}, t = {0.99, 0.9};
  for (std::size_t i = 0; i < 2; ++i) {
    double alpha = first[i];
    for (int k = 0; k < kUpdates; ++k) {
      const double next = alpha * (1 - t[i] * alpha);
      meet = meet && next > 0 && next < 1 && 1 / next - 1 / alpha >= t[i] * (1 - 1e-9);
      alpha = next;
    }
    ratio[i] = 1 / alpha / (t[i] * kUpdates);
  }
  meet = meet && std::abs(ratio[0] - 1) < 0.01 && std::abs(ratio[1] - 1) < 0.01;
  return {
      meet, ratio[0],
      sentence(
          "1/alpha_k - 1/alpha_(k-1) >= t in every one of 1e6 steps, and 1/alpha_k = %.4f t k (setting 1), %.4f t k (setting 2) "
          "at k = 1e6: sum alpha_k diverges like log k/t, sum alpha_k^2 converges; so for c/(2k). Setting 1 starts at 1, not "
          "below; one step plays no part in the limit",
          ratio[0], ratio[1])};
}

/// Of c/sqrt(k) the sum of squares is c^2 times the harmonic series; a constant does not tend to 0.
StudyResult steps_that_break_8() {
  double squares = 0, shorter = 0;
  for (int k = 1; k <= 1000000; ++k) {
    squares += 1.0 / k;
    if (k == 1000) shorter = squares;
  }
  const bool grows = squares - shorter > 6.9;  // log(1e6) - log(1e3) = 6.907...
  return {
      !grows, squares,
      sentence(
          "c/sqrt(k): sum alpha_k^2/c^2 = 1 + 1/2 + 1/3 + ... = %.4g at k = 1e3 and %.4g at 1e6: it grows as log k. A constant step "
          "does not tend to 0. That they do not meet (8) does not say that the updates fail to converge",
          shorter, squares),
      "alpha_k = c/sqrt(k): sum alpha_k^2 = c^2 (1 + 1/2 + 1/3 + 1/4 + ...), the harmonic series: infinite, where (8) asks for a finite "
      "sum.\nalpha_k = alpha: the limit is alpha > 0, where (8) asks for 0."};
}

}  // namespace

std::vector<Study> convergence_studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"ghauch2018.assumption1.ridge", paper + "Assumption 1, (16)",
       "the loss of (16) with logistic activations is Lipschitz continuous on all weights", ridge_lipschitz},
      {"ghauch2018.lemma1.chain", paper + "Lemma 1",
       "with steps that meet (8) the gradient of a network of two weights tends to 0", lemma1_chain},
      {"ghauch2018.lemma1.summable-steps", paper + "Lemma 1", "with steps of finite sum it does not", lemma1_summable_steps},
      {"ghauch2018.first-order.rise", paper + "Section 3.1", "f may rise under Algorithm 1, also where it is strongly convex",
       first_order_rise},
      {"ghauch2018.corollary1.chain", paper + "Corollary 1",
       "with a small constant step, c/sqrt(k) and Armijo's rule the gradient of a network of two weights tends to 0",
       corollary1_chain},
      {"ghauch2018.steps.condition-8", paper + "Corollary 1", "constant steps and c/sqrt(k) satisfy (8)", steps_that_break_8},
      {"ghauch2018.steps.recursive", paper + "Section 6", "the recursive rule and c/(2k) satisfy (8)", steps_that_meet_8},
      {"ghauch2018.lemma2.curvature", paper + "Lemma 2", "(11) with gamma_j not below the block's curvature converges",
       lemma2_curvature},
      {"ghauch2018.lemma2.gradient-cycle", paper + "Lemma 2, (11)", "(11) with too small a gamma goes back and forth for ever",
       lemma2_gradient_cycle},
      {"ghauch2018.lemma2.newton-cycle", paper + "Lemma 2, (12)", "(12) with too small a gamma goes back and forth for ever",
       lemma2_newton_cycle},
      {"ghauch2018.linear.printed", paper + "(A.3)", "the update (A.3) converges to a stationary point", printed_linear_update},
  };
}

}  // namespace bcd::ghauch2018
