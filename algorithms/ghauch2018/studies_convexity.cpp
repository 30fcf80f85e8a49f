// Propositions 1 and 2: which hypotheses make f_j convex or concave, with counter-examples where they fall short.
#include <array>
#include <cmath>

#include "algorithms/ghauch2018/studies.hpp"

namespace bcd::ghauch2018 {

namespace {

double softplus(double u) { return std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u))); }
double sigmoid(double u) { return u < 0 ? std::exp(u) / (1 + std::exp(u)) : 1 / (1 + std::exp(-u)); }
double log_sigmoid(double u) { return -softplus(-u); }  // concave, increasing

/// Second derivative in u of c exp((h(u) - y)^2/c) from h, h', h''.
double exponential_curvature(double h, double d1, double d2, double y, double c) {
  const double r = h - y;
  return std::exp(r * r / c) * (2 * d1 * d1 + 2 * r * d2 + 4 / c * r * r * d1 * d1);
}

double softplus_curvature(double u, double y, double c) {
  const double s = sigmoid(u);
  return exponential_curvature(softplus(u), s, s * (1 - s), y, c);
}

/// Counter-example (i): one sample, one weight, H = softplus(u), y = 1/2: H < y for u < log(e^(1/2) - 1).
StudyResult below_target() {
  double lo = -30, hi = 0;  // f'' < 0 at lo, > 0 at hi
  for (int step = 0; step < 200; ++step) {
    const double mid = (lo + hi) / 2;
    (softplus_curvature(mid, 0.5, 1) < 0 ? lo : hi) = mid;
  }
  bool every_c = true;
  for (const double c : {0.01, 0.1, 1.0, 10.0, 1000.0}) every_c = every_c && softplus_curvature(-30, 0.5, c) < 0;
  // The midpoint of a segment, without derivatives.
  const auto f = [](double u) { return std::exp(std::pow(softplus(u) - 0.5, 2)); };
  const double gap = f(-4) - 0.5 * (f(-5) + f(-3));
  const bool counter = every_c && gap > 0;
  return {!counter, lo,
          sentence("softplus, exponential loss, x = 1, y = 0.5: f'' < 0 for w < %.3f (c = 1) and far out for c = 0.01 to "
                   "1000; the midpoint of [-5, -3] lies %.3g above the chord: (A.12) is not increasing in H where H < Y",
                   lo, gap)};
}

/// Counter-example (ii): H = softplus(w2 softplus(u)) with w2 = -1 and y = 0 <= H: the loss is increasing, yet f is not convex.
StudyResult negative_weight() {
  double lowest = 0, where = 0;
  for (double u = -6; u <= 6; u += 1e-3) {
    const double v = softplus(u), s = sigmoid(u), S = sigmoid(-v);
    const double d1 = -S * s, d2 = S * (1 - S) * s * s - S * s * (1 - s);
    const double curvature = exponential_curvature(softplus(-v), d1, d2, 0, 1);
    if (curvature < lowest) lowest = curvature, where = u;
  }
  return {lowest >= 0, lowest,
          sentence("two layers, w2 = -1, y = 0 <= H: f'' = %.4f at u = %.2f; composing with an affine map of negative slope "
                   "does alter convexity: C1 needs W_i >= 0 for i > j",
                   lowest, where)};
}

/// A network of three layers with any activation and loss, for midpoint tests along random segments of block j.
struct Scalar {
  double (*sigma)(double);
  double (*loss)(double h, double y);
};

/// Largest f(mid) - (f(a) + f(b))/2 relative to |f|, over random segments; `sign` = -1 tests concavity. Later weights are
/// nonnegative (or free); the others are normal.
double worst_midpoint(const Scalar& net, double sign, bool nonnegative, double target, int segments) {
  Rng rng(3, "segments");
  const std::array<Index, 4> d = {3, 4, 3, 2};
  double worst = -1e300;
  for (int k = 0; k < segments; ++k) {
    const std::size_t j = static_cast<std::size_t>(1 + k % 3);
    std::array<Matrix<double>, 4> W;
    for (std::size_t l = 1; l <= 3; ++l) {
      W[l].resize(d[l], d[l - 1]);
      rng.fill_normal(W[l], 0.7);
      if (nonnegative && l > j) W[l] = W[l].cwiseAbs();
    }
    Matrix<double> X(3, 4), end(d[j], d[j - 1]);
    rng.fill_normal(X, 1.0);
    rng.fill_normal(end, 0.7);
    const auto f = [&](double t) {
      Matrix<double> Z = X;
      for (std::size_t l = 1; l <= 3; ++l) {
        const Matrix<double> U = l == j ? Matrix<double>((W[l] + t * end) * Z) : Matrix<double>(W[l] * Z);
        Z = U.unaryExpr(net.sigma);
      }
      double sum = 0;
      for (const double h : Z.reshaped()) sum += net.loss(h, target);
      return sign * sum / 4;
    };
    const double a = f(-1), b = f(1), mid = f(0);
    worst = std::max(worst, (mid - 0.5 * (a + b)) / (std::abs(mid) + std::abs(a) + std::abs(b)));
  }
  return worst;
}

double exponential_loss(double h, double y) { return std::exp((h - y) * (h - y) / 50); }
double logistic_loss(double h, double) { return softplus(-h); }
double concave_loss(double h, double) { return -softplus(h); }  // concave, decreasing

constexpr int kSegments = 6000;
constexpr double kRounding = 1e-13;

StudyResult c1_repaired() {
  const double worst = worst_midpoint({softplus, exponential_loss}, 1, true, 0, kSegments);
  return {worst <= kRounding, worst,
          sentence("softplus, exponential loss, Y = 0 <= H, W_i >= 0 for i > j: over %d random segments of blocks 1 to 3 the "
                   "midpoint is at most %.2g (relative) above the chord",
                   kSegments, worst)};
}

StudyResult c2_repaired() {
  const double worst = worst_midpoint({log_sigmoid, logistic_loss}, 1, true, 0, kSegments);
  const double free = worst_midpoint({log_sigmoid, logistic_loss}, 1, false, 0, kSegments);
  return {worst <= kRounding && free > kRounding, worst,
          sentence("log-sigmoid, logistic loss, W_i >= 0 for i > j: worst midpoint %.2g over %d segments; with later weights "
                   "of any sign %.2g: C2 needs the same condition",
                   worst, kSegments, free)};
}

StudyResult prop2_repaired() {
  const double worst = worst_midpoint({softplus, concave_loss}, -1, true, 0, kSegments);
  return {worst <= kRounding, worst,
          sentence("softplus, loss -log(1 + e^h), W_i >= 0 for i > j: over %d segments f_j's midpoint is at most %.2g "
                   "(relative) below the chord",
                   kSegments, worst)};
}

StudyResult prop2_printed() {
  const double free = worst_midpoint({softplus, concave_loss}, -1, false, 0, kSegments);
  const double logistic = worst_midpoint({softplus, logistic_loss}, -1, true, 0, kSegments);
  return {free <= kRounding, free,
          sentence("later weights of any sign: the midpoint lies up to %.2g (relative) below the chord, so f_j is not "
                   "concave; the logistic loss, which Appendix A.2 counts in, is exp-concave but convex, not concave (%.2g)",
                   free, logistic)};
}

}  // namespace

std::vector<Study> convexity_studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"ghauch2018.prop1.c1.target", paper + "Proposition 1, C1; Section 6",
       "f_j is convex for softplus and the exponential loss (A.12)", below_target},
      {"ghauch2018.prop1.c1.sign", paper + "Proposition 1, C1", "f_j is convex under C1 with weights of any sign",
       negative_weight},
      {"ghauch2018.prop1.c1.repaired", paper + "Proposition 1, C1",
       "f_j is convex under C1 if H >= Y and the later weights are nonnegative", c1_repaired},
      {"ghauch2018.prop1.c2.repaired", paper + "Proposition 1, C2",
       "f_j is convex under C2 if the later weights are nonnegative, and not in general", c2_repaired},
      {"ghauch2018.prop2.repaired", paper + "Proposition 2", "f_j is concave if the later weights are nonnegative",
       prop2_repaired},
      {"ghauch2018.prop2.printed", paper + "Proposition 2", "f_j is concave with weights of any sign", prop2_printed},
  };
}

}  // namespace bcd::ghauch2018
