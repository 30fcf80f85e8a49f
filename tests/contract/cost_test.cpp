// The cost of a step against a count by hand: ten samples, a network 3-4-2 with biases where nothing else is said.

#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;

namespace {

std::optional<StepCost> cost_of(const std::string& name,
                                const std::vector<std::pair<std::string, std::string>>& parameters = {},
                                const Network& network = test::network({3, 4, 2}, "relu")) {
  const test::Tiny<> tiny(network, Loss::parse("squared", false), 10, 1);
  const auto algorithm = find_plugin(name).make<double>();
  ParameterList list = algorithm->parameters();
  for (const auto& [key, value] : parameters) list.set(key, value);
  Rng rng(1, "cost");
  algorithm->initialise(tiny.problem, tiny.w0, rng);
  return algorithm->cost();
}

}  // namespace

TEST_CASE("an epoch of a gradient method costs one product forwards and two backwards a layer, the first layer one", "[cost]") {
  for (const std::string name : {"sgd", "adam", "adagrad", "adadelta"}) {
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

TEST_CASE("a sweep of the two-splitting method in closed form costs its products, Gram matrices and solves", "[cost]") {
  // V_2: W_2 V_1. [W_2 b_2]: A A' in full (2 5 5 10), A V_2' (2 5 2 10), factor 5^3/3, solves 2 5^2 2.
  const double layer2 = 160 + 500 + 200 + 125.0 / 3 + 100;
  // V_1: W_1 X, W_2' W_2 in full (2 4 4 2), W_2' V_2, factor 4^3/3, solves 2 4^2 10.
  const double V1 = 240 + 64 + 160 + 64.0 / 3 + 320;
  // [W_1 b_1]: A A' in full (2 4 4 10), A V_1' (2 4 4 10), factor 4^3/3, solves 2 4^2 4.
  const double layer1 = 320 + 320 + 64.0 / 3 + 128;
  const Network linear = test::network({3, 4, 2}, "linear");
  const auto cost = cost_of("bcd2_zeng2019", {{"r", "l2:0.1"}}, linear);
  REQUIRE(cost);
  CHECK(cost->products == 7);
  CHECK(cost->flops == Approx(layer2 + V1 + layer1));
  CHECK_FALSE(cost_of("bcd2_zeng2019", {{"s", "l1:0.1"}}, linear));
}

TEST_CASE("a sweep of Akiyama's Algorithm 1 costs its gradient steps, in the loops that run", "[cost]") {
  // 6-5-4-2, so n = 10 <= 12. W_3 and V_2: a residual and a gradient each, 2 2 4 10. W_2: two products of 2 4 5 10.
  const Network network = test::network({6, 5, 4, 2}, "leaky_relu:0.5", false);
  const double outer = 4 * 160 + 2 * 400;
  // V_1: Z and W' sum, two products Q G with G 4 x 4. W_1: U and sum X' (2 5 6 10), three products Q G with G 10 x 10.
  const auto gram = cost_of("bcd_akiyama2025", {{"K_V", "3"}, {"K_W", "4"}}, network);
  REQUIRE(gram);
  CHECK(gram->products == 6 + (2 + 2) + (2 + 3));
  CHECK(gram->flops == outer + (2 * 400 + 2 * 320) + (2 * 600 + 3 * 1000));
  const auto plain = cost_of("bcd_akiyama2025", {{"K_V", "3"}, {"K_W", "4"}, {"loops", "plain"}}, network);
  CHECK(plain->products == 6 + 3 * 2 + 4 * 2);
  CHECK(plain->flops == outer + 3 * 2 * 400 + 4 * 2 * 600);
  const auto none = cost_of("bcd_akiyama2025", {{"K_V", "0"}, {"K_W", "4"}}, network);
  CHECK(none->flops == outer + 2 * 400 + (2 * 600 + 3 * 1000));
}

TEST_CASE("a sweep of Akiyama's Algorithm 3 leaves W_L alone and moves W_{L-1} twice", "[cost]") {
  Network network = test::network({6, 5, 5, 2}, "relu", false);
  network.layers[1].skip = true;
  // V_2: 2 products of 2 2 5 10. W_2: twice 2 products of 2 5 5 10. V_1, with a skip connection: 2 such products a step.
  const double outer = 2 * 200 + 4 * 500 + 3 * 2 * 500;
  const auto steps = cost_of("bcd_relu_akiyama2025", {{"K_V", "3"}, {"K_W", "4"}}, network);
  REQUIRE(steps);
  CHECK(steps->products == 2 + 4 + 6 + 5);
  CHECK(steps->flops == outer + 2 * 600 + 3 * 1000);
  const auto exact = cost_of("bcd_relu_akiyama2025", {{"K_V", "3"}, {"first_layer", "exact"}}, network);
  CHECK(exact->products == 2 + 4 + 6 + 2);
  CHECK(exact->flops == outer + 2 * 600);
}

TEST_CASE("a sweep of DLAM costs one trial of every backtracking, of mDLAM also the test whether F falls", "[cost]") {
  // Layer 1: W x and R x', D gram (2 4 3 3). Layer 2: W a twice and R a', gram by half (4 4 10), D gram (2 2 4 4); a_1: R,
  // W' R and W D, 160 each.
  const double dlam = 2 * 240 + 72 + 3 * 160 + 160 + 64 + 3 * 160;
  const auto cost = cost_of("dlam_wang2018");
  REQUIRE(cost);
  CHECK(cost->products == 2 + 4 + 3);
  CHECK(cost->flops == dlam);
  // The weights: two more products with gram a layer. a_1: R and W D at the old point.
  const auto accelerated = cost_of("mdlam_wang2022");
  REQUIRE(accelerated);
  CHECK(accelerated->products == 2 + 4 + 3 + 2);
  CHECK(accelerated->flops == dlam + 2 * 72 + 2 * 64 + 2 * 160);
}

TEST_CASE("block updates of BSUM cost the layers that have moved, back-propagation to the block and its gradient", "[cost]") {
  const Network network = test::network({3, 4, 2}, "sigmoid");
  const auto bsum = [&](std::vector<std::pair<std::string, std::string>> parameters) {
    parameters.emplace_back("gamma_rule", "fixed");
    return cost_of("bsum_ghauch2018", parameters, network);
  };
  // Block 1: forwards 240 + 160, back 160, gradient 240. Block 2: forwards again, gradient 160. Then block 1 from layer 2 on.
  const double first = 400 + 160 + 240, second = 400 + 160, later = 160 + 160 + 240;
  REQUIRE(bsum({}));
  CHECK(bsum({})->products == 4 + 3);
  CHECK(bsum({})->flops == first + second);
  CHECK(bsum({{"updates", "4"}})->products == 4 + 3 + 3 + 3);
  CHECK(bsum({{"updates", "4"}})->flops == first + second + later + second);
  CHECK(bsum({{"batch_size", "5"}})->products == 3.5);  // half of the samples; nothing is kept from another batch
  CHECK(bsum({{"batch_size", "5"}, {"updates", "4"}})->flops == first + second);
  CHECK(bsum({{"order", "joint"}})->flops == 960);  // as an epoch of a gradient method
  CHECK_FALSE(bsum({{"updates", "3"}}));            // two of one block, one of the other, in turn
  CHECK_FALSE(bsum({{"growing", "true"}}));
  CHECK_FALSE(bsum({{"step", "armijo"}}));
  CHECK_FALSE(bsum({{"surrogate", "second_order"}}));
  CHECK_FALSE(cost_of("bsum_ghauch2018", {}, network));  // gamma by backtracking
}

TEST_CASE("a sweep of Taylor's ADMM costs its products, pseudo-inverses and solves", "[cost]") {
  // [W_1 b_1]: z A' and twice a product with the 4 x 4 pseudo-inverse of the inputs, made once; z_1: W x.
  const double layer1 = 240 + 2 * (2 * 4 * 16) + 240;
  // a_1: W_2' W_2 by half (4 4 2), factor 4^3/3, W_2' z_2, two triangular solves 4^2 10 2.
  const double a1 = 32 + 64.0 / 3 + 160 + 320;
  // [W_2 b_2]: A A' by half (4 4 10), its eigenvalues 9 5^3, z A' and twice a 5 x 5 product; z_2: W a.
  const double layer2 = 160 + 1125 + 160 + 2 * (2 * 2 * 25) + 160;
  const auto cost = cost_of("admm_taylor2016");
  REQUIRE(cost);
  CHECK(cost->products == 2 + 1 + 3);
  CHECK(cost->flops == Approx(layer1 + a1 + layer2));
}

TEST_CASE("a sweep of Zeng's ADMM costs its products and solves", "[cost]") {
  // [W_2 b_2]: W V, E A', A A' by half (4 4 10), factor 5^3/3, solves 2 5^2 2.
  const double W2 = 160 + 160 + 160 + 125.0 / 3 + 100;
  // [W_1 b_1]: W X, E A', factor 4^3/3, solves 2 4^2 4.
  const double W1 = 240 + 240 + 64.0 / 3 + 128;
  // V_1: W_2 V_1, W_1 X, W_2' E, W_2' W_2 by half (4 4 2), factor 4^3/3, solves 2 4^2 10.
  const double V1 = 160 + 240 + 160 + 32 + 64.0 / 3 + 320;
  // V_2: W_2 V_1; Lambda: W_1 X, W_2 V_1.
  const double rest = 160 + 240 + 160;
  const auto cost = cost_of("admm_zeng2021", {}, test::network({3, 4, 2}, "sigmoid"));
  REQUIRE(cost);
  CHECK(cost->products == 3 + 2 + 3 + 1 + 2);
  CHECK(cost->flops == Approx(W2 + W1 + V1 + rest));
}

TEST_CASE("a cost that depends on the data is not counted", "[cost]") {
  CHECK_FALSE(cost_of("bcd3_zeng2019", {{"r", "l1:0.1"}}));
  CHECK_FALSE(cost_of("bcd3_zeng2019", {{"s", "nonnegative"}}));
  CHECK_FALSE(cost_of("bcd2_zeng2019"));
  CHECK(cost_of("bcd3_zeng2019", {{"r", "l2:0.1"}}));
}
