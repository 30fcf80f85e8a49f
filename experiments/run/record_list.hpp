// Records as things: listed by what they are, whoever asked for them, kept in order, taken over from elsewhere.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/experiment.hpp"
#include "results/record.hpp"

namespace bcd {

/// Under which names a record was asked for.
struct AskedAs {
  std::string experiment, variant;
  bool operator==(const AskedAs&) const = default;
};

/// Notes in out/asked.jsonl that runs whose records were there were asked for, under names that the records may not have.
void note_asked(const std::filesystem::path& out, const std::vector<std::pair<std::string, AskedAs>>& asked);

/// One record of a folder, without its trace.
struct ListedRecord {
  std::filesystem::path file;
  std::string fault;           ///< why it cannot be read; nothing else is known then
  RunRecord facts;             ///< other_version is set
  std::vector<AskedAs> names;  ///< its own first
};

/// Which records; an empty list or an absent number asks for nothing.
struct RecordFilter {
  std::vector<std::string> experiments, variants, algorithms, statuses;
  std::optional<double> older, newer;  ///< seconds since the run began
  bool empty() const;
};

/// The records of out/runs that pass, by experiment, variant and seed; damaged ones pass the empty filter only.
std::vector<ListedRecord> list_records(const std::filesystem::path& out, const RecordFilter& filter = {});
/// The status of a run of which there is a checkpoint and no record.
inline const std::string kUnfinished = "unfinished";
/// The checkpoints of out/runs that pass, as records to be: configuration, the iteration that was reached as the reason, and the
/// date of the file.
std::vector<ListedRecord> list_unfinished(const std::filesystem::path& out, const RecordFilter& filter = {});
/// The record whose id begins so. Throws UsageError for none and for several.
const ListedRecord& find_record(const std::vector<ListedRecord>& records, const std::string& id);
/// Seconds since the run began; nothing where the record does not say when.
std::optional<double> age_of(const RunRecord& record);

/// Whether a column holds what a clock showed, and so differs from run to run.
bool is_a_time(const std::string& column);

/// What taking a record over from elsewhere came to.
struct Merged {
  enum class Outcome { taken, same, same_numbers, different, damaged };
  std::filesystem::path file;
  Outcome outcome = Outcome::taken;
  std::string fault;
};
/// Takes the records of `from` (an output folder, or its runs) over into out/runs, each checked against its digests. A record that
/// is there stays, unless `replace`. `dry`: only says what would be done. Throws UsageError where there is no such folder.
std::vector<Merged> merge_records(const std::filesystem::path& from, const std::filesystem::path& out, bool replace, bool dry);

/// Files of out/runs that are no part of a record and older than ten minutes: what a killed program left, and checkpoints that no
/// run will go on from.
std::vector<std::filesystem::path> leftovers(const std::filesystem::path& out);

}  // namespace bcd
