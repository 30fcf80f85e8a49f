// The table run.stop: what ends a run before its last iteration.
#pragma once

#include "experiments/experiment.hpp"
#include "experiments/toml/section.hpp"

namespace bcd {

Stopping read_stopping(Section section);
/// The table again, as the run's configuration holds it.
nlohmann::json stopping_table(const Stopping& stop);

}  // namespace bcd
