// Options of `run` that share its runs out: over the tasks of SLURM, or over calls on any machines.
#pragma once

#include "experiments/cli/selection.hpp"
#include "experiments/outside/slurm_plan.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

/// --shard, --slurm, --slurm-group, --slurm-limit, --slurm-wait.
void add_slurm_options(OptionList& options);
/// Leaves the runs of the shard "I/N", by their order; experiments without one go.
void keep_shard(std::vector<Results>& results, const std::string& shard, const RunOptions& how);
/// Submits the runs that have no record and are not under way. Returns the exit code.
int submit_runs(const std::vector<Results>& results, const RunOptions& how, const CommandLine& options);

}  // namespace bcd
