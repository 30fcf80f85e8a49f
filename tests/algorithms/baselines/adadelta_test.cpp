#include "algorithms/baselines/adadelta.hpp"

#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using bcd::test::network;
using bcd::test::Tiny;

TEST_CASE("ADADELTA's first step has the same length in every entry, whatever the gradient", "[adadelta]") {
  const Tiny<> tiny(network({3, 4, 2}, "tanh"), Loss::parse("squared", true), 30, 6);
  const auto a = find_plugin("adadelta").make<double>();
  ParameterList list = a->parameters();
  list.set("epsilon", "1e-20");
  list.set("rho", "0.75");
  Rng rng(1, "test");
  a->initialise(tiny.problem, tiny.w0, rng);
  a->step(nullptr);
  // s = g^2/4 and u = 0, so the step is sqrt(epsilon/(g^2/4 + epsilon)) |g| = 2 sqrt(epsilon) = 2e-10.
  for (std::size_t i : {1, 2}) {
    const Matrix<double> step = (a->weights().W[i] - tiny.w0.W[i]).cwiseAbs();
    REQUIRE((step.array() - 2e-10).abs().maxCoeff() <= 1e-15);
  }
}

TEST_CASE("ADADELTA's second step has the root of the ratio of both averages", "[adadelta]") {
  // f = w^2/2 from w = 1, rho = 3/4, epsilon = 1: g = 1, s = 1/4, d = -sqrt(1/(5/4)) = -2/sqrt(5), u = 1/4 * 4/5 = 1/5;
  // then g = w1, s = 3/16 + g^2/4, d = -sqrt((6/5)/(s + 1)) g.
  Matrix<double> X{{1}}, Y{{0}};
  const Problem<double> problem{network({1, 1}, "linear", false), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0(problem.net);
  w0.W[1](0, 0) = 1;
  const auto a = find_plugin("adadelta").make<double>();
  ParameterList list = a->parameters();
  for (const auto& [name, value] : std::map<std::string, std::string>{{"rho", "0.75"}, {"epsilon", "1"}}) list.set(name, value);
  Rng rng(1, "test");
  a->initialise(problem, w0, rng);
  a->step(nullptr);
  const double w1 = 1 - 2 / std::sqrt(5.0);
  REQUIRE(a->weights().W[1](0, 0) == Approx(w1).epsilon(1e-13));
  a->step(nullptr);
  const double s = 3.0 / 16 + w1 * w1 / 4;
  REQUIRE(a->weights().W[1](0, 0) == Approx(w1 - std::sqrt(1.2 / (s + 1)) * w1).epsilon(1e-13));
}
