// The runner: loop, three clocks, stopping, recording. One cell in, one record out.
#pragma once

#include "experiments/spec.hpp"
#include "results/record.hpp"

#include <functional>
#include <optional>

namespace bcd {

/// What is reported while a cell runs.
struct Progress {
  std::int64_t iteration = 0, iterations = 0;
  double seconds = 0;              ///< since the cell began
  std::string headline;            ///< "train_accuracy 0.71"
};

struct RunOptions {
  std::filesystem::path out = "out";          ///< records go to out/runs
  bool force = false;                         ///< run again although the record exists
  std::string init_from;                      ///< folder of .npy files written by dump: start from that state
  std::function<void(const Progress&)> progress;
};

/// The name of the cell's record: hash of its configuration, the code version and the data's checksum (without running it).
std::string run_id(const Cell& cell);

/// Runs the cell unless its record exists. Never throws for what the algorithm does (divergence, exceptions, not applicable are
/// statuses); throws UsageError for missing data or bad state files.
RunRecord run_cell(const Cell& cell, const RunOptions& options);

struct DumpOptions {
  std::vector<std::int64_t> iterations;  ///< which iterates to write; 0 is the start
  std::filesystem::path out;
};
/// Writes out/problem/{X,Y}.npy, out/iter_00000/{W1,b1,...}.npy and out/run.json.
void dump_cell(const Cell& cell, const DumpOptions& options);

}  // namespace bcd
