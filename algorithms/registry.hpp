// The factory: every plugin of the program, by name.
#pragma once

#include "algorithms/core/algorithm.hpp"

namespace bcd {

const std::vector<Plugin>& plugins();
/// Throws UsageError that lists the valid names and the nearest.
const Plugin& find_plugin(const std::string& name);
std::vector<std::string> plugin_names();

}  // namespace bcd
