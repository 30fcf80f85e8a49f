// Many runs: the experiments with their records, made or found.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/run/lookup.hpp"

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

/// The records of an experiment's runs, and how many runs have records of other versions of the code only, which were left.
struct ExistingRecords {
  std::vector<RunRecord> records;
  std::size_t other_versions = 0;
};
ExistingRecords existing_records(const Experiment& experiment, const Shelf& shelf);
/// "3 runs of zeng2019-fig1 have records of another version of the code only; --any-version takes them"; empty for none.
/// Without an experiment: of all.
std::string other_versions_note(std::size_t runs, const std::string& experiment);

/// Throws UsageError, before anything runs, if the files of a dataset are missing.
void require_data(const std::vector<Results>& results);
/// Runs the runs that have no record yet, reporting on stderr. `results` holds the experiments; their records are filled in.
/// Throws Interrupted.
void make_runs(std::vector<Results>& results, const RunOptions& options);
/// Runs that ended as Failed although no claim of their experiment expects it.
int unexpected_failures(const std::vector<Results>& results);

}  // namespace bcd
