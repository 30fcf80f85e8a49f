#include "experiments/file/load.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/build/embedded.hpp"
#include "experiments/claims/read.hpp"
#include "experiments/claims/words.hpp"
#include "experiments/file/anyway.hpp"
#include "experiments/file/columns.hpp"
#include "experiments/file/figures.hpp"
#include "experiments/file/formulas.hpp"
#include "experiments/file/paper.hpp"
#include "experiments/file/resolve.hpp"
#include "experiments/file/variants.hpp"
#include "experiments/toml/document.hpp"

namespace bcd {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Tables, and for each scale those that are laid over them: a set, a variant.
struct Layers {
  json tables;
  std::map<std::string, json> of_scale;
};

Layers read_layers(Section& section, bool with_grid) {
  Layers layers{read_layer(section, with_grid), {}};
  for (const std::string& name : kScales) {
    Section own = section.table(name);
    layers.of_scale[name] = read_layer(own, with_grid);
    own.done();
  }
  return layers;
}

/// Everything that several variants share.
struct Shared {
  json base;                               ///< the file's tables with the scale's laid over them
  std::map<std::string, json> parameters;  ///< by algorithm
  std::map<std::string, Layers> sets;
  std::set<std::string> unused;  ///< sets and, as [parameters.NAME], algorithms that no variant has taken
};

std::map<std::string, json> read_shared_parameters(Section& document) {
  std::map<std::string, json> shared;
  Section section = document.table("parameters");
  for (const auto& [name, table] : section.as_json().items()) {
    section.located([&, &algorithm = name] { find_plugin(algorithm); });
    if (!table.is_object()) throw UsageError(section.place() + ": " + name + " must be a table, got " + value_words(table));
    shared[name] = json{{"parameters", section.raw(name)}};
  }
  return shared;
}

std::map<std::string, Layers> read_sets(Section& document) {
  std::map<std::string, Layers> sets;
  Section section = document.table("set");
  for (const auto& item : section.as_json().items()) {
    Section one = section.table(item.key());
    sets[item.key()] = read_layers(one, true);
    one.done();
  }
  return sets;
}

/// The combinations of `sets`: each entry is a set or a list of alternatives, of which one is taken. The first varies slowest.
struct Combination {
  std::vector<std::string> sets;
  std::string label;  ///< the alternatives that were taken
};

std::vector<Combination> combinations(const json& entries, const Section& section) {
  std::vector<Combination> made(1);
  const auto fail = [&] {
    throw UsageError(section.place() + ": sets must be a list of sets, or of lists of sets, got " + value_words(entries));
  };
  if (!entries.is_array()) fail();
  for (const json& entry : entries) {
    const bool choice = entry.is_array();
    const json alternatives = choice ? entry : json::array({entry});
    if (alternatives.empty()) fail();
    std::vector<Combination> next;
    for (const Combination& so_far : made)
      for (const json& name : alternatives) {
        if (!name.is_string()) fail();
        Combination& longer = next.emplace_back(so_far);
        longer.sets.push_back(name.get<std::string>());
        if (choice) longer.label += (longer.label.empty() ? "" : " ") + longer.sets.back();
      }
    made = std::move(next);
    if (made.size() > kMostVariants)
      throw UsageError(section.place() + ": sets make more than " + std::to_string(kMostVariants) + " variants");
  }
  return made;
}

const Layers& find_set(const Shared& shared, const std::string& name, const Section& section) {
  std::vector<std::string> names;
  for (const auto& item : shared.sets) names.push_back(item.first);
  const auto at = shared.sets.find(name);
  if (at == shared.sets.end()) throw UsageError(section.place() + ": " + unknown_name("set", name, names));
  return at->second;
}

/// One [[variant]] table: a variant, or one for every combination of its sets.
std::vector<Variant> read_variant(Section section, Shared& shared, const std::string& scale) {
  const json entries = section.raw("sets");
  const std::vector<Combination> points = combinations(entries.is_null() ? json::array() : entries, section);
  const bool labelled = !points.front().label.empty();
  const std::string algorithm = section.text("algorithm");
  const std::string label = section.line("label", labelled ? "" : algorithm);
  const Plugin* plugin = section.located([&] { return &find_plugin(algorithm); });
  const Layers own = read_layers(section, true);
  section.done();
  std::vector<Variant> variants;
  for (const Combination& point : points) {
    Variant& variant = variants.emplace_back();
    variant.base = label + (label.empty() || point.label.empty() ? "" : " ") + point.label;
    variant.label = variant.base;
    variant.plugin = plugin;
    variant.tables = shared.base;
    const auto lay = [&](const Layers& layers) {
      lay_over(variant.tables, layers.tables);
      lay_over(variant.tables, layers.of_scale.at(scale));
    };
    if (const auto of_all = shared.parameters.find(algorithm); of_all != shared.parameters.end())
      lay_over(variant.tables, of_all->second);
    for (const std::string& name : point.sets) {
      lay(find_set(shared, name, section));
      shared.unused.erase("takes the set '" + name + "'");
    }
    lay(own);
  }
  shared.unused.erase("runs " + algorithm);
  return variants;
}

/// title: the experiment's, in whose place the scale may have one of its own.
std::vector<Variant> read_variants(Section& document, const std::string& scale, std::string& title) {
  Shared shared{read_layer(document, false), read_shared_parameters(document), read_sets(document), {}};
  Section scale_tables = document.table("scale");
  for (const std::string& name : kScales) {
    Section section = scale_tables.table(name);
    const json layer = read_layer(section, false);
    const std::string own_title = section.line("title", title);
    section.done();
    if (name != scale) continue;
    lay_over(shared.base, layer);
    title = own_title;
  }
  scale_tables.done();
  for (const auto& item : shared.parameters) shared.unused.insert("runs " + item.first);
  for (const auto& item : shared.sets) shared.unused.insert("takes the set '" + item.first + "'");

  std::vector<Variant> variants;
  for (Section& section : document.tables("variant"))
    for (Variant& variant : read_variant(section, shared, scale)) {
      for (const Variant& other : variants)
        if (other.label == variant.label)
          throw UsageError(section.place() + ": the label '" + variant.label + "' is taken; labels must differ");
      variants.push_back(std::move(variant));
    }
  if (variants.empty() && !shared.base.empty())
    throw UsageError(document.place() + ": [" + shared.base.begin().key() + "] has no use without a [[variant]]");
  if (!shared.unused.empty()) throw UsageError(document.place() + ": no variant " + *shared.unused.begin());
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

/// Paths among a dataset's options, relative to `folder`. A record, which has none, holds them whole.
void place_files(const std::string& dataset, DatasetOptions& options, const fs::path& folder) {
  for (const std::string& key : find_dataset(dataset).paths)
    if (const auto at = options.find(key); at != options.end() && !at->second.empty())
      at->second = ((folder.empty() ? fs::current_path() : fs::absolute(folder)) / at->second).lexically_normal().string();
}

/// A command of the user's is run in the folder of the file that names it, or where that file says.
const std::string kExternal = "external";

void place_command(PlannedRun& planned, const fs::path& folder) {
  if (planned.algorithm != kExternal || folder.empty()) return;
  std::string& where = planned.parameters["folder"];
  where = (fs::absolute(folder) / where).lexically_normal().string();
}

/// A path from the command line is relative to where the command is given.
void place_file(Variant& variant, const std::string& key) {
  const json dataset = variant.tables.value("dataset", json::object()), name = dataset.value("name", json());
  if (!key.starts_with("dataset.") || !name.is_string()) return;
  const std::string option = key.substr(std::string("dataset.").size());
  for (const DatasetInfo& info : datasets())
    if (info.name == name.get<std::string>() && std::find(info.paths.begin(), info.paths.end(), option) != info.paths.end() &&
        dataset[option].is_string())
      variant.tables["dataset"][option] = fs::absolute(dataset[option].get<std::string>()).string();
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
      place_file(v, key);
      if (v.plugin->name == kExternal && (key == "command" || key == "folder"))  // relative to where the command is given
        v.set("folder", fs::absolute(key == "folder" ? text : ".").lexically_normal().string(), origin);
      if (v.tables.contains("grid")) v.tables["grid"].erase(key);
      found = true;
    }
    if (!found)
      throw UsageError(origin + ": " + unknown_name("parameter", key, parameter_names(variants)) +
                       ". A place in the experiment file is written with a dot: run.iterations=5");
  }
}

constexpr std::int64_t kMostRuns = 100000;  // of an experiment

/// The first `count` seeds; a list that is too short goes on with the largest + 1, + 2, ...
std::vector<std::uint64_t> resize_seeds(std::vector<std::uint64_t> seeds, std::int64_t count) {
  if (count < 1) throw UsageError("--seeds must be at least 1, got " + std::to_string(count));
  if (count > kMostRuns)
    throw UsageError("--seeds must be at most " + std::to_string(kMostRuns) + ", got " + std::to_string(count));
  const auto n = static_cast<std::size_t>(count);
  std::uint64_t last = *std::max_element(seeds.begin(), seeds.end());
  if (seeds.size() < n && last > std::numeric_limits<std::uint64_t>::max() - n)
    throw UsageError("--seeds " + std::to_string(count) + ": no numbers are left after the seed " + std::to_string(last));
  while (seeds.size() < n) seeds.push_back(++last);
  seeds.resize(n);
  return seeds;
}

std::vector<PlannedRun> planned_runs(const std::vector<Variant>& variants, const std::string& experiment,
                                     const std::string& place, const fs::path& folder, const Overrides& overrides) {
  std::vector<PlannedRun> runs;
  for (const Variant& v : variants) {
    json tables = v.tables;
    if (!overrides.precision.empty()) tables["run"]["precision"] = overrides.precision;
    if (overrides.time_limit > 0) tables["run"]["time_limit"] = overrides.time_limit;
    auto [planned, seeds] = resolve_variant(tables, experiment, v.label, *v.plugin, place);
    place_files(planned.dataset, planned.dataset_options, folder);
    place_command(planned, folder);
    if (overrides.seeds) seeds = resize_seeds(seeds, *overrides.seeds);
    if (runs.size() + seeds.size() > static_cast<std::size_t>(kMostRuns))
      throw UsageError(place + ": more than " + std::to_string(kMostRuns) + " runs; use fewer seeds or a smaller grid");
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

/// The formulas of a file, before they are parsed.
void require_plain_formulas(const json& source, const std::string& place) {
  const auto require = [](const json& formula, const std::string& where) {
    if (!formula.is_string()) return;  // said where it is read
    try {
      require_plain_signs(formula.get<std::string>());
    } catch (const UsageError& e) {
      throw UsageError(where + ": " + e.what());
    }
  };
  if (const auto metrics = source.find("metrics"); metrics != source.end() && metrics->is_object())
    for (const auto& [name, formula] : metrics->items()) require(formula, place + " [metrics]: " + name);
  if (const auto promises = source.find("promise"); promises != source.end() && promises->is_array())
    for (std::size_t i = 0; i < promises->size(); ++i)
      for (const char* key : {"holds", "slack"})
        if ((*promises)[i].is_object())
          require((*promises)[i].value(key, json()), place + " [[promise]] number " + std::to_string(i + 1) + ": " + key);
}

/// The file as it is run at one scale. `place` is the file's name in messages, `folder` where it lies.
Experiment resolve(const json& source, const std::string& place, const fs::path& folder, const Overrides& overrides) {
  Section document(source, place);
  Experiment experiment;
  const bool own = !folder.empty();  // a file of the user's: what only a paper's needs may be left out
  const auto fallback = [&](const std::string& text) { return own ? std::optional<std::string>(text) : std::nullopt; };
  experiment.id = document.line("id", fallback(fs::path(place).stem().string()));
  if (const std::string fault = stem_fault(experiment.id); !fault.empty())
    throw UsageError(place + ": the id '" + experiment.id + "' " + fault + "; it is the name of files");
  experiment.paper = document.line("paper", fallback(kNoPaper));
  experiment.title = document.line("title", fallback(experiment.id));
  experiment.description = document.text("description", fallback(""));
  std::vector<Variant> variants = read_variants(document, overrides.scale, experiment.title);
  const std::vector<Variant> of_the_file = document.located([&] { return expanded(variants); });
  const VariantNames names(of_the_file);
  experiment.rates = read_rates(document);
  experiment.figures = read_figures(document, experiment, names.all(), overrides.scale);
  if (own && experiment.figures.empty() && !variants.empty()) experiment.figures.push_back(default_figure(experiment));
  experiment.claims = read_claims(document, names.all(), experiment.paper, overrides.scale);
  require_plain_formulas(source, place);
  read_formulas(document, names.all(), experiment);
  document.done();
  if (own && variants.empty() && experiment.claims.empty())
    throw UsageError(place + ": there is nothing to run; add a [[variant]], at least algorithm = \"sgd\"");
  for (Claim& claim : experiment.claims) name_points(claim, names, place);
  for (OwnPromise& promise : experiment.promises) promise.variants = names.points(promise.variants);

  document.located([&] { apply_settings(variants, overrides.set); });
  const std::vector<Variant> all = document.located([&] { return expanded(variants, parse_grids(overrides.grid)); });
  const bool as_printed = overrides.scale == "paper" || !source.contains("scale");
  for (Figure& figure : experiment.figures)
    for (Panel& panel : figure.panels) {
      panel.variants = VariantNames(all).points(panel.variants);
      if (!as_printed) panel.points.clear();  // the paper's numbers are of other data or another size
    }
  if (!overrides.grid.empty()) experiment.claims.clear();  // they speak of the file's variants
  variants = document.located([&] { return selected(all, overrides.variants); });
  experiment.runs = planned_runs(variants, experiment.id, place, folder, overrides);
  check_formulas(experiment);
  check_columns(experiment, all, overrides.set.empty() && overrides.grid.empty());
  request_columns(experiment);
  mark_promises_that_hold_anyway(experiment);
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
    try {
      return file_content(id_or_path);
    } catch (const UsageError& e) {
      throw UsageError(std::string("cannot read the experiment file ") + e.what());
    }
  }
  for (const EmbeddedFile& e : embedded_experiments())
    if (e.name == id_or_path) return std::string(e.text);
  std::error_code none;
  const std::string own = fs::is_regular_file(id_or_path + ".toml", none) ? ": write " + printable(id_or_path) + ".toml" : "";
  throw UsageError(unknown_name("experiment", id_or_path, experiment_ids()) + ". A file of your own ends in .toml" + own);
}

Experiment load_experiment(const std::string& id_or_path, const Overrides& overrides) {
  if (std::find(kScales.begin(), kScales.end(), overrides.scale) == kScales.end())
    throw UsageError(unknown_name("scale", overrides.scale, kScales));
  if (ends_with(id_or_path, ".json") || ends_with(id_or_path, ".json.gz"))
    return resolve(record_document(id_or_path), id_or_path, "", overrides);

  const bool is_file = ends_with(id_or_path, ".toml");
  const fs::path path = fs::absolute(id_or_path);
  const std::string stem = is_file ? path.stem().string() : id_or_path, file = stem + ".toml";
  const json document = toml_document(experiment_text(id_or_path), file);
  const fs::path folder = is_file ? path.parent_path() : fs::path();
  Experiment experiment = resolve(document, file, folder, overrides);
  const bool of_paper = is_file && experiment.id == path.parent_path().filename().string() + "-" + stem;  // papers/<paper>/
  if (experiment.id != stem && !of_paper)
    throw UsageError(file + ": id is '" + experiment.id + "' but must be the file's name, '" + stem + "'");
  if (is_file && experiment.paper != kNoPaper) add_paper_beside(folder, experiment.paper);
  for (const std::string& scale : kScales)  // a mistake in the other scale's overlay must not wait until that scale is run
    if (scale != overrides.scale) {
      Overrides other;
      other.scale = scale;
      resolve(document, file, folder, other);
    }
  return experiment;
}

std::vector<std::string> experiments_of(const std::vector<std::string>& papers, const Overrides& overrides) {
  Overrides as_shipped;
  as_shipped.scale = overrides.scale;
  std::vector<std::string> ids, with_claims;
  for (const std::string& id : experiment_ids()) {
    const Experiment experiment = load_experiment(id, as_shipped);
    const std::string& paper = experiment.paper;
    if (!experiment.claims.empty() && std::find(with_claims.begin(), with_claims.end(), paper) == with_claims.end())
      with_claims.push_back(paper);
    if (papers.empty() || std::find(papers.begin(), papers.end(), paper) != papers.end()) ids.push_back(id);
  }
  for (const std::string& paper : papers)
    if (std::find(with_claims.begin(), with_claims.end(), paper) == with_claims.end())
      throw UsageError(unknown_name("paper", paper, with_claims));
  return ids;
}

}  // namespace bcd
