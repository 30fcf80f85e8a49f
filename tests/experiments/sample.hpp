// An experiment file of the tests of the loader, and what the loader says of it.
#pragma once

#include <fstream>

#include "experiments/file/load.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bcd::test {

inline const std::string kText = R"(
id = "sample"
paper = "none"
title = "A sample"
description = "For the tests."
[dataset]
name = "teacher-student"
d_in = 4
n = 50
[network]
hidden = [7, 7]
activation = "tanh"
[loss]
name = "squared"
mean = true
[init]
kind = "he"
bias = 0.1
[run]
iterations = 20
seeds = [5, 8, 10]
precision = "f32"
[scale.quick]
dataset = { n = 30 }
run = { iterations = 4 }
[[variant]]
label = "A"
algorithm = "sgd"
parameters = { learning_rate = 0.5, momentum = 0.25 }
quick = { parameters = { momentum = 0.75 } }
[[variant]]
label = "B"
algorithm = "adagrad"
network = { hidden = [3] }
dataset = { name = "bodyfat" }
paper = { run = { iterations = 99 } }
[[figure]]
id = "loss"
title = "Loss"
caption = "Lower is better."
panel = [{ y = "train_loss", log_y = true, variants = ["A"] }]
[[claim]]
id = "sample.order"
item = "Section 1"
statement = "A is better than B"
kind = "order"
metric = "train_loss"
op = "<"
baseline = "B"
variants = ["A"]
at = 3
expect = "holds"
)";

inline std::string with(const std::string& from, const std::string& to) {
  std::string text = kText;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The sample text (or another one) as a file that is loaded.
struct Loaded {
  TemporaryFolder folder;
  std::filesystem::path file = folder.path / "sample.toml";

  explicit Loaded(const std::string& text = kText) { std::ofstream(file) << text; }
  Experiment operator()(const Overrides& overrides = {}) const { return load_experiment(file.string(), overrides); }
};

inline std::string error_of(const std::string& text, const Overrides& overrides = {}) {
  try {
    Loaded loaded(text);
    loaded(overrides);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "no error";
}

inline Overrides set(const std::string& key, const std::string& value) {
  Overrides o;
  o.set = {{key, value}};
  return o;
}

}  // namespace bcd::test
