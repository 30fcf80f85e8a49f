#include "results/rates/turns.hpp"

#include <numeric>

#include "results/rates/regression.hpp"

namespace bcd::rates {

namespace {

using Series = std::vector<double>;

constexpr double kSame = 0.2, kLikely = 0.5;
constexpr std::size_t kMost = 400, kFewest = 24;

struct Points {
  Series log_gap, log_gradient;
  std::size_t stride = 1;
};

/// From the first iteration below three quarters of the decades on, as long as gaps and gradients are above the floor and known.
Points tail(const Series& e, const Series& g, const Series& E, double floor) {
  Points points;
  const Window window = find_window(E, floor);
  const double top = std::pow(E.front(), 0.75) * std::pow(window.bottom, 0.25);
  const auto first = static_cast<std::size_t>(
      std::distance(E.begin(), std::find_if(E.begin(), E.end(), [&](double level) { return level <= top; })));
  std::size_t end = first;
  while (end <= window.last && e[end] > window.bottom && g[end] > 0) ++end;
  points.stride = std::max<std::size_t>(1, (end - first + kMost - 1) / kMost);
  for (std::size_t k = first; k < end; k += points.stride) {
    points.log_gap.push_back(std::log10(e[k]));
    points.log_gradient.push_back(std::log10(g[k]));
  }
  return points;
}

Series differences(const Series& v, std::size_t lag) {
  Series d(v.size() - lag);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = v[i + lag] - v[i];
  return d;
}

double dot(const Series& a, const Series& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

struct Fit {
  double theta = kNaN, misfit = kInfinity;
  Series swing;  ///< log gradient - theta log gap
};

Fit fit(const Points& points, std::size_t lag) {
  const Series dx = differences(points.log_gap, lag), dy = differences(points.log_gradient, lag);
  Fit fit;
  fit.theta = dot(dx, dy) / dot(dx, dx);
  fit.swing = points.log_gradient;
  for (std::size_t i = 0; i < fit.swing.size(); ++i) fit.swing[i] -= fit.theta * points.log_gap[i];
  const double middle = mean(fit.swing);
  const Series left = differences(fit.swing, lag);
  const double variance = dot(fit.swing, fit.swing) / static_cast<double>(fit.swing.size()) - middle * middle;
  if (variance > 0) fit.misfit = std::sqrt(dot(left, left) / static_cast<double>(left.size()) / variance);
  return fit;
}

}  // namespace

Turns whole_turns(const Series& gaps, const Series& g, const Series& E, double floor) {
  if (E.empty() || !(E.front() > floor)) return {};
  const Points points = tail(gaps, g, E, floor);
  const std::size_t n = points.log_gap.size();
  if (n < kFewest) return {};
  Fit best;
  std::size_t period = 0;
  bool apart = false;
  for (std::size_t lag = std::max<std::size_t>(2, n / 20); lag <= n - n / 8; ++lag) {
    Fit now = fit(points, lag);
    apart = apart || now.misfit > 1;
    if (apart && now.misfit < best.misfit) best = std::move(now), period = lag;
  }
  if (!(best.misfit < kLikely)) return {};
  Turns turns{best.misfit < kSame ? period * points.stride : 0, {best.theta, {}}};
  const Series dx = differences(points.log_gap, period), dy = differences(points.log_gradient, period);
  for (std::size_t i = 0; i < dx.size(); ++i) turns.theta.interval.cover(dy[i] / dx[i]);
  const auto [lowest, highest] = std::minmax_element(best.swing.begin(), best.swing.end());
  const double decades = -mean(dx);
  const double reach = best.misfit * (*highest - *lowest) / decades;
  turns.theta.interval.low -= reach;
  turns.theta.interval.high += reach;
  return turns;
}

}  // namespace bcd::rates
