#include "algorithms/baselines/adagrad.hpp"

#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using bcd::test::network;

TEST_CASE("AdaGrad divides by the root of all squared gradients so far", "[adagrad]") {
  // f = w^2/2 from w = 3 with eta = 1: s = 16 + 9 = 25, w = 3 - 3/5 = 2.4; s = 25 + 5.76, w = 2.4 - 2.4/sqrt(30.76).
  Matrix<double> X{{1}}, Y{{0}};
  const Problem<double> problem{network({1, 1}, "linear", false), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0(problem.net);
  w0.W[1](0, 0) = 3;
  const auto a = find_plugin("adagrad").make<double>();
  ParameterList list = a->parameters();
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"learning_rate", "1"}, {"initial_accumulator", "16"}, {"epsilon", "1e-15"}})
    list.set(name, value);
  Rng rng(1, "test");
  a->initialise(problem, w0, rng);
  a->step(nullptr);
  REQUIRE(a->weights().W[1](0, 0) == Approx(2.4).epsilon(1e-13));
  a->step(nullptr);
  REQUIRE(a->weights().W[1](0, 0) == Approx(2.4 - 2.4 / std::sqrt(30.76)).epsilon(1e-13));
}
