// Experiment files: one TOML file per figure or table of a paper, and how it resolves to the runs that are made.
#pragma once

#include <string>
#include <vector>

#include "experiments/experiment.hpp"

namespace bcd {

/// All experiment files that ship with the program, by id (the files are compiled into the program).
std::vector<std::string> experiment_ids();
/// The TOML text of a shipped experiment, or of a file when `id_or_path` ends in .toml.
std::string experiment_text(const std::string& id_or_path);
/// Parses and resolves; a path ending in .json is a record, whose one run it describes. Every unknown key, algorithm, dataset
/// or value is a UsageError that names place, valid names and nearest.
Experiment load_experiment(const std::string& id_or_path, const Overrides& overrides = {});
/// The shipped experiments of the papers ("zeng2019"); of all papers if none is named. A paper without a claim is a UsageError.
std::vector<std::string> experiments_of(const std::vector<std::string>& papers, const Overrides& overrides);

}  // namespace bcd
