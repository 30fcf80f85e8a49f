// The steps from an experiment to its report, shared by the verbs: select, run, judge, draw, report.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "experiments/cli.hpp"
#include "experiments/runner.hpp"
#include "experiments/spec.hpp"
#include "plots/report.hpp"
#include "results/claim.hpp"

namespace bcd {

/// What to work on: experiments, what the command line changes in them, and the folder of the results.
struct Selection {
  std::vector<std::string> experiments;
  Overrides overrides;
  std::filesystem::path out;

  /// --scale, --seeds, --set, --precision, --time-limit, --out: together with the experiment they name its records.
  static void add_options(OptionList& options);
  /// Reads those, --variant where the verb has it, and the names. Throws UsageError for values out of range.
  static Selection from(const Options& options);
  /// The command that does `verb` with these settings on one experiment (or none): "./bcdbench run zeng2019-fig1 --scale
  /// paper".
  std::string command(const std::string& verb, const std::string& experiment = "") const;
  /// Loads every experiment, so that a mistake in any of them is found before the first one is run.
  std::vector<Experiment> load() const;
};

/// Ctrl-C during a run: the program ends, the records of finished runs stay.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted; the records of finished runs are kept") {}
};

/// Sets the number of threads from --threads (default: all cores).
void apply_threads(const Options& options);

/// An experiment with those of its records that exist, made with the settings of the selection and no others.
struct Results {
  std::string name;  ///< as the command line names it: an id or a file
  Experiment experiment;
  std::vector<RunRecord> records;
};

/// The shipped experiments of the papers ("zeng2019"); of all papers if none is named. An unknown paper is a UsageError.
std::vector<std::string> experiments_of(const std::vector<std::string>& papers, const Overrides& overrides);
/// Throws UsageError, before anything runs, if the files of a dataset are missing.
void require_data(const std::vector<Experiment>& experiments);
/// Runs the cells that have no record yet; reports on stderr; prints a table of the outcomes. Throws Interrupted.
std::vector<Results> run_experiments(std::vector<Experiment> experiments, const Selection& selection,
                                     const RunOptions& options);
/// Runs that ended as Failed although no claim of their experiment expects it.
int unexpected_failures(const std::vector<Results>& results);

/// The records of an experiment's cells that are in out/runs.
std::vector<RunRecord> existing_records(const Experiment& experiment, const std::filesystem::path& out);
/// Reads the records of the named experiments, or of all that have some. Throws UsageError, with the command that makes them,
/// if a named experiment, or every one, has no records.
std::vector<Results> find_results(const Selection& selection);

/// The claims of one experiment, judged. Claims of another scale are kept apart: they are neither confirmed nor refuted.
struct Judgement {
  std::vector<ClaimRow> rows;      ///< all, in the order of the file
  std::vector<ClaimRow> relevant;  ///< without those of another scale
};
std::vector<Judgement> judge_all(const std::vector<Results>& results, const std::string& scale);
/// Prints the claims and the counts of verdicts; returns how many differ from the expectation.
int print_claims(const std::vector<Judgement>& judgements);

/// Draws every figure; returns, per experiment, the pictures in the order of its figures (formats inside).
std::vector<std::vector<std::filesystem::path>> draw_all(const std::vector<Results>& results, const Selection& selection,
                                                         const std::vector<std::string>& formats,
                                                         const std::vector<std::string>& widths = {"screen"});
/// Draws what the report shows and links: every format for the screen, PDF for papers. Returns the pictures for the screen.
std::vector<std::vector<std::filesystem::path>> draw_for_report(const std::vector<Results>& results,
                                                                const Selection& selection);
/// Writes the report with the SVG pictures; returns its path.
std::filesystem::path report_all(const std::vector<Results>& results, const std::vector<Judgement>& judgements,
                                 const std::vector<std::vector<std::filesystem::path>>& pictures, const Selection& selection,
                                 const std::string& command);

}  // namespace bcd
