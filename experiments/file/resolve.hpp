// From tables to runs: what one variant of an experiment file means.
#pragma once

#include "algorithms/core/plugin.hpp"
#include "experiments/experiment.hpp"

namespace bcd {

/// One variant, understood: the run without seed and configuration, and the seeds it is run with.
struct ResolvedVariant {
  PlannedRun planned;
  std::vector<std::uint64_t> seeds;
};

/// tables: dataset, network, loss, init, run, parameters, with every overlay laid on. place: "zeng2019-fig1.toml"; label and
/// place appear in the messages. Throws UsageError on any unknown or wrong key or value.
ResolvedVariant resolve_variant(const nlohmann::json& tables, const std::string& experiment, const std::string& label,
                                const Plugin& plugin, const std::string& place);

/// The canonical configuration: every field of the run and every parameter of the algorithm, resolved. Equal runs have equal
/// text (keys are sorted, numbers normalised). Throws UsageError if the plugin refuses a parameter.
nlohmann::json canonical_config(const PlannedRun& planned, const Plugin& plugin);

/// An algorithm's parameters after setting `given` (text), as JSON values.
std::map<std::string, ParameterValue> resolved_parameters(const Plugin& plugin,
                                                          const std::map<std::string, std::string>& given);

}  // namespace bcd
