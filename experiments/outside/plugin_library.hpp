// What is not part of the program: shared libraries with algorithms, activations, losses and data, named by --plugin.
#pragma once

#include <filesystem>

#include "algorithms/core/plugin_entry.hpp"

namespace bcd {

/// What a shared library brings; it stays loaded for good. Its checksum becomes part of the name of the runs that use it.
/// Throws UsageError if the file is no shared library, exports no `bcdbench_plugin`, brings nothing, or was compiled for another
/// interface, compiler, Eigen or processor than this program.
Exports load_library(const std::filesystem::path& file);

/// Loads the library and adds what it brings to the program's lists. Throws UsageError also for a name that is taken.
void add_library(const std::filesystem::path& file);

}  // namespace bcd
