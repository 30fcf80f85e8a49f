// Verbs that read records: check, plot, report.
#include <algorithm>
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/cli/selection.hpp"
#include "plots/draw.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

OptionList selection_options() {
  OptionList options("Options (give those of the run: they name its records)");
  Selection::add_options(options);
  return options;
}

OptionList check_options() {
  OptionList options = selection_options();
  options.add_options()("junit", po::value<std::string>()->value_name("FILE"), "also write the claims as JUnit XML");
  return options;
}

OptionList plot_options() {
  OptionList options = selection_options();
  options.add_options()("format", po::value<std::string>()->default_value("svg")->value_name("LIST"),
                        "formats, separated by commas: svg, pdf, png");
  options.add_options()("width", po::value<std::string>()->default_value("screen")->value_name("LIST"),
                        "sizes, separated by commas: screen; one-column (3.25 in) and two-column (6.75 in), for papers");
  return options;
}

/// The names of a list option, each of them valid.
std::vector<std::string> chosen(const CommandLine& options, const std::string& option, const std::vector<std::string>& valid) {
  std::vector<std::string> list = split_list(option, text(options, option));
  for (const std::string& name : list)
    if (std::find(valid.begin(), valid.end(), name) == valid.end()) throw UsageError(unknown_name(option, name, valid));
  return list;
}

int check_verb(const CommandLine& options) {
  const Selection selection = Selection::from(options);
  const auto results = find_results(selection);
  const auto judgements = judge_all(results, selection.overrides.scale, selection.out);
  if (const std::string file = text(options, "junit"); !file.empty()) {
    std::vector<ClaimRow> rows;
    for (const Judgement& judgement : judgements) rows.insert(rows.end(), judgement.relevant.begin(), judgement.relevant.end());
    write_file_atomically(file, junit(rows));
  }
  const int failures = unexpected_failures(results);
  if (failures > 0) std::cout << "runs that failed: " << failures << "\n";
  return print_claims(judgements, selection.overrides.scale) + failures > 0 ? kCheckFailed : kAllWell;
}

int plot_verb(const CommandLine& options) {
  const std::vector<std::string> formats = chosen(options, "format", {"svg", "pdf", "png"});
  const std::vector<std::string> widths = chosen(options, "width", kPictureWidths);
  const Selection selection = Selection::from(options);
  for (const auto& pictures : draw_all(find_results(selection), selection.place(), formats, widths))
    for (const auto& picture : pictures) std::cout << picture.string() << "\n";
  return kAllWell;
}

int report_verb(const CommandLine& options) {
  const Selection selection = Selection::from(options);
  const auto results = find_results(selection);
  std::string command = selection.command("report");
  for (const std::string& name : selection.experiments) command += " " + name;
  const auto report = report_all(results, judge_all(results, selection.overrides.scale, selection.out),
                                 draw_for_report(results, selection.place()), selection.place(), command);
  std::cout << "report: " << report.string() << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> result_verbs() {
  return {
      {"check", "[EXPERIMENT...]", "judge the papers' claims against the records",
       "Compares what the paper says (theorems, numbers, figures) with the records of the runs and prints one line per\n"
       "claim. Exit code 1 if a verdict differs from the expectation in the experiment's file. Without a name: every\n"
       "experiment that has records.\n",
       "bcdbench check zeng2019-fig1\n"
       "bcdbench check --junit claims.xml\n",
       check_options, check_verb},
      {"plot", "[EXPERIMENT...]", "draw the figures from the records",
       "Draws the figures of the experiments from their records into OUT/figures; the gnuplot script and the numbers of each\n"
       "picture are kept beside it. Without a name: every experiment that has records; @last: what was run last into OUT, with\n"
       "the settings of that run (also in check, report, compare).\n",
       "bcdbench plot @last\n"
       "bcdbench plot zeng2019-fig1 --format svg,pdf\n"
       "bcdbench plot zeng2019-fig1 --format pdf --width one-column,two-column\n",
       plot_options, plot_verb},
      {"report", "[EXPERIMENT...]", "write one HTML page with figures and claims",
       "Writes OUT/report.html: figures as charts, how to read them, the claims with their evidence, provenance, and the\n"
       "commands that make it all again. The page needs no network; beside it lie the pictures, also in the widths of papers.\n"
       "Without a name: every experiment that has records.\n",
       "bcdbench report\n", selection_options, report_verb},
  };
}

}  // namespace bcd
