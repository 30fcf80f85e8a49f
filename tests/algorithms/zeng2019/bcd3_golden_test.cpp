// The engine against the textbook form of Algorithms 2 and 3.

#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

/// Largest relative difference of the states after 1, 5 and 20 sweeps (as far as they go).
double engine_against_reference(const Tiny<>& tiny, const std::string& settings, int sweeps = 20) {
  auto engine = make_engine(tiny.problem.net, settings);
  auto reference = make_reference(settings);
  start(*engine, tiny, 3);
  start(*reference, tiny, 3);
  double worst = 0;
  for (int sweep = 1; sweep <= sweeps; ++sweep) {
    engine->step(nullptr);
    reference->step(nullptr);
    if (sweep == 1 || sweep == 5 || sweep == 20) worst = std::max(difference(*engine, *reference), worst);  // keeps a NaN
  }
  return worst;
}

const std::vector<std::string> kOrders = {"order=backward", "order=forward"};
const std::vector<std::string> kWeightUpdates = {" weight_update=joint", " weight_update=jacobi"};
const std::vector<std::string> kWeights = {" gamma=1.5 alpha=0.5", " gamma=1.5 rho=0.8 alpha=0.5",
                                           " gamma=0.4 rho=2.5 alpha=3"};
const std::vector<std::string> kRegularisers = {" r=none s=none", " r=l2:0.3 s=l2:0.7"};

/// Every order, weight update, weighting and regulariser on one problem.
void compare_all(const Tiny<>& tiny) {
  for (const auto& order : kOrders)
    for (const auto& update : kWeightUpdates)
      for (const auto& weights : kWeights)
        for (const auto& regularisers : kRegularisers) {
          const std::string settings = order + update + weights + regularisers;
          INFO(settings);
          CHECK(engine_against_reference(tiny, settings) < 1e-11);
        }
}

}  // namespace

TEST_CASE("the three-splitting engine follows the textbook form for activations with a closed form",
          "[three_splitting][golden]") {
  const std::string activation = GENERATE("relu", "leaky_relu:0.2", "linear");
  const bool bias = GENERATE(true, false);
  INFO(activation << (bias ? ", bias" : ", no bias"));
  compare_all(Tiny<>(network({5, 7, 4, 3}, activation, bias), Loss::parse("squared", false), 50, 11));
}

TEST_CASE("the three-splitting engine follows the textbook form for smooth activations", "[three_splitting][golden]") {
  const std::string activation = GENERATE("tanh", "sigmoid", "softplus");
  INFO(activation);
  const Tiny<> tiny(network({4, 5, 3, 2}, activation), Loss::parse("squared", false), 17, 12);
  for (const auto& order : kOrders) {
    const std::string settings = order + kWeights[1];
    INFO(settings);
    CHECK(engine_against_reference(tiny, settings) < 1e-11);
  }
}

TEST_CASE("the residual engine follows the textbook form of Algorithm 3", "[three_splitting][golden][resnet]") {
  const std::string activation = GENERATE("relu", "leaky_relu:0.2");
  INFO(activation);
  SECTION("with plain layers in between") {
    compare_all(Tiny<>(with_skips(network({5, 5, 4, 4, 3}, activation)), Loss::parse("squared", false), 50, 13));
  }
  SECTION("with a skip connection around the linear output layer") {
    Network net = with_skips(network({4, 4, 4, 4}, activation));
    net.layers[2].skip = true;
    compare_all(Tiny<>(net, Loss::parse("squared", true), 50, 14));
  }
}

TEST_CASE("the three-splitting engine splits the samples without a trace", "[three_splitting][golden]") {
  const int count = GENERATE(1, 2);
  const ThreadCount two(count);
  const bool residual = GENERATE(false, true);
  INFO(count << " threads, " << (residual ? "residual" : "plain"));
  const Network plain = network({6, 8, 8, 3}, "relu");
  const Tiny<> tiny(residual ? with_skips(plain) : plain, Loss::parse("squared", false), 2 * kColumnBlock + 89, 15);
  for (const auto& order : kOrders)
    for (const auto& update : kWeightUpdates) {
      const std::string settings = order + update + kWeights[1] + kRegularisers[1];
      INFO(settings);
      CHECK(engine_against_reference(tiny, settings, 5) < 1e-11);
    }
}

TEST_CASE("the prox-linear output update follows its formula (3.2)", "[three_splitting][golden][proxlinear]") {
  const std::string loss = GENERATE("squared", "cross_entropy", "logistic", "squared_hinge");
  INFO(loss);
  const Tiny<> tiny(network({5, 7, 4, 3}, "relu"), Loss::parse(loss, false), 40, 16);
  for (const auto& order : kOrders)
    CHECK(engine_against_reference(tiny, order + kWeights[1] + kRegularisers[1] + " output_update=proxlinear") < 1e-11);
}

TEST_CASE("in single precision the engine agrees with double to single precision", "[three_splitting][golden]") {
  const std::string settings = GENERATE(as<std::string>(), "gamma=1.5 rho=0.8 alpha=0.5", "order=forward gamma=1.5 alpha=0.5",
                                        "weight_update=jacobi r=l2:0.3 s=l2:0.7");
  const Index n = 300;
  const Tiny<float> single(network({5, 7, 4, 3}, "relu"), Loss::parse("squared", false), n, 17);
  const Matrix<double> X = single.X.cast<double>(), Y = single.Y.cast<double>();
  Tiny<double> tiny(single.problem.net, single.problem.loss, n, 17);
  tiny.X = X, tiny.Y = Y;
  auto engine = make_engine<float>(tiny.problem.net, settings);
  auto reference = make_reference(settings);
  start(*engine, single, 3);
  start(*reference, tiny, 3);
  for (int sweep = 1; sweep <= 5; ++sweep) engine->step(nullptr), reference->step(nullptr);
  // Sums over n samples are off by n eps at most, and five sweeps of contracting updates add up.
  CHECK(difference(*engine, *reference) < 5 * static_cast<double>(n) * std::numeric_limits<float>::epsilon());
}
