// Datasets that are files on this machine: which files belong together, where they are looked for, and how they are checked.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/idx.hpp"

namespace bcd {

/// A file known by the SHA-256 of its raw (unpacked) content. Containers differ from mirror to mirror, contents do not.
struct PinnedFile {
  std::string name;          ///< without .gz
  std::string sha256;        ///< of the raw content
  std::vector<Index> shape;  ///< of the idx array
  bool packed = false;       ///< the checksum is that of the .gz itself, where nobody has published another
};

struct FileSet {
  std::string dataset;
  std::vector<PinnedFile> files;
  std::size_t fingerprint = 0;                        ///< the small file by which a folder shared with other sets is recognised
  std::vector<std::filesystem::path> system_folders;  ///< looked in last
  std::vector<std::string> mirrors;                   ///< base addresses, tried in order
  std::string more_remedies;                          ///< appended to "run ... or set BCDBENCH_DATA ..."
};

/// <cache>/bcdbench/<dataset>, where cache is $XDG_CACHE_HOME or ~/.cache; nothing if neither is known.
std::optional<std::filesystem::path> cache_folder(const std::string& dataset);

/// The first folder that holds at least one of the files: $BCDBENCH_DATA/<dataset>, $BCDBENCH_DATA itself (only if its
/// fingerprint file is this set's, for MNIST and Fashion-MNIST share their file names), the cache, the system folders.
std::optional<std::filesystem::path> find_folder(const FileSet& set);
/// As find_folder, but throws UsageError that names the folders looked in and the remedies.
std::filesystem::path require_folder(const FileSet& set);

/// folder/name.gz, else folder/name, else nothing.
std::optional<std::filesystem::path> find_file(const std::filesystem::path& folder, const std::string& name);

/// Reads one file of the set and checks structure, shape and SHA-256. Throws UsageError: file, fault, remedy.
IdxArray load_pinned(const FileSet& set, const std::filesystem::path& folder, const PinnedFile& file);
/// The same checks on content that is already in memory.
IdxArray check_pinned(Bytes raw, const PinnedFile& file, const Blame& blame);

/// One line per file: name, bytes, checksum. Throws UsageError at the first fault.
std::vector<std::string> verify_files(const FileSet& set);
/// One checksum for the set: the SHA-256 of the lines "<sha256>  <name>\n" (the output of sha256sum on the raw files).
std::string set_checksum(const std::vector<PinnedFile>& files);

}  // namespace bcd
