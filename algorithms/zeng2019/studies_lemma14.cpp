// Lemma 14: the V_N-update for the hinge loss, against a search that knows nothing of its closed form.
#include <cmath>
#include <limits>

#include "algorithms/zeng2019/bcd3.hpp"

namespace bcd::zeng2019 {

namespace {

/// w max(0, 1 - y u) + g/2 (u - b)^2, w = 1 (sum) or 1/n (mean)
double value(double u, double y, double w, double g, double b) {
  return w * std::max(0.0, 1 - y * u) + 0.5 * g * (u - b) * (u - b);
}

/// The smallest value on a grid and at the kink. The minimiser lies within w/g of b, because the hinge has slopes in [-1, 1].
double searched(double y, double w, double g, double b) {
  constexpr int kPoints = 4000;
  double best = value(y, y, w, g, b);  // y = +-1: the kink 1/y is y
  for (int i = 0; i <= kPoints; ++i) best = std::min(best, value(b + (2.0 * i / kPoints - 1) * w / g, y, w, g, b));
  return best;
}

StudyResult hinge_study() {
  constexpr int kCases = 500;
  const Loss hinge = Loss::parse("hinge", false);
  Rng rng(1, "lemma14");
  double worst = -std::numeric_limits<double>::infinity();
  int at_kink = 0;
  for (int i = 0; i < kCases; ++i) {
    const double g = std::exp(rng.uniform(-4, 4)), w = i % 2 == 0 ? 1 : std::exp(rng.uniform(-7, 0));
    Matrix<double> B(1, 1), Y(1, 1), U(1, 1);
    B(0, 0) = 2 * rng.normal();
    Y(0, 0) = rng.below(2) == 0 ? -1 : 1;
    hinge.prox<double>(w, g, B, Y, U);
    at_kink += U(0, 0) == Y(0, 0) ? 1 : 0;
    worst = std::max(worst, value(U(0, 0), Y(0, 0), w, g, B(0, 0)) - searched(Y(0, 0), w, g, B(0, 0)));
  }
  StudyResult result;
  result.measured = worst;
  result.holds = worst <= 1e-13 && at_kink > 0 && at_kink < kCases;
  result.evidence = "largest value of the closed form above that of a search, over " + std::to_string(kCases) +
                    " random y, weights of the loss, g and b, " + std::to_string(at_kink) +
                    " of them with the minimiser at the kink";
  return result;
}

}  // namespace

std::vector<Study> lemma14_studies() {
  return {{"zeng2019.lemma14", "Zeng et al. 2019, Lemma 14 (Appendix E.2)",
           "The closed form of the V_N-update for the hinge loss is its minimiser.", hinge_study}};
}

}  // namespace bcd::zeng2019
