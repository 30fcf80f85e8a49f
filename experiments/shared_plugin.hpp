// Algorithms that are not part of the program: shared libraries, named by --plugin.
#pragma once

#include <filesystem>

#include "algorithms/core/shared_plugin.hpp"

namespace bcd {

/// The plugin of a shared library, which stays loaded for good. Its checksum becomes part of the name of its runs. Throws
/// UsageError if the file is no shared library, exports no `bcdbench_plugin`, or was compiled for another interface, compiler,
/// Eigen or processor than this program.
Plugin load_shared_plugin(const std::filesystem::path& file);

/// Loads the library and adds its plugin to the registry. Throws UsageError also if the algorithm's name is taken.
void add_shared_plugin(const std::filesystem::path& file);

/// SHA-256 of a file's content, 64 hexadecimal digits. Throws UsageError if it cannot be read.
std::string file_checksum(const std::filesystem::path& file);

/// The checksums of the files that a run of `plugin` with these parameters depends on, by path; see Plugin::files.
std::map<std::string, std::string> files_of(const Plugin& plugin, const std::map<std::string, std::string>& parameters);

}  // namespace bcd
