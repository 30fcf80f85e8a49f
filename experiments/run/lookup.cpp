#include "experiments/run/lookup.hpp"

#include <algorithm>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/run/archive.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// What a record computes, from its name; until version 0.1.0 names did not say it. Empty: not known.
std::string what_is_in(const fs::path& file) {
  const std::string name = file.stem().string();
  if (name.find('-') != std::string::npos) return what_of(name);
  static std::map<fs::path, std::string> known;  // records do not change
  const auto [at, fresh] = known.emplace(file, "");
  if (!fresh) return at->second;
  try {
    at->second = what_id(parse_json(file_content(file)).at("config"));
  } catch (const UsageError&) {  // no record of a run
  } catch (const json::exception&) {
  }
  return at->second;
}

RunRecord own_record(const fs::path& file, const json& config) {
  RunRecord record = read_record(file);
  if (!is_record_of(record, config))
    throw UsageError("record " + file.string() +
                     ": its configuration is another run's; delete it and run the experiment again");
  return record;
}

std::string date_of(const RunRecord& record) {
  return record.provenance.is_object() ? record.provenance.value("date", "") : "";
}

/// The newest of them.
std::optional<RunRecord> newest_of(const std::vector<fs::path>& files, const json& config) {
  std::optional<RunRecord> newest;
  for (const fs::path& file : files)
    if (RunRecord record = own_record(file, config); !newest || date_of(record) > date_of(*newest)) newest = std::move(record);
  return newest;
}

}  // namespace

fs::path record_folder(const fs::path& out) { return out / "runs"; }
fs::path record_file(const fs::path& out, const std::string& id) { return record_folder(out) / (id + ".json"); }

fs::path record_file(const Shelf& shelf, const std::string& id) {
  const fs::path own = record_file(shelf.out, id);
  if (shelf.archive.empty() || fs::exists(own)) return own;
  for (const fs::path& paper : archive_papers(shelf.archive))
    if (const fs::path file = paper / (id + ".json.gz"); fs::exists(file)) return file;
  return own;
}

RunRecord as_asked(RunRecord record, const PlannedRun& planned) {
  record.config["experiment"] = planned.experiment;
  record.config["variant"] = planned.variant;
  return record;
}

std::vector<fs::path> Lookup::versions(const std::string& what) const {
  if (!by_what_) {
    by_what_.emplace();
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator(record_folder(shelf_.out), none))
      if (entry.path().extension() == ".json") (*by_what_)[what_is_in(entry.path())].push_back(entry.path());
  }
  const auto at = by_what_->find(what);
  return at == by_what_->end() ? std::vector<fs::path>{} : at->second;
}

std::optional<RunRecord> Lookup::find(const PlannedRun& planned, const RunOptions& options) const {
  const json config = config_of(planned, options);
  const std::string id = run_id(planned, options);
  if (record_exists(record_folder(shelf_.out), id)) return as_asked(own_record(record_file(shelf_.out, id), config), planned);
  std::optional<RunRecord> found;
  if (shelf_.any_version) found = newest_of(versions(what_of(id)), config);
  if (!found && !shelf_.archive.empty()) found = archived(planned, options);
  if (found) found->other_version = found->id != id;
  return found ? std::optional(as_asked(std::move(*found), planned)) : std::nullopt;
}

std::optional<RunRecord> Lookup::archived(const PlannedRun& planned, const RunOptions& options) const {
  const json config = config_of(planned, options);
  const std::string id = run_id(planned, options);
  if (!in_archive_) {
    in_archive_.emplace();
    for (const fs::path& file : archived_records(shelf_.archive)) (*in_archive_)[what_is_in(file.stem())].push_back(file);
  }
  const auto at = in_archive_->find(what_of(id));
  if (at == in_archive_->end()) return std::nullopt;
  for (const fs::path& file : at->second)
    if (file.stem().stem() == id) return own_record(file, config);
  return newest_of(at->second, config);
}

bool Lookup::has_other_versions(const PlannedRun& planned, const RunOptions& options) const {
  const std::string id = run_id(planned, options);
  const std::vector<fs::path> files = versions(what_of(id));
  return std::any_of(files.begin(), files.end(), [&](const fs::path& file) { return file.stem() != id; });
}

bool is_retried(const RunRecord& record, const Plugin& plugin, const RunOptions& options) {
  if (record.status != "Failed") return false;
  const bool of_the_program = !plugin.paper.empty() && plugin.library.empty();
  return options.retry_failed || record.other_version || !of_the_program ||
         record.reason.find("out of memory") != std::string::npos;
}

std::optional<RunRecord> finished_record(const Lookup& lookup, const PlannedRun& planned, const RunOptions& options) {
  if (options.force) return std::nullopt;
  try {
    std::optional<RunRecord> record = lookup.find(planned, options);
    if (record && is_retried(*record, find_plugin(planned.algorithm), options)) record.reset();
    return record;
  } catch (const UsageError&) {  // damaged: make_run says so in the new record
    return std::nullopt;
  }
}

}  // namespace bcd
