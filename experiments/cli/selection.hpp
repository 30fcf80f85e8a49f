// What a verb works on, from its options.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/cli/cli.hpp"
#include "experiments/report/write.hpp"
#include "experiments/run/records.hpp"

namespace bcd {

/// What to work on: experiments, what the command line changes in them, and the folder of the results.
struct Selection {
  std::vector<std::string> experiments;
  Overrides overrides;
  std::filesystem::path out;
  bool any_version = false;

  /// --scale, --seeds, --set, --precision, --time-limit, --out, --any-version: together with the experiment they name its records.
  static void add_options(OptionList& options);
  /// Reads those, --variant where the verb has it, and the names. Throws UsageError for values out of range.
  static Selection from(const CommandLine& options);
  /// The command that does `verb` with these settings on one experiment (or none): "./bcdbench run zeng2019-fig1 --scale
  /// paper".
  std::string command(const std::string& verb, const std::string& experiment = "") const;
  /// Loads every experiment, so that a mistake in any of them is found before the first one is run.
  std::vector<Results> load() const;
  /// Where its records are looked for.
  Shelf shelf() const;
  /// Where its report and figures go.
  ReportPlace place() const;
};

/// --out and --any-version: where records are looked for, before the archive.
void add_shelf_options(OptionList& options, const std::string& out);
Shelf shelf_of(const CommandLine& options);

/// "key=value" of --set. Throws UsageError for other forms.
std::pair<std::string, std::string> key_and_value(const std::string& assignment);

/// The options of a dataset, each "option=value"; a value may be a list, ["a", "b"].
DatasetOptions dataset_options(const std::vector<std::string>& assignments);
/// Whether a file of a dataset has inputs or targets alone.
bool is_array(const std::string& file);

/// Sets the number of threads from --threads (default: all cores).
void apply_threads(const CommandLine& options);

/// Reads the records of the named experiments, or of all that have some. Throws UsageError, with the command that makes them,
/// if a named experiment, or every one, has no records.
std::vector<Results> find_results(const Selection& selection);

}  // namespace bcd
