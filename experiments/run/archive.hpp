// The archive: records that are kept with the program, those behind the published verdicts at the papers' scale. Per paper a folder
// with <id>.json.gz and <id>.csv.gz of every record, and SHA256SUMS over them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace bcd {

/// $BCDBENCH_ARCHIVE (set to nothing: no archive), or results/archive of the checkout, or share/bcdbench/archive of the
/// installation, in which the program lies; empty: there is none. Throws UsageError where the variable names no folder.
std::filesystem::path archive_folder();

/// The folders of papers in an archive, by name.
std::vector<std::filesystem::path> archive_papers(const std::filesystem::path& archive);
/// The records (<id>.json.gz) of an archive, by paper and name; none where there is no such folder.
std::vector<std::filesystem::path> archived_records(const std::filesystem::path& archive);

/// The size of an archived record, both files.
std::uintmax_t archived_bytes(const std::filesystem::path& json_gz);

/// What taking a record into the archive came to.
struct Archived {
  bool fresh = false;                          ///< these bytes were not there before
  std::vector<std::filesystem::path> removed;  ///< records of the same run by other versions of the code
  std::filesystem::path file;                  ///< its place there
};
/// Takes a record of an output folder, checked against its digests, into the folder of a paper, in the place of all records of the
/// same run; the same record gives the same bytes.
Archived archive_record(const std::filesystem::path& json_file, const std::filesystem::path& paper);

/// Writes SHA256SUMS of a paper's folder, as sha256sum does.
void write_sums(const std::filesystem::path& paper);
/// What is not as SHA256SUMS says: files that are missing, changed, or not in it. Empty: all well.
std::vector<std::string> sum_faults(const std::filesystem::path& paper);

}  // namespace bcd
