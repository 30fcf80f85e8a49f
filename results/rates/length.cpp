#include "results/rates/length.hpp"

#include <numeric>

namespace bcd::rates {

namespace {

/// Bound on the steps after the last, or NaN where the interval of 1/q reaches 1.
double tail_of(const Rate& steps, double last_step, double K) {
  if (steps.kind == Kind::finite) return 0;
  if (!steps.lambda.known()) return last_step;  // superlinear: each step is less than half of the one before
  const double slowest = steps.lambda.interval.high, eta = steps.eta.interval.high;
  if (steps.at_least_linear()) return last_step * eta / (1 - eta);
  return slowest < 1 ? last_step * K / (1 / std::max(slowest, 0.01) - 1) : kNaN;
}

}  // namespace

const char* name(Length::State state) {
  static const char* const names[] = {"finite", "infinite", "inconclusive"};
  return names[static_cast<int>(state)];
}

Length measure_length(const std::vector<double>& steps, double first_k) {
  Length length;
  length.sum = std::accumulate(steps.begin(), steps.end(), 0.0);
  if (steps.size() < 2) {
    length.reason = "there are fewer than two steps";
    return length;
  }
  const std::vector<double> E = envelope(steps);
  const double precision = std::sqrt(std::numeric_limits<double>::epsilon()) * E.front();
  length.steps = estimate_rate(steps, zero_limit(std::max(E[find_window(E, 0).last], precision)));
  if (length.steps.kind == Kind::inconclusive && !length.steps.lambda.known()) {
    length.reason = length.steps.window.decades() <= 0
                        ? "from the first to the last the steps shrink by less than a factor of ten"
                        : "the rate of the steps is inconclusive: " + length.steps.reason;
    return length;
  }
  length.tail = tail_of(length.steps, E.back(), first_k + static_cast<double>(steps.size()) - 1);
  if (!std::isnan(length.tail))
    length.state = Length::State::finite;
  else if (length.steps.lambda.interval.low > 1)
    length.state = Length::State::infinite;
  else
    length.reason = "the interval of the steps' power holds 1";
  return length;
}

RootRate root_rate(const Rate& rate) {
  switch (rate.kind) {
    case Kind::finite:
    case Kind::superlinear:
      return {"R-superlinear", {0, {0, 0}}};
    case Kind::linear:
      return {"R-linear", rate.eta};
    case Kind::sublinear:
      return {"R-sublinear", {1, {1, 1}}};
    case Kind::inconclusive:
      break;
  }
  return {"inconclusive", {}};
}

}  // namespace bcd::rates
