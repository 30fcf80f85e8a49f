// A new algorithm's files, from the templates that are compiled into the program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bcd {

/// The folder, `from` or one above it, that is a source checkout of this program. Throws UsageError if there is none.
std::filesystem::path source_checkout(const std::filesystem::path& from);

/// Writes algorithms/NAME/, tests/algorithms/NAME_test.cpp and NAME's two lines of algorithms/registry.cpp, or nothing. Returns
/// the files, relative to root. Throws UsageError if the name is not snake case, a word of C++, or taken.
std::vector<std::filesystem::path> write_new_algorithm(const std::filesystem::path& root, const std::string& name);

/// registry.cpp with NAME's include and entry, each at its place in alphabetical order.
std::string registry_with(const std::string& registry, const std::string& name);

}  // namespace bcd
