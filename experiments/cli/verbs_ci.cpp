// Verbs for continuous integration: ci, check-plugin.
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/cli/execution.hpp"
#include "experiments/outside/contract.hpp"
#include "experiments/outside/pieces_contract.hpp"
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

  const auto judgements = judge_all(results, selection.overrides.scale, selection.out);
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

/// Prints a piece with its checks and counts them.
struct CheckedPieces {
  std::size_t checks = 0, failed = 0;

  void piece(const std::string& kind, const std::string& name, const std::string& title, const std::string& file) const {
    std::cout << kind << " " << name << ": " << title << " (" << file << ")\n";
  }
  void check(const std::string& name, const std::vector<std::string>& faults) {
    std::cout << (faults.empty() ? "  ok    " : "  FAIL  ") << name << "\n";
    for (const std::string& fault : faults) std::cout << "          " << fault << "\n";
    ++checks;
    failed += faults.empty() ? 0 : 1;
  }
  void all(const std::vector<PieceCheck>& list) {
    for (const PieceCheck& one : list) check(one.name, one.faults);
  }
};

int check_plugin_verb(const CommandLine& options) {
  const std::vector<std::string> files = names(options);
  if (files.empty()) throw UsageError("check-plugin: name the shared library, for example ./my_method.so");
  CheckedPieces out;
  for (const std::string& file : files) {
    const Exports exports = load_library(file);
    for (const Plugin& plugin : exports.algorithms) {
      out.piece("algorithm", plugin.name, plugin.title, file);
      for (const ContractCheck& check : contract()) out.check(check.name, contract_faults(check, plugin));
    }
    for (const OwnActivation& own : exports.activations) {
      out.piece("activation", own.name, own.title, file);
      out.all(activation_checks(own));
    }
    for (const OwnLoss& own : exports.losses) {
      out.piece("loss", own.name, own.title, file);
      out.all(loss_checks(own));
    }
    for (const OwnData& own : exports.data) {
      out.piece("dataset", own.name, own.title, file);
      out.all(data_checks(own));
    }
  }
  std::cout << out.failed << " of " << out.checks << " checks failed\n";
  return out.failed > 0 ? kCheckFailed : kAllWell;
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
       "Runs the algorithms of a shared library on small problems: finite steps, shapes, the same run bit for bit with the\n"
       "same seed, the state as windows on the weights, parameters that refuse nonsense, problems that are refused with a\n"
       "reason, and its promises after every block update. Its activations, losses and data are compared with what they say\n"
       "of themselves: derivatives with differences, bounds with samples, data with the same data again. Exit code 1 if a\n"
       "check fails.\n",
       "bcdbench check-plugin ./my_method.so\n", no_options, check_plugin_verb},
  };
}

}  // namespace bcd
