// One run in, one record out.
#pragma once

#include <filesystem>

#include "experiments/run/run_loop.hpp"

namespace bcd {

struct RunOptions {
  std::filesystem::path out = "out";  ///< records go to out/runs
  bool force = false;                 ///< run again although the record exists
  bool retry_failed = false;          ///< run again what Failed, whatever the cause
  bool any_version = false;           ///< a record that another version of the code made will do
  bool keep = true;                   ///< write the record
  int jobs = 1;                       ///< how many runs are made side by side; kept with the record, for its times
  std::string init_from;              ///< folder of .npy files written by dump: start from that state
  std::function<void(const Progress&)> progress;
};

/// Runs the run unless its record exists (for one that Failed see is_retried). Never throws for what the algorithm does
/// (divergence, exceptions, not applicable are statuses); throws UsageError for missing data or bad state files.
/// A run that was interrupted (SIGINT) has the status Interrupted and leaves no record, so that it is made again.
RunRecord make_run(const PlannedRun& planned, const RunOptions& options);
/// The same with a plugin that need not be in the registry.
RunRecord make_run(const PlannedRun& planned, const Plugin& plugin, const RunOptions& options);

}  // namespace bcd
