#include "experiments/spec.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "algorithms/registry.hpp"
#include "experiments/cell.hpp"
#include "experiments/document.hpp"
#include "experiments/embedded.hpp"
#include "experiments/presentation.hpp"

namespace bcd {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kScales = {"quick", "paper"};

/// A variant with its overlays laid on (but not the command line's).
struct Variant {
  std::string label;
  const Plugin* plugin = nullptr;
  json tables;
};

Variant read_variant(Section section, const json& base, const std::map<std::string, json>& scales, const std::string& scale) {
  Variant variant;
  variant.label = section.text("label");
  const std::string algorithm = section.text("algorithm");
  variant.plugin = section.located([&] { return &find_plugin(algorithm); });
  variant.tables = base;
  lay_over(variant.tables, scales.at(scale));
  lay_over(variant.tables, read_layer(section, true));
  for (const std::string& name : kScales) {
    Section own = section.table(name);
    const json layer = read_layer(own, true);
    own.done();
    if (name == scale) lay_over(variant.tables, layer);
  }
  section.done();
  return variant;
}

std::vector<Variant> read_variants(Section& document, const std::string& scale) {
  const json base = read_layer(document, false);
  Section scale_tables = document.table("scale");
  std::map<std::string, json> scales;
  for (const std::string& name : kScales) {
    Section section = scale_tables.table(name);
    scales[name] = read_layer(section, false);
    section.done();
  }
  scale_tables.done();

  std::vector<Variant> variants;
  for (Section& section : document.tables("variant")) {
    variants.push_back(read_variant(section, base, scales, scale));
    for (std::size_t i = 0; i + 1 < variants.size(); ++i)
      if (variants[i].label == variants.back().label)
        throw UsageError(section.place() + ": the label '" + variants[i].label + "' is taken; labels must differ");
  }
  if (variants.empty() && !base.empty())
    throw UsageError(document.place() + ": [" + base.begin().key() + "] has no use without a [[variant]]");
  return variants;
}

std::vector<Variant> selected(std::vector<Variant> variants, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return variants;
  std::vector<std::string> labels;
  for (const Variant& v : variants) labels.push_back(v.label);
  for (const std::string& label : wanted)
    if (std::find(labels.begin(), labels.end(), label) == labels.end())
      throw UsageError(unknown_name("variant", label, labels));
  std::erase_if(variants, [&](const Variant& v) { return std::find(wanted.begin(), wanted.end(), v.label) == wanted.end(); });
  return variants;
}

/// A bare key of --set: for every variant whose algorithm has the parameter.
void set_parameter(std::vector<Variant>& variants, const std::string& name, const std::string& text) {
  bool found = false;
  std::vector<std::string> valid;
  for (Variant& v : variants) {
    const auto algorithm = v.plugin->make<double>();
    const ParameterList list = algorithm->parameters();
    for (const Parameter& p : list.all())
      if (std::find(valid.begin(), valid.end(), p.name) == valid.end()) valid.push_back(p.name);
    if (!list.has(name)) continue;
    v.tables["parameters"][name] = text;
    found = true;
  }
  if (!found)
    throw UsageError("--set " + name + "=" + text + ": " + unknown_name("parameter", name, valid) +
                     ". A place in the experiment file is written with a dot: run.iterations=5");
}

/// The command line's --set, laid over everything in the file.
void apply_settings(std::vector<Variant>& variants, const std::vector<std::pair<std::string, std::string>>& settings) {
  json layer = json::object();
  for (const auto& [key, text] : settings) {
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos) {
      set_parameter(variants, key, text);
      continue;
    }
    const std::string table = key.substr(0, dot), name = key.substr(dot + 1);
    if (std::find(kRunTables.begin(), kRunTables.end(), table) == kRunTables.end())
      throw UsageError("--set " + key + "=" + text + ": " + unknown_name("table", table, kRunTables));
    layer[table][name] = command_line_value(text);
  }
  for (Variant& v : variants) lay_over(v.tables, layer);
}

/// The first `count` seeds; a list that is too short goes on with the largest + 1, + 2, ...
std::vector<std::uint64_t> resize_seeds(std::vector<std::uint64_t> seeds, std::int64_t count) {
  if (count < 1) throw UsageError("--seeds must be at least 1, got " + std::to_string(count));
  const auto n = static_cast<std::size_t>(count);
  std::uint64_t last = *std::max_element(seeds.begin(), seeds.end());
  while (seeds.size() < n) seeds.push_back(++last);
  seeds.resize(n);
  return seeds;
}

std::vector<Cell> make_cells(const std::vector<Variant>& variants, const std::string& experiment, const std::string& place,
                             const Overrides& overrides) {
  std::vector<Cell> cells;
  for (const Variant& v : variants) {
    json tables = v.tables;
    if (!overrides.precision.empty()) tables["run"]["precision"] = overrides.precision;
    if (overrides.time_limit > 0) tables["run"]["time_limit"] = overrides.time_limit;
    auto [cell, seeds] = resolve_variant(tables, experiment, v.label, *v.plugin, place);
    if (overrides.seeds) seeds = resize_seeds(seeds, *overrides.seeds);
    for (const std::uint64_t seed : seeds) {
      cell.seed = seed;
      cell.config = canonical_config(cell, *v.plugin);
      cells.push_back(cell);
    }
  }
  return cells;
}

/// The file as it is run at one scale. `place` is the file's name in messages.
Experiment resolve(const json& source, const std::string& place, const Overrides& overrides) {
  Section document(source, place);
  Experiment experiment;
  experiment.id = document.text("id");
  experiment.paper = document.text("paper");
  experiment.title = document.text("title");
  experiment.description = document.text("description");
  std::vector<Variant> variants = read_variants(document, overrides.scale);
  std::vector<std::string> labels;
  for (const Variant& v : variants) labels.push_back(v.label);
  experiment.rates = read_rates(document);
  experiment.figures = read_figures(document, experiment.id, labels, experiment.rates);
  experiment.claims = read_claims(document, labels);
  document.done();

  variants = document.located([&] { return selected(std::move(variants), overrides.variants); });
  document.located([&] { apply_settings(variants, overrides.set); });
  experiment.cells = make_cells(variants, experiment.id, place, overrides);
  return experiment;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::vector<std::string> experiment_ids() {
  std::vector<std::string> ids;
  for (const EmbeddedExperiment& e : embedded_experiments()) ids.emplace_back(e.id);
  return ids;
}

std::string experiment_text(const std::string& id_or_path) {
  if (ends_with(id_or_path, ".toml")) {
    std::ifstream in(id_or_path, std::ios::binary);
    if (!in) throw UsageError("cannot read the experiment file " + id_or_path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  for (const EmbeddedExperiment& e : embedded_experiments())
    if (e.id == id_or_path) return std::string(e.text);
  throw UsageError(unknown_name("experiment", id_or_path, experiment_ids()) + ". A file of your own ends in .toml");
}

Experiment load_experiment(const std::string& id_or_path, const Overrides& overrides) {
  if (std::find(kScales.begin(), kScales.end(), overrides.scale) == kScales.end())
    throw UsageError(unknown_name("scale", overrides.scale, kScales));
  if (ends_with(id_or_path, ".json")) return resolve(record_document(id_or_path), id_or_path, overrides);

  const std::string stem = ends_with(id_or_path, ".toml") ? fs::path(id_or_path).stem().string() : id_or_path;
  const std::string file = stem + ".toml";
  const json document = toml_document(experiment_text(id_or_path), file);
  Experiment experiment = resolve(document, file, overrides);
  if (experiment.id != stem)
    throw UsageError(file + ": id is '" + experiment.id + "' but must be the file's name, '" + stem + "'");
  for (const std::string& scale : kScales)  // a mistake in the other scale's overlay must not wait until that scale is run
    if (scale != overrides.scale) {
      Overrides other;
      other.scale = scale;
      resolve(document, file, other);
    }
  return experiment;
}

}  // namespace bcd
