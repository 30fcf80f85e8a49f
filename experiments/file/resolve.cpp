#include "experiments/file/resolve.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "algorithms/core/rounding.hpp"
#include "experiments/file/formulas.hpp"
#include "experiments/file/stopping.hpp"
#include "experiments/toml/document.hpp"

namespace bcd {

using nlohmann::json;

namespace {

const std::vector<std::pair<std::string, Initialisation::Kind>>& initialisations() {
  static const std::vector<std::pair<std::string, Initialisation::Kind>> list = {
      {"normal", Initialisation::Kind::normal},   {"fan_in", Initialisation::Kind::fan_in},
      {"fan_out", Initialisation::Kind::fan_out}, {"he", Initialisation::Kind::he},
      {"xavier", Initialisation::Kind::xavier},   {"orthogonal", Initialisation::Kind::orthogonal}};
  return list;
}

std::string init_name(Initialisation::Kind kind) {
  for (const auto& [name, candidate] : initialisations())
    if (candidate == kind) return name;
  throw std::logic_error("an initialisation has no name");
}

/// The option's name of a description "key = default" or "key (default 5)".
std::string option_key(const std::string& described) {
  return described.substr(
      0, static_cast<std::size_t>(std::find_if(described.begin(), described.end(),
                                               [](unsigned char c) { return !std::isalnum(c) && c != '_' && c != '-'; }) -
                                  described.begin()));
}

void read_dataset(const Section& given, PlannedRun& planned) {
  json table = given.as_json();
  for (auto& [option, value] : table.items()) value = given.located([&] { return joined_list(option, value); });
  Section section(table, given.place());
  planned.dataset = section.text("name");
  const DatasetInfo& info = section.located([&]() -> const DatasetInfo& { return find_dataset(planned.dataset); });
  planned.dataset_options = section.rest();
  std::vector<std::string> valid;
  for (const auto& option : info.options) valid.push_back(option_key(option.first));
  for (const auto& option : planned.dataset_options)
    if (std::find(valid.begin(), valid.end(), option.first) == valid.end())
      throw UsageError(section.place() + ": " + unknown_name("option of dataset " + planned.dataset, option.first, valid));
}

/// One for all hidden layers, or a list with one for each. A list of equal ones is one: the same run by the same name.
std::vector<Activation> read_activations(Section& section, std::size_t hidden) {
  const bool list = section.as_json().contains("activation") && section.as_json()["activation"].is_array();
  std::vector<std::string> names = list ? section.texts("activation") : std::vector{section.text("activation", "relu")};
  if (list && names.size() != hidden)
    throw UsageError(section.place() + ": activation has " + std::to_string(names.size()) + " entries for " +
                     std::to_string(hidden) +
                     " hidden layers; give one for each, or one name for all (that of the output layer is the key 'output')");
  std::vector<Activation> activations;
  for (const std::string& name : names) activations.push_back(section.located([&] { return Activation::parse(name); }));
  if (activations.empty()) activations.emplace_back(Activation::parse("relu"));
  const bool equal = std::all_of(activations.begin(), activations.end(),
                                 [&](const Activation& sigma) { return sigma.text() == activations.front().text(); });
  if (equal) activations.resize(1);
  return activations;
}

void read_network(Section section, PlannedRun& planned) {
  for (const std::int64_t width : section.integers("hidden", Range::at_least(1))) planned.hidden.push_back(width);
  planned.activations = read_activations(section, planned.hidden.size());
  const std::string output = section.text("output", "linear");
  section.located([&] { planned.output_activation = Activation::parse(output); });
  planned.bias = section.flag("bias", true);
  planned.skip = section.flag("skip", false);
  section.done();
}

void read_loss(Section section, PlannedRun& planned) {
  const std::string name = section.text("name", "squared");
  const bool mean = section.flag("mean", false);
  planned.loss = section.located([&] { return Loss::parse(name, mean); });
  section.done();
}

void read_init(Section section, PlannedRun& planned) {
  std::vector<std::string> names;
  for (const auto& item : initialisations()) names.push_back(item.first);
  const std::string kind = section.choice("kind", names, "normal");
  for (const auto& [name, value] : initialisations())
    if (name == kind) planned.init.kind = value;
  const bool normal = planned.init.kind == Initialisation::Kind::normal;
  planned.init.scale = section.number("scale", Range::nonnegative(), normal ? 0.01 : 1.0);
  planned.init.bias = section.number("bias", Range::any(), 0.0);
  section.done();
}

std::vector<std::uint64_t> read_run(Section section, PlannedRun& planned) {
  planned.iterations = section.integer("iterations", Range::nonnegative(), 10);
  if (const double minutes = section.number("checkpoint_minutes", Range::nonnegative(), kNaN); !std::isnan(minutes))
    planned.config["run"]["checkpoint_minutes"] = minutes;
  planned.time_limit = section.number("time_limit", Range::nonnegative(), 0.0);
  planned.precision = section.choice("precision", {"f32", "f64"}, "f64");
  planned.audit = section.choice("audit", {"off", "sweep", "block"}, "off");
  planned.evaluate_every = section.integer("evaluate_every", Range::at_least(1), 1);
  planned.measure = section.texts("measure");
  std::sort(planned.measure.begin(), planned.measure.end());
  planned.measure.erase(std::unique(planned.measure.begin(), planned.measure.end()), planned.measure.end());
  for (const std::string& column : planned.measure)
    if (!is_requested_column(column))
      throw UsageError(section.place() + ": measure: " + unknown_name("column", column, requested_columns()) +
                       "; step2.W1 or norm2.V2 is one part of the state");
  planned.stop = read_stopping(section.table("stop"));
  std::vector<std::uint64_t> seeds;
  for (const std::int64_t seed : section.integers("seeds", Range::nonnegative())) {
    const auto value = static_cast<std::uint64_t>(seed);
    if (std::find(seeds.begin(), seeds.end(), value) != seeds.end())
      throw UsageError(section.place() + ": seeds holds " + std::to_string(seed) + " twice");
    seeds.push_back(value);
  }
  if (seeds.empty()) seeds.push_back(1);
  section.done();
  return seeds;
}

/// One name, as it was written before there were lists, or one for each hidden layer.
json to_json(const std::vector<Activation>& activations) {
  if (activations.size() == 1) return activations.front().text();
  json names = json::array();
  for (const Activation& sigma : activations) names.push_back(sigma.text());
  return names;
}

json to_json(const ParameterValue& value) {
  if (const double* x = std::get_if<double>(&value); x && !std::isfinite(*x)) return number_text(*x);
  return std::visit([](const auto& v) { return json(v); }, value);
}

}  // namespace

std::map<std::string, ParameterValue> resolved_parameters(const Plugin& plugin,
                                                          const std::map<std::string, std::string>& given) {
  const auto algorithm = plugin.make<double>();
  ParameterList list = algorithm->parameters();
  for (const auto& [name, text] : given) list.set(name, text);
  return list.values();
}

json canonical_config(const PlannedRun& planned, const Plugin& plugin) {
  json dataset = {{"name", planned.dataset}}, parameters = json::object();
  for (const auto& [key, value] : planned.dataset_options) dataset[key] = value;
  for (const auto& [name, value] : resolved_parameters(plugin, planned.parameters)) parameters[name] = to_json(value);
  json config = {{"experiment", planned.experiment},
                 {"variant", planned.variant},
                 {"algorithm", planned.algorithm},
                 {"seed", planned.seed},
                 {"dataset", dataset},
                 {"network",
                  {{"hidden", planned.hidden},
                   {"activation", to_json(planned.activations)},
                   {"output", planned.output_activation.text()},
                   {"bias", planned.bias},
                   {"skip", planned.skip}}},
                 {"loss", {{"name", planned.loss.name()}, {"mean", planned.loss.mean}}},
                 {"init", {{"kind", init_name(planned.init.kind)}, {"scale", planned.init.scale}, {"bias", planned.init.bias}}},
                 {"parameters", parameters},
                 {"run",
                  {{"iterations", planned.iterations},
                   {"time_limit", planned.time_limit},
                   {"precision", planned.precision},
                   {"audit", planned.audit},
                   {"evaluate_every", planned.evaluate_every}}}};
  if (!planned.measure.empty()) config["run"]["measure"] = planned.measure;  // absent: what it was before there was such a key
  if (planned.stop.asks()) config["run"]["stop"] = stopping_table(planned.stop);
  // It changes no result: it is kept where the file says it, and names nothing (computed(), run_name.hpp).
  if (planned.config.contains("run") && planned.config["run"].contains("checkpoint_minutes"))
    config["run"]["checkpoint_minutes"] = planned.config["run"]["checkpoint_minutes"];
  return config;
}

ResolvedVariant resolve_variant(const json& tables, const std::string& experiment, const std::string& label,
                                const Plugin& plugin, const std::string& place) {
  const std::string suffix = " of variant '" + label + "'";
  const auto section = [&](const std::string& name) {
    return Section(tables.value(name, json()), place + ": [" + name + "]" + suffix);
  };
  ResolvedVariant out;
  out.planned.experiment = experiment;
  out.planned.variant = label;
  out.planned.algorithm = plugin.name;
  read_dataset(section("dataset"), out.planned);
  read_network(section("network"), out.planned);
  read_loss(section("loss"), out.planned);
  read_init(section("init"), out.planned);
  out.seeds = read_run(section("run"), out.planned);
  Section parameters = section("parameters");
  out.planned.parameters = parameters.rest();
  parameters.located([&] { return resolved_parameters(plugin, out.planned.parameters); });
  return out;
}

}  // namespace bcd
