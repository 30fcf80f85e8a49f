// The verb rates, claims of kind rate and figures of kind rates, through the real program.
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

using bcd::test::check_misuse;
using bcd::test::Outcome;
using bcd::test::Sandbox;
namespace fs = std::filesystem;

namespace {

/// One linear layer with weight decay: a strongly convex quadratic in every block, so linear with theta = 1/2.
std::string experiment(const std::string& claim_keys = "assert = 'a1'", const std::string& more = "") {
  return R"(id = 'toy'
paper = 'test'
title = 'A quadratic'
description = 'Linear convergence.'
[dataset]
name = 'teacher-student'
d_in = 2
n = 6
n_test = 1
hidden = 'none'
[run]
iterations = 600
audit = 'sweep'
[rates]
from = 5
[[variant]]
label = 'three'
algorithm = 'bcd3_zeng2019'
parameters = { r = 'l2:0.5' }
[[variant]]
label = 'sgd'
algorithm = 'sgd'
run = { iterations = 2 }
[[figure]]
id = 'rates'
kind = 'rates'
title = 'Rates'
caption = 'c'
panel = [{ y = 'gap' }, { y = 'kl' }, { y = 'a1' }]
[[claim]]
id = 'toy.claim'
item = 'A1'
statement = 's'
kind = 'rate'
variants = ['three']
expect = 'holds'
)" + claim_keys +
         "\n" + more;
}

/// The record of a variant.
fs::path record_of(const Sandbox& sandbox, const std::string& variant) {
  for (const auto& entry : fs::directory_iterator(sandbox.path("out/runs")))
    if (entry.path().extension() == ".json" &&
        sandbox.read(entry.path()).find("\"variant\": \"" + variant + "\"") != std::string::npos)
      return entry.path();
  return {};
}

}  // namespace

TEST_CASE("rates of a quadratic problem: linear, theta 1/2, A1 with j = 1; table, JSON, claim and figure", "[cli][rates]") {
  const Sandbox sandbox;
  sandbox.write("toy.toml", experiment());
  REQUIRE(sandbox.run("run toy.toml --threads 1").code == 0);

  const Outcome table = sandbox.run("rates toy.toml");
  CHECK(table.code == 0);
  CHECK_THAT(table.out, Contains("three seed 1  bcd3_zeng2019  1 ") && Contains("linear"));
  CHECK_THAT(table.err, Contains("left out: record") && Contains("(sgd) has no column potential"));

  const Outcome as_json = sandbox.run("rates " + record_of(sandbox, "three").string() + " --json");
  REQUIRE(as_json.code == 0);
  const nlohmann::json found = nlohmann::json::parse(as_json.out).at(0);
  CHECK(found.at("variant") == "three");
  CHECK(found.at("rate").at("verdict") == "linear");
  CHECK(found.at("theta").at("estimate").at("value").get<double>() == Approx(0.5).margin(0.01));
  CHECK(found.at("a1").at(0).at("state") == "holds");
  CHECK(found.at("theorem41").at("verdict") == "holds");

  CHECK(sandbox.run("check toy.toml").code == 0);
  const Outcome plot = sandbox.run("plot toy.toml");
  CHECK(plot.code == 0);
  const std::string picture = sandbox.read("out/figures/toy-quick/toy-rates.svg");
  CHECK_THAT(picture, Contains("three: linear") && Contains("Constant of A1") && Contains("∂f(X"));
  CHECK_THAT(sandbox.read("out/figures/toy-quick/toy-rates.csv"),
             Contains("three gap: y") && Contains("three kl: fit") && Contains("three a1: y"));
}

TEST_CASE("rates refuses what it cannot examine, and says what to do", "[cli][rates]") {
  const Sandbox sandbox;
  sandbox.write("toy.toml", experiment());
  check_misuse(sandbox.run("rates"), "name experiments that have records");
  check_misuse(sandbox.run("rates toy.toml"), "make them with");
  check_misuse(sandbox.run("rates nowhere.json"), "no such file");
  REQUIRE(sandbox.run("run toy.toml --threads 1").code == 0);
  check_misuse(sandbox.run("rates " + record_of(sandbox, "sgd").string()), "run.audit=sweep");
  check_misuse(sandbox.run("rates toy.toml --limit zeroo"), "did you mean 'zero'");
  check_misuse(sandbox.run("rates toy.toml --examine 2"), "--examine must be > 0 and at most 1, got 2");
  check_misuse(sandbox.run("rates toy.toml --from 0"), "--from must be > 0");
}

TEST_CASE("mistakes in claims and figures about rates are found when the file is read", "[cli][rates]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& text, const std::string& part) {
    sandbox.write("toy.toml", text);
    check_misuse(sandbox.run("run toy.toml"), part);
  };
  refused(experiment("assert = 'a3'"), "'a3'. Valid: a1");
  refused(experiment("assert = 'rate'"), "needs rate =");
  refused(experiment("assert = 'constant'"), "column");
  refused(experiment("assert = 'a1'\nj = 9"), "whole number from 1 to 8, got 9");
  std::string text = experiment();
  refused(text.replace(text.find("kind = 'rates'"), 14, "kind = 'ratess'"), "did you mean 'rates'");
  text = experiment();
  refused(text.replace(text.find("from = 5"), 8, "form = 5"), "did you mean 'from'");
}
