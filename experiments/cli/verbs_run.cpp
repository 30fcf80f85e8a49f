// Verbs that make results: run, reproduce, dump.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "algorithms/core/parameters.hpp"
#include "experiments/cli/execution.hpp"
#include "experiments/cli/own_experiments.hpp"
#include "experiments/cli/slurm_options.hpp"
#include "experiments/file/load.hpp"
#include "experiments/run/allowed_threads.hpp"
#include "experiments/run/archive.hpp"
#include "experiments/run/dump.hpp"
#include "experiments/run/estimate.hpp"
#include "experiments/run/progress.hpp"
#include "experiments/run/run_name.hpp"
#include "plots/draw.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

OptionList run_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("variant", po::value<std::vector<std::string>>()->value_name("LABEL"),
      "run only this variant; may be given several times");
  Selection::add_options(options);
  add_execution_options(options);
  add_slurm_options(options);
  add("dry-run", po::bool_switch(),
      "print the runs that would be made, with their records, the time each will take and the memory it needs; what was not measured on this machine before is found from the first iterations (with --force all of it)");
  add("init-from", po::value<std::string>()->value_name("DIR"),
      "start from the state in this folder of .npy files, as written by dump");
  return options;
}

int print_plan(const std::vector<Results>& selected, const RunOptions& how) {
  double total = 0;
  int count = 0;
  const Lookup lookup(Shelf{how.out, how.any_version}), kept(Shelf{how.out, false, archive_folder()});
  std::set<std::string> seen;
  Calibration calibration;
  const AllowedMemory memory = allowed_memory();
  for (const Results& part : selected) {
    const Experiment& experiment = part.experiment;
    std::vector<std::vector<std::string>> rows;
    for (const PlannedRun& planned : experiment.runs) {
      const std::string id = run_id(planned, how);
      std::string state = "to run", time = "-", needed = "-";
      if (const auto record = finished_record(lookup, planned, how)) {
        state = "exists" + std::string(record->status == "Failed" ? ", Failed" : "") + version_mark(*record);
      } else if (!seen.insert(id).second) {
        state = "as above";  // the same run for another variant or experiment
      } else if (!dataset_location(planned.dataset)) {
        state = "data missing";
      } else {
        const Needs& needs = calibration.needs(planned, how.force);
        const double seconds = total_seconds(needs, planned);
        if (needs.bytes > 0) needed = memory_text(needs.bytes);
        if (needs.bytes > memory.bytes) state = "does not fit";
        time = std::isfinite(seconds) ? duration_text(seconds) : "-";
        total += std::isfinite(seconds) ? seconds : 0;
        ++count;
        if (kept.archived(planned, how)) state += ", archived";
      }
      rows.push_back({planned.variant, std::to_string(planned.seed), planned.algorithm, planned.dataset, planned.precision,
                      std::to_string(planned.iterations), id, state, time, needed});
    }
    std::cout << experiment.id << ": " << experiment.title << "\n"
              << table({"variant", "seed", "algorithm", "dataset", "precision", "iterations", "record", "state", "time",
                        "memory"},
                       rows)
              << "\n";
  }
  std::cout << count << (count == 1 ? " run, about " : " runs, about ") << duration_text(total / how.jobs)
            << (how.jobs > 1 ? " side by side" : " one after the other") << "; memory: " << memory_text(memory.bytes) << " ("
            << memory.why << ")\n";
  if (count > 0)
    std::cout << "times are those of a quiet machine, "
              << (calibration.measured() > 0 ? "measured now and kept" : "as measured here before") << "\n";
  calibration.save();
  return kAllWell;
}

/// Throws UsageError if a run would not fit into memory, before the first one is made.
void require_memory(const std::vector<Results>& results, const RunOptions& how) {
  const Lookup lookup(Shelf{how.out, how.any_version});
  std::set<std::string> seen;
  for (const Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs) {
      nlohmann::json what = computed(planned.config);
      what.erase("seed");
      if (seen.insert(what.dump()).second && !finished_record(lookup, planned, how)) require_memory(planned);
    }
}

int run_verb(const CommandLine& options) {
  const Selection selection = Selection::from(options);
  if (selection.experiments.empty())
    throw UsageError("run: name at least one experiment; 'bcdbench list experiments' shows them");
  std::vector<Results> results = selection.load();
  RunOptions how = execution(options, selection);
  how.init_from = text(options, "init-from");
  if (options.count("shard")) keep_shard(results, text(options, "shard"), how);
  if (options.count("slurm")) {
    if (!options["dry-run"].as<bool>()) require_data(results), remember(selection);
    return submit_runs(results, how, options);
  }
  if (options["dry-run"].as<bool>()) return print_plan(results, how);
  require_data(results);
  require_memory(results, how);
  remember(selection);
  make_runs(results, how);
  print_outcomes(results, selection.out);
  return unexpected_failures(results) > 0 ? kCheckFailed : kAllWell;
}

OptionList reproduce_options() {
  OptionList options("Options");
  Selection::add_options(options);
  add_execution_options(options);
  return options;
}

int reproduce_verb(const CommandLine& options) {
  Selection selection = Selection::from(options);
  const std::vector<std::string> papers = names(options);
  std::string command = selection.command("reproduce");
  for (const std::string& paper : papers) command += " " + paper;
  // A plain scale finds the papers: settings such as --set need not fit the experiments of the other papers.
  Overrides plain;
  plain.scale = selection.overrides.scale;
  selection.experiments = experiments_of(papers, plain);

  std::vector<Results> results = selection.load();
  require_data(results);
  require_gnuplot();  // a report without figures is none: better now than after hours
  const RunOptions how = execution(options, selection);
  require_memory(results, how);
  make_runs(results, how);
  print_outcomes(results, selection.out);
  const auto judgements = judge_all(results, selection.overrides.scale, selection.out);
  const auto pictures = draw_for_report(results, selection.place());
  const auto report = report_all(results, judgements, pictures, selection.place(), command);
  const int differing = print_claims(judgements, selection.overrides.scale);
  const int failures = unexpected_failures(results);
  if (failures > 0) std::cout << "runs that failed: " << failures << "\n";
  std::cout << "report: " << report.string() << "\n";
  return differing + failures > 0 ? kCheckFailed : kAllWell;
}

OptionList dump_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("variant", po::value<std::string>()->value_name("LABEL"), "the variant; may be left out where there is only one");
  add("seed", po::value<std::uint64_t>()->value_name("S"), "the seed (default: the experiment's first)");
  add("iterations", po::value<std::string>()->default_value("0,1")->value_name("LIST"),
      "iterates to write, for example 0,1,5; 0 is the start");
  add("n", po::value<std::int64_t>()->value_name("N"), "number of training samples; short for --set dataset.n=N");
  add("scale", po::value<std::string>()->default_value("quick")->value_name("S"), "quick or paper");
  add("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"), "change a setting, as in run");
  add("precision", po::value<std::string>()->value_name("P"), "f32 or f64 instead of the experiment's own");
  add("out", po::value<std::string>()->value_name("DIR"), "the folder to write (required)");
  return options;
}

std::string labels(const Experiment& experiment) {
  std::vector<std::string> seen;
  for (const PlannedRun& planned : experiment.runs)
    if (std::find(seen.begin(), seen.end(), planned.variant) == seen.end()) seen.push_back(planned.variant);
  return ParameterList::one_of(seen);
}

const PlannedRun& only_run(const Experiment& experiment) {
  if (experiment.runs.empty()) throw UsageError("dump: " + experiment.id + " has no runs, only studies");
  const PlannedRun& first = experiment.runs.front();
  const bool one_variant = std::all_of(experiment.runs.begin(), experiment.runs.end(),
                                       [&](const PlannedRun& planned) { return planned.variant == first.variant; });
  if (!one_variant)
    throw UsageError("dump: " + experiment.id + " has several variants; name one with --variant: " + labels(experiment));
  return first;
}

int dump_verb(const CommandLine& options) {
  if (text(options, "out").empty()) throw UsageError("dump: --out DIR is required: the folder to write");
  CommandLine with_variants = options;
  with_variants.erase("variant");  // one label here, a list in Selection
  Selection selection = Selection::from(with_variants);
  if (selection.experiments.size() != 1)
    throw UsageError("dump: name exactly one experiment; 'bcdbench list experiments' shows them");
  if (options.count("variant")) selection.overrides.variants = {text(options, "variant")};
  if (options.count("n")) selection.overrides.set.emplace_back("dataset.n", std::to_string(options["n"].as<std::int64_t>()));
  if (options.count("seed"))
    selection.overrides.set.emplace_back("run.seeds", nlohmann::json::array({options["seed"].as<std::uint64_t>()}).dump());
  DumpOptions what;
  what.out = selection.out;
  for (const std::string& k : split_list("iterations", text(options, "iterations"))) {
    what.iterations.push_back(parse_integer("--iterations", k));
    if (what.iterations.back() < 0) throw UsageError("--iterations must be >= 0, got " + k);
  }
  const std::vector<Results> selected = selection.load();
  require_data(selected);
  dump_run(only_run(selected.front().experiment), what);
  std::cout << "written: " << selection.out.string() << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> run_verbs() {
  return {
      {"run", "EXPERIMENT...", "run an experiment and record every iteration",
       "Makes every run of the experiments (each variant with each seed) and writes one record per run to OUT/runs. A run\n"
       "whose record exists is not made again. EXPERIMENT is a name from 'bcdbench list experiments', the path of\n"
       "an experiment file (.toml), or of a record (.json), whose run is made again.\n",
       "bcdbench run zeng2019-fig1\n"
       "bcdbench run zeng2019-fig1 --variant BCD --seeds 1 --set run.iterations=5\n"
       "bcdbench run zeng2019-fig1 --scale paper --dry-run\n"
       "bcdbench run zeng2019-theorem1 --grid alpha=0.1,1,10 --grid gamma=1,10 --jobs 2\n",
       run_options, run_verb},
      {"reproduce", "[PAPER...]", "run, check, plot and report everything of a paper",
       "Makes the runs of every experiment of the papers (all papers if none is named), judges the claims, draws the\n"
       "figures and writes one report, OUT/report.html. Finished runs are not made again.\n",
       "bcdbench reproduce\n"
       "bcdbench reproduce zeng2019 --scale paper\n",
       reproduce_options, reproduce_verb},
      {"dump", "EXPERIMENT", "write problem and iterates as NumPy files",
       "Writes the data (DIR/problem/X.npy, Y.npy), the chosen iterates (DIR/iter_00000/W1.npy, ...: the paper's letters,\n"
       "samples as columns, biases as column vectors) and every resolved parameter (DIR/run.json), to compare with another\n"
       "implementation. 'run --init-from DIR/iter_00000' starts from such a state.\n",
       "bcdbench dump zeng2019-fig1 --variant BCD --iterations 0,1,5 --n 200 --out dump\n", dump_options, dump_verb},
  };
}

}  // namespace bcd
