#include "experiments/run/run_name.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include "algorithms/registry.hpp"
#include "datasets/sha256.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/provenance.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

std::string file_checksum(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  if (!fs::is_regular_file(file) || !in || !(content << in.rdbuf())) throw UsageError("no such file, or it cannot be read");
  return sha256(content.str());
}

std::map<std::string, std::string> files_of(const Plugin& plugin, const std::map<std::string, std::string>& parameters) {
  if (!plugin.files) return {};
  const auto algorithm = plugin.make<double>();
  ParameterList list = algorithm->parameters();
  for (const auto& [name, text] : parameters) list.set(name, text);
  return plugin.files(list);
}

/// The files' contents count, not their places.
std::string run_id(const json& config, const std::map<std::string, std::string>& files) {
  std::set<std::string> checksums;
  for (const auto& [path, checksum] : files) checksums.insert(checksum);
  std::string text = config.dump() + "\n" + code_version();
  for (const std::string& checksum : checksums) text += "\n" + checksum;
  return short_hash(text);
}

json config_of(const PlannedRun& planned, const RunOptions& options) {
  json config = planned.config;
  if (!options.init_from.empty())
    config["init_from"] = {{"folder", options.init_from}, {"digest", state_digest(options.init_from)}};
  return config;
}

std::string run_id(const PlannedRun& planned) { return run_id(planned, find_plugin(planned.algorithm)); }

std::string run_id(const PlannedRun& planned, const Plugin& plugin) {
  return run_id(planned.config, files_of(plugin, planned.parameters));
}

std::string run_id(const PlannedRun& planned, const RunOptions& options) {
  return run_id(config_of(planned, options), files_of(find_plugin(planned.algorithm), planned.parameters));
}

}  // namespace bcd
