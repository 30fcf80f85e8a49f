// What an experiment file says in formulas: [metrics] and [[promise]]; and the columns that it makes a run measure.
#pragma once

#include "experiments/experiment.hpp"
#include "experiments/toml/section.hpp"

namespace bcd {

/// The metrics and promises of the file; a promise that no claim names gets a claim of its own, with the promise's id.
void read_formulas(Section& document, const std::vector<std::string>& variants, Experiment& experiment);
/// The metrics in a table [metrics]: name = "formula".
std::vector<OwnMetric> read_metrics(Section section);
/// The names of the formulas against the parameters of the runs. Throws UsageError with the column of an unknown one.
void check_formulas(const Experiment& experiment);
/// Puts the columns that formulas, figures, claims and stopping rules name into the runs' `measure`, and the metrics that a stopping
/// rule needs beside it: all that is part of the run.
void request_columns(Experiment& experiment);

/// The columns that are measured on request: step2, norm2 and gradient2, |x_k - x_{k-1}|^2, |x_k|^2 and |dR(x_k)|^2 of the
/// weights x, also for one part of the state (step2.V1) or of the gradient (gradient2.W1); rounding:train_loss.
const std::vector<std::string>& requested_columns();
bool is_requested_column(const std::string& name);

/// Whether an inequality is about the training loss, by itself or by a metric: its allowance needs rounding:train_loss.
bool speaks_of_loss(const Inequality& inequality, const std::vector<OwnMetric>& metrics);

/// A run's numbers that formulas may name: its numeric parameters and, of a parameter that is a JSON object, its numbers.
std::map<std::string, double> formula_constants(const nlohmann::json& config);

}  // namespace bcd
