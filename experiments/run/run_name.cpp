#include "experiments/run/run_name.hpp"

#include <limits>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/registry.hpp"
#include "datasets/sha256.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/provenance.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

std::string file_checksum(const fs::path& file) { return sha256(file_content(file, std::numeric_limits<std::size_t>::max())); }

std::map<std::string, std::string> files_of(const Plugin& plugin, const std::map<std::string, std::string>& parameters) {
  if (!plugin.files) return {};
  const auto algorithm = plugin.make<double>();
  ParameterList list = algorithm->parameters();
  for (const auto& [name, text] : parameters) list.set(name, text);
  return plugin.files(list);
}

/// A configuration without the places of the files whose contents it names.
json without_places(json config) {
  if (config.contains("dataset_files"))
    for (const auto& file : config["dataset_files"].items()) config["dataset"].erase(file.key());
  return config;
}

/// The files' contents count, not their places.
std::string run_id(const json& config, const std::map<std::string, std::string>& files) {
  std::set<std::string> checksums;
  for (const auto& [path, checksum] : files) checksums.insert(checksum);
  std::string text = json_text(without_places(config)) + "\n" + code_version();
  for (const std::string& checksum : checksums) text += "\n" + checksum;
  return short_hash(text);
}

json config_of(const PlannedRun& planned, const RunOptions& options) {
  json config = planned.config;
  if (const auto files = dataset_files(planned.dataset, planned.dataset_options); !files.empty())
    config["dataset_files"] = files;
  if (!options.init_from.empty())
    config["init_from"] = {{"folder", options.init_from}, {"digest", state_digest(options.init_from)}};
  return config;
}

std::string run_id(const PlannedRun& planned) { return run_id(planned, find_plugin(planned.algorithm)); }

std::string run_id(const PlannedRun& planned, const Plugin& plugin) {
  return run_id(config_of(planned, {}), files_of(plugin, planned.parameters));
}

std::string run_id(const PlannedRun& planned, const RunOptions& options) {
  return run_id(config_of(planned, options), files_of(find_plugin(planned.algorithm), planned.parameters));
}

bool is_record_of(const RunRecord& record, const json& config) {
  return json_text(without_places(record.config)) == json_text(without_places(config));
}

std::optional<RunRecord> finished_record(const PlannedRun& planned, const RunOptions& options) {
  const fs::path folder = options.out / "runs";
  const std::string id = run_id(planned, options);
  if (options.force || !record_exists(folder, id)) return std::nullopt;
  try {
    RunRecord record = read_record(folder / (id + ".json"));
    if (record.status != "Failed" && is_record_of(record, config_of(planned, options))) return record;
  } catch (const UsageError&) {  // damaged: make_run says so in the new record
  }
  return std::nullopt;
}

}  // namespace bcd
