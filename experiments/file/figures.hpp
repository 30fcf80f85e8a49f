// The figures and claims of an experiment file.
#pragma once

#include "experiments/experiment.hpp"
#include "experiments/toml/section.hpp"

namespace bcd {

/// The [rates] table: how the runs are examined by results/rates.
rates::Options read_rates(Section& document);

/// [[figure]] tables. A figure's file stem is <experiment>-<id>, or the experiment's id where the figure has none.
std::vector<Figure> read_figures(Section& document, const std::string& experiment, const std::vector<std::string>& variants,
                                 const rates::Options& rates);

/// [[claim]] tables; the keys of each kind are those of experiments/claims/judge.hpp.
std::vector<Claim> read_claims(Section& document, const std::vector<std::string>& variants);

}  // namespace bcd
