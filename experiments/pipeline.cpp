#include "experiments/pipeline.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/parameters.hpp"
#include "algorithms/registry.hpp"
#include "experiments/claims.hpp"
#include "experiments/jobs.hpp"
#include "experiments/judge.hpp"
#include "experiments/progress.hpp"
#include "experiments/styles.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

void require(bool condition, const std::string& message) {
  if (!condition) throw UsageError(message);
}

void require_one_of(const std::string& what, const std::string& value, const std::vector<std::string>& valid) {
  require(std::find(valid.begin(), valid.end(), value) != valid.end(), unknown_name(what, value, valid));
}

std::pair<std::string, std::string> key_and_value(const std::string& assignment) {
  const auto equals = assignment.find('=');
  require(equals != std::string::npos && equals > 0,
          "--set " + assignment + ": write key=value, for example --set alpha=2 or --set run.iterations=20");
  return {assignment.substr(0, equals), assignment.substr(equals + 1)};
}

/// As a shell needs it.
std::string quoted(const std::string& word) {
  const std::string plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/%@";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

fs::path record_folder(const fs::path& out) { return out / "runs"; }
fs::path record_file(const fs::path& out, const std::string& id) { return record_folder(out) / (id + ".json"); }

double last_value(const Trace& trace, const std::string& column) {
  const std::vector<double> values = trace.column(column);
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    if (!std::isnan(*value)) return *value;
  return std::nan("");
}

std::string number(double x, int digits = 4) {
  if (std::isnan(x)) return "-";
  std::ostringstream out;
  out.precision(digits);
  out << x;
  return out.str();
}

std::vector<std::string> outcome_row(const RunRecord& record, const fs::path& out) {
  const auto last = [&](const char* column) { return last_value(record.trace, column); };
  return {record.variant(),
          std::to_string(record.seed()),
          record.status,
          number(last("iteration"), 10),
          number(last("train_seconds")),
          number(last("train_loss")),
          number(last("train_accuracy")),
          number(last("test_accuracy")),
          record_file(out, record.id).string()};
}

void print_outcomes(const Results& results, const fs::path& out) {
  std::vector<std::vector<std::string>> rows;
  for (const RunRecord& record : results.records) rows.push_back(outcome_row(record, out));
  if (rows.empty()) return;  // an experiment of studies only
  std::cout << "\n"
            << results.experiment.id << ": " << results.experiment.title << "\n"
            << table({"variant", "seed", "status", "iterations", "train s", "train loss", "train acc", "test acc", "record"},
                     rows);
  for (const RunRecord& record : results.records)
    if (record.status != "MaxIterations" && record.status != "Converged")
      std::cout << "  " << record.variant() << " seed " << record.seed() << ": " << record.status << ": " << record.reason
                << "\n";
}

bool failure_is_expected(const Experiment& experiment, const std::string& variant) {
  return std::any_of(experiment.claims.begin(), experiment.claims.end(), [&](const ClaimSpec& claim) {
    const auto status = claim.text.find("status");
    return claim.kind == "status" && status != claim.text.end() && status->second == "Failed" &&
           std::find(claim.variants.begin(), claim.variants.end(), variant) != claim.variants.end();
  });
}

/// The runs of the records, by variant in the order of the experiment's cells.
std::vector<Series> series_of(const Results& results, const Styles& styles) {
  std::vector<Series> series;
  for (const RunRecord& record : results.records) {
    const auto at = std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.label == record.variant(); });
    if (at != series.end())
      at->runs.push_back(&record);
    else
      series.push_back({record.variant(), {&record}, style_of(styles, record.variant())});
  }
  return series;
}

}  // namespace

void Selection::add_options(OptionList& options) {
  auto add = options.add_options();
  add("scale", po::value<std::string>()->default_value("quick")->value_name("S"),
      "quick: minutes on two cores; paper: the published setting");
  add("seeds", po::value<std::int64_t>()->value_name("N"), "use N seeds per variant instead of the experiment's own number");
  add("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
      "change a setting; may be given several times. A bare key is a parameter of the algorithm (alpha=2), a dotted key a "
      "place in "
      "the experiment file (run.iterations=20, dataset.n=500)");
  add("grid", po::value<std::vector<std::string>>()->value_name("KEY=V,V,..."),
      "make a variant for every value (of every combination, when given several times); keys as in --set. No claims are judged "
      "then");
  add("precision", po::value<std::string>()->value_name("P"), "f32 or f64 instead of the experiment's own");
  add("time-limit", po::value<double>()->value_name("SECONDS"), "stop each run after this much training time");
  add("out", po::value<std::string>()->default_value("out")->value_name("DIR"), "folder of records, figures and report");
}

Selection Selection::from(const Options& options) {
  Selection selection;
  selection.experiments = names(options);
  selection.out = text(options, "out");
  require(!selection.out.empty(), "--out needs the name of a folder");
  Overrides& overrides = selection.overrides;
  overrides.scale = text(options, "scale");
  require_one_of("scale", overrides.scale, {"quick", "paper"});
  overrides.precision = text(options, "precision");
  if (!overrides.precision.empty()) require_one_of("precision", overrides.precision, {"f32", "f64"});
  if (options.count("variant")) overrides.variants = options["variant"].as<std::vector<std::string>>();
  if (options.count("seeds")) {
    overrides.seeds = options["seeds"].as<std::int64_t>();
    require(*overrides.seeds >= 1, "--seeds must be at least 1, got " + std::to_string(*overrides.seeds));
  }
  if (options.count("time-limit")) {
    overrides.time_limit = options["time-limit"].as<double>();
    require(overrides.time_limit > 0 && std::isfinite(overrides.time_limit),
            "--time-limit must be > 0 seconds, got " + number_text(overrides.time_limit));
  }
  if (options.count("set"))
    for (const std::string& assignment : options["set"].as<std::vector<std::string>>())
      overrides.set.push_back(key_and_value(assignment));
  if (options.count("grid")) overrides.grid = options["grid"].as<std::vector<std::string>>();
  return selection;
}

std::string Selection::command(const std::string& verb, const std::string& experiment) const {
  std::string line = "./bcdbench " + verb;
  if (!experiment.empty()) line += " " + quoted(experiment);
  line += " --scale " + overrides.scale;
  for (const std::string& variant : overrides.variants) line += " --variant " + quoted(variant);
  if (overrides.seeds) line += " --seeds " + std::to_string(*overrides.seeds);
  for (const auto& [key, value] : overrides.set) line += " --set " + quoted(key + "=" + value);
  for (const std::string& assignment : overrides.grid) line += " --grid " + quoted(assignment);
  if (!overrides.precision.empty()) line += " --precision " + overrides.precision;
  if (overrides.time_limit > 0) line += " --time-limit " + number_text(overrides.time_limit);
  for (const Plugin& plugin : plugins())
    if (!plugin.library.empty()) line += " --plugin " + quoted(plugin.library);
  if (out != "out") line += " --out " + quoted(out.string());
  return line;
}

std::vector<Experiment> Selection::load() const {
  std::vector<Experiment> loaded;
  for (const std::string& name : experiments) loaded.push_back(load_experiment(name, overrides));
  return loaded;
}

void apply_threads(const Options& options) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int count = options.count("threads") ? options["threads"].as<int>() : cores;
  require(count >= 1 && count <= 1024, "--threads must be between 1 and 1024, got " + std::to_string(count));
  set_threads(count);
}

void require_data(const std::vector<Experiment>& experiments) {
  std::set<std::string> missing;
  for (const Experiment& experiment : experiments)
    for (const Cell& cell : experiment.cells)
      if (!dataset_location(cell.dataset)) missing.insert(cell.dataset);
  if (missing.empty()) return;
  std::string list;
  for (const std::string& name : missing) list += " " + name;
  throw UsageError("missing data:" + list + "; run './bcdbench data fetch" + list +
                   "', or put the files in a folder and name it in the environment variable BCDBENCH_DATA");
}

std::vector<std::string> experiments_of(const std::vector<std::string>& papers, const Overrides& overrides) {
  std::vector<std::string> ids, known;
  for (const std::string& id : experiment_ids()) {
    const std::string paper = load_experiment(id, overrides).paper;
    if (std::find(known.begin(), known.end(), paper) == known.end()) known.push_back(paper);
    if (papers.empty() || std::find(papers.begin(), papers.end(), paper) != papers.end()) ids.push_back(id);
  }
  for (const std::string& paper : papers)
    if (std::find(known.begin(), known.end(), paper) == known.end()) throw UsageError(unknown_name("paper", paper, known));
  return ids;
}

std::vector<Results> run_experiments(std::vector<Experiment> experiments, const Selection& selection,
                                     const RunOptions& options) {
  const auto cached = [&](const Cell& cell) {
    return !options.force && record_exists(record_folder(selection.out), run_id(cell, options));
  };
  std::size_t total = 0, done = 0;
  std::vector<const Cell*> to_make;
  for (const Experiment& experiment : experiments)
    for (const Cell& cell : experiment.cells) {
      ++total;
      if (!cached(cell)) to_make.push_back(&cell);
    }

  ProgressReporter reporter = ProgressReporter::for_stderr();
  std::map<std::string, RunRecord> made;  // by the jobs
  if (options.jobs > 1) {
    std::cerr << to_make.size() << " of " << total << " runs to make, " << options.jobs
              << " side by side: their seconds do not compare with those of runs made alone\n";
    made = run_side_by_side(to_make, options, reporter);
  }
  RunOptions reporting = options;
  reporting.progress = [&](const Progress& progress) { reporter.update(progress); };
  std::vector<Results> results;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    Results& part = results.emplace_back(Results{selection.experiments[i], std::move(experiments[i]), {}});
    for (const Cell& cell : part.experiment.cells) {
      const std::string label = "[" + std::to_string(++done) + "/" + std::to_string(total) + "] " + cell.label();
      if (const auto job = made.find(run_id(cell, options)); job != made.end()) {
        part.records.push_back(job->second);
      } else if (cached(cell)) {
        part.records.push_back(run_cell(cell, reporting));
        reporter.skip(label, "cached, " + part.records.back().status);
      } else if (options.jobs > 1) {
        throw Interrupted();  // before this run began
      } else {
        reporter.start(label);
        part.records.push_back(run_cell(cell, reporting));
        reporter.finish(part.records.back().status + ", " + part.records.back().reason);
      }
      if (part.records.back().status == "Interrupted") throw Interrupted();
    }
  }
  for (const Results& part : results) print_outcomes(part, selection.out);
  return results;
}

int unexpected_failures(const std::vector<Results>& results) {
  int count = 0;
  for (const Results& part : results)
    for (const RunRecord& record : part.records)
      if (record.status == "Failed" && !failure_is_expected(part.experiment, record.variant())) ++count;
  return count;
}

std::vector<RunRecord> existing_records(const Experiment& experiment, const fs::path& out) {
  std::vector<RunRecord> records;
  for (const Cell& cell : experiment.cells)
    if (const std::string id = run_id(cell); record_exists(record_folder(out), id))
      records.push_back(read_record(record_file(out, id)));
  return records;
}

std::vector<Results> find_results(const Selection& selection) {
  const bool all = selection.experiments.empty();
  bool any = !all;
  std::vector<Results> found;
  for (const std::string& name : all ? experiment_ids() : selection.experiments) {
    Results part{name, load_experiment(name, selection.overrides), {}};
    part.records = existing_records(part.experiment, selection.out);
    const bool has_records = !part.records.empty(), studies_only = part.experiment.cells.empty();
    any = any || has_records;
    if (has_records || studies_only)
      found.push_back(std::move(part));
    else
      require(all, "no records of " + name + " with these settings in " + record_folder(selection.out).string() +
                       "; make them with '" + selection.command("run", name) + "'");
  }
  require(any, "no records with these settings in " + record_folder(selection.out).string() + "; make them with '" +
                   selection.command("run", "EXPERIMENT") + "' (see './bcdbench list experiments') or with '" +
                   selection.command("reproduce") + "'");
  return found;
}

std::vector<Judgement> judge_all(const std::vector<Results>& results, const std::string& scale) {
  std::vector<Judgement> judgements;
  for (const Results& part : results) {
    std::set<std::string> elsewhere;  // claims of another scale
    for (const ClaimSpec& claim : part.experiment.claims)
      if (!claim.scale.empty() && claim.scale != scale) elsewhere.insert(claim.id);
    Judgement judgement{judge(part.experiment, part.records, scale), {}};
    for (const ClaimRow& row : judgement.rows)
      if (!elsewhere.contains(row.id)) judgement.relevant.push_back(row);
    judgements.push_back(std::move(judgement));
  }
  return judgements;
}

int print_claims(const std::vector<Judgement>& judgements) {
  std::vector<std::vector<std::string>> rows;
  std::vector<ClaimRow> all;
  std::map<std::string, int> verdicts;
  std::set<std::string> papers;
  int differing = 0;
  std::string differences;
  for (const Judgement& judgement : judgements)
    for (const ClaimRow& row : judgement.relevant) {
      all.push_back(row);
      ++verdicts[row.verdict];
      papers.insert(row.paper);
      rows.push_back({row.as_expected() ? "ok" : "FAIL", row.id, row.item, row.reported.empty() ? "-" : row.reported,
                      row.measured.empty() ? "-" : row.measured, row.verdict});
      if (row.as_expected()) continue;
      ++differing;
      differences += "\nFAIL " + row.id + ": expected '" + row.expected + "', got '" + row.verdict + "'\n" +
                     wrapped(row.statement, 2) + wrapped(row.evidence, 2);
    }
  std::cout << "\n"
            << table({"", "claim", "item", "paper", "measured", "verdict"}, rows) << differences << "\n"
            << (papers.size() > 1 ? verdict_counts(all) + "\n" : "") << "claims: ";
  for (const auto& [verdict, count] : verdicts) std::cout << count << " " << verdict << ", ";
  std::cout << differing << " of " << rows.size() << " differ from the expectation\n";
  return differing;
}

std::vector<std::vector<fs::path>> draw_all(const std::vector<Results>& results, const Selection& selection,
                                            const std::vector<std::string>& formats, const std::vector<std::string>& widths) {
  std::vector<std::vector<fs::path>> pictures;
  const Styles styles = figure_styles(results);
  for (const Results& part : results) {
    const fs::path folder = selection.out / "figures" / (part.experiment.id + "-" + selection.overrides.scale);
    std::vector<fs::path>& drawn = pictures.emplace_back();
    const std::vector<Series> series = series_of(part, styles);
    for (const Figure& figure : part.experiment.figures)
      for (fs::path& picture : draw_figure(figure, series, folder, formats, widths)) drawn.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<std::vector<fs::path>> draw_for_report(const std::vector<Results>& results, const Selection& selection) {
  draw_all(results, selection, {"pdf"}, {"one-column", "two-column"});
  return draw_all(results, selection, {"svg", "png", "pdf"});
}

fs::path report_all(const std::vector<Results>& results, const std::vector<Judgement>& judgements,
                    const std::vector<std::vector<fs::path>>& pictures, const Selection& selection,
                    const std::string& command) {
  ReportData data{"bcdbench report, scale " + selection.overrides.scale, command, {}, record_folder("").string()};
  const Styles styles = figure_styles(results);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Experiment& experiment = results[i].experiment;
    ReportSection section{experiment.id,
                          experiment.title,
                          experiment.paper,
                          experiment.description,
                          selection.command("run", results[i].name) + " && " + selection.command("report", results[i].name),
                          experiment.figures,
                          {},
                          judgements[i].rows,
                          {},
                          series_of(results[i], styles)};
    for (const fs::path& picture : pictures[i])
      if (picture.extension() == ".svg") section.pictures.push_back(picture);
    for (const RunRecord& record : results[i].records) section.runs.push_back(&record);
    data.sections.push_back(std::move(section));
  }
  const fs::path file = selection.out / "report.html";
  write_report(file, data);
  return file;
}

}  // namespace bcd
