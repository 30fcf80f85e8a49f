#include "results/rates/exponent.hpp"

#include "results/rates/rate.hpp"
#include "results/rates/regression.hpp"
#include "results/rates/turns.hpp"

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

/// The slope of a line through the bins, widened by what a swing of the residuals' size can hide: a function between -s/2 and s/2
/// tilts the line by at most 3/2 s over the width (reached by a step in the middle).
Estimate slope_of(const Bins& bins) {
  Estimate slope = trend(bins.log_gap, bins.log_gradient);
  if (!slope.known()) return slope;
  const Line line = fit_line(bins.log_gap, bins.log_gradient);
  Interval residuals;
  for (std::size_t i = 0; i < bins.log_gap.size(); ++i) residuals.cover(bins.log_gradient[i] - line.at(bins.log_gap[i]));
  const double reach = 1.5 * residuals.width() / (bins.log_gap.front() - bins.log_gap.back());
  slope.interval.cover({slope.value - reach, slope.value + reach});
  return slope;
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
    const std::vector<double> E = envelope(e);
    const Window window = find_window(E, limit.floor());
    const bool first = !exponent.theta.known();
    const Bins bins = window.wide_enough() ? fill(e, g, window) : Bins{};
    Estimate slope = slope_of(bins);
    if (!slope.known()) {
      exponent.theta = {};
      exponent.reason = "the window has too few levels of f - f*";
      return exponent;
    }
    const Turns turns = whole_turns(e, g, E, limit.floor());
    const bool better = turns.period > 0 && turns.theta.interval.width() < slope.interval.width();
    if (better)
      slope = turns.theta;
    else if (turns.theta.known() && turns.period == 0)
      slope.interval.cover(turns.theta.interval);
    if (first) {
      exponent.theta.value = slope.value;
      exponent.period = better ? turns.period : 0;
      exponent.log_gap = bins.log_gap;
      exponent.log_gradient = bins.log_gradient;
      exponent.intercept = mean(bins.log_gradient) - slope.value * mean(bins.log_gap);
    } else {
      exponent.by_limit.cover(slope.value);
    }
    exponent.theta.interval.cover(slope.interval);
  }
  return exponent;
}

}  // namespace bcd::rates
