#include "experiments/file/load.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "algorithms/registry.hpp"
#include "experiments/build/embedded.hpp"
#include "experiments/claims/read.hpp"
#include "experiments/file/figures.hpp"
#include "experiments/file/resolve.hpp"
#include "experiments/file/variants.hpp"
#include "experiments/toml/document.hpp"

namespace bcd {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

Variant read_variant(Section section, const json& base, const std::map<std::string, json>& scales, const std::string& scale) {
  Variant variant;
  variant.base = variant.label = section.text("label");
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

std::vector<std::string> labels_of(const std::vector<Variant>& variants) {
  std::vector<std::string> labels;
  for (const Variant& v : variants) labels.push_back(v.label);
  return labels;
}

/// Keeps the variants that are wanted by their own label or by that of the file's variant they are a point of.
std::vector<Variant> selected(std::vector<Variant> variants, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return variants;
  const auto is_wanted = [&](const Variant& v, const std::string& label) { return v.label == label || v.base == label; };
  for (const std::string& label : wanted)
    if (std::none_of(variants.begin(), variants.end(), [&](const Variant& v) { return is_wanted(v, label); }))
      throw UsageError(unknown_name("variant", label, labels_of(variants)));
  std::erase_if(variants, [&](const Variant& v) {
    return std::none_of(wanted.begin(), wanted.end(), [&](const std::string& label) { return is_wanted(v, label); });
  });
  return variants;
}

/// The command line's --set, laid over everything in the file; a grid over the same key gives way.
void apply_settings(std::vector<Variant>& variants, const std::vector<std::pair<std::string, std::string>>& settings) {
  for (const auto& [key, text] : settings) {
    const std::string origin = "--set " + key + "=" + text;
    const bool parameter = key.find('.') == std::string::npos;
    bool found = !parameter;
    for (Variant& v : variants) {
      if (parameter && !v.has_parameter(key)) continue;
      v.set(key, parameter ? json(text) : command_line_value(text), origin);
      if (v.tables.contains("grid")) v.tables["grid"].erase(key);
      found = true;
    }
    if (!found)
      throw UsageError(origin + ": " + unknown_name("parameter", key, parameter_names(variants)) +
                       ". A place in the experiment file is written with a dot: run.iterations=5");
  }
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

std::vector<PlannedRun> planned_runs(const std::vector<Variant>& variants, const std::string& experiment,
                                     const std::string& place, const Overrides& overrides) {
  std::vector<PlannedRun> runs;
  for (const Variant& v : variants) {
    json tables = v.tables;
    if (!overrides.precision.empty()) tables["run"]["precision"] = overrides.precision;
    if (overrides.time_limit > 0) tables["run"]["time_limit"] = overrides.time_limit;
    auto [planned, seeds] = resolve_variant(tables, experiment, v.label, *v.plugin, place);
    if (overrides.seeds) seeds = resize_seeds(seeds, *overrides.seeds);
    for (const std::uint64_t seed : seeds) {
      planned.seed = seed;
      planned.config = canonical_config(planned, *v.plugin);
      runs.push_back(planned);
    }
  }
  return runs;
}

/// The labels by which figures and claims may name variants.
class VariantNames {
 public:
  explicit VariantNames(const std::vector<Variant>& variants) : variants_(variants) {}
  /// Labels of the points, then those of the file that stand for several points.
  std::vector<std::string> all() const {
    std::vector<std::string> names = labels_of(variants_);
    for (const Variant& v : variants_)
      if (std::find(names.begin(), names.end(), v.base) == names.end()) names.push_back(v.base);
    return names;
  }
  /// A file's label in place of its points.
  std::vector<std::string> points(const std::vector<std::string>& labels) const {
    std::vector<std::string> made;
    for (const std::string& label : labels)
      for (const Variant& v : variants_)
        if (v.label == label || v.base == label) made.push_back(v.label);
    return made;
  }

 private:
  const std::vector<Variant>& variants_;
};

/// A comparison speaks of one variant and one baseline; other claims of all points of a grid.
void name_points(Claim& claim, const VariantNames& names, const std::string& place) {
  const auto the_point = [&](const std::string& label) {
    const std::vector<std::string> points = names.points({label});
    if (points.size() != 1)
      throw UsageError(place + ": claim " + claim.id + ": '" + label + "' is a grid of " + std::to_string(points.size()) +
                       " variants; name one of them, such as '" + points.front() + "'");
    return points.front();
  };
  const auto baseline = claim.text.find("baseline");
  if (baseline != claim.text.end()) {
    baseline->second = the_point(baseline->second);
    claim.variants = {the_point(claim.variants.front())};
  }
  claim.variants = names.points(claim.variants);
}

Grid parse_grids(const std::vector<std::string>& assignments) {
  Grid grid;
  for (const std::string& assignment : assignments) {
    grid.push_back(parse_grid(assignment));
    for (std::size_t i = 0; i + 1 < grid.size(); ++i)
      if (grid[i].first == grid.back().first)
        throw UsageError("--grid " + assignment + ": there is another --grid over this key");
  }
  return grid;
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
  const std::vector<Variant> of_the_file = document.located([&] { return expanded(variants); });
  const VariantNames names(of_the_file);
  experiment.rates = read_rates(document);
  experiment.figures = read_figures(document, experiment.id, names.all(), experiment.rates);
  experiment.claims = read_claims(document, names.all());
  document.done();
  for (Claim& claim : experiment.claims) name_points(claim, names, place);

  document.located([&] { apply_settings(variants, overrides.set); });
  const std::vector<Variant> all = document.located([&] { return expanded(variants, parse_grids(overrides.grid)); });
  for (Figure& figure : experiment.figures)
    for (Panel& panel : figure.panels) panel.variants = VariantNames(all).points(panel.variants);
  if (!overrides.grid.empty()) experiment.claims.clear();  // they speak of the file's variants
  variants = document.located([&] { return selected(all, overrides.variants); });
  experiment.runs = planned_runs(variants, experiment.id, place, overrides);
  return experiment;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::vector<std::string> experiment_ids() {
  std::vector<std::string> ids;
  for (const EmbeddedFile& e : embedded_experiments()) ids.emplace_back(e.name);
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
  for (const EmbeddedFile& e : embedded_experiments())
    if (e.name == id_or_path) return std::string(e.text);
  throw UsageError(unknown_name("experiment", id_or_path, experiment_ids()) + ". A file of your own ends in .toml");
}

Experiment load_experiment(const std::string& id_or_path, const Overrides& overrides) {
  if (std::find(kScales.begin(), kScales.end(), overrides.scale) == kScales.end())
    throw UsageError(unknown_name("scale", overrides.scale, kScales));
  if (ends_with(id_or_path, ".json")) return resolve(record_document(id_or_path), id_or_path, overrides);

  const bool is_file = ends_with(id_or_path, ".toml");
  const fs::path path = fs::absolute(id_or_path);
  const std::string stem = is_file ? path.stem().string() : id_or_path, file = stem + ".toml";
  const json document = toml_document(experiment_text(id_or_path), file);
  Experiment experiment = resolve(document, file, overrides);
  const bool of_paper = is_file && experiment.id == path.parent_path().filename().string() + "-" + stem;  // papers/<paper>/
  if (experiment.id != stem && !of_paper)
    throw UsageError(file + ": id is '" + experiment.id + "' but must be the file's name, '" + stem + "'");
  for (const std::string& scale : kScales)  // a mistake in the other scale's overlay must not wait until that scale is run
    if (scale != overrides.scale) {
      Overrides other;
      other.scale = scale;
      resolve(document, file, other);
    }
  return experiment;
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

}  // namespace bcd
