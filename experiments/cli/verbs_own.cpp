// The verb new-experiment: an experiment file of the user's, ready to run.
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "algorithms/core/plain_text.hpp"
#include "datasets/describe.hpp"
#include "datasets/file/file.hpp"
#include "experiments/cli/selection.hpp"
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
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("OPTION=VALUE"),
                        "an option of the dataset, as 'data describe' takes it; may be given several times");
  return options;
}

/// A text as TOML has it.
std::string toml_text(const std::string& text) { return nlohmann::json(text).dump(); }

/// The options in the order in which they are written, each with a note.
struct DatasetTable {
  DatasetOptions options = {};
  std::string lines = {};

  void add(const std::string& option, const std::string& value, const std::string& note = "") {
    options[option] = value;
    lines += option + " = " + toml_text(value) + (note.empty() ? "" : "  # " + note) + "\n";
  }
  bool has(const std::string& option) const { return options.contains(option); }
  Dataset<double> load() const { return load_dataset<double>("file", options, TargetCode::real, 1); }
};

/// Leaves out the samples that lack a value, unless these are more than a tenth.
void settle_missing(DatasetTable& table) {
  DatasetTable dropped = table, filled = table;
  dropped.add("missing", "drop", "samples without some value are left out; or \"mean\"");
  filled.add("missing", "mean", "the training mean of the input stands where there is none; or \"drop\"");
  try {
    const Dataset<double> all = filled.load(), some = dropped.load();
    table = 10 * (some.X.cols() + some.X_test.cols()) < 9 * (all.X.cols() + all.X_test.cols()) ? filled : dropped;
  } catch (const UsageError&) {  // a target is missing
    table = dropped;
  }
}

/// What is written must run. `said`: what the data are then.
std::string dataset_lines(const CommandLine& options, std::string& said) {
  const std::string data = text(options, "data"), target = text(options, "target");
  if (data.empty()) {
    if (!target.empty() || options.count("set")) throw UsageError("new-experiment: --target and --set need --data FILE");
    return "name = \"mnist-10k\"      # your own: name = \"file\", path = \"my.csv\", target = \"y\"\nn = 500\nn_test = 500\n";
  }
  DatasetTable table;
  DatasetOptions given;
  if (options.count("set")) given = dataset_options(options["set"].as<std::vector<std::string>>());
  if (!target.empty()) given["target"] = target;
  table.add(is_array(data) ? "X" : "path", data);
  for (const auto& [option, value] : given) table.add(option, value);
  const Suggestion suggestion = suggest(table.options);
  if (!table.has("target") && !suggestion.target.empty())
    table.add("target", suggestion.target, "guessed; 'bcdbench data describe' shows the columns");
  std::string ignored;
  for (const std::string& column : suggestion.ignore) ignored += (ignored.empty() ? "" : ",") + column;
  if (!ignored.empty()) table.add("ignore", ignored, "names of samples rather than inputs: nearly every row has another");
  if (suggestion.words && !table.has("categorical"))
    table.add("categorical", "one-hot", "inputs of words become zeros and ones");
  if (suggestion.missing && !table.has("missing")) settle_missing(table);
  if (!table.has("scaling")) table.add("scaling", "standardise");
  const Dataset<double> whole = table.load();
  if (whole.X_test.cols() == 0 && !table.has("test_fraction")) table.options["test_fraction"] = "0.2";
  if (!whole.classification() && !table.has("target_scaling"))
    table.add("target_scaling", "standardise", "losses are then in units of the targets' variance");
  said = summary(table.load());
  const bool split = table.has("test_fraction") && !given.contains("test_fraction");
  return "name = \"file\"\n" + table.lines + (split ? "test_fraction = 0.2\n" : "");
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
  std::string said;
  write_file_atomically(file, experiment_of(name, dataset_lines(options, said)));
  std::cout << said << file.string() << "\n\nRun it: bcdbench run " << file.string() << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> own_verbs() {
  return {
      {"new-experiment", "NAME", "write an experiment file of your own, ready to run",
       "Writes NAME.toml into this folder: a dataset, a network and three algorithms, to be changed as you like. With\n"
       "--data the dataset is a file of yours (CSV, LIBSVM, .npz, .npy); what is chosen for you, such as columns that are left\n"
       "out, is written with the reason.\n",
       "bcdbench new-experiment mine --data my.csv --target y\n"
       "bcdbench new-experiment mine --data X.npy --set Y=y.npy\n",
       new_experiment_options, new_experiment_verb}};
}

}  // namespace bcd
