// Records as one tidy table: a row for every iteration, with every setting as a column.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace bcd {

/// Where a record's trace is read from when its rows are written; its facts are those shown.
struct TidyRun {
  std::filesystem::path file;
  RunRecord facts;  ///< under the names that are shown
};

/// Writes folder/iterations.csv, folder/iterations.jsonl (formats among "csv", "jsonl") and folder/columns.csv, which says what
/// each column is and in which unit. Returns the files. Reads one trace at a time.
std::vector<std::filesystem::path> write_tidy(const std::vector<TidyRun>& runs, const std::filesystem::path& folder,
                                              const std::vector<std::string>& formats);

}  // namespace bcd
