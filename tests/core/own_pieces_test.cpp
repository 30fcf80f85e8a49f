// Activations and losses of one's own: where they are the program's again, everything is the same to rounding.
#include "tests/support/own_pieces.hpp"

#include "algorithms/core/pieces.hpp"
#include "algorithms/core/prox.hpp"
#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

template <class T>
Matrix<T> normal(Index rows, Index cols, double scale, std::uint64_t seed) {
  Rng rng(seed, "own pieces");
  Matrix<T> M(rows, cols);
  rng.fill_normal(M, scale);
  return M;
}

}  // namespace

TEST_CASE("an activation of one's own is found by its name, and refused where something is missing", "[core][own]") {
  add_activation(swish());
  const Activation sigma = Activation::parse("swish");
  CHECK(sigma.text() == "swish");
  CHECK(sigma.smooth());
  CHECK(sigma.value(2) == Approx(2 / (1 + std::exp(-2.0))));
  CHECK(activation_names().back() == "swish");
  CHECK_THROWS_WITH(Activation::parse("swisch"), Contains("did you mean 'swish'?"));
  CHECK_THROWS_WITH(Activation::parse("swish:2"), Contains("takes no numbers"));
  const auto refused = [](auto change) {
    OwnActivation own = own_tanh();
    change(own);
    try {
      add_activation(own);
    } catch (const UsageError& e) {
      return std::string(e.what());
    }
    return std::string("taken");
  };
  CHECK_THAT(refused([](OwnActivation& a) { a.name = "swish"; }), Contains("is taken"));
  CHECK_THAT(refused([](OwnActivation& a) { a.name = "tanh"; }), Contains("'tanh' is taken by the program"));
  CHECK_THAT(refused([](OwnActivation& a) { a.name = "My Tanh"; }), Contains("snake case"));
  CHECK_THAT(refused([](OwnActivation& a) { a.derivative = {}; }), Contains("has no derivative"));
  CHECK_THAT(refused([](OwnActivation& a) { a.second_derivative = {}; }), Contains("no second_derivative, which a smooth"));
  CHECK_THAT(refused([](OwnActivation& a) { a.smooth = false; }), Contains("no subdifferential, which a kinked"));
}

TEST_CASE("a loss of one's own is found by its name, and refused where something is missing", "[core][own]") {
  add_loss(huber());
  const Loss loss = Loss::parse("huber", true);
  CHECK(loss.name() == "huber");
  CHECK(loss.mean);
  CHECK(loss.convex());
  CHECK(loss.gradient_lipschitz() == 1);
  CHECK(loss_names().back() == "huber");
  CHECK_THROWS_WITH(Loss::parse("hubert", true), Contains("did you mean 'huber'?"));
  CHECK_THROWS_WITH(add_loss(huber()), Contains("is taken"));
  OwnLoss broken = huber();
  broken.name = "squared";
  CHECK_THROWS_WITH(add_loss(broken), Contains("'squared' is taken by the program"));
  broken.name = "kinked";
  broken.smooth = false;
  CHECK_THROWS_WITH(add_loss(broken), Contains("no subdifferential"));
}

TEMPLATE_TEST_CASE("the hyperbolic tangent of one's own is the program's", "[core][own]", float, double) {
  using T = TestType;
  const OwnActivation definition = own_tanh();
  const Activation own(definition), tanh = Activation::parse("tanh");
  const T accuracy = 8 * std::numeric_limits<T>::epsilon();
  const Matrix<T> U = normal<T>(6, 40, 2, 1), A = normal<T>(6, 40, 1, 2);
  Matrix<T> x(6, 40), y(6, 40);
  own.apply<T>(U, x), tanh.apply<T>(U, y);
  CHECK((x - y).cwiseAbs().maxCoeff() <= accuracy);
  x = y = A;
  own.multiply_by_derivative<T>(U, x), tanh.multiply_by_derivative<T>(U, y);
  CHECK((x - y).cwiseAbs().maxCoeff() <= 4 * accuracy);
  for (const double g : {0.01, 0.3, 5.0}) {
    activation_prox<T>(own, A, U, g, x), activation_prox<T>(tanh, A, U, g, y);
    for (Index e = 0; e < x.size(); ++e) {
      CAPTURE(g, A(e), U(e), x(e), y(e));
      const auto value = [&](T u) { return activation_prox_objective(tanh, A(e), U(e), g, u); };
      const double rounding = static_cast<double>(accuracy) * (1 + std::abs(static_cast<double>(y(e))));
      CHECK(value(x(e)) <= (1 + 16 * static_cast<double>(accuracy)) * value(y(e)) + (1 + g) * rounding * rounding);
    }
  }
}

TEST_CASE("the scalar subproblem of an activation of one's own is solved to its global minimum", "[core][own]") {
  const OwnActivation definition = swish();
  const Activation sigma(definition);
  Rng rng(3, "swish");
  for (int k = 0; k < 300; ++k) {
    const double a = 3 * rng.normal(), b = 4 * rng.normal(), g = std::exp(2 * rng.normal());
    const double u = activation_prox(sigma, a, b, g), value = activation_prox_objective(sigma, a, b, g, u);
    const double radius = std::abs(sigma.value(b) - a) / std::sqrt(g);
    double best = value;
    for (int i = 0; i <= 20000; ++i)
      best = std::min(best, activation_prox_objective(sigma, a, b, g, b - radius + i * (radius / 10000)));
    CAPTURE(a, b, g, u);
    CHECK(value <= best + 1e-13 * (1 + best));
    const double d = sigma.derivative(u);
    CHECK(std::abs((sigma.value(u) - a) * d + g * (u - b)) <=
          1e-13 * (1 + std::abs(a) + std::abs(u) + g * (std::abs(u) + std::abs(b))));
  }
  const OwnActivation kinked = modulus();
  CHECK_FALSE(has_prox(Activation(kinked)));
  CHECK(has_prox(sigma));
  CHECK(Activation(kinked).subdifferential(0) == std::pair{-1.0, 1.0});
  CHECK(std::isinf(Activation(kinked).derivative_lipschitz(1)));
}

TEST_CASE("a loss of one's own: sum, gradient and proximal step", "[core][own]") {
  const OwnLoss definition = own_logistic();
  const Loss own = as_loss(definition), logistic = Loss::parse("logistic", false);
  const Matrix<double> B = normal<double>(3, 50, 4, 4);
  const Matrix<double> Y = normal<double>(3, 50, 1, 5).unaryExpr([](double x) { return x < 0 ? -1.0 : 1.0; });
  CHECK(own.sum<double>(B, Y) == Approx(logistic.sum<double>(B, Y)).epsilon(1e-13));
  Matrix<double> x(3, 50), y(3, 50);
  own.gradient<double>(B, Y, x), logistic.gradient<double>(B, Y, y);
  CHECK((x - y).cwiseAbs().maxCoeff() <= 1e-15);
  for (const double g : {0.01, 1.0, 50.0}) {
    own.prox<double>(0.7, g, B, Y, x), logistic.prox<double>(0.7, g, B, Y, y);
    CHECK((x - y).cwiseAbs().maxCoeff() <= 1e-13 * (1 + y.cwiseAbs().maxCoeff()));
  }
  const OwnLoss not_convex = welsch();
  CHECK_FALSE(as_loss(not_convex).convex());
  CHECK_THROWS_AS(as_loss(not_convex).prox<double>(1, 1, B, Y, x), std::logic_error);
}

TEST_CASE("without a proximal operator a kinked loss is bisected onto its kink", "[core][own]") {
  const OwnLoss with = absolute();
  OwnLoss without = with;
  without.prox = {};
  const Matrix<double> B = normal<double>(2, 60, 2, 6), Y = normal<double>(2, 60, 1, 7);
  Matrix<double> x(2, 60), y(2, 60);
  as_loss(with).prox<double>(1.0, 0.8, B, Y, x), as_loss(without).prox<double>(1.0, 0.8, B, Y, y);
  int at_kink = 0;
  for (Index e = 0; e < x.size(); ++e) {
    CAPTURE(B(e), Y(e));
    if (x(e) == Y(e)) {
      ++at_kink;
      CHECK(y(e) == Y(e));
    } else {
      CHECK(std::abs(y(e) - x(e)) <= 2 * std::numeric_limits<double>::epsilon() * (1 + std::abs(B(e))));  // v - b is rounded
    }
  }
  CHECK(at_kink > 10);
  Matrix<double> nan = Matrix<double>::Constant(1, 1, std::numeric_limits<double>::quiet_NaN()),
                 zero = Matrix<double>::Zero(1, 1);
  as_loss(without).prox<double>(1.0, 1.0, nan, zero, nan);
  CHECK(std::isnan(nan(0, 0)));
  CHECK(as_loss(with).entry_subdifferential(1, 1) == std::pair{-1.0, 1.0});
}
