#include "experiments/run/run_name.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/registry.hpp"
#include "datasets/sha256.hpp"
#include "experiments/run/code_version.hpp"
#include "experiments/run/libraries.hpp"
#include "experiments/run/prepared_run.hpp"
#include "results/expression/table.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// "n (default: all)" -> "all".
std::string default_of(const std::string& described) {
  const std::string before = " (default: ";
  const std::size_t at = described.find(before);
  return at == std::string::npos ? "" : described.substr(at + before.size(), described.size() - at - before.size() - 1);
}

void fill_defaults(json& dataset) {
  const auto known = std::find_if(datasets().begin(), datasets().end(), [&](const DatasetInfo& info) {
    return dataset.contains("name") && dataset["name"] == info.name;
  });
  if (known == datasets().end()) return;
  for (const auto& [described, help] : known->options)
    if (const std::string key = described.substr(0, described.find(' ')); !dataset.contains(key))
      dataset[key] = default_of(described);
}

/// In the network, or in an option of the data, such as a teacher's.
bool names_activation(const PlannedRun& planned, const std::string& name) {
  const auto is = [&](const Activation& sigma) { return sigma.text() == name; };
  return std::any_of(planned.activations.begin(), planned.activations.end(), is) || is(planned.output_activation) ||
         std::any_of(planned.dataset_options.begin(), planned.dataset_options.end(),
                     [&](const auto& option) { return option.second == name; });
}

std::string library_of_dataset(const std::string& name) {
  for (const DatasetInfo& info : datasets())
    if (info.name == name) return info.library;
  return {};
}

/// The contents of files count, not their places.
std::string version_id(const std::map<std::string, std::string>& code, const std::map<std::string, std::string>& files) {
  std::set<std::string> checksums;
  for (const auto& [path, checksum] : files) checksums.insert(checksum);
  return short_hash(json_text(json{code, checksums})).substr(0, 8);
}

}  // namespace

std::string file_checksum(const fs::path& file) { return sha256(file_content(file, std::numeric_limits<std::size_t>::max())); }

std::map<std::string, std::string> files_of(const PlannedRun& planned, const Plugin& plugin) {
  std::map<std::string, std::string> files;
  if (plugin.files) {
    const auto algorithm = plugin.make<double>();
    ParameterList list = algorithm->parameters();
    for (const auto& [name, text] : planned.parameters) list.set(name, text);
    files = plugin.files(list);
  }
  const auto add = [&files](const std::string& library) {
    if (!library.empty()) files[library] = loaded_libraries().at(library);
  };
  for (const OwnActivation& own : own_activations())
    if (names_activation(planned, own.name)) add(own.library);
  if (planned.loss.own) add(planned.loss.own->library);
  add(library_of_dataset(planned.dataset));
  return files;
}

json computed(const json& config) {
  json what = config;
  what.erase("experiment");
  what.erase("variant");
  if (what.contains("run")) what["run"].erase("checkpoint_minutes");
  if (what.contains("init_from")) what["init_from"].erase("folder");  // its digest stays
  if (what.contains("dataset_files"))                                 // their contents stay
    for (const auto& file : config["dataset_files"].items()) what["dataset"].erase(file.key());
  if (what.contains("dataset")) fill_defaults(what["dataset"]);
  if (what.value("algorithm", "") == "external" && what.contains("parameters")) what["parameters"].erase("folder");
  if (what.contains("run") && what["run"].contains("measure")) {  // a bound on a column's rounding comes with every promise
    json& measure = what["run"]["measure"];
    std::erase(measure.get_ref<json::array_t&>(), rounding_column(kObjectiveColumn));
    if (measure.empty()) what["run"].erase("measure");
  }
  return what;
}

std::string what_id(const json& config) { return short_hash(json_text(computed(config))); }

std::string what_of(const std::string& id) { return id.substr(0, id.find('-')); }

json config_of(const PlannedRun& planned, const RunOptions& options) {
  json config = planned.config;
  if (const auto files = dataset_files(planned.dataset, planned.dataset_options); !files.empty())
    config["dataset_files"] = files;
  if (!options.init_from.empty())
    config["init_from"] = {{"folder", options.init_from}, {"digest", state_digest(options.init_from)}};
  return config;
}

std::string run_id(const PlannedRun& planned) { return run_id(planned, RunOptions{}); }

std::string run_id(const PlannedRun& planned, const RunOptions& options) {
  return run_id(planned, find_plugin(planned.algorithm), options);
}

std::string run_id(const PlannedRun& planned, const Plugin& plugin, const RunOptions& options) {
  return what_id(config_of(planned, options)) + "-" +
         version_id(code_version(plugin, planned.dataset), files_of(planned, plugin));
}

bool is_record_of(const RunRecord& record, const json& config) {
  return json_text(computed(record.config)) == json_text(computed(config));
}

}  // namespace bcd
