#include "algorithms/core/prox.hpp"

#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/numeric.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

/// Lemma 13 of Zeng et al. 2019 as printed: four cases in a + g b, b and s = sqrt(g(g+1)) - g.
double lemma13(double a, double b, double g) {
  const double x = (a + g * b) / (1 + g), s = std::sqrt(g * (g + 1)) - g;
  if (a + g * b < 0) return std::min(b, 0.0);
  if (b >= 0) return x;
  return g * b > -s * a ? x : b;
}

/// f'(u) of the scalar problem, and the rounding error of evaluating it at the double nearest to the exact solution.
struct Stationarity {
  double slope, allowance;
};

Stationarity stationarity(const Activation& sigma, double a, double b, double g, double u) {
  const double r = sigma.value(u) - a, d1 = sigma.derivative(u), curvature = d1 * d1 + r * sigma.second_derivative(u) + g;
  const double terms = (std::abs(sigma.value(u)) + std::abs(a)) * std::abs(d1) + g * (std::abs(u) + std::abs(b));
  return {r * d1 + g * (u - b), kEps * (16 * terms + 4 * std::abs(curvature * u))};
}

/// f(u) <= f(b) bounds the distance of every minimiser from b.
double search_radius(const Activation& sigma, double a, double b, double g) {
  return std::abs(sigma.value(b) - a) / std::sqrt(g);
}

/// Rounding error of the objective near u: each squared term r^2/2 carries |r| times the rounding of r.
double objective_rounding(const Activation& sigma, double a, double b, double g, double u) {
  const double s = sigma.value(u);
  return 8 * kEps * (std::abs(s - a) * (std::abs(s) + std::abs(a)) + g * std::abs(u - b) * (std::abs(u) + std::abs(b)));
}

double grid_minimum(const Activation& sigma, double a, double b, double g, int intervals) {
  const double radius = search_radius(sigma, a, b, g);
  double best = std::numeric_limits<double>::infinity();
  for (const double u : grid(b - radius, b + radius, intervals))
    best = std::min(best, activation_prox_objective(sigma, a, b, g, u));
  return best;
}

/// Number of local minima of the scalar problem, as sign changes of f' on a grid.
int count_minima(const Activation& sigma, double a, double b, double g) {
  const double radius = search_radius(sigma, a, b, g);
  int minima = 0;
  double before = -1;
  for (const double u : grid(b - radius, b + radius, 4000)) {
    const double slope = stationarity(sigma, a, b, g, u).slope;
    if (before < 0 && slope > 0) ++minima;
    if (slope != 0) before = slope;
  }
  return minima;
}

}  // namespace

TEST_CASE("the ReLU prox is the case table of Lemma 13", "[prox][relu]") {
  const Activation relu = Activation::parse("relu");
  Rng rng(1, "lemma13");
  for (int k = 0; k < 100000; ++k) {
    const double a = 3 * rng.normal(), b = 3 * rng.normal(), g = std::exp(2 * rng.normal());
    const double u = activation_prox(relu, a, b, g), expected = lemma13(a, b, g);
    if (std::abs(u - expected) > 4 * kEps * (std::abs(a) + std::abs(b))) {
      FAIL("a " << a << " b " << b << " g " << g << ": " << u << " instead of " << expected);
    }
  }
}

TEST_CASE("a tie of the two ReLU candidates goes to b", "[prox][relu]") {
  // g = 1/8: s = sqrt(9/64) - 1/8 = 1/4, so g b = -s a at b = -2 a, where both objectives equal a^2/2.
  const Activation relu = Activation::parse("relu");
  for (const double a : {1.0, 2.0, 3.0, 0.25, 7.0}) {
    CHECK(activation_prox_objective(relu, a, -2 * a, 0.125, (a - 0.25 * a) / 1.125) == Approx(a * a / 2).epsilon(1e-15));
    CHECK(activation_prox(relu, a, -2 * a, 0.125) == -2 * a);
    CHECK(activation_prox(relu, a, -2 * a * (1 - 1e-12), 0.125) > 0);
    CHECK(activation_prox(relu, a, -2 * a * (1 + 1e-12), 0.125) < 0);
  }
  CHECK(activation_prox(relu, 0, 0, 1) == 0);
  CHECK(activation_prox(relu, -1, 0, 1) == 0);
  CHECK(activation_prox(relu, -1, 1, 1) == 0);  // a + g b = 0
}

TEST_CASE("small positive solutions of the ReLU prox keep their digits", "[prox][relu]") {
  // The objectives of u = 0 and of the solution differ by (1+g)/2 u^2, far below their own rounding error.
  const Activation relu = Activation::parse("relu");
  const double b = 1 + 0x1p-40;
  CHECK(activation_prox(relu, -1, b, 1) == 0x1p-41);
}

TEST_CASE("closed-form proxes beat every grid point and every perturbation", "[prox]") {
  Rng rng(2, "closed-form-prox");
  for (const std::string text : {"linear", "relu", "leaky_relu:0.01", "leaky_relu:0.6"}) {
    const Activation sigma = Activation::parse(text);
    for (int k = 0; k < 300; ++k) {
      const double a = 3 * rng.normal(), b = 3 * rng.normal(), g = std::exp(1.5 * rng.normal());
      const double u = activation_prox(sigma, a, b, g), value = activation_prox_objective(sigma, a, b, g, u);
      INFO(text << " a " << a << " b " << b << " g " << g << " u " << u);
      const double rounding = 8 * kEps * (a * a + g * b * b);
      CHECK(value <= grid_minimum(sigma, a, b, g, 2000) + rounding);
      for (int trial = 0; trial < 20; ++trial) {
        const double other = u + std::exp(-8 * rng.uniform()) * rng.normal();
        CHECK(value <= activation_prox_objective(sigma, a, b, g, other) + rounding);
      }
      // One-sided derivatives: f'(u-) <= 0 <= f'(u+). They differ at the kink only.
      const double r = sigma.value(u) - a, pull = g * (u - b), right = u >= 0 ? 1 : sigma.derivative(u);
      const double allowance = 8 * kEps * (std::abs(a) + std::abs(u) + g * (std::abs(u) + std::abs(b)));
      CHECK(r * sigma.derivative(u) + pull <= allowance);
      CHECK(r * right + pull >= -allowance);
    }
  }
}

TEST_CASE("smooth proxes return the global minimiser, with two local minima and without", "[prox][smooth]") {
  for (const std::string text : {"sigmoid", "tanh", "softplus", "polynomial:0,1,0.25", "polynomial:0.5,-1,0.25,0.125"}) {
    const Activation sigma = Activation::parse(text);
    for (const double g : {0.1, 1.0, 2.0, 10.0})
      for (const double a : {-50.0, -12.0, -6.0, -3.1, -1.6, -0.4, 0.0, 0.3, 0.9, 1.4, 2.9, 5.0, 9.0, 11.0, 23.0, 50.0})
        for (const double b : {-60.0, -12.5, -4.75, -2.2, -0.9, 0.0, 0.35, 1.8, 3.9, 7.5, 25.0}) {
          const double u = activation_prox(sigma, a, b, g), value = activation_prox_objective(sigma, a, b, g, u);
          INFO(text << " a " << a << " b " << b << " g " << g << " u " << u);
          CHECK(value <= grid_minimum(sigma, a, b, g, 3000) + objective_rounding(sigma, a, b, g, u));
          const Stationarity s = stationarity(sigma, a, b, g, u);
          CHECK(std::abs(s.slope) <= s.allowance);
        }
  }
}

TEST_CASE("planted double wells: the solver takes the deeper one on both sides of the switch", "[prox][smooth]") {
  // f'' = sigma'^2 + (sigma - a) sigma'' + g is negative at some u exactly if a lies above min of sigma + (sigma'^2 +
  // g)/sigma'' over sigma'' > 0 (or below the corresponding maximum over sigma'' < 0). Then b = u + (sigma - a) sigma'/g makes
  // u a local maximum of f, with a minimum on either side. Below the threshold f is convex for every b.
  for (const std::string text : {"tanh", "sigmoid", "softplus"})
    for (const double g : {1.0, 2.0, 10.0})
      for (const double sign : {1.0, -1.0}) {
        if (text == "softplus" && sign < 0) continue;  // sigma'' > 0 everywhere
        const Activation sigma = Activation::parse(text);
        double threshold = std::numeric_limits<double>::infinity(), hill = 0;
        for (const double u : grid(-6, 6, 6000)) {
          const double d1 = sigma.derivative(u), d2 = sigma.second_derivative(u);
          if (sign * d2 <= 0) continue;
          const double a = sign * (sigma.value(u) + (d1 * d1 + g) / d2);
          if (a < threshold) threshold = a, hill = u;
        }
        for (const double factor : {0.98, 1.02, 1.5, 4.0}) {
          const double a = sign * factor * threshold;
          const double middle = hill + (sigma.value(hill) - a) * sigma.derivative(hill) / g;
          INFO(text << " g " << g << " a " << a << " threshold " << threshold << " b near " << middle);
          CHECK((count_minima(sigma, a, middle, g) == 2) == (factor > 1));
          bool left = false, right = false;
          double previous = -std::numeric_limits<double>::infinity();
          for (const double b : grid(middle - 6, middle + 6, 60)) {
            const double u = activation_prox(sigma, a, b, g);
            CHECK(activation_prox_objective(sigma, a, b, g, u) <=
                  grid_minimum(sigma, a, b, g, 1000) + objective_rounding(sigma, a, b, g, u));
            CHECK(u >= previous);  // a proximal map is monotone in b
            previous = u;
            (u < hill ? left : right) = true;
          }
          if (factor == 4.0) CHECK((left && right));  // b crossed the switch: either well was chosen
        }
      }
}

TEST_CASE("close to the tie of two wells the chosen value is the smaller of the two", "[prox][smooth]") {
  for (const auto& [text, a, g] : {std::tuple("tanh", 4.0, 1.0), {"sigmoid", 30.0, 1.0}, {"softplus", 20.0, 1.0}}) {
    const Activation sigma = Activation::parse(text);
    double lo = -100, hi = 100;  // bisect on the jump of the minimiser: prox(b + tiny) - prox(b) stays above 1/2
    for (int k = 0; k < 45; ++k) {
      const double mid = (lo + hi) / 2, left = activation_prox(sigma, a, lo, g), right = activation_prox(sigma, a, hi, g);
      const double u = activation_prox(sigma, a, mid, g);
      (u - left > right - u ? hi : lo) = mid;
    }
    INFO(text << " switches at b = " << lo);
    const double left = activation_prox(sigma, a, lo, g), right = activation_prox(sigma, a, hi, g);
    REQUIRE(right - left > 0.5);
    const double f_left = activation_prox_objective(sigma, a, lo, g, left);
    CHECK(f_left == Approx(activation_prox_objective(sigma, a, lo, g, right)).epsilon(1e-10));
    for (const double u : {left, right}) {
      const Stationarity s = stationarity(sigma, a, lo, g, u);
      CHECK(std::abs(s.slope) <= s.allowance + g * (hi - lo));
    }
  }
}

TEST_CASE("saturated and extreme arguments give a finite stationary point", "[prox][smooth]") {
  for (const std::string text : {"sigmoid", "tanh", "softplus"}) {
    const Activation sigma = Activation::parse(text);
    for (const double a : {-1e6, -300.0, 0.5, 300.0, 1e6})
      for (const double b : {-1e6, -750.0, -40.0, 40.0, 750.0, 1e6})
        for (const double g : {1e-6, 1.0, 1e6}) {
          const double u = activation_prox(sigma, a, b, g);
          INFO(text << " a " << a << " b " << b << " g " << g << " u " << u);
          CHECK(std::isfinite(u));
          const Stationarity s = stationarity(sigma, a, b, g, u);
          CHECK(std::abs(s.slope) <= s.allowance);
          CHECK(activation_prox_objective(sigma, a, b, g, u) <= activation_prox_objective(sigma, a, b, g, b) * (1 + 16 * kEps));
        }
  }
}

TEST_CASE("a NaN in the arguments of a prox comes out again", "[prox]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::string text : {"linear", "relu", "leaky_relu:0.1", "sigmoid", "tanh", "softplus", "polynomial:0,1,1"})
    for (const double other : {-2.0, 0.0, 2.0}) {
      INFO(text << " with " << other);
      CHECK(std::isnan(activation_prox(Activation::parse(text), nan, other, 1)));
      CHECK(std::isnan(activation_prox(Activation::parse(text), other, nan, 1)));
    }
}

TEST_CASE("a proximal weight that is not positive is refused", "[prox]") {
  CHECK_THROWS_AS(activation_prox(Activation::parse("relu"), 1, 1, 0), std::logic_error);
  CHECK_THROWS_AS(activation_prox(Activation::parse("tanh"), 1, 1, -1), std::logic_error);
}

TEMPLATE_TEST_CASE("the matrix prox is the scalar prox entry by entry, also in place and on blocks", "[prox]", float, double) {
  Rng rng(3, "matrix-prox");
  Matrix<TestType> A(40, 37), B(40, 37);
  rng.fill_normal(A, 6.0);
  rng.fill_normal(B, 2.0);
  const double g = 1.5, eps = static_cast<double>(std::numeric_limits<TestType>::epsilon());
  for (const std::string text : {"linear", "relu", "leaky_relu:0.25", "sigmoid", "tanh", "softplus", "polynomial:0,1,0.1"}) {
    INFO(text);
    const Activation sigma = Activation::parse(text);
    Matrix<TestType> over_a = A, over_b = B, window = Matrix<TestType>::Zero(43, 37);
    activation_prox<TestType>(sigma, over_a, B, g, over_a);
    activation_prox<TestType>(sigma, A, over_b, g, over_b);
    activation_prox<TestType>(sigma, A.middleCols(4, 6), B.middleCols(4, 6), g, window.block(1, 4, 40, 6));
    CHECK(over_a == over_b);
    CHECK(window.block(1, 4, 40, 6) == over_a.middleCols(4, 6));
    CHECK(window.topRows(1).isZero(0));
    double error = 0;
    for (Index j = 0; j < 37; ++j)
      for (Index i = 0; i < 40; ++i) {
        const double a = static_cast<double>(A(i, j)), b = static_cast<double>(B(i, j));
        error = std::max(error, std::abs(static_cast<double>(over_a(i, j)) - activation_prox(sigma, a, b, g)) /
                                    (1 + std::abs(a) + std::abs(b)));
      }
    CHECK(error <= 4 * eps);
  }
}
