#include "experiments/cli/own_experiments.hpp"

#include <algorithm>

#include "algorithms/core/plain_text.hpp"
#include "experiments/file/load.hpp"
#include "experiments/outside/plugin_library.hpp"
#include "experiments/run/libraries.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

fs::path index_file(const fs::path& out) { return out / "experiments.json"; }

bool is_file(const std::string& name) { return name.ends_with(".toml") || name.ends_with(".json"); }

json read_index(const fs::path& out) {
  const json empty = {{"files", json::object()}, {"last", json()}};
  if (!fs::exists(index_file(out))) return empty;
  try {
    const json index = parse_json(file_content(index_file(out)));
    if (index.is_object() && index.contains("last") && index.contains("files") && index["files"].is_object() &&
        std::all_of(index["files"].begin(), index["files"].end(),
                    [](const json& path) { return path.is_string() && path.get<std::string>().ends_with(".toml"); }))
      return index;
  } catch (const UsageError&) {
  }
  throw UsageError(printable(index_file(out).string()) + ": not what the program has written; delete it");
}

/// Every setting that names records.
json to_json(const Selection& selection) {
  const Overrides& o = selection.overrides;
  json experiments = json::array(), set = json::array(), plugin_files = json::array();
  for (const std::string& name : selection.experiments)
    experiments.push_back(is_file(name) ? fs::absolute(name).lexically_normal().string() : name);
  for (const auto& [key, value] : o.set) set.push_back(json::array({key, value}));
  for (const auto& [path, checksum] : loaded_libraries()) plugin_files.push_back(fs::absolute(path).string());
  return {{"experiments", experiments},
          {"scale", o.scale},
          {"variants", o.variants},
          {"seeds", o.seeds.value_or(0)},
          {"set", set},
          {"grid", o.grid},
          {"precision", o.precision},
          {"time_limit", o.time_limit},
          {"plugins", plugin_files}};
}

void take_last(Selection& selection, const CommandLine& options, const json& last) {
  Overrides& o = selection.overrides;
  const auto given = [&](const char* option) { return options.count(option) > 0 && !options[option].defaulted(); };
  for (const std::string& file : last.at("plugins").get<std::vector<std::string>>()) {
    const auto& loaded = loaded_libraries();
    if (std::none_of(loaded.begin(), loaded.end(),
                     [&](const auto& library) { return fs::absolute(library.first).string() == file; }))
      add_library(file);
  }
  std::vector<std::string> experiments;
  for (const std::string& name : selection.experiments)
    if (name != kLast)
      experiments.push_back(name);
    else
      for (const std::string& of_last : last.at("experiments").get<std::vector<std::string>>()) experiments.push_back(of_last);
  selection.experiments = experiments;
  if (!given("scale")) o.scale = last.at("scale").get<std::string>();
  if (!given("variant")) o.variants = last.at("variants").get<std::vector<std::string>>();
  if (const auto seeds = last.at("seeds").get<std::int64_t>(); !given("seeds") && seeds > 0) o.seeds = seeds;
  if (!given("set"))
    for (const json& pair : last.at("set")) o.set.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  if (!given("grid")) o.grid = last.at("grid").get<std::vector<std::string>>();
  if (!given("precision")) o.precision = last.at("precision").get<std::string>();
  if (!given("time-limit")) o.time_limit = last.at("time_limit").get<double>();
}

}  // namespace

void remember(const Selection& selection) {
  json index = read_index(selection.out);
  for (const std::string& name : selection.experiments)
    if (name.ends_with(".toml")) index["files"][load_experiment(name).id] = fs::absolute(name).lexically_normal().string();
  index["last"] = to_json(selection);
  write_file_atomically(index_file(selection.out), index.dump(2) + "\n");
}

std::vector<std::string> own_experiments(const fs::path& out) {
  std::vector<std::string> paths;
  const json index = read_index(out);
  for (const auto& [id, path] : index["files"].items())
    if (fs::exists(path.get<std::string>())) paths.push_back(path.get<std::string>());
  return paths;
}

void recall(Selection& selection, const CommandLine& options) {
  std::vector<std::string>& names = selection.experiments;
  const std::vector<std::string> shipped = experiment_ids();
  const auto is_known = [&](const std::string& name) {
    return is_file(name) || std::find(shipped.begin(), shipped.end(), name) != shipped.end();
  };
  if (std::all_of(names.begin(), names.end(), is_known)) return;
  const json index = read_index(selection.out);
  if (std::find(names.begin(), names.end(), kLast) != names.end()) {
    if (!index["last"].is_object())
      throw UsageError("@last: nothing was run into " + printable(selection.out.string()) +
                       " yet; run an experiment, or name the folder with --out");
    try {
      take_last(selection, options, index["last"]);
    } catch (const json::exception&) {
      throw UsageError(printable(index_file(selection.out).string()) + ": not what the program has written; delete it");
    }
  }
  for (std::string& name : names)
    if (!is_known(name) && index["files"].contains(name)) name = index["files"][name].get<std::string>();
}

}  // namespace bcd
