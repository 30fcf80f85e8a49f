#include "experiments/run/kept_studies.hpp"

#include <fstream>
#include <iterator>
#include <optional>

#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/run/code_version.hpp"
#include "results/json.hpp"
#include "results/record.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const Plugin& plugin_of(const Study& study) {
  for (const Plugin& plugin : plugins())
    for (const Study& own : plugin.studies)
      if (own.id == study.id) return plugin;
  throw std::logic_error("no plugin has the study " + study.id);
}

/// The kept result; none where the file is missing, damaged, another study's or of another version of the code.
std::optional<StudyResult> kept(const fs::path& file, const std::string& id, const json& version) {
  if (!fs::is_regular_file(file)) return std::nullopt;
  try {
    std::ifstream in(file, std::ios::binary);
    const json found = parse_json({std::istreambuf_iterator<char>(in), {}});
    if (found.at("study") != id || found.at("version") != version) return std::nullopt;
    return StudyResult{found.at("holds").get<bool>(), std::stod(found.at("measured").get<std::string>()),
                       found.at("evidence").get<std::string>(), found.at("instance").get<std::string>(),
                       std::stod(found.at("looseness").get<std::string>())};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

StudyRunner kept_studies(const fs::path& out) {
  return [out](const Study& study) {
    const Plugin& plugin = plugin_of(study);
    if (!fs::is_directory(out) || !plugin.library.empty() || !study.run) return result_of(study);
    json version = code_version(plugin, "");
    version.erase("dataset");
    const fs::path file = out / "studies" / (study.id + ".json");
    if (const auto result = kept(file, study.id, version)) return *result;
    const StudyResult result = result_of(study);
    try {
      write_file_atomically(file, json_text(json{{"study", study.id},
                                                 {"version", version},
                                                 {"holds", result.holds},
                                                 {"measured", number_text(result.measured)},
                                                 {"evidence", result.evidence},
                                                 {"instance", result.instance},
                                                 {"looseness", number_text(result.looseness)}},
                                            1));
    } catch (const UsageError&) {  // a folder that is only read
    }
    return result;
  };
}

}  // namespace bcd
