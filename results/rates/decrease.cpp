#include "results/rates/decrease.hpp"

#include "results/rates/limit.hpp"
#include "results/rates/regression.hpp"

namespace bcd::rates {

namespace {

constexpr std::size_t kBins = 12, kFewestInBin = 3;
constexpr double kShrinks = -0.1;

struct Ratio {
  double k, value;
};

/// Slope of log median ratio over log k.
Estimate drift_of(const std::vector<Ratio>& ratios) {
  if (ratios.empty()) return {};
  const double low = std::log(ratios.front().k), width = (std::log(ratios.back().k) - low) / kBins;
  std::vector<std::vector<double>> bins(kBins);
  for (const Ratio& r : ratios) {
    const double place = width > 0 ? (std::log(r.k) - low) / width : 0;
    bins[std::min(kBins - 1, static_cast<std::size_t>(place))].push_back(r.value);
  }
  std::vector<double> log_k, log_median;
  for (std::size_t b = 0; b < kBins; ++b) {
    if (bins[b].size() < kFewestInBin) continue;
    log_k.push_back(low + (static_cast<double>(b) + 0.5) * width);
    log_median.push_back(std::log(median(bins[b])));
  }
  return trend(log_k, log_median);
}

}  // namespace

const char* name(Decrease::State state) {
  static const char* const names[] = {"holds", "violated", "shrinks", "unresolved"};
  return names[static_cast<int>(state)];
}

Decrease measure_decrease(const std::vector<double>& f, const std::vector<double>& g, int j, double exponent, double first_k,
                          double from) {
  Decrease result;
  result.j = j;
  result.exponent = exponent;
  double cap = kInfinity;
  std::vector<Ratio> positive;
  const auto step = static_cast<std::size_t>(j);
  const auto begin = static_cast<std::size_t>(std::max(0.0, from - first_k));
  for (std::size_t k = begin; k + step < f.size(); ++k) {
    const double decrease = f[k] - f[k + step], doubt = 2 * rounding_of(std::max(std::abs(f[k]), std::abs(f[k + step])));
    const double left = std::pow(g[k + step], exponent);
    if (!(left > 0)) continue;  // a critical point: nothing to show; NaN: not measured
    if (std::abs(decrease) <= doubt) {
      cap = std::min(cap, (decrease + doubt) / left);
      continue;
    }
    ++result.resolved;
    if (decrease < 0 && result.rises++ == 0) result.first_rise = k;
    if (!(decrease / left >= result.constant)) {
      result.constant = decrease / left;
      result.worst = k;
    }
    if (decrease > 0) positive.push_back({first_k + static_cast<double>(k), decrease / left});
  }
  result.drift = drift_of(positive);
  const bool bounded_by_rounding = cap < result.constant;
  if (result.rises > 0)
    result.state = Decrease::State::violated;
  else if (result.drift.known() && result.drift.interval.high < kShrinks)
    result.state = Decrease::State::shrinking;
  else
    result.state = result.drift.known() && !bounded_by_rounding ? Decrease::State::holds : Decrease::State::unresolved;
  if (bounded_by_rounding) result.constant = cap;
  return result;
}

}  // namespace bcd::rates
