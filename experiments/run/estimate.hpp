// How long a run will take.
#pragma once

#include "experiments/experiment.hpp"

namespace bcd {

/// Seconds that the run will take with the present number of threads (NaN if it ends before its first iteration), from its first
/// iterations made now, without a record, on a large data set with a few of its samples.
double estimated_seconds(const PlannedRun& planned);

}  // namespace bcd
