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

StudyResult compare(const LossFunction& loss, const Matrix<double>& printed, const Samples& s) {
  const Matrix<double> truth = s.differences(loss);
  Matrix<double> corrected(2, 5);
  loss.gradient<double>(s.H, s.Y, corrected);
  const double wrong = (printed - truth).norm() / truth.norm(), right = (corrected - truth).norm() / truth.norm();
  return {wrong < 1e-6, wrong,
          sentence("relative distance from differences of the loss: as printed %.3g, corrected %.2g", wrong, right)};
}

StudyResult exponential_gradient() {
  const Samples s;
  const double c = 2;
  const Matrix<double> R = s.H - s.Y;
  return compare({LossFunction::Kind::exponential, c}, 2 * R * std::exp(R.squaredNorm() / c), s);
}

StudyResult cross_entropy_gradient() {
  const Samples s;
  const auto h = s.H.array(), y = s.Y.array();
  const Matrix<double> printed = ((-y / h + (1 - y) / (1 - h) * h) / static_cast<double>(s.H.cols())).matrix();
  return compare({LossFunction::Kind::cross_entropy, 1}, printed, s);
}

/// At a in (-tau, tau) the printed second and third case overlap; there, and at a < -tau, the cases are compared with a grid.
StudyResult soft_threshold_case() {
  const double tau = 0.5;
  double printed = 0, corrected = 0;
  for (double a = -2; a < tau; a += 1.0 / 64) {
    const auto value = [&](double x) { return tau * std::abs(x) + 0.5 * (x - a) * (x - a); };
    double best = 1e300;
    for (int i = -3000; i <= 3000; ++i) best = std::min(best, value(i * 1e-3));
    printed = std::max(printed, value(a + tau) - best);  // "A + lambda/gamma for A <= lambda/gamma"
    corrected = std::max(corrected, value(soft_threshold(a, tau)) - best);
  }
  return {printed < 1e-6, printed,
          sentence("the third case, A + lambda/gamma for A <= +lambda/gamma, misses the minimum by up to %.3g (lambda/gamma = "
                   "0.5); with A <= -lambda/gamma the threshold is never above the best of a grid (largest difference %.2g)",
                   printed, corrected)};
}

}  // namespace

std::vector<Study> errata_studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"ghauch2018.errata.a13", paper + "(A.13)", "the gradient of the exponential loss as printed", exponential_gradient},
      {"ghauch2018.errata.a15", paper + "(A.15)", "the gradient of the cross-entropy as printed", cross_entropy_gradient},
      {"ghauch2018.errata.soft-threshold", paper + "Appendix A.6", "the three cases of the soft threshold as printed",
       soft_threshold_case},
  };
}

}  // namespace bcd::ghauch2018
