// Which version of the code computes a run.
#pragma once

#include <map>
#include <string>

#include "algorithms/core/plugin.hpp"

namespace bcd {

/// The parts of the code that decide a run's numbers, with the hash of their sources as the program was built: "core" (with the
/// parts of experiments/run that make a run), "algorithm" (the plugin's folder; absent where it comes from a shared library,
/// whose own checksum is among Plugin::files) and "dataset" (its reader). experiments/build/code_version.cmake says which
/// sources these are.
std::map<std::string, std::string> code_version(const Plugin& plugin, const std::string& dataset);

}  // namespace bcd
