// SLURM as its commands show it: sbatch, squeue, scontrol. Never sacct, which many clusters do not have and whose owners count
// the calls.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bcd::slurm {

/// A task of an array, as long as SLURM knows it (a finished one for MinJobAge, minutes).
struct Task {
  long job = 0;
  int index = 0;
  std::string state, reason;  ///< "RUNNING", "PENDING", "TIMEOUT", ...; why it waits or ended
};

/// Submits a script and returns the job's number. Throws UsageError with sbatch's words, or where there is no sbatch.
long submit(const std::filesystem::path& script);
/// This user's tasks in one call, finished ones included. Throws UsageError with squeue's words, or where there is no squeue.
std::vector<Task> tasks();
/// How many tasks an array may have (MaxArraySize - 1); 1000, SLURM's own default, where it does not say.
int largest_array();
/// Whether the task will go on or begin without anybody's doing.
bool is_alive(const Task& task);

}  // namespace bcd::slurm
