// A comparison as text, as JSON and as figure.
#pragma once

#include <filesystem>

#include "results/compare/comparison.hpp"

namespace bcd {

/// Everything that one call of `compare` found.
struct Comparison {
  ComparisonOptions options;
  std::vector<VariantSummary> summaries;
  std::vector<PairedResult> pairs;
  bool against_file = false;  ///< the pairs are with a baseline file: one-sided tests
  Profile profile;            ///< only with a target
  std::string doubt;          ///< why seconds do not compare, or empty
  std::string versions = {};  ///< version_mark of the records
};

std::string comparison_text(const Comparison& comparison);
std::string comparison_json(const Comparison& comparison);
/// Draws the profile into folder/profile.* and returns the pictures. Throws UsageError if no problem has all variants.
std::vector<std::filesystem::path> draw_profile(const Comparison& comparison, const std::filesystem::path& folder,
                                                const std::vector<std::string>& formats);

}  // namespace bcd
