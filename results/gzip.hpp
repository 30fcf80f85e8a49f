// Files in gzip's format.
#pragma once

#include <filesystem>
#include <string>

namespace bcd {

/// The text as a gzip file, without a name and a time: the same text gives the same bytes.
std::string gzipped(const std::string& text);
/// The content of a gzip file. Throws UsageError if it cannot be read, is damaged, or its content would fill the memory.
std::string gunzipped(const std::filesystem::path& file);

}  // namespace bcd
