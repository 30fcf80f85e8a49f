// The verb compare: who is better, with what certainty; and the gate against a committed baseline.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/case.hpp"
#include "experiments/cli/selection.hpp"
#include "experiments/report/comparison_text.hpp"
#include "results/compare/baseline.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

OptionList compare_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("metric", po::value<std::string>()->value_name("M"),
      "the column of the trace that is compared, for example test_accuracy");
  add("better", po::value<std::string>()->value_name("B"), "lower or higher (default: higher for accuracies, else lower)");
  add("at", po::value<double>()->value_name("K"), "the metric at iteration K instead of the last one");
  add("target", po::value<double>()->value_name("T"), "compare the cost of reaching this value of the metric");
  add("axis", po::value<std::string>()->value_name("A"), "cost of a target: iterations (default), seconds, products or flops");
  add("baseline", po::value<std::string>()->value_name("A"),
      "compare with this variant only; or a file (.json) of --write-baseline: exit code 1 on a significant loss");
  add("write-baseline", po::value<std::string>()->value_name("FILE"), "keep these results to compare later ones with");
  add("quantiles", po::value<std::string>()->default_value("0.25,0.75")->value_name("P,Q"), "the band around the median");
  add("confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("C"), "of the bootstrap intervals");
  add("level", po::value<double>()->default_value(0.05, "0.05")->value_name("L"), "of all tests together");
  add("margin", po::value<double>()->value_name("R"),
      "relative differences up to R count as none (default: 0; against a baseline file 0.01)");
  add("format", po::value<std::string>()->default_value("table")->value_name("F"), "table or json");
  add("figure", po::value<std::string>()->value_name("LIST"),
      "with --target: draw the performance profile into OUT/figures/compare (svg, pdf, png)");
  Selection::add_options(options);
  return options;
}

std::optional<double> number(const CommandLine& options, const std::string& name) {
  if (!options.count(name)) return std::nullopt;
  const double value = options[name].as<double>();
  if (!std::isfinite(value)) throw UsageError("--" + name + " must be a number, got " + number_text(value));
  return value;
}

double share(const std::string& name, double value) {
  if (!(value > 0 && value < 1)) throw UsageError("--" + name + " must be in (0, 1), got " + number_text(value));
  return value;
}

void require_choice(const std::string& what, const std::string& value, const std::vector<std::string>& valid) {
  if (std::find(valid.begin(), valid.end(), value) == valid.end()) throw UsageError(unknown_name(what, value, valid));
}

bool is_baseline(const std::string& name) { return name.ends_with(".json"); }

/// What is measured, from the command line or from the baseline file, where that was settled.
ComparisonOptions what_is_measured(const CommandLine& options, const std::optional<Baseline>& file) {
  if (file) {
    for (const char* name : {"metric", "better", "at", "target", "axis"})
      if (options.count(name))
        throw UsageError("compare: --" + std::string(name) + " is settled by the baseline file; leave it out");
    return file->options;
  }
  ComparisonOptions o;
  o.metric = text(options, "metric");
  if (o.metric.empty()) throw UsageError("compare: --metric M is required, for example --metric train_loss");
  o.lower = lower_is_better(o.metric);
  if (const std::string better = text(options, "better"); !better.empty()) {
    require_choice("direction", better, {"lower", "higher"});
    o.lower = better == "lower";
  }
  o.at = number(options, "at");
  o.target = number(options, "target");
  if (o.at && o.target) throw UsageError("compare: --at and --target exclude each other");
  if (const std::string axis = text(options, "axis"); !axis.empty()) {
    std::vector<std::string> axes;
    for (const auto& [name, column] : kAxes) axes.push_back(name);
    require_choice("axis", axis, axes);
    if (!o.target) throw UsageError("compare: --axis needs --target T");
    o.axis = axis;
  }
  return o;
}

ComparisonOptions comparison_options(const CommandLine& options, const std::optional<Baseline>& file) {
  ComparisonOptions o = what_is_measured(options, file);
  const std::string baseline = text(options, "baseline");
  if (!is_baseline(baseline)) o.baseline = baseline;
  const std::vector<std::string> quantiles = split_list("quantiles", text(options, "quantiles"));
  if (quantiles.size() != 2) throw UsageError("--quantiles: write two numbers, for example 0.25,0.75");
  o.low = share("quantiles", parse_number("--quantiles", quantiles[0]));
  o.high = share("quantiles", parse_number("--quantiles", quantiles[1]));
  if (o.low > o.high) throw UsageError("--quantiles: the first must not be the larger one");
  o.confidence = share("confidence", options["confidence"].as<double>());
  o.level = share("level", options["level"].as<double>());
  o.margin = number(options, "margin").value_or(file ? 0.01 : 0.0);
  if (!(o.margin >= 0)) throw UsageError("--margin must be >= 0, got " + number_text(o.margin));
  if (options.count("figure") && !o.target)
    throw UsageError("compare: --figure draws a performance profile and needs --target T");
  return o;
}

/// The records named by file, and those of the named experiments.
std::vector<RunRecord> read_records(Selection selection) {
  std::vector<RunRecord> records;
  std::vector<std::string> experiments;
  for (const std::string& name : selection.experiments)
    if (is_baseline(name))
      records.push_back(read_record(name));
    else
      experiments.push_back(name);
  selection.experiments = experiments;
  if (experiments.empty()) return records;
  for (Results& part : find_results(selection))
    for (RunRecord& record : part.records) records.push_back(std::move(record));
  return records;
}

/// What to read: the names, or the baseline's experiments with its scale and number of seeds.
Selection selection_of(const CommandLine& options, const std::optional<Baseline>& file) {
  Selection selection = Selection::from(options);
  if (!selection.experiments.empty()) return selection;
  if (!file) throw UsageError("compare: name records or experiments; 'bcdbench list experiments' shows them");
  std::set<std::string> experiments;
  for (const ComparedRun& run : file->runs) experiments.insert(run.experiment);
  selection.experiments.assign(experiments.begin(), experiments.end());
  selection.overrides.scale = file->scale;
  if (file->seeds > 0 && !selection.overrides.seeds) selection.overrides.seeds = file->seeds;
  return selection;
}

std::vector<std::string> figure_formats(const CommandLine& options) {
  std::vector<std::string> formats = split_list("figure", text(options, "figure"));
  for (const std::string& format : formats) require_choice("format", format, {"svg", "pdf", "png"});
  return formats;
}

int compare_verb(const CommandLine& options) {
  const std::string format = text(options, "format"), baseline = text(options, "baseline"),
                    kept = text(options, "write-baseline");
  require_choice("format", format, {"table", "json"});
  const std::optional<Baseline> file = is_baseline(baseline) ? std::optional<Baseline>(read_baseline(baseline)) : std::nullopt;
  Comparison c;
  c.options = comparison_options(options, file);
  c.against_file = file.has_value();
  const std::vector<std::string> formats = options.count("figure") ? figure_formats(options) : std::vector<std::string>{};
  const Selection selection = selection_of(options, file);
  const std::vector<RunRecord> records = read_records(selection);
  const std::vector<ComparedRun> runs = outcomes(records, c.options);
  c.doubt = doubt_about_seconds(records);
  std::vector<const RunRecord*> all;
  for (const RunRecord& record : records) all.push_back(&record);
  c.versions = version_mark(all);

  c.summaries = summarise(runs, c.options);
  c.pairs = file ? compare_with_baseline(runs, file->runs, c.options) : compare_variants(runs, c.options);
  if (c.options.target) c.profile = performance_profile(runs, c.options);
  if (!kept.empty()) write_baseline(kept, {c.options, selection.overrides.scale, selection.overrides.seeds.value_or(0), runs});
  std::cout << (format == "json" ? comparison_json(c) : comparison_text(c));
  if (!formats.empty())
    for (const auto& picture : draw_profile(c, selection.out / "figures" / "compare", formats))
      (format == "json" ? std::cerr : std::cout) << picture.string() << "\n";
  const bool lost = file && std::any_of(c.pairs.begin(), c.pairs.end(),
                                        [](const PairedResult& r) { return r.verdict == "worse" || r.verdict == "missing"; });
  return lost ? kCheckFailed : kAllWell;
}

}  // namespace

std::vector<Verb> compare_verbs() {
  return {
      {"compare", "RUN-OR-EXPERIMENT...", "who is better, with intervals and tests; or a gate against a baseline",
       "Compares the variants of experiments by a column of their traces. Per variant: median, two quantiles and a bootstrap\n"
       "interval of the median, on the value axis. Per pair: differences on the common seeds, Wilcoxon's exact signed-rank "
       "test,\n"
       "Holm's correction. With --target: the cost of reaching it in iterations, seconds, matrix products and flops, where "
       "counted,\n"
       "and a performance profile over all experiments and seeds. A run that diverged, failed or missed the target counts as\n"
       "infinite and is never dropped. RUN is a record (.json).\n"
       "With --baseline FILE.json: exit code 1 if a variant is significantly worse than in the file, or has no run any more;\n"
       "too few seeds are 'inconclusive', not a loss.\n",
       "bcdbench compare zeng2019-fig1 --metric test_accuracy\n"
       "bcdbench compare ghauch2018-fig2a --metric train_loss --target 0.1 --figure svg,png\n"
       "bcdbench compare zeng2019-orders --metric potential --write-baseline baseline.json\n"
       "bcdbench compare --baseline baseline.json\n",
       compare_options, compare_verb},
  };
}

}  // namespace bcd
