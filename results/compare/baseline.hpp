// Results kept to compare later ones with: a small JSON file, one run a line.
#pragma once

#include <filesystem>

#include "results/compare/comparison.hpp"

namespace bcd {

struct Baseline {
  ComparisonOptions options;  ///< metric, lower, at, target, axis: what was measured
  std::string scale = "quick";
  std::int64_t seeds = 0;  ///< --seeds of the runs; 0: the experiment's own
  std::vector<ComparedRun> runs;
};

/// Throws UsageError that names the file and the fault.
Baseline read_baseline(const std::filesystem::path& file);
/// Seconds of one machine are no baseline for another: UsageError for the axis seconds.
void write_baseline(const std::filesystem::path& file, const Baseline& baseline);

}  // namespace bcd
