#include "results/statistics/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace bcd {

namespace {

double sorted_quantile(const std::vector<double>& x, double p) {
  const double place = p * static_cast<double>(x.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(below);
  if (share == 0 || below + 1 == x.size()) return x[below];
  const double a = x[below], b = x[below + 1];
  if (a == b) return a;
  if (std::isinf(b)) return b;
  return std::isinf(a) ? a : a + share * (b - a);
}

}  // namespace

double quantile(std::vector<double> x, double p) {
  if (x.empty() || p < 0 || p > 1 || std::any_of(x.begin(), x.end(), [](double v) { return std::isnan(v); }))
    throw std::invalid_argument("quantile: needs numbers, and p in [0, 1]");
  std::sort(x.begin(), x.end());
  return sorted_quantile(x, p);
}

double median(std::vector<double> x) { return quantile(std::move(x), 0.5); }

Interval bootstrap_median(const std::vector<double>& x, double confidence, int resamples, Rng& rng) {
  std::vector<double> medians, sample(x.size());
  for (int b = 0; b < resamples; ++b) {
    for (double& value : sample) value = x[rng.below(x.size())];
    medians.push_back(median(sample));
  }
  std::sort(medians.begin(), medians.end());
  const double tail = (1 - confidence) / 2, last = static_cast<double>(resamples - 1);
  return {medians[static_cast<std::size_t>(std::floor(tail * last))],
          medians[static_cast<std::size_t>(std::ceil((1 - tail) * last))]};
}

}  // namespace bcd
