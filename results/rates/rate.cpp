#include "results/rates/rate.hpp"

#include <iterator>

#include "results/rates/regression.hpp"

namespace bcd::rates {

namespace {

constexpr double kExact = 0.002, kSmallest = 0.05, kLargestLinear = 0.25, kWidest = 0.5;

/// The index at which f jumps onto f* and stays there, or 0.
std::size_t finite_index(const std::vector<double>& E, double floor) {
  std::size_t k = 1;
  while (k < E.size() && E[k] > floor) ++k;
  if (k + 1 >= E.size() || !(E[k - 1] > floor)) return 0;
  double longest = 0;
  for (std::size_t i = 1; i < k; ++i) longest = std::max(longest, std::log10(E[i - 1] / E[i]));
  // Down to the rounding of f*, or to its own value, whichever is higher.
  const double jump = std::log10(E[k - 1] / std::max(floor / 10, std::numeric_limits<double>::min()));
  return jump > 3 && jump > 4 * longest ? k : 0;
}

/// Whether the last three decreases above the floor, in decades, each are at least half as long again as the one before.
bool accelerates(const std::vector<double>& E, double floor) {
  std::size_t k = 0;
  while (k + 1 < E.size() && E[k + 1] > floor) ++k;
  if (k < 4) return false;
  const auto decrease = [&](std::size_t i) { return std::log10(E[i - 1] / E[i]); };
  for (std::size_t i = k - 2; i <= k; ++i)
    if (!(decrease(i) >= 1.5 * decrease(i - 1))) return false;
  return decrease(k) >= 1;
}

Kind kind_of(const Interval& lambda) {
  if (lambda.width() > kWidest) return Kind::inconclusive;
  if (lambda.high < -kSmallest) return Kind::superlinear;
  if (lambda.low > kSmallest) return Kind::sublinear;
  return lambda.low <= kExact && lambda.high < kLargestLinear ? Kind::linear : Kind::inconclusive;
}

std::string doubt_about(const Interval& lambda) {
  char range[64];
  std::snprintf(range, sizeof range, "1/p in [%.3g, %.3g] ", lambda.low, lambda.high);
  if (lambda.width() > kWidest) return range + std::string("is too wide an interval");
  if (lambda.low > kExact) return range + std::string("is slower than any eta^k and faster than k^-20 within the window");
  return range + std::string("holds linear and sublinear rates");
}

/// The factor per iteration, from the mean of log10 (time per level).
Estimate factor(const Passage& passage) {
  const Estimate log_time = level(passage.log_time);
  const auto eta = [](double log10_time) { return std::pow(10, -1 / (kLevelsPerDecade * std::pow(10, log10_time))); };
  return {eta(log_time.value), {eta(log_time.interval.low), eta(log_time.interval.high)}};
}

std::string window_text(const Window& window) {
  char text[96];
  std::snprintf(text, sizeof text, "the window has %.1f decades of f - f* instead of 1.5", std::max(0.0, window.decades()));
  return text;
}

}  // namespace

std::string name(Kind kind) {
  static const char* const names[] = {"finite", "superlinear", "linear", "sublinear", "inconclusive"};
  return names[static_cast<int>(kind)];
}

std::vector<double> gaps(const std::vector<double>& f, double f_star) {
  std::vector<double> e(f);
  for (double& value : e) value -= f_star;
  return e;
}

Rate estimate_rate(const std::vector<double>& f, const Limit& limit) {
  Rate rate;
  if (f.size() < 2 || !limit.known()) {
    rate.reason = f.size() < 2 ? "there are fewer than two iterations" : "f* is unknown: the decreases do not shrink";
    return rate;
  }
  const std::vector<double> middle = envelope(gaps(f, limit.middle));
  if ((rate.finite_at = finite_index(middle, limit.floor())) > 0) {
    rate.kind = Kind::finite;
    return rate;
  }
  if (accelerates(middle, limit.floor())) {
    rate.kind = Kind::superlinear;
    return rate;
  }
  for (const double f_star : {limit.middle, limit.interval.low, limit.interval.high}) {
    const std::vector<double> E = envelope(gaps(f, f_star));
    const Window window = find_window(E, limit.floor());
    const bool first = std::isnan(rate.lambda.value);
    if (first) rate.window = window;
    if (!window.wide_enough()) {
      rate.reason = window_text(window);
      return rate;
    }
    const Passage passage = pass(E, window);
    const Estimate slope = trend(passage.log_level, passage.log_time), eta = factor(passage);
    if (!slope.known()) {
      rate.reason = "the window has too few levels that take time";
      return rate;
    }
    if (first) {
      rate.lambda.value = -slope.value;
      rate.eta.value = eta.value;
    }
    rate.lambda.interval.cover({-slope.interval.high, -slope.interval.low});
    rate.eta.interval.cover(eta.interval);
  }
  const auto below = [&](double level) {
    return static_cast<std::size_t>(
        std::distance(middle.begin(), std::find_if(middle.begin(), middle.end(), [&](double E) { return E <= level; })));
  };
  rate.first = below(rate.window.top);
  rate.last = std::min(below(rate.window.bottom), rate.window.last);
  rate.kind = kind_of(rate.lambda.interval);
  if (rate.kind == Kind::sublinear)
    rate.power = {1 / rate.lambda.value, {1 / rate.lambda.interval.high, 1 / rate.lambda.interval.low}};
  if (rate.kind == Kind::inconclusive) rate.reason = doubt_about(rate.lambda.interval);
  return rate;
}

}  // namespace bcd::rates
