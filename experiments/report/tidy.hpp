// Records as one tidy table: a row for every iteration, with every setting as a column.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace bcd {

/// Where a record's trace is read from when its rows are written; its facts are those shown.
struct TidyRun {
  std::filesystem::path file;
  RunRecord facts;  ///< under the names that are shown
};

/// The columns of some runs: settings by dotted names ("parameters.alpha"), names first; what was measured.
struct TidyColumns {
  std::vector<std::string> settings, measured;
  std::set<std::string> algorithms;
};
TidyColumns columns_of(const std::vector<TidyRun>& runs);

/// The settings of a run by those names; a list is its JSON text.
std::map<std::string, nlohmann::json> settings_of(const RunRecord& record);

struct ColumnMeaning {
  std::string unit, words;
};
ColumnMeaning meaning_of(const std::string& column, bool measured, const std::set<std::string>& algorithms);

/// Writes folder/iterations.csv, folder/iterations.jsonl (formats among "csv", "jsonl") and folder/columns.csv, which says what
/// each column is and in which unit. Returns the files. Reads one trace at a time.
std::vector<std::filesystem::path> write_tidy(const std::vector<TidyRun>& runs, const std::filesystem::path& folder,
                                              const std::vector<std::string>& formats);

}  // namespace bcd
