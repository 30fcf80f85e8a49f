// The figures of an experiment file, and how its runs are examined for rates.
#pragma once

#include "experiments/experiment.hpp"
#include "experiments/toml/section.hpp"

namespace bcd {

/// The [rates] table: how the runs are examined by results/rates.
rates::Options read_rates(Section& document);

/// [[figure]] tables as they are at `scale`. A figure's file stem is <experiment>-<id>, or the experiment's id where it has none.
std::vector<Figure> read_figures(Section& document, const Experiment& experiment, const std::vector<std::string>& variants,
                                 const std::string& scale);
/// The figure of a file that says nothing of figures: the training loss of every variant.
Figure default_figure(const Experiment& experiment);

}  // namespace bcd
