#include "results/rates/exponent.hpp"

#include "results/rates/rate.hpp"
#include "results/rates/regression.hpp"

namespace bcd::rates {

namespace {

struct Bins {
  std::vector<double> log_gap, log_gradient;
};

/// Means of log gap and log gradient over the iterations in each level of the window, from the top down.
Bins fill(const std::vector<double>& e, const std::vector<double>& g, const Window& window) {
  const double top = std::log10(window.top);
  const auto count = static_cast<std::size_t>(window.decades() * kLevelsPerDecade + 1e-9);
  std::vector<double> gap(count), gradient(count), members(count);
  for (std::size_t k = 0; k <= window.last; ++k) {
    if (!(e[k] > window.bottom) || !(e[k] <= window.top) || !(g[k] > 0)) continue;
    const auto bin = static_cast<std::size_t>((top - std::log10(e[k])) * kLevelsPerDecade);
    if (bin >= count) continue;
    gap[bin] += std::log10(e[k]);
    gradient[bin] += std::log10(g[k]);
    members[bin] += 1;
  }
  Bins bins;
  for (std::size_t m = 0; m < count; ++m) {
    if (members[m] == 0) continue;  // a fast sequence jumps over levels
    bins.log_gap.push_back(gap[m] / members[m]);
    bins.log_gradient.push_back(gradient[m] / members[m]);
  }
  return bins;
}

}  // namespace

Exponent estimate_exponent(const std::vector<double>& f, const std::vector<double>& g, const Limit& limit) {
  Exponent exponent;
  if (f.size() < 2 || !limit.known()) {
    exponent.reason = "f* is unknown";
    return exponent;
  }
  for (const double f_star : {limit.middle, limit.interval.low, limit.interval.high}) {
    const std::vector<double> e = gaps(f, f_star);
    const Window window = find_window(envelope(e), limit.floor());
    const bool first = !exponent.theta.known();
    const Bins bins = window.wide_enough() ? fill(e, g, window) : Bins{};
    const Estimate slope = trend(bins.log_gap, bins.log_gradient);
    if (!slope.known()) {
      exponent.theta = {};
      exponent.reason = "the window has too few levels of f - f*";
      return exponent;
    }
    if (first) {
      exponent.theta.value = slope.value;
      exponent.log_gap = bins.log_gap;
      exponent.log_gradient = bins.log_gradient;
      exponent.intercept = fit_line(bins.log_gap, bins.log_gradient).intercept;
    } else {
      exponent.by_limit.cover(slope.value);
    }
    exponent.theta.interval.cover(slope.interval);
  }
  return exponent;
}

}  // namespace bcd::rates
