#include "experiments/run/estimate.hpp"

#include <algorithm>
#include <limits>

#include "datasets/dataset.hpp"
#include "experiments/run/runner.hpp"

namespace bcd {

namespace {

/// A large data set is not gone through to learn how long that takes: seconds are taken to be affine in the samples, from these
/// two numbers of them.
constexpr Index kFew = 500, kMore = 2000;

/// What the clocks say of a run's parts.
struct Spent {
  double first = 0;                                    ///< evaluation before the first iteration
  double training = 0, evaluation = 0, recording = 0;  ///< of one iteration
};

Spent measured(PlannedRun probe) {
  probe.iterations = std::min<std::int64_t>(probe.iterations, 3);
  probe.time_limit = 0.5;  // one iteration if it is slow; otherwise the last of three, when caches are warm
  RunOptions options;
  options.keep = false;
  const Trace trace = make_run(probe, options).trace;
  if (trace.rows.size() < 2) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    return {unknown, unknown, unknown, unknown};
  }
  const std::size_t last = trace.rows.size() - 1;
  const auto until = [&](const char* column, std::size_t row) { return trace.column(column)[row]; };
  const auto one = [&](const char* column) { return until(column, last) - until(column, last - 1); };
  return {until("evaluate_seconds", 0), one("train_seconds"), one("evaluate_seconds"), one("record_seconds")};
}

/// The number of training samples, where fewer of them can be asked for; else 0.
Index samples_to_choose_from(const PlannedRun& planned) {
  for (const auto& [option, meaning] : find_dataset(planned.dataset).options)
    if (option == "n" || option.starts_with("n "))
      return load_dataset<float>(planned.dataset, planned.dataset_options, planned.loss.target_code(), planned.seed).X.cols();
  return 0;
}

Spent with_samples(PlannedRun planned, Index n) {
  planned.dataset_options["n"] = std::to_string(n);
  return measured(planned);
}

/// Never less than with kMore samples, never more than in proportion.
double extrapolated(Index n, double few, double more) {
  const double slope = std::clamp((more - few) / static_cast<double>(kMore - kFew), 0.0, more / static_cast<double>(kMore));
  return more + slope * static_cast<double>(n - kMore);
}

Spent spent(const PlannedRun& planned) {
  const Index n = samples_to_choose_from(planned);
  if (n <= 2 * kMore) return measured(planned);
  const Spent few = with_samples(planned, kFew), more = with_samples(planned, kMore);
  return {extrapolated(n, few.first, more.first), extrapolated(n, few.training, more.training),
          extrapolated(n, few.evaluation, more.evaluation), more.recording};
}

}  // namespace

double estimated_seconds(const PlannedRun& planned) {
  const Spent one = spent(planned);
  const auto iterations = static_cast<double>(planned.iterations);
  double training = iterations * one.training;
  double others = one.first + iterations * (one.evaluation / static_cast<double>(planned.evaluate_every) + one.recording);
  if (planned.time_limit > 0 && training > planned.time_limit) {
    others *= planned.time_limit / training;
    training = planned.time_limit;
  }
  return training + others;
}

}  // namespace bcd
