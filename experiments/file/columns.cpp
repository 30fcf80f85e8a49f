#include "experiments/file/columns.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "algorithms/core/text.hpp"
#include "bcdbench_build_info.hpp"  // generated at build time by experiments/build/build_info.cmake
#include "experiments/file/formulas.hpp"
#include "results/expression/table.hpp"

namespace bcd {

namespace {

bool in(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// "layer_loss_#" is every layer_loss_ with a number.
bool fits(const std::string& name, const std::string& pattern) {
  if (!pattern.ends_with('#')) return name == pattern;
  const std::string stem = pattern.substr(0, pattern.size() - 1);
  return name.starts_with(stem) && name.size() > stem.size() &&
         name.find_first_not_of("0123456789", stem.size()) == std::string::npos;
}

/// What the variants of one file may measure.
class Columns {
 public:
  Columns(Experiment& experiment, const std::vector<Variant>& variants, bool as_written)
      : experiment_(experiment), variants_(variants), as_written_(as_written) {}

  /// `labels`: the variants that are spoken of; empty: all.
  void require(const std::string& name, const std::string& place, const std::vector<std::string>& labels) {
    if (name == kObjectiveLetter) return;
    std::vector<const Variant*> spoken_of, open;
    for (const Variant& variant : variants_)
      if (labels.empty() || in(labels, variant.label)) spoken_of.push_back(&variant);
    if (is_requested_column(name)) return require_part(name, place, spoken_of);
    std::set<std::string> known, sources;
    bool without_audit = false;
    for (const Variant* variant : spoken_of) {
      for (const std::string& pattern : patterns_of(*variant, is_audited(*variant))) {
        if (fits(name, pattern)) return;
        known.insert(pattern.ends_with('#') ? pattern.substr(0, pattern.size() - 1) + "1" : pattern);
      }
      for (const std::string& pattern : patterns_of(*variant, true)) without_audit = without_audit || fits(name, pattern);
      if (!is_open(*variant->plugin)) continue;
      open.push_back(variant);
      sources.insert(variant->plugin->name + variant->tables.value("parameters", nlohmann::json::object()).dump());
    }
    if (spoken_of.empty() || sources.size() > 1) return;
    if (without_audit)
      throw UsageError(place + ": '" + name + "' is measured by the audit, which is off; write run.audit = \"sweep\"");
    if (open.empty()) throw UsageError(place + ": " + unknown_name("column", name, {known.begin(), known.end()}));
    for (PlannedRun& run : experiment_.runs)
      if (run.variant == open.front()->label) run.must_have.push_back({name, place});
  }

  /// A promise of an algorithm that no audit of the variants judges would be "not decided" when all runs are done.
  void require_audit(const std::string& promise, const std::string& place, const std::vector<std::string>& labels) const {
    const auto is_it = [&](const auto& list, const auto& id) { return std::any_of(list.begin(), list.end(), id); };
    if (is_it(experiment_.promises, [&](const OwnPromise& own) { return own.promise.id == promise; })) return;
    bool promised = false;
    for (const Variant& variant : variants_) {
      if (!labels.empty() && !in(labels, variant.label)) continue;
      if (!is_it(variant.plugin->promises, [&](const Promise& other) { return other.id == promise; })) continue;
      if (is_audited(variant)) return;
      promised = true;
    }
    if (promised)
      throw UsageError(place + ": the promise '" + promise +
                       "' is judged by the audit, which is off; write run.audit = \"sweep\"");
  }

  /// A metric would stand in the place of a column of that name.
  void require_free(const OwnMetric& metric, const std::string& place) const {
    for (const Variant& variant : variants_)
      if (!is_open(*variant.plugin))
        for (const std::string& pattern : own_patterns(*variant.plugin, true))
          if (fits(metric.name, pattern))
            throw UsageError(place + ": '" + metric.name + "' is a column of " + variant.plugin->name +
                             " already; choose another name");
  }

  void require_all(const Formula& formula, const std::string& place, const std::vector<std::string>& labels) {
    for (const Formula::Name& name : formula.names())
      if (name.column) require(name.text, place + ": column " + std::to_string(name.position), labels);
  }

 private:
  /// Whether it comes from elsewhere and may measure what it likes.
  static bool is_open(const Plugin& plugin) { return plugin.paper.empty() || !plugin.library.empty(); }

  /// The run of a variant; none where --variant has taken it out.
  const PlannedRun* run_of(const Variant& variant) const {
    for (const PlannedRun& run : experiment_.runs)
      if (run.variant == variant.label) return &run;
    return nullptr;
  }
  bool is_audited(const Variant& variant) const {
    const PlannedRun* run = run_of(variant);
    return !as_written_ || run == nullptr || run->audit != "off";
  }

  /// A part of the state or of the gradient that none of the variants has: W_i and b_i are those of the network, others are
  /// the algorithm's own.
  void require_part(const std::string& name, const std::string& place, const std::vector<const Variant*>& variants) const {
    if (part_of(name).empty() || !as_written_) return;
    std::set<std::string> known;
    for (const Variant* variant : variants) {
      const PlannedRun* run = run_of(*variant);
      if (run == nullptr) return;
      std::set<std::string> weights;
      for (std::size_t i = 1; i <= run->hidden.size() + 1; ++i) {
        weights.insert("W" + std::to_string(i));
        if (run->bias) weights.insert("b" + std::to_string(i));
      }
      const std::string part = part_of(name);
      const bool of_network = !is_open(*variant->plugin) && (fits(part, "W#") || fits(part, "b#"));
      if (weights.contains(part) || (!name.starts_with("gradient2") && !of_network)) return;
      known.insert(weights.begin(), weights.end());
    }
    if (!variants.empty())
      throw UsageError(place + ": " + name + ": " + unknown_name("part", part_of(name), {known.begin(), known.end()}));
  }

  std::vector<std::string> patterns_of(const Variant& variant, bool audited) const {
    std::vector<std::string> patterns = trace_columns();
    patterns.insert(patterns.end(), requested_columns().begin(), requested_columns().end());
    for (const OwnMetric& metric : experiment_.metrics) patterns.push_back(metric.name);
    for (const OwnPromise& own : experiment_.promises) patterns.push_back("slack:" + own.promise.id);
    for (const Promise& promise : variant.plugin->promises)
      if (audited) patterns.push_back("slack:" + promise.id);
    if (is_open(*variant.plugin)) return patterns;
    const std::vector<std::string> own = own_patterns(*variant.plugin, audited);
    patterns.insert(patterns.end(), own.begin(), own.end());
    return patterns;
  }

  static std::vector<std::string> own_patterns(const Plugin& plugin, bool audited) {
    std::vector<std::string> patterns;
    for (const build_info::Column& column : build_info::kColumns)
      if (column.paper == plugin.paper && (audited || !column.by_audit)) patterns.emplace_back(column.name);
    return patterns;
  }

  Experiment& experiment_;
  const std::vector<Variant>& variants_;
  const bool as_written_;
};

}  // namespace

std::string part_of(const std::string& column) {
  const std::size_t dot = column.find('.');
  return dot == std::string::npos ? "" : column.substr(dot + 1);
}

const std::vector<std::string>& trace_columns() {
  static const std::vector<std::string> columns = {"iteration",       "train_seconds", "evaluate_seconds", "record_seconds",
                                                   "train_loss",      "test_loss",     "train_accuracy",   "test_accuracy",
                                                   "matrix_products", "flops"};
  return columns;
}

void check_columns(Experiment& experiment, const std::vector<Variant>& variants, bool as_written) {
  Columns columns(experiment, variants, as_written);
  const std::string file = experiment.id + ".toml: ";
  for (const OwnMetric& metric : experiment.metrics) {
    columns.require_free(metric, file + "[metrics]");
    columns.require_all(metric.formula, file + "[metrics]: " + metric.name, {});
  }
  for (const OwnPromise& own : experiment.promises) {
    const std::vector<Formula::Name> names = own.holds.names();
    if (std::none_of(names.begin(), names.end(), [](const Formula::Name& name) { return name.column; }))
      throw UsageError(own.place + ": holds names no column of the trace, so no run can decide it; write for example F[k]");
    columns.require_all(own.holds.left, own.place + ": holds", own.variants);
    columns.require_all(own.holds.right, own.place + ": holds", own.variants);
    if (own.slack) columns.require_all(*own.slack, own.place + ": slack", own.variants);
  }
  for (const Figure& figure : experiment.figures) {
    if (figure.kind != "curves") continue;  // other kinds have names of their own
    for (const Panel& panel : figure.panels)
      for (const auto& [axis, name] : {std::pair("x", panel.x), std::pair("y", panel.y)})
        columns.require(name, file + "[[figure]] " + figure.id + ": " + axis, panel.variants);
  }
  for (const Claim& claim : experiment.claims) {
    std::vector<std::string> labels = claim.variants;
    if (const auto baseline = claim.text.find("baseline"); baseline != claim.text.end() && !labels.empty())
      labels.push_back(baseline->second);
    if (claim.kind == "promise")
      columns.require_audit(claim.text.at("promise"), file + "[[claim]] " + claim.id, claim.variants);
    for (const char* key : {"metric", "column"})
      if (const auto at = claim.text.find(key); at != claim.text.end())
        columns.require(at->second, file + "[[claim]] " + claim.id + ": " + key, labels);
  }
  std::map<std::string, Stopping> stops;
  for (const PlannedRun& run : experiment.runs) stops.emplace(run.variant, run.stop);
  for (const auto& [variant, stop] : stops) {
    if (!stop.when) continue;
    const auto is_metric = [&own_metrics = stop.metrics](const std::string& name) {  // of a record that is made again
      return std::any_of(own_metrics.begin(), own_metrics.end(), [&](const OwnMetric& own) { return own.name == name; });
    };
    for (const Formula::Name& name : stop.when->names())
      if (name.column && !is_metric(name.text))
        columns.require(name.text,
                        file + "[run] stop of variant '" + variant + "': when: column " + std::to_string(name.position),
                        {variant});
  }
}

std::string missing_column(const PlannedRun& planned, const std::vector<std::string>& columns) {
  for (const NamedColumn& named : planned.must_have)
    if (!in(columns, named.column)) return named.place + ": " + unknown_name("column", named.column, columns);
  return "";
}

}  // namespace bcd
