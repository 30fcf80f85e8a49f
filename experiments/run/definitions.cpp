#include "experiments/run/definitions.hpp"

#include <algorithm>

#include "algorithms/core/parameters.hpp"
#include "experiments/file/columns.hpp"
#include "experiments/file/formulas.hpp"
#include "results/expression/judge.hpp"

namespace bcd {

namespace {

RunFacts facts_of(const RunRecord& record) {
  RunFacts facts;
  facts.constants = formula_constants(record.config);
  facts.evaluate_every = record.config.at("run").value("evaluate_every", std::int64_t{1});
  const nlohmann::json problem = record.provenance.value("problem", nlohmann::json::object());
  facts.relative = kEps * problem.value("terms", kInfinity);
  if (problem.contains("samples")) facts.constants["n"] = problem["samples"].get<double>();
  return facts;
}

void add_column(Trace& trace, const std::string& name, const std::vector<double>& values) {
  trace.columns.push_back(name);
  for (std::size_t row = 0; row < values.size(); ++row) trace.rows[row].push_back(values[row]);
}

bool concerns(const OwnPromise& own, const RunRecord& record) {
  return own.variants.empty() || std::find(own.variants.begin(), own.variants.end(), record.variant()) != own.variants.end();
}

/// A record that was made before the file named the column.
void require_columns(const Experiment& experiment, const RunRecord& record) {
  if (record.status == "Failed" || record.trace.rows.size() < 2) return;
  for (const PlannedRun& planned : experiment.runs)
    if (planned.variant == record.variant())
      if (const std::string fault = missing_column(planned, record.trace.columns); !fault.empty()) throw UsageError(fault);
}

/// The run was made before the promise was stated, without the bound on the rounding of the loss: the promise can hold, but
/// rounding may be what seems to violate it.
void leave_open(PromiseResult& result) {
  if (result.violations == 0) return;
  result.inconclusive = "at iteration " + std::to_string(result.first_iteration) + " it is off by " +
                        show(-result.first_slack) +
                        ", and the record has no bound on the rounding of train_loss; 'run --force' measures it";
  result.violations = 0;
}

}  // namespace

void apply_definitions(const Experiment& experiment, RunRecord& record) {
  if (record.trace.rows.empty()) return;
  require_columns(experiment, record);
  const Trace measured = record.trace;  // the table reads it while columns are added
  Table table(measured, facts_of(record));
  for (const OwnMetric& metric : experiment.metrics) {
    if (measured.index(metric.name) >= 0)
      throw UsageError(experiment.id + ": [metrics]: '" + metric.name + "' is a column of " + record.variant() +
                       " already; choose another name");
    table.define(metric.name, metric.formula);
  }
  for (const OwnMetric& metric : experiment.metrics) {
    std::vector<double> values;
    for (std::size_t row = 0; row < table.rows(); ++row) values.push_back(table.value(metric.formula, row).term.value);
    add_column(record.trace, metric.name, values);
  }
  for (const OwnPromise& own : experiment.promises) {
    if (!concerns(own, record)) continue;
    JudgedInequality judged = judge_inequality(own.promise, own.holds, own.slack, table);
    if (!own.slack && measured.index(rounding_column(kObjectiveColumn)) < 0 && speaks_of_loss(own.holds, experiment.metrics))
      leave_open(judged.result);
    if (record.config.at("run").value("precision", "") == "f32")  // the bounds are on rounding in double
      judged.result.not_applicable = "promises are judged in f64 only; run with --precision f64";
    add_column(record.trace, "slack:" + own.promise.id, judged.slacks);
    record.promises.push_back(std::move(judged.result));
  }
}

}  // namespace bcd
