// The verb export: records as one table for other programs.
#include <algorithm>
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/cli/selection.hpp"
#include "experiments/report/sqlite.hpp"
#include "experiments/report/tidy.hpp"
#include "experiments/run/record_list.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

OptionList export_options() {
  OptionList options("Options (give those of the run: they name its records)");
  Selection::add_options(options);
  options.add_options()("format", po::value<std::string>()->default_value("csv")->value_name("LIST"),
                        "formats, separated by commas: csv, jsonl, sqlite");
  options.add_options()("to", po::value<std::string>()->value_name("DIR"), "the folder to write (default: OUT/export)");
  return options;
}

/// Every record of the folder under its own name; damaged ones are named and left out.
std::vector<TidyRun> all_records(const Selection& selection) {
  std::vector<TidyRun> runs;
  for (const ListedRecord& record : list_records(selection.out)) {
    if (!record.fault.empty())
      std::cerr << "left out: " << record.fault << "\n";
    else
      runs.push_back({record.file, record.facts});
  }
  if (runs.empty()) throw UsageError("no records in " + record_folder(selection.out).string());
  return runs;
}

int export_verb(const CommandLine& options) {
  const std::vector<std::string> formats = split_list("format", text(options, "format"));
  const std::vector<std::string> valid = {"csv", "jsonl", "sqlite"};
  for (const std::string& format : formats)
    if (std::find(valid.begin(), valid.end(), format) == valid.end()) throw UsageError(unknown_name("format", format, valid));
  if (std::find(formats.begin(), formats.end(), "sqlite") != formats.end()) require_sqlite();
  const Selection selection = Selection::from(options);
  std::vector<TidyRun> runs;
  if (selection.experiments.empty()) {
    runs = all_records(selection);
  } else {
    for (Results& part : find_results(selection))
      for (RunRecord& record : part.records) {
        const fs::path file = record.archived.empty() ? record_file(selection.out, record.id) : record.archived;
        record.trace = {};  // read again when its rows are written
        runs.push_back({file, std::move(record)});
      }
  }
  const fs::path folder = options.count("to") ? fs::path(text(options, "to")) : selection.out / "export";
  for (const fs::path& file : write_tidy(runs, folder, formats)) std::cout << file.string() << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> export_verbs() {
  return {
      {"export", "[EXPERIMENT...]", "records as one tidy table, for Python, R and spreadsheets",
       "Writes iterations.csv (or .jsonl): one row for every iteration of every run, with all settings and parameters as\n"
       "columns, and columns.csv, which says what each column is and in which unit; with --format sqlite runs.sqlite with the\n"
       "tables runs, trace, promises and columns. Without a name: every record in OUT, whatever made it. bcdbench.py and bcdbench.R read records directly ('bcdbench help results').\n",
       "bcdbench export zeng2019-fig1\n"
       "bcdbench export --format csv,sqlite --to tables\n",
       export_options, export_verb}};
}

}  // namespace bcd
