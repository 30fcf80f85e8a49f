#include "experiments/run/estimate.hpp"

#include <algorithm>
#include <limits>

#include "experiments/run/runner.hpp"

namespace bcd {

double estimated_seconds(const PlannedRun& planned) {
  PlannedRun probe = planned;
  probe.iterations = std::min<std::int64_t>(planned.iterations, 3);
  probe.time_limit = 0.5;  // one iteration if it is slow; otherwise the last of three, when caches are warm
  RunOptions options;
  options.keep = false;
  const Trace trace = make_run(probe, options).trace;
  if (trace.rows.size() < 2) return std::numeric_limits<double>::quiet_NaN();

  const std::size_t last = trace.rows.size() - 1;
  const auto spent = [&](const char* column, std::size_t row) { return trace.column(column)[row]; };
  const auto one = [&](const char* column) { return spent(column, last) - spent(column, last - 1); };
  const auto iterations = static_cast<double>(planned.iterations);
  double training = iterations * one("train_seconds");
  double others = spent("evaluate_seconds", 0) +
                  iterations * (one("evaluate_seconds") / static_cast<double>(planned.evaluate_every) + one("record_seconds"));
  if (planned.time_limit > 0 && training > planned.time_limit) {
    others *= planned.time_limit / training;
    training = planned.time_limit;
  }
  return training + others;
}

}  // namespace bcd
