#include "experiments/file/formulas.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/claims/read.hpp"
#include "experiments/claims/words.hpp"
#include "experiments/file/columns.hpp"
#include "experiments/file/resolve.hpp"
#include "experiments/file/stopping.hpp"
#include "results/expression/table.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::json;

namespace {

constexpr std::size_t kMostMetrics = 100;

/// Runs body; a UsageError gets the place in front.
template <class Body>
auto at_place(const std::string& place, Body&& body) {
  try {
    return body();
  } catch (const UsageError& e) {
    throw UsageError(place + ": " + e.what());
  }
}

enum class Visit { open, closed };

/// A metric that needs itself has no value. Visits what `metric` needs.
void follow(const OwnMetric& metric, const std::vector<OwnMetric>& all, std::map<std::string, Visit>& visits,
            const std::string& place) {
  if (const auto at = visits.find(metric.name); at != visits.end()) {
    if (at->second == Visit::open) throw UsageError(place + ": " + metric.name + " needs itself");
    return;
  }
  visits[metric.name] = Visit::open;
  for (const Formula::Name& name : metric.formula.names())
    for (const OwnMetric& other : all)
      if (name.column && other.name == name.text) follow(other, all, visits, place);
  visits[metric.name] = Visit::closed;
}

}  // namespace

std::vector<OwnMetric> read_metrics(Section section) {
  std::vector<OwnMetric> metrics;
  for (const auto& item : section.as_json().items()) {
    const std::string& name = item.key();
    if (!is_formula_name(name))
      throw UsageError(section.place() + ": '" + printable(name) +
                       "' cannot be a metric's name: letters, digits and _, and no word of the formulas");
    const std::vector<std::string>& taken = trace_columns();
    if (std::find(taken.begin(), taken.end(), name) != taken.end() || is_requested_column(name))
      throw UsageError(section.place() + ": '" + name + "' is a column of the trace already; choose another name");
    const std::string text = section.text(name);
    metrics.push_back({name, at_place(section.place() + ": " + name, [&] { return Formula::parse(text); })});
  }
  section.done();
  if (metrics.size() > kMostMetrics)
    throw UsageError(section.place() + ": more than " + std::to_string(kMostMetrics) + " metrics");
  std::map<std::string, Visit> visits;
  for (const OwnMetric& metric : metrics) follow(metric, metrics, visits, section.place());
  return metrics;
}

namespace {

OwnPromise read_promise(Section& section, const std::vector<std::string>& variants) {
  OwnPromise own;
  own.place = section.place();
  own.promise.id = section.line("id");
  own.promise.source = section.line("source", "the experiment file");
  const std::string holds = section.text("holds"), slack = section.text("slack", "");
  own.holds = at_place(own.place + ": holds", [&] { return Inequality::parse(holds); });
  if (section.has("slack")) own.slack = at_place(own.place + ": slack", [&] { return Formula::parse(slack); });
  own.promise.statement = section.text("statement", holds);
  if (own.promise.statement != holds) own.promise.constant = holds;
  own.variants = section.texts("variants");
  check_labels(section, own.variants, variants);
  if (const std::string fault = text_fault(own.promise.id);
      own.promise.id.empty() || !fault.empty() || own.promise.id.find_first_of(",\"") != std::string::npos)
    throw UsageError(section.place() + ": the id '" + printable(own.promise.id) + "' must be a name without commas and quotes");
  return own;
}

void check_names(const Formula& formula, const std::map<std::string, double>& constants, const std::vector<OwnMetric>& metrics,
                 const std::string& whose) {
  std::vector<std::string> columns = trace_columns(), numbers = kFormulaConstants;
  columns.insert(columns.end(), requested_columns().begin(), requested_columns().end());
  columns.push_back(kObjectiveLetter);
  for (const OwnMetric& metric : metrics) columns.push_back(metric.name);
  for (const auto& item : constants) numbers.push_back(item.first);
  const auto in = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const Formula::Name& name : formula.names()) {
    const std::string at = "column " + std::to_string(name.position) + ": ";
    if (name.column && in(numbers, name.text) && !in(columns, name.text))
      throw UsageError(at + "'" + name.text + "' is one number, not a column of the trace; write it without an index");
    if (name.column || in(numbers, name.text)) continue;  // whether there is such a column: columns.hpp
    if (in(columns, name.text))
      throw UsageError(at + "'" + name.text + "' is a column of the trace; write " + name.text + "[k]");
    throw UsageError(at + unknown_name("name", name.text, numbers) + " (k, n and the parameters of " + whose + ")");
  }
}

/// The metrics that a formula names, and those that they name.
void collect(const Formula& formula, const std::vector<OwnMetric>& all, std::map<std::string, Formula>& needed) {
  for (const Formula::Name& name : formula.names())
    for (const OwnMetric& metric : all)
      if (name.column && metric.name == name.text && needed.emplace(metric.name, metric.formula).second)
        collect(metric.formula, all, needed);
}

std::vector<OwnMetric> needed_metrics(const Inequality& when, const std::vector<OwnMetric>& all) {
  std::map<std::string, Formula> needed;
  collect(when.left, all, needed);
  collect(when.right, all, needed);
  std::vector<OwnMetric> list;
  for (auto& [name, formula] : needed) list.push_back({name, formula});
  return list;
}

bool names_loss(const Formula& formula) {
  const auto& names = formula.names();
  return std::any_of(names.begin(), names.end(), [](const Formula::Name& name) {
    return name.column && (name.text == kObjectiveColumn || name.text == kObjectiveLetter);
  });
}

void require_no_last(const Inequality& when, const std::vector<OwnMetric>& metrics) {
  if (when.uses_last()) throw UsageError("[last] is not known while the run runs");
  for (const OwnMetric& metric : needed_metrics(when, metrics))
    if (metric.formula.uses_last())
      throw UsageError("the metric '" + metric.name + "' uses [last], which is not known while the run runs");
}

}  // namespace

void read_formulas(Section& document, const std::vector<std::string>& variants, Experiment& experiment) {
  experiment.metrics = read_metrics(document.table("metrics"));
  for (Section& section : document.tables("promise")) {
    OwnPromise own = read_promise(section, variants);
    const std::string expect = section.text("expect", "holds");
    section.done();
    for (const OwnPromise& other : experiment.promises)
      if (other.promise.id == own.promise.id)
        throw UsageError(section.place() + ": the promise id " + own.promise.id + " is taken");
    const auto names_it = [&](const Claim& claim) {
      return claim.kind == "promise" && claim.text.at("promise") == own.promise.id;
    };
    for (Claim& claim : experiment.claims)
      if (names_it(claim) && !claim.says_origin) claim.origin = origin::own;
    if (std::none_of(experiment.claims.begin(), experiment.claims.end(), names_it)) {
      for (const Claim& claim : experiment.claims)
        if (claim.id == own.promise.id) throw UsageError(section.place() + ": a claim has the id " + claim.id + " already");
      const json claim = {{"id", own.promise.id}, {"item", own.promise.source}, {"statement", own.promise.statement},
                          {"kind", "promise"},    {"promise", own.promise.id},  {"variants", own.variants},
                          {"expect", expect},     {"origin", origin::own}};
      experiment.claims.push_back(read_claim(Section(claim, section.place()), variants, experiment.paper));
    }
    experiment.promises.push_back(std::move(own));
  }
}

namespace {

/// A promise that none of a claim's variants has would be found missing only when all runs are done.
void check_promise_of(const Claim& claim, const Experiment& experiment) {
  const auto speaks_of = [](const std::vector<std::string>& variants, const std::string& label) {
    return variants.empty() || std::find(variants.begin(), variants.end(), label) != variants.end();
  };
  std::set<std::string> known;
  bool any = false;  // --variant may have taken all of them out
  for (const PlannedRun& run : experiment.runs) {
    if (!speaks_of(claim.variants, run.variant)) continue;
    any = true;
    for (const Promise& promise : find_plugin(run.algorithm).promises) known.insert(promise.id);
    for (const OwnPromise& own : experiment.promises)
      if (speaks_of(own.variants, run.variant)) known.insert(own.promise.id);
  }
  const std::string& id = claim.text.at("promise");
  if (!any || known.contains(id)) return;
  const std::string place = experiment.id + ".toml: [[claim]] " + claim.id + ": ";
  if (known.empty())
    throw UsageError(place + "its variants promise nothing; 'describe ALGORITHM' lists what a method promises");
  throw UsageError(place + unknown_name("promise", id, {known.begin(), known.end()}));
}

}  // namespace

void check_formulas(const Experiment& experiment) {
  for (const Claim& claim : experiment.claims)
    if (claim.kind == "promise") check_promise_of(claim, experiment);
  std::set<std::string> checked;  // variants: the seeds have the same parameters
  std::map<std::string, double> of_any;
  for (const PlannedRun& run : experiment.runs) {
    if (!checked.insert(run.variant).second) continue;
    const auto constants = formula_constants(run.config);
    of_any.insert(constants.begin(), constants.end());
    const std::string whose = "variant '" + run.variant + "'";
    if (run.stop.when)
      at_place(experiment.id + ".toml: [run] stop of " + whose + ": when", [&] {
        std::vector<OwnMetric> metrics = experiment.metrics;
        metrics.insert(metrics.end(), run.stop.metrics.begin(), run.stop.metrics.end());
        check_names(run.stop.when->left, constants, metrics, whose);
        check_names(run.stop.when->right, constants, metrics, whose);
        require_no_last(*run.stop.when, metrics);
      });
    for (const OwnPromise& own : experiment.promises) {
      if (!own.variants.empty() && std::find(own.variants.begin(), own.variants.end(), run.variant) == own.variants.end())
        continue;
      for (const Promise& other : find_plugin(run.algorithm).promises)
        if (other.id == own.promise.id)
          throw UsageError(own.place + ": the algorithm " + run.algorithm + " of " + whose + " has a promise '" + other.id +
                           "' already; choose another id");
      at_place(own.place + ": holds", [&] {
        check_names(own.holds.left, constants, experiment.metrics, whose);
        check_names(own.holds.right, constants, experiment.metrics, whose);
      });
      if (own.slack) at_place(own.place + ": slack", [&] { check_names(*own.slack, constants, experiment.metrics, whose); });
    }
  }
  for (const OwnMetric& metric : experiment.metrics)
    if (!experiment.runs.empty())
      at_place(experiment.id + ".toml: [metrics]: " + metric.name,
               [&] { check_names(metric.formula, of_any, experiment.metrics, "the variants"); });
}

const std::vector<std::string>& requested_columns() {
  static const std::vector<std::string> columns = {"gradient2", "norm2", rounding_column(kObjectiveColumn), "step2"};
  return columns;
}

bool is_requested_column(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string kind = name.substr(0, dot);
  if (dot == std::string::npos)
    return std::find(requested_columns().begin(), requested_columns().end(), name) != requested_columns().end();
  const std::string part = name.substr(dot + 1);
  return (kind == "gradient2" || kind == "norm2" || kind == "step2") && !part.empty() &&
         std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

void request_columns(Experiment& experiment) {
  using Names = std::set<std::string>;
  const auto ask = [](Names& names, const std::string& name) {
    if (is_requested_column(name)) names.insert(name);
  };
  const auto ask_all = [&](Names& names, const Formula& formula, bool with_rounding) {
    for (const Formula::Name& name : formula.names()) {
      ask(names, name.text);
      if (with_rounding && (name.text == kObjectiveColumn || name.text == kObjectiveLetter))
        names.insert(rounding_column(kObjectiveColumn));
    }
  };
  Names asked;
  const bool judged_to_rounding =
      std::any_of(experiment.promises.begin(), experiment.promises.end(), [](const OwnPromise& own) { return !own.slack; });
  for (const OwnMetric& metric : experiment.metrics) ask_all(asked, metric.formula, judged_to_rounding);
  for (const OwnPromise& own : experiment.promises) {
    ask_all(asked, own.holds.left, !own.slack);
    ask_all(asked, own.holds.right, !own.slack);
    if (own.slack) ask_all(asked, *own.slack, false);
  }
  for (const Figure& figure : experiment.figures)
    for (const Panel& panel : figure.panels) ask(asked, panel.x), ask(asked, panel.y);
  for (const Claim& claim : experiment.claims)
    for (const char* key : {"metric", "column"})
      if (const auto at = claim.text.find(key); at != claim.text.end()) ask(asked, at->second);
  for (PlannedRun& run : experiment.runs) {
    Names all = asked;
    all.insert(run.measure.begin(), run.measure.end());
    if (run.stop.gradient) all.insert("gradient2");
    if (run.stop.when) {
      const std::vector<OwnMetric> own = needed_metrics(*run.stop.when, experiment.metrics);
      if (!own.empty()) run.stop.metrics = own;  // of a record made again they stand in run.stop
      ask_all(all, run.stop.when->left, false);
      ask_all(all, run.stop.when->right, false);
      for (const OwnMetric& metric : run.stop.metrics) ask_all(all, metric.formula, false);
      run.config["run"]["stop"] = stopping_table(run.stop);
    }
    if (all.empty()) continue;
    run.measure.assign(all.begin(), all.end());
    run.config["run"]["measure"] = run.measure;
  }
}

bool speaks_of_loss(const Inequality& inequality, const std::vector<OwnMetric>& metrics) {
  const std::vector<OwnMetric> needed = needed_metrics(inequality, metrics);
  return names_loss(inequality.left) || names_loss(inequality.right) ||
         std::any_of(needed.begin(), needed.end(), [](const OwnMetric& metric) { return names_loss(metric.formula); });
}

std::map<std::string, double> formula_constants(const json& config) {
  std::map<std::string, double> constants;
  const auto add = [&](const json& table) {
    for (const auto& [name, value] : table.items())
      if (value.is_number()) constants.emplace(name, value.get<double>());
  };
  const json parameters = config.value("parameters", json::object());
  add(parameters);
  for (const auto& [name, value] : parameters.items()) {
    if (!value.is_string() || !value.get<std::string>().starts_with("{")) continue;
    try {
      add(parse_json(value.get<std::string>()));
    } catch (const UsageError&) {  // a text that only looks like an object
    }
  }
  return constants;
}

}  // namespace bcd
