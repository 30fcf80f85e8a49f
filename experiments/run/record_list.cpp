#include "experiments/run/record_list.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "algorithms/core/plain_text.hpp"
#include "experiments/run/checkpoint.hpp"
#include "experiments/run/lookup.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

fs::path asked_file(const fs::path& out) { return out / "asked.jsonl"; }

using Asked = std::map<std::string, std::vector<AskedAs>>;  // by record

Asked read_asked(const fs::path& out) {
  Asked asked;
  if (!fs::exists(asked_file(out))) return asked;
  std::istringstream lines(file_content(asked_file(out)));
  for (std::string line; std::getline(lines, line);) {
    try {
      const json entry = parse_json(line);
      asked[entry.at("record")].push_back({entry.at("experiment"), entry.at("variant")});
    } catch (const UsageError&) {  // cut off when a program was killed: what it said is no loss
    } catch (const json::exception&) {
    }
  }
  return asked;
}

bool contains(const std::vector<AskedAs>& list, const AskedAs& names) {
  return std::find(list.begin(), list.end(), names) != list.end();
}

/// The name that this version of the code would give a run with this configuration; empty for an algorithm that is not here.
std::string name_now(const json& config) {
  PlannedRun planned;
  planned.algorithm = config.value("algorithm", "");
  planned.dataset = config.value("dataset", json::object()).value("name", "");
  planned.config = config;
  const json parameters = config.value("parameters", json::object());
  for (const auto& [key, value] : parameters.items())
    planned.parameters[key] = value.is_string() ? value.get<std::string>() : json_text(value);
  try {
    return run_id(planned);
  } catch (const UsageError&) {
    return "";
  }
}

bool passes(const ListedRecord& record, const RecordFilter& filter) {
  const auto one_of = [](const std::vector<std::string>& list, const std::string& name) {
    return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
  };
  const bool named = std::any_of(record.names.begin(), record.names.end(), [&](const AskedAs& names) {
    return one_of(filter.experiments, names.experiment) && one_of(filter.variants, names.variant);
  });
  if (!named || !one_of(filter.algorithms, record.facts.config.value("algorithm", "")) ||
      !one_of(filter.statuses, record.facts.status))
    return false;
  if (!filter.older && !filter.newer) return true;
  const std::optional<double> age = age_of(record.facts);
  return age && (!filter.older || *age >= *filter.older) && (!filter.newer || *age <= *filter.newer);
}

/// The same run with the same numbers, however long it took.
bool same_numbers(const RunRecord& a, const RunRecord& b) {
  if (a.status != b.status || a.trace.columns != b.trace.columns || a.trace.rows.size() != b.trace.rows.size()) return false;
  for (std::size_t c = 0; c < a.trace.columns.size(); ++c)
    for (std::size_t k = 0; k < a.trace.rows.size() && !is_a_time(a.trace.columns[c]); ++k) {
      const double x = a.trace.rows[k][c], y = b.trace.rows[k][c];
      if (x != y && !(std::isnan(x) && std::isnan(y))) return false;
    }
  return true;
}

bool same_bytes(const fs::path& a, const fs::path& b) {
  const auto csv = [](fs::path file) { return file.replace_extension(".csv"); };
  return file_content(a) == file_content(b) && file_content(csv(a)) == file_content(csv(b));
}

std::vector<fs::path> files_of(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Merged merge_one(const fs::path& file, const fs::path& folder, bool replace, bool dry) {
  Merged merged{file, Merged::Outcome::taken, ""};
  try {
    const RunRecord theirs = read_record(file);
    if (const fs::path own = folder / file.filename(); fs::exists(own)) {
      if (same_bytes(file, own)) {
        merged.outcome = Merged::Outcome::same;
        return merged;
      }
      const RunRecord ours = read_record(own);
      const bool same = is_record_of(ours, theirs.config) && same_numbers(ours, theirs);
      merged.outcome = same ? Merged::Outcome::same_numbers : Merged::Outcome::different;
      if (!replace) return merged;
    }
    if (!dry) copy_record(file, folder);
  } catch (const UsageError& e) {
    merged = {file, Merged::Outcome::damaged, e.what()};
  }
  return merged;
}

/// Whether no run will go on from it: its record is there, it is damaged, or other code names its run in another way.
bool is_orphan(const fs::path& checkpoint) {
  if (fs::exists(fs::path(checkpoint).replace_extension(".json"))) return true;
  try {
    return name_now(CheckpointReader(checkpoint).head().at("config")) != checkpoint.stem().string();
  } catch (const CheckpointRefused&) {
  } catch (const UsageError&) {
  } catch (const json::exception&) {
  }
  return true;
}

}  // namespace

bool is_a_time(const std::string& column) {
  return column == "train_seconds" || column == "evaluate_seconds" || column == "record_seconds";
}

void note_asked(const fs::path& out, const std::vector<std::pair<std::string, AskedAs>>& asked) {
  if (asked.empty()) return;
  const auto say = [&] {
    std::cerr << "cannot write " << asked_file(out).string() << ": 'runs ls' shows the records under their first names only\n";
  };
  Asked known;
  try {
    known = read_asked(out);
  } catch (const UsageError&) {  // a folder or a pipe in its place: the runs are made all the same
    return say();
  }
  std::string fresh;
  for (const auto& [record, names] : asked) {
    if (contains(known[record], names)) continue;
    known[record].push_back(names);
    fresh += json_text(json{{"record", record}, {"experiment", names.experiment}, {"variant", names.variant}}) + "\n";
  }
  if (fresh.empty()) return;
  std::ofstream file(asked_file(out), std::ios::app);  // lines only: of two programs neither loses the other's
  if (!(file << fresh << std::flush)) say();
}

bool RecordFilter::empty() const {
  return experiments.empty() && variants.empty() && algorithms.empty() && statuses.empty() && !older && !newer;
}

std::optional<double> age_of(const RunRecord& record) {
  if (!record.provenance.is_object()) return std::nullopt;
  std::tm parts{};
  std::istringstream date(record.provenance.value("date", ""));
  date >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%SZ");
  if (date.fail()) return std::nullopt;
  return std::difftime(std::time(nullptr), ::timegm(&parts));
}

namespace {

/// What a record or a checkpoint says, as far as it can be read.
template <class Read>
std::vector<ListedRecord> listed(const fs::path& out, const std::string& extension, const RecordFilter& filter,
                                 const Read& read_facts) {
  const Asked asked = read_asked(out);
  std::vector<ListedRecord> records;
  for (const fs::path& file : files_of(record_folder(out), extension)) {
    ListedRecord record;
    record.file = file;
    try {
      record.facts = read_facts(file);
      record.facts.other_version = name_now(record.facts.config) != record.facts.id;
      record.names = {{record.facts.experiment(), record.facts.variant()}};
      if (const auto others = asked.find(record.facts.id); others != asked.end())
        for (const AskedAs& names : others->second)
          if (!contains(record.names, names)) record.names.push_back(names);
      if (passes(record, filter)) records.push_back(std::move(record));
    } catch (const UsageError& e) {
      record.fault = e.what();
      if (filter.empty()) records.push_back(std::move(record));
    }
  }
  const auto place = [](const ListedRecord& r) {
    return std::tuple(r.facts.experiment(), r.facts.variant(), r.facts.seed(), r.file);
  };
  std::sort(records.begin(), records.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return records;
}

std::string date_of(const fs::path& file) {
  const auto age = fs::file_time_type::clock::now() - fs::last_write_time(file);
  const std::time_t then = std::time(nullptr) - std::chrono::duration_cast<std::chrono::seconds>(age).count();
  std::tm parts{};
  ::gmtime_r(&then, &parts);
  std::ostringstream text;
  text << std::put_time(&parts, "%Y-%m-%dT%H:%M:%SZ");
  return text.str();
}

RunRecord checkpoint_facts(const fs::path& file) {
  try {
    const json head = CheckpointReader(file).head();
    RunRecord facts;
    facts.id = file.stem().string();
    facts.status = kUnfinished;
    facts.config = head.at("config");
    facts.reason = "killed or running, at iteration " + std::to_string(head.at("iteration").get<std::int64_t>());
    facts.provenance = {{"date", date_of(file)}};
    return facts;
  } catch (const CheckpointRefused& e) {
    throw UsageError(printable(file.string()) + ": " + e.what());
  } catch (const json::exception&) {
    throw UsageError(printable(file.string()) + ": its header is not what the program has written");
  } catch (const fs::filesystem_error&) {
    throw UsageError(printable(file.string()) + ": it is gone");
  }
}

}  // namespace

std::vector<ListedRecord> list_records(const fs::path& out, const RecordFilter& filter) {
  return listed(out, ".json", filter, [](const fs::path& file) { return read_record_facts(file); });
}

std::vector<ListedRecord> list_unfinished(const fs::path& out, const RecordFilter& filter) {
  return listed(out, ".checkpoint", filter, checkpoint_facts);
}

const ListedRecord& find_record(const std::vector<ListedRecord>& records, const std::string& id) {
  const ListedRecord* found = nullptr;
  for (const ListedRecord& record : records) {
    const std::string name = record.file.stem().string();
    if (name == id) return record;
    if (id.empty() || name.rfind(id, 0) != 0) continue;
    if (found)
      throw UsageError("several records begin with '" + printable(id) + "': " + found->file.stem().string() + ", " + name);
    found = &record;
  }
  if (!found) throw UsageError("no record begins with '" + printable(id) + "'; 'bcdbench runs ls' lists them");
  return *found;
}

std::vector<Merged> merge_records(const fs::path& from, const fs::path& out, bool replace, bool dry) {
  const bool is_out = fs::is_directory(record_folder(from));
  const fs::path source = is_out ? record_folder(from) : from, folder = record_folder(out);
  if (!fs::is_directory(source)) throw UsageError("runs merge: no folder " + from.string());
  if (fs::exists(folder) && fs::equivalent(source, folder))
    throw UsageError("runs merge: " + from.string() + " is --out itself");
  std::vector<Merged> merged;
  for (const fs::path& file : files_of(source, ".json")) merged.push_back(merge_one(file, folder, replace, dry));
  if (is_out && !dry) {
    std::vector<std::pair<std::string, AskedAs>> asked;
    for (const auto& [record, names] : read_asked(from))
      for (const AskedAs& name : names) asked.emplace_back(record, name);
    note_asked(out, asked);
  }
  return merged;
}

std::vector<fs::path> leftovers(const fs::path& out) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(record_folder(out), none)) {
    if (!entry.is_regular_file()) continue;
    const fs::path& file = entry.path();
    const bool fresh = fs::file_time_type::clock::now() - entry.last_write_time() < std::chrono::minutes(10);
    const std::string name = file.filename().string();
    const bool unfinished = name.find(".tmp") != std::string::npos || name.rfind("probe-", 0) == 0;
    const bool lonely = file.extension() == ".csv" && !fs::exists(fs::path(file).replace_extension(".json"));
    const bool orphan = file.extension() == ".checkpoint" && !fresh && is_orphan(file);
    if (orphan || (!fresh && (unfinished || lonely))) files.push_back(file);
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace bcd
