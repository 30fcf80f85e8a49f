// The verb new-experiment: an experiment file of the user's, ready to run.
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "algorithms/core/plain_text.hpp"
#include "datasets/file/file.hpp"
#include "experiments/cli/cli.hpp"
#include "results/record.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

OptionList new_experiment_options() {
  OptionList options("Options");
  options.add_options()("data", po::value<std::string>()->value_name("FILE"),
                        "your own data, relative to this folder (default: a part of mnist-10k)");
  options.add_options()("target", po::value<std::string>()->value_name("COLUMN"), "the target column of FILE");
  return options;
}

/// A text as TOML has it.
std::string toml_text(const std::string& text) { return nlohmann::json(text).dump(); }

std::string dataset_lines(const CommandLine& options) {
  const std::string data = text(options, "data"), target = text(options, "target");
  if (data.empty()) {
    if (!target.empty()) throw UsageError("new-experiment: --target needs --data FILE");
    return "name = \"mnist-10k\"      # your own: name = \"file\", path = \"my.csv\", target = \"y\"\nn = 500\nn_test = 500\n";
  }
  DatasetOptions chosen{{"path", data}};
  std::string note;
  if (!target.empty()) {
    chosen["target"] = target;
  } else if (const std::string guess = suggested_target(chosen); !guess.empty()) {
    chosen["target"] = guess;
    note = "  # guessed; 'bcdbench data describe' shows the columns";
  }
  chosen["test_fraction"] = "0.2";
  const auto load = [](const DatasetOptions& o) { load_dataset<double>("file", o, TargetCode::real, 1); };
  const auto loads = [&](const DatasetOptions& o) {
    try {
      load(o);
      return true;
    } catch (const UsageError&) {
      return false;
    }
  };
  std::string words;
  if (!loads(chosen)) {  // what is written must run
    DatasetOptions coded = chosen;
    coded["categorical"] = "one-hot";
    if (!loads(coded)) load(chosen);  // throws: it is not for words among the inputs
    words = "categorical = \"one-hot\"  # inputs of words become zeros and ones\n";
  }
  std::string lines = "name = \"file\"\npath = " + toml_text(data) + "\n";
  if (chosen.contains("target")) lines += "target = " + toml_text(chosen["target"]) + note + "\n";
  return lines + words + "test_fraction = 0.2\nscaling = \"standardise\"\n";
}

std::string experiment_of(const std::string& name, const std::string& dataset) {
  return "# Run it: bcdbench run " + name +
         ".toml; look at it: bcdbench report @last\n# Every key: bcdbench help experiments\n" + "[dataset]\n" + dataset + R"(
[network]
hidden = [20]          # widths of the hidden layers
activation = "relu"

[loss]
name = "squared"
mean = true

[init]
kind = "he"

[run]
iterations = 300
seeds = [1, 2, 3]

[[variant]]            # one curve; bcdbench list algorithms
algorithm = "sgd"

[[variant]]
algorithm = "adam"

[[variant]]
label = "BCD"
algorithm = "bcd3_zeng2019"
)";
}

int new_experiment_verb(const CommandLine& options) {
  const std::vector<std::string> chosen = names(options);
  if (chosen.size() != 1) throw UsageError("new-experiment: give one name, for example 'bcdbench new-experiment mine'");
  std::string name = chosen.front();
  if (name.ends_with(".toml")) name.resize(name.size() - 5);
  if (const std::string fault = stem_fault(name); !fault.empty())
    throw UsageError("new-experiment: the name '" + printable(name) + "' " + fault);
  const fs::path file = name + ".toml";
  if (fs::exists(file)) throw UsageError(file.string() + ": exists already; choose another name");
  write_file_atomically(file, experiment_of(name, dataset_lines(options)));
  std::cout << file.string() << "\n\nRun it: bcdbench run " << file.string() << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> own_verbs() {
  return {
      {"new-experiment", "NAME", "write an experiment file of your own, ready to run",
       "Writes NAME.toml into this folder: a dataset, a network and three algorithms, to be changed as you like. With\n"
       "--data the dataset is a file of yours (CSV, LIBSVM, .npz; 'bcdbench data describe FILE' shows how it is understood).\n",
       "bcdbench new-experiment mine --data my.csv --target y\n", new_experiment_options, new_experiment_verb}};
}

}  // namespace bcd
