#include "experiments/cli/selection.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <optional>

#include "algorithms/core/plain_text.hpp"
#include "experiments/cli/own_experiments.hpp"
#include "experiments/file/load.hpp"
#include "experiments/run/allowed_threads.hpp"
#include "experiments/run/archive.hpp"
#include "experiments/run/libraries.hpp"
#include "experiments/toml/document.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

void require(bool condition, const std::string& message) {
  if (!condition) throw UsageError(message);
}

void require_one_of(const std::string& what, const std::string& value, const std::vector<std::string>& valid) {
  require(std::find(valid.begin(), valid.end(), value) != valid.end(), unknown_name(what, value, valid));
}

/// Texts of the command line that become texts of the experiment.
std::vector<std::string> plain_texts(const CommandLine& options, const std::string& option) {
  if (!options.count(option)) return {};
  const auto texts = options[option].as<std::vector<std::string>>();
  for (const std::string& text : texts)
    if (const std::string fault = text_fault(text, true); !fault.empty())
      throw UsageError("--" + option + " " + printable(text) + ": the text " + fault);
  return texts;
}

/// As a shell needs it.
std::string shell_word(const std::string& word) {
  const std::string plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/%@";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Two sections, folders or sets of runs under one id would be taken for one.
void require_different(const std::vector<Results>& results) {
  std::map<std::string, std::string> names;
  for (const Results& part : results)
    if (const auto [at, fresh] = names.emplace(part.experiment.id, part.name); !fresh)
      throw UsageError("the experiment " + part.experiment.id + " is named twice, as '" + at->second + "' and '" + part.name +
                       "'");
}

}  // namespace

std::pair<std::string, std::string> key_and_value(const std::string& assignment) {
  const auto equals = assignment.find('=');
  require(equals != std::string::npos && equals > 0,
          "--set " + assignment + ": write key=value, for example --set alpha=2 or --set run.iterations=20");
  return {assignment.substr(0, equals), assignment.substr(equals + 1)};
}

DatasetOptions dataset_options(const std::vector<std::string>& assignments) {
  DatasetOptions options;
  for (const std::string& assignment : assignments) {
    const auto [option, text] = key_and_value(assignment);
    options[option] =
        text.starts_with('[') ? joined_list("--set " + option, command_line_value(text)).get<std::string>() : text;
  }
  return options;
}

bool is_array(const std::string& file) {
  return file.ends_with(".npy") || file.ends_with(".npy.gz") || file.find(".npz:") != std::string::npos;
}

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
  add_shelf_options(options, "folder of records, figures and report");
}

Selection Selection::from(const CommandLine& options) {
  Selection selection;
  selection.experiments = names(options);
  const Shelf shelf = shelf_of(options);
  selection.out = shelf.out;
  selection.any_version = shelf.any_version;
  Overrides& overrides = selection.overrides;
  overrides.scale = text(options, "scale");
  require_one_of("scale", overrides.scale, {"quick", "paper"});
  overrides.precision = text(options, "precision");
  if (!overrides.precision.empty()) require_one_of("precision", overrides.precision, {"f32", "f64"});
  overrides.variants = plain_texts(options, "variant");
  if (options.count("seeds")) {
    overrides.seeds = options["seeds"].as<std::int64_t>();
    require(*overrides.seeds >= 1, "--seeds must be at least 1, got " + std::to_string(*overrides.seeds));
  }
  if (options.count("time-limit")) {
    overrides.time_limit = options["time-limit"].as<double>();
    require(overrides.time_limit > 0 && std::isfinite(overrides.time_limit),
            "--time-limit must be > 0 seconds, got " + number_text(overrides.time_limit));
  }
  for (const std::string& assignment : plain_texts(options, "set")) overrides.set.push_back(key_and_value(assignment));
  if (options.count("checkpoint")) {
    const double minutes = options["checkpoint"].as<double>();
    require(minutes >= 0 && std::isfinite(minutes), "--checkpoint must be >= 0 minutes, got " + number_text(minutes));
    overrides.set.emplace_back("run.checkpoint_minutes", number_text(minutes));
  }
  overrides.grid = plain_texts(options, "grid");
  recall(selection, options);
  return selection;
}

std::string Selection::command(const std::string& verb, const std::string& experiment) const {
  std::string line = "./bcdbench " + verb;
  if (!experiment.empty()) line += " " + shell_word(experiment);
  line += " --scale " + overrides.scale;
  for (const std::string& variant : overrides.variants) line += " --variant " + shell_word(variant);
  if (overrides.seeds) line += " --seeds " + std::to_string(*overrides.seeds);
  for (const auto& [key, value] : overrides.set) line += " --set " + shell_word(key + "=" + value);
  for (const std::string& assignment : overrides.grid) line += " --grid " + shell_word(assignment);
  if (!overrides.precision.empty()) line += " --precision " + overrides.precision;
  if (overrides.time_limit > 0) line += " --time-limit " + number_text(overrides.time_limit);
  for (const auto& [path, checksum] : loaded_libraries()) line += " --plugin " + shell_word(path);
  if (any_version) line += " --any-version";
  if (out != "out") line += " --out " + shell_word(out.string());
  return line;
}

std::vector<Results> Selection::load() const {
  std::vector<Results> loaded;
  for (const std::string& name : experiments) loaded.push_back({name, load_experiment(name, overrides), {}});
  require_different(loaded);
  return loaded;
}

Shelf Selection::shelf() const { return {out, any_version, archive_folder()}; }

ReportPlace Selection::place() const {
  return {out, overrides.scale,
          [self = *this](const std::string& verb, const std::string& name) { return self.command(verb, name); }};
}

void add_shelf_options(OptionList& options, const std::string& out) {
  auto add = options.add_options();
  add("out", po::value<std::string>()->default_value("out")->value_name("DIR"), out.c_str());
  add("any-version", po::bool_switch(),
      "where no record is of this version of the code, take the newest of another one; tables and figures mark it");
}

Shelf shelf_of(const CommandLine& options) {
  const bool any_version = options.count("any-version") > 0 && options["any-version"].as<bool>();  // dump has none
  const Shelf shelf{text(options, "out"), any_version, archive_folder()};
  require(!shelf.out.empty(), "--out needs the name of a folder");
  return shelf;
}

void apply_threads(const CommandLine& options) {
  std::optional<int> asked;
  if (options.count("threads")) asked = options["threads"].as<int>();
  require(!asked || (*asked >= 1 && *asked <= 1024),
          "--threads must be between 1 and 1024, got " + std::to_string(asked.value_or(0)));
  const AllowedThreads allowed = allowed_threads(asked);
  if (asked && allowed.count < *asked)
    std::cerr << "--threads " << *asked << ": " << allowed.count << " used, which is what " << allowed.why << " allows\n";
  use_threads(allowed);
}

std::vector<Results> find_results(const Selection& selection) {
  const bool all = selection.experiments.empty();
  bool any = !all;
  std::vector<Results> found;
  std::size_t others = 0;  // runs with records of other versions only
  std::string notes;
  std::vector<std::string> names = selection.experiments;
  if (all) {
    names = experiment_ids();
    for (const std::string& own : own_experiments(selection.out)) names.push_back(own);
  }
  for (const std::string& name : names) {
    Results part{name, load_experiment(name, selection.overrides), {}};
    ExistingRecords existing = existing_records(part.experiment, selection.shelf());
    part.records = std::move(existing.records);
    const std::string note = other_versions_note(existing.other_versions, name);
    others += existing.other_versions;
    if (!note.empty()) notes += note + "\n";
    const bool has_records = !part.records.empty(), studies_only = part.experiment.runs.empty();
    any = any || has_records;
    if (has_records || studies_only)
      found.push_back(std::move(part));
    else
      require(all, "no records of " + name + " with these settings in " + record_folder(selection.out).string() +
                       "; make them with '" + selection.command("run", name) + "'" + (note.empty() ? "" : "; " + note));
  }
  require_different(found);
  require(any, "no records with these settings in " + record_folder(selection.out).string() + "; make them with '" +
                   selection.command("run", "EXPERIMENT") + "' (see './bcdbench list experiments') or with '" +
                   selection.command("reproduce") + "'" + (others == 0 ? "" : "; " + other_versions_note(others, "")));
  if (others > 0) std::cerr << (all ? other_versions_note(others, "") + "\n" : notes);
  return found;
}

}  // namespace bcd
