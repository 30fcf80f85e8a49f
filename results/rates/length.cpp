#include "results/rates/length.hpp"

#include <numeric>

namespace bcd::rates {

namespace {

double tail_of(const Rate& steps, double last_step, double K) {
  if (steps.kind == Kind::finite) return 0;
  if (steps.kind == Kind::sublinear)
    return steps.power.interval.low > 1 ? last_step * K / (steps.power.interval.low - 1) : kNaN;
  const double eta = steps.eta.interval.high;
  return last_step * eta / (1 - eta);
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
  length.steps = estimate_rate(steps, zero_limit(E[find_window(E, 0).last]));
  if (length.steps.kind == Kind::inconclusive) {
    length.reason = "the rate of the steps is inconclusive: " + length.steps.reason;
    return length;
  }
  length.tail = tail_of(length.steps, E.back(), first_k + static_cast<double>(steps.size()) - 1);
  if (!std::isnan(length.tail))
    length.state = Length::State::finite;
  else if (length.steps.power.interval.high < 1)
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
