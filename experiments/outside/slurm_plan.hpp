// Runs as tasks of a SLURM array. A plan is a folder that needs nothing else: the runs' recipes as they were when it was made, the
// program itself, the script and the logs. The records go where all records go, so that every other verb finds them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/outside/slurm.hpp"
#include "experiments/run/runner.hpp"

namespace bcd::slurm {

/// How the array is asked for.
struct Request {
  std::string options;              ///< sbatch's own, as one line: "--partition=long --time=4:00:00"
  int group = 1;                    ///< runs made one after the other by a task
  int at_once = 0;                  ///< tasks that may run at the same time; 0: as many as SLURM likes
  std::vector<std::string> passed;  ///< options of `run` for every run: --force, --plugin ...
};

/// A run of a plan.
struct Cell {
  std::string id, label;  ///< its record's name; "zeng2019-fig1 BCD seed 8"
  int task = 1;           ///< which task of the array makes it
};

struct Plan {
  std::filesystem::path folder;  ///< OUT/slurm/0001
  long job = 0;                  ///< 0: it was never submitted
  std::vector<Cell> cells;
};

/// The script of an array of `tasks` tasks in the plan's folder. Throws UsageError for options or paths that it cannot hold.
std::string job_script(const std::filesystem::path& folder, const std::filesystem::path& out, int tasks,
                       const Request& request);
/// Writes a new plan for these runs into OUT/slurm; not yet submitted.
Plan write_plan(const std::filesystem::path& out, const std::vector<const PlannedRun*>& runs, const Request& request);
/// Submits it and notes the job in its folder. Throws UsageError where it is not taken; its folder is then gone.
void submit(Plan& plan);
/// The plans of an output folder, oldest first. Throws UsageError for one that is damaged.
std::vector<Plan> plans(const std::filesystem::path& out);

/// A cell as a person asks for it.
struct CellState {
  Cell cell;
  std::filesystem::path folder;
  long job = 0;
  std::string state;   ///< done, running, waiting, ended (no record, and no task will make it), unknown (SLURM not asked)
  std::string reason;  ///< the record's status; SLURM's reason and the log's last line
};
/// Every run of the plans, each as its newest plan has it. `known`: what SLURM says; none: it was not asked.
std::vector<CellState> states(const std::filesystem::path& out, const std::vector<Plan>& plans,
                              const std::optional<std::vector<Task>>& known);

}  // namespace bcd::slurm
