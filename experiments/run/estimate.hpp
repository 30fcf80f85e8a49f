// How long a run will take.
#pragma once

#include "experiments/experiment.hpp"

namespace bcd {

/// Seconds that the run's run will take with the present number of threads (NaN if it ends before its first iteration), from
/// its first iterations made now, without a record. That takes the time of loading the data and of one to three iterations.
double estimated_seconds(const PlannedRun& planned);

}  // namespace bcd
