// Cells side by side, each in a process of its own: no state is shared, and a run that crashes takes nothing with it.
#pragma once

#include <map>

#include "experiments/run/progress.hpp"
#include "experiments/run/runner.hpp"

namespace bcd {

/// Makes the runs of the runs, at most options.jobs at a time, each with its share of the threads. Returns the records by id;
/// a process that was killed or crashed gives a record of status Failed that is not on disk, so that the run is made again. The
/// first Ctrl-C asks every run to stop after its present iteration (status Interrupted); if this process dies, they die too.
/// Throws UsageError where make_run does, after the other runs have ended. Call before any parallel region: it forks.
std::map<std::string, RunRecord> run_side_by_side(const std::vector<const PlannedRun*>& runs, const RunOptions& options,
                                                  ProgressReporter& reporter);

}  // namespace bcd
