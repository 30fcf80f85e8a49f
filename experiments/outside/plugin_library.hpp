// Algorithms that are not part of the program: shared libraries, named by --plugin.
#pragma once

#include <filesystem>

#include "algorithms/core/plugin_entry.hpp"

namespace bcd {

/// The plugin of a shared library, which stays loaded for good. Its checksum becomes part of the name of its runs. Throws
/// UsageError if the file is no shared library, exports no `bcdbench_plugin`, or was compiled for another interface, compiler,
/// Eigen or processor than this program.
Plugin load_shared_plugin(const std::filesystem::path& file);

/// Loads the library and adds its plugin to the registry. Throws UsageError also if the algorithm's name is taken.
void add_shared_plugin(const std::filesystem::path& file);

}  // namespace bcd
