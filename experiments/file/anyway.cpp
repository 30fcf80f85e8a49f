#include "experiments/file/anyway.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "algorithms/core/rng.hpp"
#include "algorithms/core/usage_error.hpp"
#include "experiments/file/columns.hpp"
#include "experiments/file/formulas.hpp"
#include "results/expression/judge.hpp"

namespace bcd {

namespace {

constexpr std::size_t kTraces = 100;
constexpr std::size_t kMostRows = 100;  // a promise that looks farther back is not tried

std::vector<const Formula*> formulas_of(const OwnPromise& own, const std::vector<OwnMetric>& metrics) {
  std::vector<const Formula*> formulas = {&own.holds.left, &own.holds.right};
  if (own.slack) formulas.push_back(&*own.slack);
  for (const OwnMetric& metric : metrics) formulas.push_back(&metric.formula);
  return formulas;
}

/// A run that never was.
class RandomRun {
 public:
  RandomRun(const std::set<std::string>& columns, std::uint64_t seed) : columns_(columns), rng_(seed, "holds-anyway") {
    points_["weights"];  // those that no column names
    for (const std::string& column : columns_)
      if (is_requested_column(column) && !part_of(column).empty()) points_[part_of(column)];
    for (auto& [part, point] : points_) {
      sizes_[part] = size();
      point = before_[part] = gradients_[part] = Vector<double>::Zero(kDimension);
    }
  }

  Trace trace(std::size_t rows) {
    Trace trace;
    trace.columns.assign(columns_.begin(), columns_.end());
    for (std::size_t k = 0; k < rows; ++k) {
      move();
      std::vector<double>& row = trace.rows.emplace_back();
      for (const std::string& column : columns_) row.push_back(value(column, k));
    }
    return trace;
  }

 private:
  static constexpr Index kDimension = 3;

  /// 1e-8 to 1e8.
  double size() { return std::pow(10.0, rng_.uniform(-8, 8)); }

  void move() {
    before_ = points_;
    for (auto& [part, point] : points_) {
      const bool stays = rng_.below(4) == 0, leaps = rng_.below(4) == 0;
      for (Index i = 0; i < kDimension && !stays; ++i) point(i) = sizes_[part] * (leaps ? size() : 1) * rng_.normal();
      for (Index i = 0; i < kDimension; ++i) gradients_[part](i) = size() * rng_.normal();
    }
  }

  /// The sum over the weights, or that of one part.
  template <class Square>
  double sum(const std::string& part, const Square& square) const {
    if (!part.empty()) return square(part);
    double total = 0;
    for (const auto& [name, point] : points_)
      if (name[0] == 'W' || name[0] == 'b' || name == "weights") total += square(name);
    return total;
  }

  double value(const std::string& column, std::size_t k) {
    const std::string part = part_of(column);
    if (is_requested_column(column) && column.starts_with("norm2"))
      return sum(part, [&](const std::string& name) { return points_.at(name).squaredNorm(); });
    if (is_requested_column(column) && column.starts_with("step2"))
      return k == 0 ? kNaN
                    : sum(part, [&](const std::string& name) { return (points_.at(name) - before_.at(name)).squaredNorm(); });
    if (is_requested_column(column) && column.starts_with("gradient2"))
      return sum(part, [&](const std::string& name) { return gradients_.at(name).squaredNorm(); });
    if (column == rounding_column(kObjectiveColumn)) return 0;
    if (column == "iteration") return static_cast<double>(k);
    if (column.ends_with("_accuracy")) return rng_.uniform(0, 1);
    const std::vector<std::string>& known = trace_columns();
    if (std::find(known.begin(), known.end(), column) == known.end()) return (rng_.below(2) == 0 ? -1 : 1) * size();
    if (column.ends_with("_loss")) return size();
    return last_[column] += size();  // seconds and operations add up
  }

  std::set<std::string> columns_;
  Rng rng_;
  std::map<std::string, double> sizes_, last_;
  std::map<std::string, Vector<double>> points_, before_, gradients_;
};

}  // namespace

void require_plain_signs(const std::string& formula) {
  static const std::vector<std::pair<std::string, std::string>> signs = {
      {"\u2264", "<="}, {"\u2265", ">="},     {"\u2212", "-"},
      {"\u2013", "-"},  {"\u00b7", "*"},      {"\u00d7", "*"},
      {"\u00b2", "^2"}, {"\u221a", "sqrt()"}, {"\u2260", "two promises, one with < and one with >"}};
  for (std::size_t at = 0; at < formula.size(); ++at)
    for (const auto& [sign, plain] : signs)
      if (formula.compare(at, sign.size(), sign) == 0)
        throw UsageError("column " + std::to_string(at + 1) + ": '" + sign + "' is no sign of formulas; write " + plain);
}

bool holds_anyway(const OwnPromise& own, const std::vector<OwnMetric>& metrics,
                  const std::map<std::string, double>& constants) {
  std::set<std::string> columns;
  std::size_t rows = 4;
  for (const Formula* formula : formulas_of(own, metrics)) {
    for (const Formula::Name& name : formula->names())
      if (name.column) columns.insert(name.text == kObjectiveLetter ? kObjectiveColumn : name.text);
    for (const Formula::Step& step : formula->steps())
      if (step.op == Formula::Op::column && step.row.kind != RowIndex::Kind::last) rows = std::max(rows, step.row.number + 3);
  }
  if (rows > kMostRows) return false;
  for (const OwnMetric& metric : metrics) columns.erase(metric.name);
  for (std::size_t seed = 1; seed <= kTraces; ++seed) {
    const Trace trace = RandomRun(columns, seed).trace(rows);
    RunFacts facts;
    facts.constants = constants;
    facts.constants["n"] = static_cast<double>(seed);
    facts.relative = kEps;
    Table table(trace, facts);
    for (const OwnMetric& metric : metrics) table.define(metric.name, metric.formula);
    const PromiseResult result = judge_inequality(own.promise, own.holds, own.slack, table).result;
    if (result.violations > 0 || result.checks == 0 || !result.inconclusive.empty()) return false;
  }
  return true;
}

void mark_promises_that_hold_anyway(Experiment& experiment) {
  for (const OwnPromise& own : experiment.promises) {
    std::set<std::map<std::string, double>> constants;  // of different runs
    for (const PlannedRun& run : experiment.runs)
      if (own.variants.empty() || std::find(own.variants.begin(), own.variants.end(), run.variant) != own.variants.end())
        constants.insert(formula_constants(run.config));
    if (constants.empty() || !std::all_of(constants.begin(), constants.end(),
                                          [&](const auto& numbers) { return holds_anyway(own, experiment.metrics, numbers); }))
      continue;
    for (Claim& claim : experiment.claims)
      if (claim.kind == "promise" && claim.text.at("promise") == own.promise.id && claim.implied_by.empty())
        claim.implied_by = "arithmetic: it holds along random numbers too";
  }
}

}  // namespace bcd
