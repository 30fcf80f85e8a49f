// What an experiment file defines over the traces of its runs: its metrics become columns, its promises are judged.
#pragma once

#include "experiments/experiment.hpp"
#include "results/record.hpp"

namespace bcd {

/// Adds the metrics (NaN where they have no value), the promises that concern the run's variant and their slacks to the record,
/// in memory: neither is part of a run, so that another formula makes no run again. Throws UsageError for a metric whose name is
/// a column of the trace.
void apply_definitions(const Experiment& experiment, RunRecord& record);

}  // namespace bcd
