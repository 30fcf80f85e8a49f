#include "algorithms/baselines/sgd.hpp"

#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using bcd::test::network;
using bcd::test::Tiny;

namespace {

/// v = w x + b on the samples (1, 0) and (3, 1), from w = 2, b = 1.
struct Line {
  Matrix<double> X{{1, 3}}, Y{{0, 1}};
  Problem<double> problem{network({1, 1}, "linear"), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0{problem.net};
  Line() {
    w0.W[1](0, 0) = 2;
    w0.b[1](0) = 1;
  }
};

/// f(w) = 1/2 w^2, from w = 1: the gradient is w.
struct Parabola {
  Matrix<double> X{{1}}, Y{{0}};
  Problem<double> problem{network({1, 1}, "linear", false), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0{problem.net};
  Parabola() { w0.W[1](0, 0) = 1; }
};

std::unique_ptr<Algorithm<double>> make_sgd(const std::map<std::string, std::string>& options) {
  auto algorithm = find_plugin("sgd").make<double>();
  ParameterList list = algorithm->parameters();
  for (const auto& [name, value] : options) list.set(name, value);
  return algorithm;
}

template <class Case>
std::vector<double> path(const Case& c, Algorithm<double>& algorithm, int epochs) {
  Rng rng(1, "test");
  algorithm.initialise(c.problem, c.w0, rng);
  std::vector<double> w;
  for (int k = 0; k < epochs; ++k) {
    algorithm.step(nullptr);
    w.push_back(algorithm.weights().W[1](0, 0));
  }
  return w;
}

}  // namespace

TEST_CASE("one full-batch step of sgd is w - eta times the mean gradient", "[sgd]") {
  // Outputs 3 and 7, errors 3 and 6: mean gradient of 1/2 e^2: dw = (3*1 + 6*3)/2 = 10.5, db = 4.5.
  const Line line;
  const auto loss = make_sgd({{"learning_rate", "0.1"}, {"gradient", "loss"}});
  REQUIRE(path(line, *loss, 1)[0] == Approx(2 - 1.05).epsilon(1e-14));
  REQUIRE(loss->weights().b[1](0) == Approx(1 - 0.45).epsilon(1e-14));
  // Mean of e^2 over samples and the single output: twice as much.
  const auto keras = make_sgd({{"learning_rate", "0.1"}, {"gradient", "mean_outputs"}});
  REQUIRE(path(line, *keras, 1)[0] == Approx(2 - 2.1).epsilon(1e-13));
  Measurements row;
  keras->measure(row);
  REQUIRE(row[0].first == "epoch_objective");
  REQUIRE(row[0].second == Approx((9 + 36) / 2.0));
}

TEST_CASE("the mean over outputs divides by their number", "[sgd]") {
  // Two equal outputs of one input: error 2 each, d mean(e^2)/dw_k = 2*2*x/2 = 2 with x = 1.
  Matrix<double> X{{1}}, Y{{0}, {0}};
  const Problem<double> problem{network({1, 2}, "linear", false), Loss::parse("squared", true), &X, &Y};
  Weights<double> w0(problem.net);
  w0.W[1].setConstant(2);
  const auto a = make_sgd({{"learning_rate", "0.5"}, {"gradient", "mean_outputs"}});
  Rng rng(1, "test");
  a->initialise(problem, w0, rng);
  a->step(nullptr);
  REQUIRE(a->weights().W[1](0, 0) == Approx(1.0));
  REQUIRE(a->weights().W[1](1, 0) == Approx(1.0));
}

TEST_CASE("an epoch takes the batches in order, each from the weights the last one left", "[sgd]") {
  // Sample 1: error 3, w = 2 - .3, b = 1 - .3. Sample 2: output 1.7*3 + .7 = 5.8, error 4.8, w -= 1.44, b -= .48.
  const Line line;
  const auto a = make_sgd({{"learning_rate", "0.1"}, {"batch_size", "1"}});
  REQUIRE(path(line, *a, 1)[0] == Approx(0.26).epsilon(1e-13));
  REQUIRE(a->weights().b[1](0) == Approx(0.22).epsilon(1e-13));
}

TEST_CASE("momentum and Nesterov follow their recursions", "[sgd]") {
  // eta = mu = 1/2 on f = w^2/2: v = -.5, -.5, -.25; w = .5, 0, -.25.
  REQUIRE(path(Parabola(), *make_sgd({{"learning_rate", "0.5"}, {"momentum", "0.5"}}), 3) ==
          std::vector<double>{0.5, 0, -0.25});
  // v = -.5, -.375; w = 1 - .25 - .5, then .25 - .1875 - .125.
  REQUIRE(path(Parabola(), *make_sgd({{"learning_rate", "0.5"}, {"momentum", "0.5"}, {"nesterov", "true"}}), 2) ==
          std::vector<double>{0.25, -0.0625});
}

TEST_CASE("shuffling draws permutations: a full batch keeps its step, a seed its path", "[sgd]") {
  const Tiny<> tiny(network({3, 4, 2}, "tanh"), Loss::parse("squared", true), 40, 2);
  const auto run = [&](const std::string& batch, const std::string& shuffle, std::uint64_t seed) {
    const auto a = make_sgd({{"learning_rate", "0.1"}, {"batch_size", batch}, {"shuffle", shuffle}});
    Rng rng(seed, "test");
    a->initialise(tiny.problem, tiny.w0, rng);
    for (int k = 0; k < 3; ++k) a->step(nullptr);
    return a->weights().W[1];
  };
  // A permutation changes the full gradient by rounding only; a draw with repetition would change it visibly.
  REQUIRE((run("40", "true", 1) - run("40", "false", 1)).norm() <= 1e-13);
  REQUIRE(run("7", "true", 1) == run("7", "true", 1));
  REQUIRE((run("7", "true", 1) - run("7", "true", 2)).norm() > 1e-4);
  REQUIRE((run("7", "true", 1) - run("7", "false", 1)).norm() > 1e-4);
}

TEST_CASE("a run restarted from its state repeats the rest", "[sgd]") {
  const Tiny<> tiny(network({3, 4, 2}, "tanh"), Loss::parse("squared", true), 40, 2);
  const std::map<std::string, std::string> options = {
      {"learning_rate", "0.1"}, {"batch_size", "16"}, {"shuffle", "true"}, {"momentum", "0.9"}};
  const auto whole = make_sgd(options), second = make_sgd(options);
  Rng rng1(4, "test"), rng2(4, "test");
  whole->initialise(tiny.problem, tiny.w0, rng1);
  second->initialise(tiny.problem, tiny.w0, rng2);
  for (int k = 0; k < 2; ++k) whole->step(nullptr);
  State<double> from = whole->state(), to = second->state();
  for (std::size_t i = 0; i < from.size(); ++i) to[i].value = from[i].value;
  whole->step(nullptr);
  second->step(nullptr);
  REQUIRE(whole->weights().W[1] == second->weights().W[1]);
  REQUIRE(whole->weights().b[2] == second->weights().b[2]);
}

TEST_CASE("mean_outputs is refused for losses other than the squared one", "[sgd]") {
  const Tiny<> tiny(network({3, 4, 2}, "tanh"), Loss::parse("logistic", true), 10, 2);
  REQUIRE_THAT(make_sgd({{"gradient", "mean_outputs"}})->not_applicable(tiny.problem), Contains("set gradient = loss"));
  REQUIRE(make_sgd({{"gradient", "loss"}})->not_applicable(tiny.problem).empty());
  REQUIRE_THROWS_AS(make_sgd({{"learning_rate", "0"}}), UsageError);
  REQUIRE_THROWS_AS(make_sgd({{"momentum", "1"}}), UsageError);
  REQUIRE_THROWS_AS(make_sgd({{"batch_size", "0"}}), UsageError);
}
