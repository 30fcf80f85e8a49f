// Errata of the paper's formulas, each against differences or a grid.
#include <cmath>

#include "algorithms/ghauch2018/studies.hpp"

namespace bcd::ghauch2018 {

namespace {

/// H in (0, 1), Y of 0 and 1; gradients are compared with central differences of the printed losses.
struct Samples {
  Matrix<double> H{2, 5}, Y{2, 5};
  Samples() {
    Rng rng(1, "errata");
    for (double& h : H.reshaped()) h = rng.uniform(0.1, 0.9);
    for (double& y : Y.reshaped()) y = rng.uniform() < 0.5 ? 0.0 : 1.0;
  }
  Matrix<double> differences(const LossFunction& loss) const {
    Matrix<double> G(2, 5);
    for (Index e = 0; e < H.size(); ++e) {
      const auto f = [&](double h) {
        Matrix<double> moved = H;
        moved.reshaped()(e) += h;
        return loss.value<double>(moved, Y);
      };
      G.reshaped()(e) = (8 * (f(1e-3) - f(-1e-3)) - (f(2e-3) - f(-2e-3))) / 12e-3;
    }
    return G;
  }
};

double distance_to(const Matrix<double>& printed, const Matrix<double>& truth) {
  return (printed - truth).norm() / truth.norm();
}

/// (A.11) has the 1/N of (16) inside grad_H l: right in (A.6), once too much in (A.9), which has a 1/N of its own.
StudyResult factor_of_a9() {
  const Samples s;
  const double N = static_cast<double>(s.H.cols());
  const Matrix<double> truth = s.differences({LossFunction::Kind::ridge, 1}), a11 = 2 / N * (s.H - s.Y);
  const double in_a6 = distance_to(a11, truth), in_a9 = distance_to(a11 / N, truth);
  return {
      in_a6 < 1e-6 && in_a9 > 0.1, in_a9,
      sentence(
          "grad_H l by (A.11), relative distance from differences of (16): %.2g as (A.6) uses it, %.3g with the further 1/N of (A.9)",
          in_a6, in_a9),
      "N = 2, one output, H - Y = (1, 1), loss (16) = (1 + 1)/2: d/dH_1 = 2 (H_1 - Y_1)/N = 1. (A.11) gives 1, which (A.6) takes as it "
      "is;\n(A.9) multiplies the same gradients by 1/N = 1/2 once more."};
}

/// (A.13) lacks the 1/N of the exponent; the other 1/N is that of (A.9), or is missing too if (A.6) is meant.
StudyResult exponential_gradient() {
  const Samples s;
  const double c = 2, N = static_cast<double>(s.H.cols());
  const Matrix<double> R = s.H - s.Y, truth = s.differences({LossFunction::Kind::exponential, c});
  const Matrix<double> printed = 2 * R * std::exp(R.squaredNorm() / c),
                       corrected = 2 / N * R * std::exp(R.squaredNorm() / (c * N));
  const double in_a6 = distance_to(printed, truth), in_a9 = distance_to(printed / N, truth),
               right = distance_to(corrected, truth);
  return {
      in_a9 > 0.01 && in_a6 > 0.01 && right < 1e-6, in_a9,
      sentence(
          "relative distance from differences of (A.12): %.3g as printed in (A.9), %.3g in (A.6); %.2g with 1/N in the exponent and "
          "in front",
          in_a9, in_a6, right),
      "N = 2, c = 1, one output, H - Y = (1, 1): (A.12) is exp((1 + 1)/2), so d/dH_1 = exp(1) 2/N = 2.7183.\n(A.13) gives 2 exp(2) = "
      "14.7781; with the 1/N of (A.9) 7.3891."};
}

StudyResult cross_entropy_gradient() {
  const Samples s;
  const auto h = s.H.array(), y = s.Y.array();
  const double N = static_cast<double>(s.H.cols());
  const Matrix<double> truth = s.differences({LossFunction::Kind::cross_entropy, 1});
  const Matrix<double> printed = ((-y / h + (1 - y) / (1 - h) * h) / N).matrix(),
                       corrected = ((-y / h + (1 - y) / (1 - h)) / N).matrix();
  const double wrong = distance_to(printed, truth), right = distance_to(corrected, truth);
  return {
      wrong > 0.01 && right < 1e-6, wrong,
      sentence("relative distance from differences of (A.14): as printed %.3g, without the factor H in the second term %.2g",
               wrong, right),
      "N = 1, one output, Y = 0, H = 1/2: (A.14) is -log(1 - H), its derivative 1/(1 - H) = 2. (A.15) gives H/(1 - H) = 1."};
}

/// Read in order the printed cases give the soft threshold; taken by themselves the second and the third overlap on (-tau, tau).
StudyResult soft_threshold_case() {
  const double tau = 0.5;
  double in_order = 0, third = 0;
  for (double a = -2; a < 2; a += 1.0 / 64) {
    const auto value = [&](double x) { return tau * std::abs(x) + 0.5 * (x - a) * (x - a); };
    double best = 1e300;
    for (int i = -3000; i <= 3000; ++i) best = std::min(best, value(i * 1e-3));
    const double read = a >= tau ? a - tau : (-tau <= a && a <= tau) ? 0 : a + tau;  // the first case that fits
    in_order = std::max({in_order, value(read) - best, std::abs(read - soft_threshold(a, tau))});
    if (a <= tau) third = std::max(third, value(a + tau) - best);  // "A + lambda/gamma for A <= lambda/gamma" alone
  }
  return {
      third > 0.1 && in_order <= 1e-12, third,
      sentence(
          "read in order, the cases give the minimiser (largest excess over a grid %.2g); the third case by itself, A <= lambda/gamma, "
          "misses it by up to %.3g (lambda/gamma = 0.5): it should read A <= -lambda/gamma",
          in_order, third),
      "lambda/gamma = 1/2, A = 1/4: the second case gives 0, the third, A <= lambda/gamma, gives 3/4. 1/2 |x| + 1/2 (x - 1/4)^2 is "
      "1/32 at 0 and 1/2 at 3/4."};
}

/// (A.5): the minimiser of a x + gamma/2 x^2 + lambda |x + w| against a grid, by the soft threshold.
StudyResult proximal_step() {
  Rng rng(5, "prox");
  double worst = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const double w = rng.uniform(-2, 2), g = rng.uniform(-2, 2), gamma = rng.uniform(0.2, 3), lambda = rng.uniform(0, 1);
    const auto value = [&](double x) { return g * (x - w) + gamma / 2 * (x - w) * (x - w) + lambda * std::abs(x); };
    double best = 1e300;
    for (int i = -15000; i <= 15000; ++i) best = std::min(best, value(i * 1e-3));
    worst = std::max(worst, value(soft_threshold(w - g / gamma, lambda / gamma)) - best);
  }
  return {worst <= 1e-12, worst,
          sentence("200 random problems: (A.5)'s value exceeds the best of a grid by at most %.2g", worst)};
}

}  // namespace

std::vector<Study> errata_studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"ghauch2018.errata.a9", paper + "(A.6), (A.9), (A.11)", "(A.6) and (A.9) differ by 1/N for the same grad_H l",
       factor_of_a9},
      {"ghauch2018.errata.a13", paper + "(A.13)", "the gradient of the exponential loss lacks 1/N in the exponent",
       exponential_gradient},
      {"ghauch2018.errata.a15", paper + "(A.15)", "the gradient of the cross-entropy has a factor H too much",
       cross_entropy_gradient},
      {"ghauch2018.errata.soft-threshold", paper + "Appendix A.6",
       "the soft threshold's second and third case overlap as printed", soft_threshold_case},
      {"ghauch2018.l1.prox", paper + "(A.5)", "(A.5) is the minimiser of (A.4) plus the l1 penalty", proximal_step},
  };
}

}  // namespace bcd::ghauch2018
