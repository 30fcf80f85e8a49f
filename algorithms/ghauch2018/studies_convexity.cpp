// Propositions 1 and 2, Appendices A.1 and A.2: which hypotheses make f_j convex or concave, with counter-examples where they fall
// short.
#include <algorithm>
#include <array>
#include <cmath>

#include "algorithms/ghauch2018/studies.hpp"

namespace bcd::ghauch2018 {

namespace {

double softplus(double u) { return std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u))); }
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
  // With r = lambda w^2: the larger the target, the more concave the loss. exp(25) H'' 2 (H - 5) outweighs 2 lambda = 1000.
  const double regularised = softplus_curvature(-5, 5, 1) + 2 * 500;
  const bool counter = every_c && gap > 0 && regularised < 0;
  return {
      !counter, lo,
      sentence(
          "softplus, exponential loss, x = 1, y = 0.5: f'' < 0 for w < %.3f (c = 1) and far out for c = 0.01 to "
          "1000; the midpoint of [-5, -3] lies %.3g above the chord: (A.12) is not increasing in H where H < Y. A regulariser "
          "lambda w^2 is outweighed by a larger target: y = 5, lambda = 500: f''(-5) = %.3g",
          lo, gap, regularised),
      sentence("One weight w, x = 1, y = 0.5, H = log(1 + e^w), (A.12) with c = 1, N = 1: f(w) = exp((H - 0.5)^2).\n"
               "H at w = -5, -4, -3 is %.6f, %.6f, %.6f, all below y = 0.5;\n"
               "f is %.6f, %.6f, %.6f: f(-4) exceeds (f(-5) + f(-3))/2 = %.6f, so f is not convex.",
               softplus(-5), softplus(-4), softplus(-3), f(-5), f(-4), f(-3), (f(-5) + f(-3)) / 2)};
}

/// A function of one weight at three equidistant points, for people to check: f(mid) above or below the chord.
struct Chord {
  std::array<double, 3> w, f;
  template <class F>
  Chord(double left, double right, const F& function) : w{left, (left + right) / 2, right} {
    for (std::size_t i = 0; i < 3; ++i) f[i] = function(w[i]);
  }
  double excess() const { return f[1] - (f[0] + f[2]) / 2; }  ///< > 0: not convex; < 0: not concave
  std::string text() const {
    return sentence("f(%g) = %.6f, f(%g) = %.6f, f(%g) = %.6f: at the middle f lies %s the chord, whose height there is %.6f.",
                    w[0], f[0], w[1], f[1], w[2], f[2], excess() > 0 ? "above" : "below", (f[0] + f[2]) / 2);
  }
};

/// C1 to the letter with a later weight of -1: f = -softplus(w). And with the exponential loss, which is increasing where y = 0 <= H.
/// Assumption 1 asks for a strongly convex regulariser lambda w^2: the weight -16 lambda makes up for any of them, f''(0) = -2 lambda.
StudyResult negative_weight() {
  bool every_lambda = true;
  for (const double lambda : {1e-5, 1.0, 1e3})
    every_lambda = every_lambda && Chord(-1, 1, [lambda](double w) {
                                     return -16 * lambda * softplus(w) + lambda * w * w;
                                   }).excess() > 0.9 * lambda;
  const Chord chord(-1, 1, [](double w) { return -16 * softplus(w) + w * w; });
  double lowest = 0, where = 0;
  for (double u = -6; u <= 6; u += 1e-3) {
    const double v = softplus(u), s = sigmoid(u), S = sigmoid(-v);
    const double d1 = -S * s, d2 = S * (1 - S) * s * s - S * s * (1 - s);
    const double curvature = exponential_curvature(softplus(-v), d1, d2, 0, 1);
    if (curvature < lowest) lowest = curvature, where = u;
  }
  return {
      !(every_lambda && chord.excess() > 0 && lowest < 0), chord.excess(),
      sentence(
          "softplus, then the weight -16 lambda, identity, l(h) = h, regulariser lambda w^2: f''(0) = -2 lambda, not convex, "
          "whatever lambda (1e-5, 1, 1000 tried). Softplus in both layers with the exponential loss (c = 1), y = 0 <= H, the "
          "weight -1, no regulariser: f'' = %.4f at w = %.2f. C1 alone gives no convexity: W_i >= 0 is missing for i > j",
          lowest, where),
      "x = 1, Sigma_1 = softplus and Sigma_2 = identity (convex, non-decreasing), l(h) = h (convex, non-decreasing), r(w) = w^2 "
      "(strongly convex), W_2 = -16:\nf_1(w) = -16 log(1 + e^w) + w^2. With r = lambda w^2 and W_2 = -16 lambda it is lambda times this. " +
          chord.text()};
}

/// C2 to the letter with a later weight of -1: log is the soft exponential with parameter -1.
StudyResult negative_weight_c2() {
  const Chord chord(1, 2, [](double w) { return 16 * std::log(w) + w * w; });
  return {
      !(chord.excess() > 0), chord.excess(),
      "log, then the weight -16 lambda, identity, l(h) = -h, regulariser lambda w^2: f = lambda (16 log w + w^2) is concave for w < "
      "2.8, whatever lambda; W_i >= 0 is missing for i > j",
      "x = 1, Sigma_1 = log (soft exponential with parameter -1) and Sigma_2 = identity (concave, non-decreasing), l(h) = -h "
      "(convex, non-increasing), r(w) = w^2 (strongly convex), W_2 = -16:\nf_1(w) = 16 log w + w^2. With r = lambda w^2 and W_2 = -16 "
      "lambda it is lambda times this. " +
          chord.text()};
}

/// The proof of C2 in Appendix C.1 says that l is non-decreasing, the proposition that it is non-increasing.
StudyResult proof_of_c2() {
  const Chord printed(1, 3, [](double w) { return std::log(w); }), corrected(1, 3, [](double w) { return -std::log(w); });
  return {
      printed.excess() > 0 && corrected.excess() < 0, printed.excess(),
      sentence(
          "log with l(h) = h, non-decreasing: f = log w, %.3f above its chord, not convex; with l(h) = -h, non-increasing: f = "
          "-log w is convex",
          printed.excess()),
      "x = 1, Sigma_1 = log, concave and non-decreasing. With l(h) = h, convex and non-decreasing as the proof says, f(w) = log w. " +
          printed.text()};
}

/// Proposition 2 to the letter with a later weight of -1.
StudyResult prop2_sign() {
  const Chord chord(-2, 2, softplus);
  return {
      !(chord.excess() < 0), chord.excess(),
      "softplus, then the weight -1, identity, l(h) = -h: f = softplus(w) is convex, not concave; W_i >= 0 is missing for i > j",
      "x = 1, Sigma_1 = softplus and Sigma_2 = identity (convex, non-decreasing), l(h) = -h (concave, non-increasing), W_2 = -1:\n"
      "f_1(w) = log(1 + e^w). " +
          chord.text()};
}

StudyResult prop2_logistic() {
  const Chord chord(-2, 2, [](double w) { return softplus(-w); });
  return {
      !(chord.excess() < 0), chord.excess(),
      "one linear weight, x = 1, y = 1: the logistic loss log(1 + e^-w) is strictly convex; exp(-l) is concave in the prediction, l "
      "itself is not",
      "One linear weight, x = 1, label 1, logistic loss (A.18): f(w) = log(1 + e^-w). " + chord.text()};
}

/// -softplus is concave: its tangents lie above it.
StudyResult prop2_tangent() {
  double worst = -1e300;
  for (double w = -8; w <= 8; w += 0.25)
    for (double v = -8; v <= 8; v += 0.25) worst = std::max(worst, -softplus(v) - (-softplus(w) - sigmoid(w) * (v - w)));
  return {worst <= 64 * kEps, worst,
          sentence("f = -softplus(w): over a grid on [-8, 8]^2 f(v) exceeds its tangent at w by at most %.2g", worst)};
}

/// Name, activation, and where it is sampled.
struct Listed {
  const char* name;
  double (*sigma)(double);
  double from;
};
double selu(double u) { return 1.0507009873554805 * (u > 0 ? u : 1.6732632423543772 * std::expm1(u)); }
constexpr std::array<Listed, 7> kListed = {
    {{"softplus", softplus, -8},
     {"ELU", [](double u) { return u > 0 ? u : std::expm1(u); }, -8},
     {"inverse square root", [](double u) { return u > 0 ? u : u / std::sqrt(1 + u * u); }, -8},
     {"bent identity", [](double u) { return (std::sqrt(u * u + 1) - 1) / 2 + u; }, -8},
     {"leaky, slope 0.01", [](double u) { return u > 0 ? u : 0.01 * u; }, -8},
     {"parametric, slope 0.25", [](double u) { return u > 0 ? u : 0.25 * u; }, -8},
     {"soft exponential, 1/2", [](double u) { return 2 * std::expm1(u / 2) + 0.5; }, -8}}};

/// Worst of f(mid) - chord and of a decrease, on a grid of step 1/8 up to 8.
double worst_of_grid(double (*sigma)(double), double from) {
  double worst = -1e300;
  for (double a = from; a <= 8; a += 0.125)
    for (double b = a + 0.125; b <= 8; b += 0.125)
      worst = std::max({worst, sigma((a + b) / 2) - (sigma(a) + sigma(b)) / 2, sigma(a) - sigma(b)});
  return worst;
}

StudyResult listed_activations() {
  double worst = -1e300;
  std::string names;
  for (const Listed& listed : kListed) {
    worst = std::max(worst, worst_of_grid(listed.sigma, listed.from));
    names += (names.empty() ? "" : ", ") + std::string(listed.name);
  }
  return {worst <= 1e-13, worst,
          sentence("%s: largest excess of a midpoint over its chord, or decrease, on a grid of [-8, 8]: %.2g", names.c_str(),
                   worst)};
}

StudyResult scaled_exponential() {
  const Chord chord(-1, 1, selu);
  return {chord.excess() > 0, chord.excess(),
          "SELU with the constants of its authors, 1.0507 and 1.6733: slope 1.7581 left of 0, 1.0507 right of it",
          "SELU(u) = 1.0507 u for u > 0, 1.0507 * 1.6733 (e^u - 1) for u <= 0: the slope falls from 1.7581 to 1.0507 at 0. " +
              chord.text()};
}

/// exp((h - 1)^2) falls for h < 1.
StudyResult exponential_loss_falls() {
  const auto l = [](double h) { return std::exp((h - 1) * (h - 1)); };
  return {
      !(l(0) > l(1)), l(0) - l(1), sentence("y = 1, c = 1, N = 1: l(0) = %.4f, l(1) = %.4f, l(2) = %.4f", l(0), l(1), l(2)),
      "(A.12) with c = 1, one sample, y = 1: l(H) = exp((1 - H)^2). l(0) = e = 2.7183, l(1) = 1: it falls from H = 0 to H = 1."};
}

/// Convex everywhere, increasing from y on, for several c.
StudyResult exponential_loss_above() {
  double worst = -1e300;
  for (const double c : {0.1, 1.0, 10.0}) {
    const auto l = [c](double h) { return c * std::exp((h - 1) * (h - 1) / c); };
    for (double h = -1; h < 3; h += 0.125) {
      worst = std::max(worst, (l(h + 0.0625) - (l(h) + l(h + 0.125)) / 2) / l(h));
      if (h >= 1) worst = std::max(worst, (l(h) - l(h + 0.125)) / l(h));
    }
  }
  return {
      worst <= 1e-13, worst,
      sentence(
          "y = 1, c = 0.1, 1 and 10: largest relative excess of a midpoint over its chord on [-1, 3], or decrease on [1, 3]: %.2g",
          worst)};
}

/// C2's loss for the label -1 is log(1 + e^h), increasing; with the log activation f = log(1 + w).
StudyResult label_minus_one() {
  const Chord chord(1, 3, [](double w) { return std::log1p(w); });
  const auto f = [](double w) { return softplus(log_sigmoid(w)); };
  const double curvature = (f(0.994 + 1e-3) - 2 * f(0.994) + f(0.994 - 1e-3)) / 1e-6;
  return {
      chord.excess() > 0 && curvature < 0, curvature,
      sentence(
          "logistic loss, label -1: l(h) = log(1 + e^h) increases; with log-sigmoid f'' = %.4f at w = 0.99, with log f = log(1 + "
          "w): both not convex, and inputs x > 3 sqrt(lambda) outweigh a regulariser lambda w^2: f'' = -x^2/4 + 2 lambda at w = 1/x. "
          "For label 1 C2 applies",
          curvature),
      "x = 1, Sigma_1 = log (soft exponential with parameter -1), logistic loss (A.18) with the label -1: f(w) = log(1 + e^(log w)) = "
      "log(1 + w). " +
          chord.text()};
}

/// Random compositions of four scalar functions, for Property 3.
StudyResult compositions() {
  using F = double (*)(double);
  const std::array<F, 4> convex = {softplus, [](double u) { return std::max(u, 0.3 * u); },
                                   [](double u) { return std::expm1(u / 4); },
                                   [](double u) { return (std::sqrt(u * u + 1) - 1) / 2 + u; }};
  const std::array<F, 4> concave = {log_sigmoid, [](double u) { return std::min(u, 0.3 * u); },
                                    [](double u) { return -std::expm1(-u / 4); },
                                    [](double u) { return u - (std::sqrt(u * u + 1) - 1) / 2; }};
  Rng rng(7, "compositions");
  double worst = -1e300;
  for (int trial = 0; trial < 20000; ++trial) {
    const bool up = trial % 2 == 0;
    std::array<F, 4> chain{};
    for (F& link : chain) link = (up ? convex : concave)[std::min<std::size_t>(3, static_cast<std::size_t>(4 * rng.uniform()))];
    const auto value = [&](double u) {
      for (const F link : chain) u = link(u);
      return u;
    };
    const double a = rng.uniform(-3, 3), b = rng.uniform(-3, 3), fa = value(a), fb = value(b), fm = value((a + b) / 2);
    worst = std::max(worst, (up ? 1 : -1) * (fm - (fa + fb) / 2) / (1 + std::abs(fm) + std::abs(fa) + std::abs(fb)));
  }
  return {
      worst <= 1e-13, worst,
      sentence(
          "20000 random compositions of four scalar functions on [-3, 3]: a midpoint is at most %.2g (relative) on the wrong side",
          worst)};
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
  return {worst <= kRounding, worst,
          sentence("log-sigmoid, logistic loss with label 1, W_i >= 0 for i > j: worst midpoint %.2g over %d segments", worst,
                   kSegments)};
}

StudyResult prop2_repaired() {
  const double worst = worst_midpoint({softplus, concave_loss}, -1, true, 0, kSegments);
  return {worst <= kRounding, worst,
          sentence("softplus, loss -log(1 + e^h), W_i >= 0 for i > j: over %d segments f_j's midpoint is at most %.2g "
                   "(relative) below the chord",
                   kSegments, worst)};
}

}  // namespace

std::vector<Study> convexity_studies() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"ghauch2018.prop1.c1.target", paper + "Section 6, Appendix A.7", "C1 holds for softplus and the exponential loss (A.12)",
       below_target},
      {"ghauch2018.prop1.c1.sign", paper + "Proposition 1, C1; (15)", "f_j is convex under C1, whatever the later weights",
       negative_weight},
      {"ghauch2018.prop1.c1.repaired", paper + "Proposition 1, C1", "f_j is convex under C1 with nonnegative later weights",
       c1_repaired},
      {"ghauch2018.prop1.c2.sign", paper + "Proposition 1, C2; (15)", "f_j is convex under C2, whatever the later weights",
       negative_weight_c2},
      {"ghauch2018.prop1.c2.repaired", paper + "Proposition 1, C2", "f_j is convex under C2 with nonnegative later weights",
       c2_repaired},
      {"ghauch2018.prop1.proof-c2", paper + "Appendix C.1", "C2 needs l non-increasing, not non-decreasing", proof_of_c2},
      {"ghauch2018.prop2.sign", paper + "Proposition 2", "f_j is concave, whatever the later weights", prop2_sign},
      {"ghauch2018.prop2.repaired", paper + "Proposition 2", "f_j is concave with nonnegative later weights", prop2_repaired},
      {"ghauch2018.prop2.logistic", paper + "Appendix A.2", "the logistic loss makes f_j concave", prop2_logistic},
      {"ghauch2018.prop2.tangent", paper + "Proposition 2", "the linear surrogate lies above a concave f_j", prop2_tangent},
      {"ghauch2018.a1.activations", paper + "Appendix A.1", "the listed activations are convex and non-decreasing",
       listed_activations},
      {"ghauch2018.a1.selu", paper + "Appendix A.1", "the scaled exponential unit is not convex", scaled_exponential},
      {"ghauch2018.a1.exponential", paper + "Appendix A.1", "the exponential loss (A.12) increases in H",
       exponential_loss_falls},
      {"ghauch2018.a1.exponential-above", paper + "Appendix A.1", "the exponential loss is convex, and increases where H >= Y",
       exponential_loss_above},
      {"ghauch2018.a1.labels", paper + "Appendix A.1", "with the label -1 the logistic loss increases and C2 does not apply",
       label_minus_one},
      {"ghauch2018.property3", paper + "Property 3",
       "a composition of convex (concave) non-decreasing scalar functions is convex (concave)", compositions},
  };
}

}  // namespace bcd::ghauch2018
