// Verbs for continuous integration: ci, check-plugin.
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/cli/execution.hpp"
#include "experiments/outside/contract.hpp"
#include "experiments/outside/plugin_library.hpp"
#include "experiments/report/summary.hpp"
#include "plots/draw.hpp"
#include "results/record.hpp"

namespace bcd {
namespace {

OptionList ci_options() {
  OptionList options("Options");
  Selection::add_options(options);
  add_execution_options(options);
  return options;
}

bool can_draw() {
  try {
    require_gnuplot();
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

int ci_verb(const CommandLine& options) {
  const Selection selection = Selection::from(options);
  if (selection.experiments.empty()) throw UsageError("ci: name the experiment files to check, for example my-method.toml");
  std::vector<Results> results = selection.load();
  for (const Results& part : results)
    if (part.experiment.claims.empty())
      throw UsageError("ci: " + part.name + " has no [[promise]] and no [[claim]], so there is nothing to check" +
                       (selection.overrides.grid.empty() ? "" : " (with --grid no claims are judged)"));
  require_data(results);
  make_runs(results, execution(options, selection));
  print_outcomes(results, selection.out);

  const auto judgements = judge_all(results, selection.overrides.scale);
  std::vector<ClaimRow> rows;
  for (const Judgement& judgement : judgements) rows.insert(rows.end(), judgement.relevant.begin(), judgement.relevant.end());
  write_file_atomically(selection.out / "junit.xml", junit(rows));
  write_file_atomically(selection.out / "summary.md", summary_markdown(results, judgements));
  std::string command = selection.command("ci");
  for (const std::string& name : selection.experiments) command += " " + name;
  // The page draws its charts itself; only the pictures beside it need gnuplot.
  const auto pictures = can_draw() ? draw_for_report(results, selection.place())
                                   : std::vector<std::vector<std::filesystem::path>>(results.size());
  const auto report = report_all(results, judgements, pictures, selection.place(), command);
  const int differing = print_claims(judgements, selection.overrides.scale), failures = unexpected_failures(results);
  if (failures > 0) std::cout << "runs that failed: " << failures << "\n";
  for (const auto& file : {selection.out / "junit.xml", selection.out / "summary.md", report})
    std::cout << file.string() << "\n";
  return differing + failures > 0 ? kCheckFailed : kAllWell;
}

int check_plugin_verb(const CommandLine& options) {
  const std::vector<std::string> files = names(options);
  if (files.empty()) throw UsageError("check-plugin: name the shared library, for example ./my_method.so");
  std::size_t failed = 0;
  for (const std::string& file : files) {
    const Plugin plugin = load_shared_plugin(file);
    std::cout << plugin.name << ": " << plugin.title << " (" << file << ")\n";
    for (const ContractCheck& check : contract()) {
      const std::vector<std::string> faults = contract_faults(check, plugin);
      std::cout << (faults.empty() ? "  ok    " : "  FAIL  ") << check.name << "\n";
      for (const std::string& fault : faults) std::cout << "          " << fault << "\n";
      failed += faults.empty() ? 0 : 1;
    }
  }
  std::cout << failed << " of " << files.size() * contract().size() << " checks failed\n";
  return failed > 0 ? kCheckFailed : kAllWell;
}

}  // namespace

std::vector<Verb> ci_verbs() {
  return {
      {"ci", "FILE...", "run and check experiment files, for continuous integration",
       "Makes the runs of the files, judges their promises and claims, and writes into one folder (--out): junit.xml, with what\n"
       "was measured, summary.md for the page of the job, report.html, and the records. Exit code 0: every claim is as\n"
       "expected; 1: one is not, or a run failed; 2: misuse. 'bcdbench help\n"
       "continuous-integration' has workflows for GitHub and GitLab.\n",
       "bcdbench ci my-method.toml --plugin ./my_method.so --out ci\n", ci_options, ci_verb},
      {"check-plugin", "FILE...", "the contract of a plugin: what every algorithm owes the program",
       "Runs the algorithm of a shared library on small problems: finite steps, shapes, the same run bit for bit with the same\n"
       "seed, the state as windows on the weights, parameters that refuse nonsense, problems that are refused with a reason, and\n"
       "its promises after every block update. Exit code 1 if a check fails.\n",
       "bcdbench check-plugin ./my_method.so\n", no_options, check_plugin_verb},
  };
}

}  // namespace bcd
