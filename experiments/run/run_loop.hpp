// The loop of a run: three clocks, evaluation, audit, stopping. With what it includes from this room it decides the numbers of a
// record, and its sources are part of the records' names (experiments/build/code_version.cmake).
#pragma once

#include <filesystem>
#include <functional>

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

struct LoopOptions {
  std::string init_from;  ///< folder of .npy files written by dump: start from that state
  std::function<void(const Progress&)> progress;
  std::filesystem::path checkpoint;  ///< the run's file; empty: it neither goes on from one nor writes one
  double checkpoint_minutes = 0;     ///< between two of them
  bool resume = true;                ///< go on from the file that is there
  std::function<void(const std::string&)> remark;
};

/// Fills status, reason, promises, trace and what the run says of its data in the record. Throws UsageError for missing data and
/// for a state that cannot be loaded; what the algorithm does (divergence, exceptions, not applicable) is a status.
void run_loop(const PlannedRun& planned, const Plugin& plugin, const LoopOptions& options, RunRecord& record);

}  // namespace bcd
