// What a plugin promises, without running it.
#pragma once

#include <vector>

#include "algorithms/core/algorithm.hpp"

namespace bcd {

/// The promises of the plugin with its default parameters, asked of a small problem that it accepts. Empty for baselines.
std::vector<Promise> declared_promises(const Plugin& plugin);

}  // namespace bcd
