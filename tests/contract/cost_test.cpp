// The cost of a step against a count by hand, for a network 3-4-2 with biases and ten samples.
#include <catch2/catch.hpp>

#include "algorithms/registry.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;

namespace {

std::optional<StepCost> cost_of(const std::string& name,
                                const std::vector<std::pair<std::string, std::string>>& parameters = {}) {
  const test::Tiny<> tiny(test::network({3, 4, 2}, "relu"), Loss::parse("squared", false), 10, 1);
  const auto algorithm = find_plugin(name).make<double>();
  ParameterList list = algorithm->parameters();
  for (const auto& [key, value] : parameters) list.set(key, value);
  Rng rng(1, "cost");
  algorithm->initialise(tiny.problem, tiny.w0, rng);
  return algorithm->cost();
}

}  // namespace

TEST_CASE("an epoch of a gradient method costs one product forwards and two backwards a layer, the first layer one", "[cost]") {
  for (const std::string name : {"sgd", "adam", "adagrad"}) {
    const auto cost = cost_of(name);
    REQUIRE(cost);
    CHECK(cost->products == 5);
    // W_1 X, W_2 V_1: 240 + 160; G_1 X', G_2 V_1': 240 + 160; W_2' G_2: 160
    CHECK(cost->flops == 960);
    CHECK(cost_of(name, {{"batch_size", "3"}})->flops == 960);  // whatever the batches, every sample is used once
  }
}

TEST_CASE("a sweep of the three-splitting method costs what its blocks cost", "[cost]") {
  // V_1: W_2 V_1 and K E, 160 each; S = W_2 W_2' by half (2 2 4), its Cholesky factor (8/3), two triangular solves (2 2 2 4).
  const double V1 = 320 + 16 + 8.0 / 3 + 32;
  // [W_1 b_1]: Z and the residual times X', 240 each; the system of X is factorised once and for all; solves 2 4^2 4.
  const double layer1 = 480 + 128;
  // [W_2 b_2]: Z and the residual times V_1', 160 each; V_1 V_1' by half (4 4 10); factor 5^3/3; solves 2 5^2 2.
  const double layer2 = 320 + 160 + 125.0 / 3 + 100;
  for (const std::string name : {"bcd3_zeng2019", "bcd_resnet_zeng2019"}) {
    const auto cost = cost_of(name);
    REQUIRE(cost);
    CHECK(cost->products == 7);
    CHECK(cost->flops == Approx(V1 + layer1 + layer2));
    const auto forward = cost_of(name, {{"order", "forward"}});  // Z_1 and Z_2 a second time
    CHECK(forward->products == 9);
    CHECK(forward->flops == Approx(cost->flops + 240 + 160));
  }
}

TEST_CASE("a cost that depends on the data is not counted", "[cost]") {
  CHECK_FALSE(cost_of("bcd3_zeng2019", {{"r", "l1:0.1"}}));
  CHECK_FALSE(cost_of("bcd3_zeng2019", {{"s", "nonnegative"}}));
  CHECK_FALSE(cost_of("bcd2_zeng2019"));
  CHECK(cost_of("bcd3_zeng2019", {{"r", "l2:0.1"}}));
}
