// Many runs: the experiments with their records, made or found.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/run/runner.hpp"

namespace bcd {

/// Ctrl-C, SIGTERM or SIGHUP during a run: the program ends, the records of finished runs stay.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted; the records of finished runs are kept") {}
};

/// An experiment with those of its records that exist, made with the settings it was loaded with and no others.
struct Results {
  std::string name;  ///< as the command line names it: an id or a file
  Experiment experiment;
  std::vector<RunRecord> records;
};

std::filesystem::path record_folder(const std::filesystem::path& out);
std::filesystem::path record_file(const std::filesystem::path& out, const std::string& id);
/// The records of an experiment's runs that are in out/runs.
std::vector<RunRecord> existing_records(const Experiment& experiment, const std::filesystem::path& out);

/// Throws UsageError, before anything runs, if the files of a dataset are missing.
void require_data(const std::vector<Results>& results);
/// Runs the runs that have no record yet, reporting on stderr. `results` holds the experiments; their records are filled in.
/// Throws Interrupted.
void make_runs(std::vector<Results>& results, const RunOptions& options);
/// Runs that ended as Failed although no claim of their experiment expects it.
int unexpected_failures(const std::vector<Results>& results);

}  // namespace bcd
