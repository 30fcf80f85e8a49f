// From a run to its record: the one way for every verb.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/run/runner.hpp"

namespace bcd {

/// Where records are looked for.
struct Shelf {
  std::filesystem::path out = "out";
  bool any_version = false;            ///< where no record is of this version of the code, the newest of another will do
  std::filesystem::path archive = {};  ///< taken from where there is none in `out`; empty: no archive
};

std::filesystem::path record_folder(const std::filesystem::path& out);
std::filesystem::path record_file(const std::filesystem::path& out, const std::string& id);
/// Where the record of this name lies: in the output folder, or else in the archive.
std::filesystem::path record_file(const Shelf& shelf, const std::string& id);

/// The records of one folder, as they lie there when it is first asked.
class Lookup {
 public:
  explicit Lookup(Shelf shelf) : shelf_(std::move(shelf)) {}

  /// The run's record under the names of its experiment and variant, whoever it was made for; other_version says that another
  /// version of the code made it, archived that it is from the archive. Throws UsageError if it is damaged or another run's.
  std::optional<RunRecord> find(const PlannedRun& planned, const RunOptions& options = {}) const;
  /// Whether other versions of the code have made this run.
  bool has_other_versions(const PlannedRun& planned, const RunOptions& options = {}) const;
  /// The run's record in the archive: of this version of the code, else the newest of another.
  std::optional<RunRecord> archived(const PlannedRun& planned, const RunOptions& options = {}) const;

 private:
  using Files = std::map<std::string, std::vector<std::filesystem::path>>;  // by what they compute

  std::vector<std::filesystem::path> versions(const std::string& what) const;

  Shelf shelf_;
  mutable std::optional<Files> by_what_, in_archive_;
};

/// Gives the record the names of the run that asks for it.
RunRecord as_asked(RunRecord record, const PlannedRun& planned);

/// Whether a run that is asked for again is to be made again because it Failed: always with --retry-failed; else where the cause
/// may have gone, which lay outside of the program (a command, a shared library, memory) or in another version of it. An algorithm of the program fails again
/// in the same way.
bool is_retried(const RunRecord& record, const Plugin& plugin, const RunOptions& options);

/// The record of a run that need not be made: found by `lookup`, intact, and not to be retried.
std::optional<RunRecord> finished_record(const Lookup& lookup, const PlannedRun& planned, const RunOptions& options);

}  // namespace bcd
