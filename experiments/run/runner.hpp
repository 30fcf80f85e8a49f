// The runner: loop, three clocks, stopping, recording. One run in, one record out.
#pragma once

#include <functional>
#include <optional>

#include "algorithms/core/plugin.hpp"
#include "experiments/experiment.hpp"
#include "results/record.hpp"

namespace bcd {

/// What is reported while a run runs.
struct Progress {
  std::int64_t iteration = 0, iterations = 0;
  double seconds = 0;    ///< since the run began
  std::string headline;  ///< "train_accuracy 0.71"
};

struct RunOptions {
  std::filesystem::path out = "out";  ///< records go to out/runs
  bool force = false;                 ///< run again although the record exists
  bool keep = true;                   ///< write the record
  int jobs = 1;                       ///< how many runs are made side by side; kept with the record, for its times
  std::string init_from;              ///< folder of .npy files written by dump: start from that state
  std::function<void(const Progress&)> progress;
};

/// Runs the run unless its record exists (one that Failed does not count). Never throws for what the algorithm does (divergence, exceptions, not applicable are
/// statuses); throws UsageError for missing data or bad state files.
/// A run that was interrupted (SIGINT) has the status Interrupted and leaves no record, so that it is made again.
RunRecord make_run(const PlannedRun& planned, const RunOptions& options);
/// The same with a plugin that need not be in the registry.
RunRecord make_run(const PlannedRun& planned, const Plugin& plugin, const RunOptions& options);

}  // namespace bcd
