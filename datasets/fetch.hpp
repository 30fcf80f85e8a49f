// Downloading into the user's cache.
#pragma once

#include "datasets/files.hpp"

namespace bcd {

/// Puts every file into `folder` as <name>.gz. Files that are there and intact stay; others are downloaded from the first
/// mirror that delivers the right content. Content is checked in memory, written to <name>.gz.part* and renamed, so that no
/// wrong or half-written file is ever left. Throws UsageError with the reason of every mirror, followed by `remedy`.
void fetch_files(const std::vector<PinnedFile>& files, const std::vector<std::string>& mirrors,
                 const std::filesystem::path& folder, const std::string& remedy);

/// fetch_files into the set's cache folder, which is returned. `mirrors` empty: the set's own.
std::filesystem::path fetch_set(const FileSet& set, const std::vector<std::string>& mirrors);

}  // namespace bcd
