// The shared libraries that were loaded (--plugin): what of a run came from which.
#pragma once

#include <map>
#include <string>

namespace bcd {

/// Path as given -> SHA-256 when it was loaded.
const std::map<std::string, std::string>& loaded_libraries();
void remember_library(const std::string& path, const std::string& checksum);

}  // namespace bcd
