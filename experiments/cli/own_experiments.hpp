// What an output folder remembers: the user's experiment files that were run into it, and the settings of the last run. So they
// are found again, and nothing is typed twice.
#pragma once

#include "experiments/cli/selection.hpp"

namespace bcd {

/// Stands for the experiments and settings of the last run in the output folder.
inline constexpr const char* kLast = "@last";

/// Keeps the selection of a run in OUT/experiments.json.
void remember(const Selection& selection);

/// The paths of the user's experiment files that were run into the folder and still exist.
std::vector<std::string> own_experiments(const std::filesystem::path& out);

/// Puts the settings of the last run in place of "@last" (what the command line gives goes before them), and a path in place of
/// the id of a file of the user's. Throws UsageError where there is no last run.
void recall(Selection& selection, const CommandLine& options);

}  // namespace bcd
