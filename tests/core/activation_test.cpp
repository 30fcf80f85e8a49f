#include "algorithms/core/activation.hpp"

#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/numeric.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

const std::vector<std::string> kAll = {
    "linear", "relu", "leaky_relu:0.3", "sigmoid", "tanh", "softplus", "polynomial:0.5,-1,0.25,0.125"};
const std::vector<double> kPoints = {-7.5, -2, -0.75, -0.125, 0.25, 0.5, 1.5, 3, 8};

/// sigma by its definition, without the library's arrangements against overflow.
double by_definition(const std::string& text, double u) {
  if (text == "linear") return u;
  if (text == "relu") return std::max(0.0, u);
  if (text == "leaky_relu:0.3") return u >= 0 ? u : 0.3 * u;
  if (text == "sigmoid") return 1 / (1 + std::exp(-u));
  if (text == "tanh") return (std::exp(u) - std::exp(-u)) / (std::exp(u) + std::exp(-u));
  if (text == "softplus") return std::log(1 + std::exp(u));
  return 0.5 - u + u * u / 4 + u * u * u / 8;
}

}  // namespace

TEST_CASE("activation values follow the definitions", "[activation]") {
  for (const std::string& text : kAll)
    for (const double u : kPoints) {
      INFO(text << " at " << u);
      const double expected = by_definition(text, u);
      CHECK(std::abs(Activation::parse(text).value(u) - expected) <= 16 * kEps * (1 + std::abs(expected)));
    }
}

TEST_CASE("sigma' and sigma'' are the difference quotients of sigma and sigma'", "[activation]") {
  // |sigma'''| and |sigma''''| are below 5 for sigmoid, tanh, softplus and the polynomial used.
  for (const std::string& text : kAll) {
    const Activation sigma = Activation::parse(text);
    for (const double u : kPoints) {
      INFO(text << " at " << u);
      const Difference d1 = central_difference([&](double x) { return sigma.value(x); }, u, 5);
      CHECK(std::abs(sigma.derivative(u) - d1.value) <= d1.error);
      const Difference d2 = central_difference([&](double x) { return sigma.derivative(x); }, u, 5);
      CHECK(std::abs(sigma.second_derivative(u) - d2.value) <= d2.error);
    }
  }
}

TEST_CASE("at a kink the derivative is the left one and the subdifferential spans both slopes", "[activation]") {
  const Activation relu = Activation::parse("relu"), leaky = Activation::parse("leaky_relu:0.3");
  CHECK(relu.derivative(0) == 0);
  CHECK(leaky.derivative(0) == 0.3);
  CHECK(relu.subdifferential(0) == std::pair(0.0, 1.0));
  CHECK(leaky.subdifferential(0) == std::pair(0.3, 1.0));
  CHECK(relu.subdifferential(-1e-300) == std::pair(0.0, 0.0));
  CHECK(leaky.subdifferential(1e-300) == std::pair(1.0, 1.0));
  const Activation tanh = Activation::parse("tanh");
  CHECK(tanh.subdifferential(0.5) == std::pair(tanh.derivative(0.5), tanh.derivative(0.5)));
  CHECK_FALSE(relu.smooth());
  CHECK_FALSE(leaky.smooth());
  CHECK(tanh.smooth());
}

TEST_CASE("activations neither overflow nor lose NaN", "[activation]") {
  for (const std::string text : {"sigmoid", "tanh", "softplus"}) {
    const Activation sigma = Activation::parse(text);
    for (const double u : {-1e4, -800.0, 800.0, 1e4}) {
      INFO(text << " at " << u);
      CHECK(std::isfinite(sigma.value(u)));
      CHECK(std::isfinite(sigma.derivative(u)));
      CHECK(std::isfinite(sigma.second_derivative(u)));
    }
  }
  CHECK(Activation::parse("softplus").value(1e4) == 1e4);
  CHECK(Activation::parse("sigmoid").value(-800) == 0);  // exp(-800) is below the smallest double
  for (const std::string& text : kAll) {
    INFO(text);
    CHECK(std::isnan(Activation::parse(text).value(std::numeric_limits<double>::quiet_NaN())));
    Matrix<float> U = Matrix<float>::Constant(37, 3, std::numeric_limits<float>::quiet_NaN());  // vector loop and its rest
    Activation::parse(text).apply<float>(U, U);
    CHECK(U.array().isNaN().all());
  }
}

TEST_CASE("Lipschitz constants are never exceeded by sampled slopes and nearly attained", "[activation]") {
  Rng rng(11, "activation-lipschitz");
  for (const std::string text : {"linear", "relu", "leaky_relu:0.3", "sigmoid", "tanh", "softplus",
                                 "polynomial:0.5,-1,0.25,0.125", "polynomial:0,1,0,-0.3", "polynomial:2", "polynomial:1,-2"}) {
    const Activation sigma = Activation::parse(text);
    for (const double radius : {0.3, 1.0, 6.0}) {
      INFO(text << " on |u| <= " << radius);
      double slope = 0, curvature = 0;
      for (int k = 0; k < 20000; ++k) {
        const double u = rng.uniform(-radius, radius), v = std::clamp(u + 0.01 * radius * rng.normal(), -radius, radius);
        if (u == v) continue;
        slope = std::max(slope, std::abs(sigma.value(u) - sigma.value(v)) / std::abs(u - v));
        curvature = std::max(curvature, std::abs(sigma.derivative(u) - sigma.derivative(v)) / std::abs(u - v));
      }
      // Close pairs carry the rounding of their difference quotient.
      CHECK(slope <= sigma.lipschitz(radius) * (1 + 1e-9));
      CHECK(slope >= 0.95 * sigma.lipschitz(radius));
      if (sigma.smooth()) {
        CHECK(curvature <= sigma.derivative_lipschitz(radius) * (1 + 1e-9));
        CHECK(curvature >= 0.95 * sigma.derivative_lipschitz(radius));
      } else {
        CHECK(std::isinf(sigma.derivative_lipschitz(radius)));
      }
    }
  }
  const double everywhere = std::numeric_limits<double>::infinity();
  CHECK(Activation::parse("sigmoid").lipschitz(everywhere) == 0.25);
  CHECK(Activation::parse("softplus").lipschitz(everywhere) == 1);
  CHECK(Activation::parse("tanh").derivative_lipschitz(everywhere) == Approx(4 / (3 * std::sqrt(3.0))));
  CHECK(std::isinf(Activation::parse("polynomial:0,0,1").lipschitz(everywhere)));
  CHECK(Activation::parse("polynomial:0,0,1").derivative_lipschitz(everywhere) == 2);
}

TEMPLATE_TEST_CASE("apply and multiply_by_derivative work entrywise on blocks and in place", "[activation]", float, double) {
  Rng rng(5, "activation-apply");
  Matrix<TestType> big(7, 12);
  rng.fill_normal(big, 2.0);
  big(0, 3) = 0;
  const double tolerance = 32 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
  for (const std::string& text : kAll) {
    INFO(text);
    const Activation sigma = Activation::parse(text);
    Matrix<TestType> state = big, out = Matrix<TestType>::Constant(9, 12, 2);
    sigma.apply<TestType>(big.middleRows(1, 5), out.block(2, 0, 5, 12));  // windows with gaps between the columns
    sigma.apply<TestType>(state.middleCols(3, 4), state.middleCols(3, 4));
    Matrix<TestType> product = Matrix<TestType>::Constant(7, 4, 3);
    sigma.multiply_by_derivative<TestType>(big.middleCols(3, 4), product);
    double error = 0;
    for (Index j = 0; j < 12; ++j)
      for (Index i = 0; i < 7; ++i) {
        const double u = static_cast<double>(big(i, j)), value = sigma.value(u);
        const bool inside = j >= 3 && j < 7;
        const auto differ = [&](double x, double expected) {
          error = std::max(error, std::abs(x - expected) / (1 + std::abs(expected)));
        };
        differ(static_cast<double>(state(i, j)), inside ? value : u);
        if (inside) differ(static_cast<double>(product(i, j - 3)), 3 * sigma.derivative(u));
        if (i >= 1 && i < 6) differ(static_cast<double>(out(i + 1, j)), value);
      }
    CHECK(error <= tolerance);
    CHECK((out.topRows(2).array() == 2).all());
    CHECK((out.bottomRows(2).array() == 2).all());
  }
}

TEST_CASE("activation texts are read and written without loss", "[activation]") {
  for (const std::string& text : kAll) CHECK(Activation::parse(text).text() == text);
  CHECK(Activation::parse("leaky_relu").text() == "leaky_relu:0.01");
  CHECK(Activation::parse("polynomial:1e-3,0.1").text() == "polynomial:0.001,0.1");
}

TEST_CASE("a wrong activation text is refused with the remedy", "[activation]") {
  CHECK_THROWS_AS(Activation::parse("rellu"), UsageError);
  CHECK_THROWS_WITH(Activation::parse("rellu"), Contains("'rellu'") && Contains("did you mean 'relu'") && Contains("linear") &&
                                                    Contains("leaky_relu") && Contains("softplus") && Contains("polynomial"));
  CHECK_THROWS_WITH(Activation::parse("leaky_relu:1.5"), Contains("(0, 1)") && Contains("1.5"));
  CHECK_THROWS_WITH(Activation::parse("leaky_relu:0"), Contains("(0, 1)"));
  CHECK_THROWS_WITH(Activation::parse("leaky_relu:0.1,0.2"), Contains("one slope"));
  CHECK_THROWS_WITH(Activation::parse("tanh:2"), Contains("takes no numbers"));
  CHECK_THROWS_WITH(Activation::parse("polynomial"), Contains("coefficients"));
  CHECK_THROWS_WITH(Activation::parse("polynomial:1,x"), Contains("must be a number") && Contains("'x'"));
  CHECK_THROWS_WITH(Activation::parse("polynomial:1,"), Contains("must be a number"));
}
