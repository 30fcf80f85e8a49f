#include "algorithms/core/counter.hpp"

#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using bcd::test::network;
using bcd::test::Tiny;

namespace {

constexpr std::int64_t kStuck = 1 << 24;  // 2^24 + 1 is no float

/// A run in f32 whose counter stands at 2^24; `option` of the method is set first.
struct Late {
  Tiny<float> tiny{network({3, 2, 1}, "tanh"), Loss::parse("squared", false), 6, 4};
  std::unique_ptr<Algorithm<float>> algorithm;
  std::string name;

  Late(const std::string& method, std::string counter, const std::map<std::string, std::string>& options)
      : algorithm(find_plugin(method).make<float>()), name(std::move(counter)) {
    ParameterList list = algorithm->parameters();
    for (const auto& [key, value] : options) list.set(key, value);
    Rng rng(7, "late");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    auto window = algorithm->state()(name);
    window(0, 0) = 0;
    window(0, window.cols() - 1) = 1;  // the digit of 2^24
  }
  std::int64_t count() const { return Counter<float>::of(algorithm->state()(name)); }
};

struct Blocks : BlockObserver {
  std::vector<std::string> seen;
  void after(const Block& block) override { seen.push_back(block.text()); }
};

}  // namespace

TEST_CASE("a counter counts on behind the last whole number of a float", "[counter]") {
  Counter<float> counter;
  State<float> state;
  counter.add_to(state, "k");
  for (const std::int64_t start : {std::int64_t{0}, kStuck - 1, kStuck, 5 * kStuck - 1}) {
    counter = start;
    for (std::int64_t k = 1; k <= 3; ++k) {
      ++counter;
      CHECK(counter.value() == start + k);
      CHECK(Counter<float>::of(state("k")) == start + k);
    }
  }
  Counter<double> wide;
  wide = 3 * kStuck + 1;
  State<double> wide_state;
  wide.add_to(wide_state, "k");
  CHECK(wide_state("k")(0, 0) == static_cast<double>(3 * kStuck + 1));
}

TEST_CASE("the mini-batch methods count every update in f32", "[counter][sgd][adam][adagrad]") {
  for (const std::string method : {"sgd", "adam", "adagrad"}) {
    Late run(method, "t", {{"batch_size", "2"}, {"shuffle", "true"}});
    REQUIRE(run.count() == kStuck);
    run.algorithm->step(nullptr);
    CHECK(run.count() == kStuck + 3);
    run.algorithm->step(nullptr);
    CHECK(run.count() == kStuck + 6);  // so the next epoch has an order of its own
  }
}

TEST_CASE("bsum visits every block in turn in f32, however many updates it has made", "[counter][bsum]") {
  Late run("bsum_ghauch2018", "k", {{"updates", "4"}});
  Blocks blocks;
  run.algorithm->step(&blocks);
  CHECK(blocks.seen == std::vector<std::string>{"W1", "W2", "W1", "W2"});
  CHECK(run.count() == kStuck + 4);
}
