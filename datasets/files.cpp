#include "datasets/files.hpp"

#include <algorithm>
#include <cstdlib>

#include "datasets/sha256.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (!value || !*value) return std::nullopt;
  return value;
}

struct Candidate {
  fs::path folder;
  bool shared = false;  // may hold another dataset's files of the same names
};

std::vector<Candidate> candidates(const FileSet& set) {
  std::vector<Candidate> list;
  if (const auto data = environment("BCDBENCH_DATA")) {
    list.push_back({fs::path(*data) / set.dataset});
    list.push_back({fs::path(*data), true});
  }
  if (const auto cache = cache_folder(set.dataset)) list.push_back({*cache});
  for (const fs::path& folder : set.system_folders) list.push_back({folder});
  return list;
}

std::string remedies(const FileSet& set) {
  return "run `bcdbench data fetch " + set.dataset + "`, or set BCDBENCH_DATA to a folder that holds the files in '" +
         set.dataset + "/'" + set.more_remedies;
}

// Whether the folder's fingerprint file is the one of this set. A damaged one counts as foreign.
bool is_home_of(const FileSet& set, const fs::path& folder) {
  const PinnedFile& file = set.files[set.fingerprint];
  const auto path = find_file(folder, file.name);
  if (!path) return false;
  try {
    const Blame blame{path->string(), ""};
    return sha256(file.packed ? read_file(*path, blame) : read_raw(*path, blame)) == file.sha256;
  } catch (const UsageError&) {
    return false;
  }
}

bool has_any_file(const FileSet& set, const fs::path& folder) {
  return std::any_of(set.files.begin(), set.files.end(),
                     [&](const PinnedFile& f) { return find_file(folder, f.name).has_value(); });
}

}  // namespace

std::optional<fs::path> cache_folder(const std::string& dataset) {
  const auto xdg = environment("XDG_CACHE_HOME");
  if (xdg && fs::path(*xdg).is_absolute())
    return fs::path(*xdg) / "bcdbench" / dataset;  // XDG: relative paths are to be ignored
  if (const auto home = environment("HOME")) return fs::path(*home) / ".cache" / "bcdbench" / dataset;
  return std::nullopt;
}

std::optional<fs::path> find_file(const fs::path& folder, const std::string& name) {
  std::error_code error;
  for (const std::string& candidate : {name + ".gz", name})
    if (fs::exists(folder / candidate, error)) return folder / candidate;
  return std::nullopt;
}

std::optional<fs::path> find_folder(const FileSet& set) {
  for (const Candidate& candidate : candidates(set))
    if (candidate.shared ? is_home_of(set, candidate.folder) : has_any_file(set, candidate.folder)) return candidate.folder;
  return std::nullopt;
}

fs::path require_folder(const FileSet& set) {
  if (const auto folder = find_folder(set)) return *folder;
  std::string looked;
  for (const Candidate& candidate : candidates(set)) {
    looked += (looked.empty() ? "" : ", ") + candidate.folder.string();
    if (candidate.shared && has_any_file(set, candidate.folder)) looked += " (its files belong to another dataset)";
  }
  throw UsageError("dataset '" + set.dataset + "' is not on this machine; looked in " +
                   (looked.empty() ? "no folder, for neither BCDBENCH_DATA nor HOME is set" : looked) + "; " + remedies(set));
}

IdxArray check_pinned(Bytes raw, const PinnedFile& file, const Blame& blame) {
  IdxArray array = parse_idx(std::move(raw), blame);
  if (array.shape != file.shape)
    blame.fail("the file has shape " + shape_text(array.shape) + " where " + shape_text(file.shape) + " is needed");
  const std::string found = sha256(array.raw);
  if (found != file.sha256)
    blame.fail("the file is corrupted or another dataset's: the SHA-256 of its content is " + found + ", not " + file.sha256);
  return array;
}

IdxArray load_pinned(const FileSet& set, const fs::path& folder, const PinnedFile& file) {
  const fs::path path = find_file(folder, file.name).value_or(folder / (file.name + ".gz"));
  const Blame blame{path.string(), remedies(set)};
  return check_pinned(read_raw(path, blame), file, blame);
}

std::vector<std::string> verify_files(const FileSet& set) {
  const fs::path folder = require_folder(set);
  std::vector<std::string> lines;
  for (const PinnedFile& file : set.files) {
    const IdxArray array = load_pinned(set, folder, file);
    lines.push_back(file.name + ": intact, " + shape_text(array.shape) + ", SHA-256 " + file.sha256);
  }
  return lines;
}

std::string set_checksum(const std::vector<PinnedFile>& files) {
  std::string lines;
  for (const PinnedFile& file : files) lines += file.sha256 + "  " + file.name + "\n";
  return sha256(lines);
}

}  // namespace bcd
