#include "experiments/run/code_version.hpp"

#include <iterator>
#include <optional>

#include "bcdbench_build_info.hpp"  // generated at build time by experiments/build/build_info.cmake

namespace bcd {

namespace {

template <std::size_t n>
std::optional<std::string> digest_of(const build_info::CodePart (&parts)[n], const std::string& name) {
  for (const build_info::CodePart& part : parts)
    if (part.name == name) return part.digest;
  return std::nullopt;
}

}  // namespace

std::map<std::string, std::string> code_version(const Plugin& plugin, const std::string& dataset) {
  std::map<std::string, std::string> parts = {{"core", build_info::kCoreDigest}};
  if (const auto digest = digest_of(build_info::kAlgorithmParts, plugin.paper.empty() ? plugin.name : plugin.paper))
    if (plugin.library.empty()) parts["algorithm"] = *digest;
  const auto reader = digest_of(build_info::kDatasetParts, dataset);
  parts["dataset"] = reader ? *reader : std::prev(std::end(build_info::kDatasetParts))->digest;
  return parts;
}

}  // namespace bcd
