#include "algorithms/core/regulariser.hpp"

#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/numeric.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

const std::vector<std::string> kAll = {"none", "l2:0.7", "l1:0.4", "elastic:0.4,0.7", "nonnegative", "box:-0.5,0.75"};

/// r of one entry, by definition.
double by_definition(const std::string& text, double x) {
  if (text == "none") return 0;
  if (text == "l2:0.7") return 0.35 * x * x;
  if (text == "l1:0.4") return 0.4 * std::abs(x);
  if (text == "elastic:0.4,0.7") return 0.4 * std::abs(x) + 0.35 * x * x;
  if (text == "nonnegative") return x >= 0 ? 0 : kInfinity;
  return x >= -0.5 && x <= 0.75 ? 0 : kInfinity;
}

}  // namespace

TEST_CASE("regulariser values are sums over the entries", "[regulariser]") {
  Rng rng(1, "regulariser-value");
  for (const std::string& text : kAll) {
    const Regulariser r = Regulariser::parse(text);
    Matrix<double> x(5, 4);
    for (Index i = 0; i < x.size(); ++i) x(i) = rng.uniform(0, 0.75);  // inside every domain
    double expected = 0;
    for (Index i = 0; i < x.size(); ++i) expected += by_definition(text, x(i));
    INFO(text);
    CHECK(r.value<double>(x) == Approx(expected).epsilon(1e-14));
    CHECK(r.value<float>(x.cast<float>()) == Approx(expected).epsilon(1e-6));
    x(2, 3) = -0.75;
    CHECK(std::isinf(r.value<double>(x)) == std::isinf(by_definition(text, -0.75)));
    const Vector<double> b = Vector<double>::Constant(3, 0.5);
    CHECK(r.value<double>(b) == Approx(3 * by_definition(text, 0.5)).epsilon(1e-14));
  }
}

TEST_CASE("regulariser proxes are optimal: subdifferential, grid and perturbations", "[regulariser][prox]") {
  Rng rng(2, "regulariser-prox");
  for (const std::string& text : kAll) {
    const Regulariser r = Regulariser::parse(text);
    for (int k = 0; k < 500; ++k) {
      const double g = std::exp(1.5 * rng.normal()), b = k == 0 ? 0.0 : 2 * rng.normal();
      const double x = r.prox(g, b);
      INFO(text << " g " << g << " b " << b << " x " << x);
      const auto objective = [&](double z) { return by_definition(text, z) + g / 2 * (z - b) * (z - b); };
      const auto [lo, hi] = r.subdifferential(x);
      const double slope = g * (b - x), allowance = 8 * kEps * (1 + g * std::abs(b));
      CHECK(lo - allowance <= slope);  // g (b - x) lies in the subdifferential of r at x
      CHECK(slope <= hi + allowance);
      const double value = objective(x), rounding = 8 * kEps * (1 + g * b * b);
      for (const double z : grid(-8, 8, 400)) CHECK(value <= objective(z) + rounding);
      for (int trial = 0; trial < 10; ++trial)
        CHECK(value <= objective(x + std::exp(-8 * rng.uniform()) * rng.normal()) + rounding);
    }
  }
}

TEMPLATE_TEST_CASE("the matrix prox of a regulariser is the scalar one entry by entry", "[regulariser][prox]", float, double) {
  Rng rng(3, "regulariser-matrix");
  Matrix<TestType> B(6, 11);
  rng.fill_normal(B, 1.0);
  const double eps = static_cast<double>(std::numeric_limits<TestType>::epsilon());
  for (const std::string& text : kAll) {
    const Regulariser r = Regulariser::parse(text);
    Matrix<TestType> x = B;
    r.prox<TestType>(1.7, x.middleCols(2, 8));
    INFO(text);
    double error = 0;
    for (Index j = 0; j < B.cols(); ++j)
      for (Index i = 0; i < B.rows(); ++i) {
        const double b = static_cast<double>(B(i, j)), expected = j >= 2 && j < 10 ? r.prox(1.7, b) : b;
        error = std::max(error, std::abs(static_cast<double>(x(i, j)) - expected));
      }
    CHECK(error <= 8 * eps);
    CHECK(std::isfinite(r.value<TestType>(x.middleCols(2, 8))));  // the prox lands in the domain, in its own precision
    x.setConstant(std::numeric_limits<TestType>::quiet_NaN());
    r.prox<TestType>(1.7, x);
    CHECK(x.array().isNaN().all());
  }
}

TEST_CASE("subdifferentials bound every difference quotient from below", "[regulariser]") {
  Rng rng(4, "regulariser-subdifferential");
  for (const std::string& text : kAll) {
    const Regulariser r = Regulariser::parse(text);
    for (const double x : {-0.5, -0.25, 0.0, 0.3, 0.75}) {
      if (std::isinf(by_definition(text, x))) continue;
      const auto [lo, hi] = r.subdifferential(x);
      REQUIRE(lo <= hi);
      for (int k = 0; k < 200; ++k) {
        const double z = x + rng.normal();
        for (const double xi : {lo, hi})  // r(z) >= r(x) + xi (z - x)
          if (std::isfinite(xi)) CHECK(by_definition(text, z) >= by_definition(text, x) + xi * (z - x) - 8 * kEps);
      }
    }
  }
  CHECK(Regulariser::parse("l1:0.4").subdifferential(0) == std::pair(-0.4, 0.4));
  CHECK(Regulariser::parse("nonnegative").subdifferential(0) == std::pair(-kInfinity, 0.0));
  CHECK(Regulariser::parse("box:0,1").subdifferential(1) == std::pair(0.0, kInfinity));
  CHECK(Regulariser::parse("box:2,2").subdifferential(2) == std::pair(-kInfinity, kInfinity));
  const auto outside = Regulariser::parse("nonnegative").subdifferential(-1);
  CHECK(outside.first > outside.second);
}

TEST_CASE("the quadratic part and coercivity are told correctly", "[regulariser]") {
  CHECK(Regulariser::parse("l2:0.7").quadratic() == 0.7);
  CHECK(Regulariser::parse("elastic:0.4,0.2").quadratic() == 0.2);
  CHECK(Regulariser::parse("l1:0.4").quadratic() == 0);
  CHECK(Regulariser::parse("l2:1").is_quadratic());
  CHECK_FALSE(Regulariser::parse("elastic:1,1").is_quadratic());
  for (const std::string text : {"l2:0.1", "l1:0.1", "elastic:0,1", "elastic:1,0", "box:0,1"})
    CHECK(Regulariser::parse(text).coercive());
  for (const std::string text : {"none", "nonnegative", "l2:0", "l1:0", "elastic:0,0"})
    CHECK_FALSE(Regulariser::parse(text).coercive());
}

TEST_CASE("regulariser texts are read, written and refused with the remedy", "[regulariser]") {
  for (const std::string& text : kAll) CHECK(Regulariser::parse(text).text() == text);
  CHECK_THROWS_AS(Regulariser::parse("l3:1"), UsageError);
  CHECK_THROWS_WITH(Regulariser::parse("elastc:1,1"), Contains("did you mean 'elastic'") && Contains("nonnegative") &&
                                                          Contains("elastic:lambda,mu") && Contains("box:lo,hi"));
  CHECK_THROWS_WITH(Regulariser::parse("l2"), Contains("l2:lambda"));
  CHECK_THROWS_WITH(Regulariser::parse("none:1"), Contains("none"));
  CHECK_THROWS_WITH(Regulariser::parse("l1:-1"), Contains("lambda must be >= 0") && Contains("-1"));
  CHECK_THROWS_WITH(Regulariser::parse("elastic:1,-2"), Contains("mu must be >= 0"));
  CHECK_THROWS_WITH(Regulariser::parse("box:2,1"), Contains("lo must not exceed hi"));
  CHECK_THROWS_WITH(Regulariser::parse("box:0,one"), Contains("must be a number"));
  CHECK_THROWS_AS(Regulariser::parse("l2:1").prox(0, 1), std::logic_error);
}
