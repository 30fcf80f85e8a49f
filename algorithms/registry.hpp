// The factory: every plugin of the program, by name. A folder of algorithms/ exports its plugins as `paper()`.
#pragma once

#include "algorithms/core/plugin.hpp"

namespace bcd {

const std::vector<Plugin>& plugins();
/// Adds a plugin from elsewhere, last; throws UsageError if its name is not snake case or taken. To be called before anything
/// refers to a plugin of the list.
void add_plugin(Plugin plugin);
/// Throws UsageError that lists the valid names and the nearest.
const Plugin& find_plugin(const std::string& name);
std::vector<std::string> plugin_names();

}  // namespace bcd
