#include "results/rates/regression.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "algorithms/core/rng.hpp"

namespace bcd::rates {

namespace {

using Series = std::vector<double>;
using Statistic = std::function<double(const Series&)>;

constexpr int kResamples = 500;  // the standard error itself is then known to 3 %
constexpr std::size_t kFewest = 5;

/// Standard deviation of a statistic that is linear in y and zero on zero residuals, over resamples of the residuals in blocks.
double resampling_error(const Series& residuals, std::size_t block, const Statistic& statistic) {
  const std::size_t n = residuals.size();
  Rng rng(1, "block bootstrap");
  Series sample(n);
  double sum = 0, squares = 0;
  for (int draw = 0; draw < kResamples; ++draw) {
    for (std::size_t i = 0; i < n;)
      for (std::size_t start = rng.below(n), step = 0; step < block && i < n; ++step, ++i)
        sample[i] = residuals[(start + step) % n];
    const double value = statistic(sample);
    sum += value;
    squares += value * value;
  }
  const double centre = sum / kResamples;
  return std::sqrt(std::max(0.0, squares / kResamples - centre * centre));
}

/// Correlation of neighbours, corrected for its downward bias in short series (Kendall), in [0, 0.9].
double neighbour_correlation(const Series& residuals) {
  double product = 0, square = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    square += residuals[i] * residuals[i];
    if (i > 0) product += residuals[i] * residuals[i - 1];
  }
  if (!(square > 0)) return 0;
  const double r = product / square;
  return std::clamp(r + (1 + 3 * r) / static_cast<double>(residuals.size()), 0.0, 0.9);
}

/// The larger of two standard errors: by blocks of n^(1/3) residuals, and by single residuals times sqrt((1 + r)/(1 - r)),
/// which is the error of a mean of a first-order autoregression and reaches further than the blocks do. `fitted`: how many
/// numbers the residuals were fitted with.
double standard_error(const Series& residuals, double fitted, const Statistic& statistic) {
  const double n = static_cast<double>(residuals.size()), r = neighbour_correlation(residuals);
  const auto block = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(std::cbrt(n))));
  return std::sqrt(n / (n - fitted)) * std::max(resampling_error(residuals, block, statistic),
                                                resampling_error(residuals, 1, statistic) * std::sqrt((1 + r) / (1 - r)));
}

/// all +- t error, widened to hold `late` and the extrapolation 2 late - all.
Estimate widened(double all, double late, double error, double degrees) {
  const double reach = student_95(degrees) * error;
  Estimate estimate{all, {all - reach, all + reach}};
  estimate.interval.cover(late);
  estimate.interval.cover(2 * late - all);
  return estimate;
}

Series second_half(const Series& v) { return {v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end()}; }

}  // namespace

Line fit_line(const Series& x, const Series& y) {
  const double mx = mean(x), my = mean(y);
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    xy += (x[i] - mx) * (y[i] - my);
  }
  if (!(xx > 0)) return {};
  return {my - xy / xx * mx, xy / xx};
}

Estimate trend(const Series& x, const Series& y) {
  if (x.size() < kFewest) return {};
  const Line line = fit_line(x, y);
  Series residuals(y);
  for (std::size_t i = 0; i < y.size(); ++i) residuals[i] -= line.at(x[i]);
  const double error = standard_error(residuals, 2, [&](const Series& r) { return fit_line(x, r).slope; });
  const double late = fit_line(second_half(x), second_half(y)).slope;
  return widened(line.slope, late, error, static_cast<double>(x.size()) - 2);
}

Estimate level(const Series& y) {
  if (y.size() < kFewest) return {};
  const double all = mean(y);
  Series residuals(y);
  for (double& r : residuals) r -= all;
  return widened(all, mean(second_half(y)), standard_error(residuals, 1, mean), static_cast<double>(y.size()) - 1);
}

double student_95(double degrees) {
  const double z = 1.959964, z2 = z * z, n = degrees;
  return z * (1 + (z2 + 1) / (4 * n) + ((5 * z2 + 16) * z2 + 3) / (96 * n * n) +
              (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * n * n * n));
}

double mean(const Series& x) { return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size()); }

double median(Series x) {
  std::sort(x.begin(), x.end());
  const std::size_t half = x.size() / 2;
  return x.size() % 2 == 1 ? x[half] : 0.5 * (x[half - 1] + x[half]);
}

}  // namespace bcd::rates
