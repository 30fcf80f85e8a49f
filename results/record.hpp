// The record of one run: a recipe (resolved configuration), its provenance, what the audit found, and the trace of EVERY iteration.
// On disk: <folder>/<id>.csv (the trace) and <folder>/<id>.json (everything else; written last, so its presence means complete).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "algorithms/core/audit.hpp"

namespace bcd {

/// Columns of equal length; a missing value is NaN (an empty field on disk).
struct Trace {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;

  /// Index of a column or -1.
  int index(const std::string& column) const;
  /// The values of a column; empty if there is none.
  std::vector<double> column(const std::string& name) const;
  /// Appends a row by names; columns never seen before are added and filled with NaN above.
  void append(const Measurements& row);
};

struct RunRecord {
  static constexpr int kSchema = 1;

  std::string id;         ///< what is computed and by which version of the code (experiments/run/run_name.hpp); the file's stem
  nlohmann::json config;  ///< the recipe: experiment, variant, seed, dataset, network, loss, init, algorithm, parameters, run
  nlohmann::json
      provenance;  ///< version, commit, dirty, compiler, flags, Eigen, CPU, threads, host memory, dataset checksum and origin, date
  std::string status;  ///< Converged, MaxIterations, TimeLimit, Diverged, Failed, NotApplicable, Interrupted
  std::string reason;  ///< why it stopped, in one sentence
  std::vector<PromiseResult> promises;
  Trace trace;
  bool other_version = false;      ///< not on disk: another version of the code made it than the one that asks for it
  std::filesystem::path archived;  ///< not on disk: its file, where it was read from an archive (<id>.json.gz)

  std::string experiment() const { return config.value("experiment", ""); }
  std::string variant() const { return config.value("variant", ""); }
  std::uint64_t seed() const { return config.value("seed", std::uint64_t{0}); }
};

/// Who made an archived record: "commit 0123456789ab, AMD EPYC 7763".
std::string maker_of(const RunRecord& record);
/// How tables mark a record of another version of the code, " (another version)", and one from the archive, ", from the archive
/// (commit 0123456789ab, AMD EPYC 7763; another version)"; empty for others.
std::string version_mark(const RunRecord& record);
/// The same for what shows many: " (by another version of the code: BCD, SGD)", ", from the archive (commit ..., AMD ...: BCD)".
std::string version_mark(const std::vector<const RunRecord*>& records);

/// Writes trace, then record, each to a temporary name that is renamed; creates the folder.
void write_record(const std::filesystem::path& folder, const RunRecord& record);
/// Also an archived one, <id>.json.gz with <id>.csv.gz. Throws UsageError that names file and fault (not JSON, other schema, trace
/// missing or of another length).
RunRecord read_record(const std::filesystem::path& json_file);
/// The same without the trace, which is neither read nor checked.
RunRecord read_record_facts(const std::filesystem::path& json_file);
/// Copies both files as they are, replacing a record of this name. The caller has read the record.
void copy_record(const std::filesystem::path& json_file, const std::filesystem::path& folder);
/// Removes both files.
void remove_record(const std::filesystem::path& json_file);
bool record_exists(const std::filesystem::path& folder, const std::string& id);
/// Writes text to a temporary file in the same folder and renames it over `file`; creates the folder.
void write_file_atomically(const std::filesystem::path& file, const std::string& content);
/// First 16 hex digits of the SHA-256 of the text: the name of a run.
std::string short_hash(const std::string& text);

}  // namespace bcd
