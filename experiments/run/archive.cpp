#include "experiments/run/archive.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

#include "algorithms/core/plain_text.hpp"
#include "experiments/run/run_name.hpp"
#include "results/gzip.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

const char* const kSums = "SHA256SUMS";

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool is_record(const fs::path& file) { return file.extension() == ".gz" && file.stem().extension() == ".json"; }

fs::path trace_of(const fs::path& json_gz) { return json_gz.parent_path() / (json_gz.stem().stem().string() + ".csv.gz"); }

/// Whether the file holds this already; else it is written.
bool holds(const fs::path& file, const std::string& bytes) {
  if (fs::exists(file) && file_content(file) == bytes) return true;
  write_file_atomically(file, bytes);
  return false;
}

/// The sums by file. Throws UsageError for a line of another form.
std::map<std::string, std::string> read_sums(const fs::path& file) {
  std::map<std::string, std::string> sums;
  std::istringstream lines(file_content(file));
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < 67 || line.substr(64, 2) != "  ")
      throw UsageError(file.string() + ": '" + printable(line) + "' is no line of sha256sum");
    sums[line.substr(66)] = line.substr(0, 64);
  }
  return sums;
}

}  // namespace

fs::path archive_folder() {
  if (const char* named = std::getenv("BCDBENCH_ARCHIVE")) {
    if (*named && !fs::is_directory(named))
      throw UsageError("BCDBENCH_ARCHIVE: no folder " + printable(named) +
                       "; set it to a folder, or to nothing for no archive");
    return named;
  }
  std::error_code none;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", none).parent_path(); !folder.empty();
       folder = folder.parent_path()) {
    for (const char* place : {"results/archive", "share/bcdbench/archive"})
      if (fs::is_directory(folder / place)) return folder / place;
    if (folder == folder.parent_path()) break;
  }
  return {};
}

std::vector<fs::path> archive_papers(const fs::path& archive) {
  std::vector<fs::path> papers = sorted_entries(archive);
  std::erase_if(papers, [](const fs::path& entry) { return !fs::is_directory(entry); });
  return papers;
}

std::vector<fs::path> archived_records(const fs::path& archive) {
  std::vector<fs::path> records;
  for (const fs::path& paper : archive_papers(archive))
    for (fs::path& file : sorted_entries(paper))
      if (is_record(file)) records.push_back(std::move(file));
  return records;
}

std::uintmax_t archived_bytes(const fs::path& json_gz) { return fs::file_size(json_gz) + fs::file_size(trace_of(json_gz)); }

Archived archive_record(const fs::path& json_file, const fs::path& paper) {
  const RunRecord record = read_record(json_file);
  const std::string facts = gzipped(file_content(json_file)),
                    trace = gzipped(file_content(fs::path(json_file).replace_extension(".csv")));
  const fs::path kept = paper / (record.id + ".json.gz");
  Archived done;
  done.file = kept;
  const bool same_trace = holds(trace_of(kept), trace);
  done.fresh = !holds(kept, facts) || !same_trace;
  for (const fs::path& file : sorted_entries(paper)) {
    if (!is_record(file) || file == kept || what_of(file.stem().stem().string()) != what_of(record.id)) continue;
    fs::remove(file);
    fs::remove(trace_of(file));
    done.removed.push_back(file);
  }
  return done;
}

void write_sums(const fs::path& paper) {
  std::string text;
  for (const fs::path& file : sorted_entries(paper))
    if (file.extension() == ".gz") text += file_checksum(file) + "  " + file.filename().string() + "\n";
  write_file_atomically(paper / kSums, text);
}

std::vector<std::string> sum_faults(const fs::path& paper) {
  if (!fs::exists(paper / kSums)) return {paper.string() + ": there is no " + kSums};
  std::vector<std::string> faults;
  std::map<std::string, std::string> sums = read_sums(paper / kSums);
  for (const fs::path& file : sorted_entries(paper)) {
    const std::string name = file.filename().string();
    if (name == kSums) continue;
    const auto sum = sums.find(name);
    if (sum == sums.end()) {
      faults.push_back(file.string() + ": not in " + kSums);
      continue;
    }
    if (file_checksum(file) != sum->second) faults.push_back(file.string() + ": changed, its SHA-256 is not that of " + kSums);
    sums.erase(sum);
  }
  for (const auto& [name, sum] : sums) faults.push_back((paper / name).string() + ": missing");
  return faults;
}

}  // namespace bcd
