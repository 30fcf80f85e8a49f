#include <fstream>

#include "experiments/file/load.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;

namespace {

std::string sample(const std::string& grid, const std::string& panel = "A", const std::string& better = "B",
                   const std::string& baseline = "B") {
  return R"(
id = "sample"
paper = "none"
title = "A sample"
description = "For the tests."
[dataset]
name = "bodyfat"
[run]
iterations = 20
seeds = [5, 8]
[[variant]]
label = "A"
algorithm = "sgd"
parameters = { learning_rate = 0.5 }
)" + grid +
         R"(
[[variant]]
label = "B"
algorithm = "bcd3_zeng2019"
[[figure]]
title = "Loss"
caption = "Lower is better."
panel = [{ y = "train_loss", variants = [")" +
         panel + R"("] }]
[[claim]]
id = "sample.value"
item = "Section 1"
statement = "A is small"
kind = "value"
metric = "train_loss"
op = "<"
value = 1
variants = ["A"]
expect = "holds"
[[claim]]
id = "sample.order"
item = "Section 1"
statement = "One is better than the other"
kind = "order"
metric = "train_loss"
op = "<"
baseline = ")" +
         baseline +
         R"("
variants = [")" +
         better + R"("]
expect = "holds"
)";
}

const std::string kGrid = "grid = { momentum = [0, 0.5], \"run.iterations\" = [5, 10, 15] }";

Experiment load(const std::string& text, const Overrides& overrides = {}) {
  const test::TemporaryFolder folder;
  const auto file = folder.path / "sample.toml";
  std::ofstream(file) << text;
  return load_experiment(file.string(), overrides);
}

std::string error_of(const std::string& text, const Overrides& overrides = {}) {
  try {
    load(text, overrides);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

Overrides grid(std::vector<std::string> assignments) {
  Overrides overrides;
  overrides.grid = std::move(assignments);
  return overrides;
}

}  // namespace

TEST_CASE("a grid in the file makes a variant of every combination", "[spec][grid]") {
  const Experiment e = load(sample(kGrid));
  REQUIRE(e.runs.size() == 2 * 3 * 2 + 2);
  std::size_t i = 0;
  for (const char* momentum : {"0", "0.5"})
    for (const char* iterations : {"5", "10", "15"})
      for (const std::uint64_t seed : {5u, 8u}) {
        const PlannedRun& planned = e.runs[i++];
        CHECK(planned.variant == std::string("A[momentum=") + momentum + ",run.iterations=" + iterations + "]");
        CHECK(planned.parameters.at("momentum") == momentum);
        CHECK(planned.parameters.at("learning_rate") == "0.5");
        CHECK(planned.iterations == std::stoi(iterations));
        CHECK(planned.seed == seed);
      }
  CHECK(e.runs[i].variant == "B");
  CHECK(e.runs[i].iterations == 20);
}

TEST_CASE("a label of the file stands for all points of its grid; a comparison names one point", "[spec][grid]") {
  const Experiment e = load(sample(kGrid));
  CHECK(e.figures[0].panels[0].variants.size() == 6);
  CHECK(e.claims[0].variants.size() == 6);
  const std::string point = "A[momentum=0.5,run.iterations=10]";
  const Experiment one = load(sample(kGrid, point, "B", point));
  CHECK(one.figures[0].panels[0].variants == std::vector<std::string>{point});
  CHECK(one.claims[1].text.at("baseline") == point);
  CHECK_THAT(
      error_of(sample(kGrid, "A", "B", "A")),
      Contains("claim sample.order: 'A' is a grid of 6 variants; name one of them, such as 'A[momentum=0,run.iterations=5]'"));
  CHECK_THAT(error_of(sample(kGrid, "A[momentum=0.4,run.iterations=10]")), Contains("unknown variant 'A[momentum=0.4"));
}

TEST_CASE("the option --variant takes a point or a whole grid", "[spec][grid]") {
  Overrides overrides;
  overrides.variants = {"A[momentum=0,run.iterations=15]"};
  CHECK(load(sample(kGrid), overrides).runs.size() == 2);
  overrides.variants = {"A"};
  CHECK(load(sample(kGrid), overrides).runs.size() == 12);
}

TEST_CASE("the option --grid makes variants wherever the key has a meaning, in place of the file's values", "[spec][grid]") {
  const Experiment rates = load(sample(""), grid({"learning_rate=0.1,1"}));
  REQUIRE(rates.runs.size() == 2 * 2 + 2);  // B has no learning rate
  CHECK(rates.runs[0].variant == "A[learning_rate=0.1]");
  CHECK(rates.runs[4].variant == "B");
  CHECK(rates.claims.empty());

  const Experiment widths = load(sample(""), grid({"network.hidden=[3],[3, 4]"}));
  REQUIRE(widths.runs.size() == 2 * 2 * 2);
  CHECK(widths.runs[2].hidden == std::vector<Index>{3, 4});
  CHECK(widths.runs[6].variant == "B[network.hidden=[3,4]]");

  const Experiment replaced = load(sample(kGrid), grid({"momentum=0.9"}));
  REQUIRE(replaced.runs.size() == 3 * 2 + 2);
  CHECK(replaced.runs[0].variant == "A[run.iterations=5,momentum=0.9]");
  CHECK(replaced.figures[0].panels[0].variants.size() == 3);
}

TEST_CASE("the option --set takes a key out of the grid", "[spec][grid]") {
  Overrides overrides;
  overrides.set = {{"momentum", "0.9"}};
  const Experiment e = load(sample(kGrid), overrides);
  REQUIRE(e.runs.size() == 3 * 2 + 2);
  CHECK(e.runs[0].variant == "A[run.iterations=5]");
  CHECK(e.runs[0].parameters.at("momentum") == "0.9");
}

TEST_CASE("a grid that makes no sense is an error that says why", "[spec][grid][errors]") {
  const auto file = [](const std::string& g) { return error_of(sample("grid = { " + g + " }")); };
  CHECK_THAT(file("momentum = 0.5"),
             Contains("variant 'A': grid over momentum must be a list with at least one value, got 0.5"));
  CHECK_THAT(file("momentum = []"), Contains("at least one value"));
  CHECK_THAT(file("momentum = [0.5, 0.5]"), Contains("holds 0.5 twice"));
  CHECK_THAT(file("run.iterations = [5]"), Contains("a key with a dot stands in quotes"));
  CHECK_THAT(file("\"run.seeds\" = [[1], [2]]"), Contains("write them in run.seeds"));
  CHECK_THAT(file("momentun = [1]"), Contains("did you mean 'momentum'"));
  CHECK_THAT(file("\"runs.iterations\" = [1]"), Contains("unknown table 'runs'; did you mean 'run'"));

  const auto option = [](const std::string& g) { return error_of(sample(""), grid({g})); };
  CHECK_THAT(option("momentum"), Contains("--grid momentum: write key=value,value,..."));
  CHECK_THAT(option("momentum="), Contains("a value is empty"));
  CHECK_THAT(option("momentum=0.1,,0.2"), Contains("a value is empty"));
  CHECK_THAT(option("alhpa=1,2"), Contains("did you mean 'alpha'"));
  CHECK_THAT(option("momentum=0,x"), Contains("'momentum' must be a number, got 'x'"));
  CHECK_THAT(error_of(sample(""), grid({"alpha=1", "alpha=2"})), Contains("there is another --grid over this key"));
}
