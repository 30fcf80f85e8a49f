// The problem and chosen iterates of a run as NumPy files.
#pragma once

#include <filesystem>
#include <vector>

#include "algorithms/core/plugin.hpp"
#include "experiments/experiment.hpp"

namespace bcd {

struct DumpOptions {
  std::vector<std::int64_t> iterations;  ///< which iterates to write; 0 is the start
  std::filesystem::path out;
};
/// Writes out/problem/{X,Y}.npy, out/iter_00000/{W1,b1,...}.npy and out/run.json.
void dump_run(const PlannedRun& planned, const DumpOptions& options);
void dump_run(const PlannedRun& planned, const Plugin& plugin, const DumpOptions& options);

}  // namespace bcd
