#include "algorithms/baselines/adam.hpp"

#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using bcd::test::network;
using bcd::test::Tiny;

TEST_CASE("Adam's first step has the length of the learning rate in every entry", "[adam]") {
  const Tiny<> tiny(network({3, 4, 2}, "tanh"), Loss::parse("squared", true), 30, 6);
  const auto a = find_plugin("adam").make<double>();
  ParameterList list = a->parameters();
  list.set("learning_rate", "0.01");
  list.set("epsilon", "1e-14");
  Rng rng(1, "test");
  a->initialise(tiny.problem, tiny.w0, rng);
  a->step(nullptr);
  // m and v are corrected to g and g^2, so the step is eta g/(|g| + epsilon).
  for (std::size_t i : {1, 2}) {
    const Matrix<double> step = (a->weights().W[i] - tiny.w0.W[i]).cwiseAbs();
    REQUIRE((step.array() - 0.01).abs().maxCoeff() <= 1e-11);
  }
}

TEST_CASE("Adam's second step mixes both gradients with bias correction", "[adam]") {
  // f = w^2/2 from w = 1 with eta = 1/2, beta1 = 1/2, beta2 = 3/4: g = 1, w1 = 1/2, g = 1/2;
  // m = .5*.5 + .5*.5 = .5, corrected .5/.75 = 2/3; v = .75*.25 + .25*.25 = .25, corrected .25/(1 - .5625) = 4/7.
  Matrix<double> X{{1}}, Y{{0}};
  const Problem<double> problem{network({1, 1}, "linear", false), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0(problem.net);
  w0.W[1](0, 0) = 1;
  const auto a = find_plugin("adam").make<double>();
  ParameterList list = a->parameters();
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"learning_rate", "0.5"}, {"beta1", "0.5"}, {"beta2", "0.75"}, {"epsilon", "1e-15"}})
    list.set(name, value);
  Rng rng(1, "test");
  a->initialise(problem, w0, rng);
  a->step(nullptr);
  REQUIRE(a->weights().W[1](0, 0) == Approx(0.5).epsilon(1e-13));
  a->step(nullptr);
  REQUIRE(a->weights().W[1](0, 0) == Approx(0.5 - 0.5 * (2.0 / 3) / std::sqrt(4.0 / 7)).epsilon(1e-13));
}
