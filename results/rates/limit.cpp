#include "results/rates/limit.hpp"

#include <array>

namespace bcd::rates {

namespace {

using Series = std::vector<double>;

/// max of f over the last 5 % up to (and with) index m.
double height(const Series& f, double m) {
  const auto last = static_cast<std::size_t>(m), first = static_cast<std::size_t>(0.95 * m);
  double top = f[last];
  for (std::size_t i = first; i < last; ++i) top = std::max(top, f[i]);
  return top;
}

/// The value the three point at when the decreases go on in the ratio of the last two; NaN where they do not shrink.
double aitken(double a, double b, double c) {
  const double d1 = a - b, d2 = b - c;
  if (!(d1 > d2) || !(d2 >= 0)) return kNaN;
  return c - d2 * d2 / (d1 - d2);
}

struct Reading {
  double value = kNaN, spread = kNaN;
};

using Shares = std::array<double, 3>;  // of the run, 1: its end

/// The limit from three places of the run, and how far it is at most from those that the same places of shorter runs give.
Reading read(const Series& f, const Shares& places, const Shares& shorter_runs) {
  const double K = static_cast<double>(f.size() - 1);
  const auto from = [&](double end) {
    return aitken(height(f, places[0] * end), height(f, places[1] * end), height(f, places[2] * end));
  };
  Reading reading{from(K), 0};
  for (const double share : shorter_runs) {
    const double spread = std::abs(reading.value - from(share * K));
    if (!(spread <= reading.spread)) reading.spread = spread;  // NaN stays
    if (std::isnan(spread)) break;
  }
  return reading;
}

constexpr std::size_t kFewestValues = 16;

}  // namespace

double rounding_of(double f) { return 8 * std::numeric_limits<double>::epsilon() * std::abs(f); }

Limit zero_limit(double rounding) { return {{0, 0}, 0, rounding, "zero by construction"}; }

Limit extrapolated_limit(const Series& f) {
  Limit limit;
  limit.origin = "extrapolation";
  if (f.size() < kFewestValues) return limit;
  const double K = static_cast<double>(f.size() - 1), end = height(f, K), lowest = *std::min_element(f.begin(), f.end());
  limit.rounding = rounding_of(end);
  if (height(f, K / 2) - end <= 2 * limit.rounding && end - lowest <= 2 * limit.rounding) {
    limit.origin = "reached to rounding";
    limit.middle = end;
    limit.interval = {end - 2 * limit.rounding, end + 2 * limit.rounding};
    return limit;
  }
  const Shares shorter_runs{0.6, 0.75, 0.9};
  const Reading power = read(f, {0.25, 0.5, 1}, shorter_runs), linear = read(f, {0.5, 0.75, 1}, shorter_runs);
  const Reading& best = std::isnan(linear.spread) || power.spread < linear.spread ? power : linear;
  if (std::isnan(best.spread)) return limit;
  const double half = std::max(2 * best.spread, 2 * limit.rounding);
  limit.middle = std::min(best.value, lowest + limit.rounding);
  limit.interval = {limit.middle - half, std::min(limit.middle + half, lowest + limit.rounding)};
  return limit;
}

Limit reference_limit(const Series& longer) {
  Limit limit = extrapolated_limit(longer);
  limit.origin = "reference run of " + std::to_string(longer.size()) + " iterations, " +
                 (limit.origin == "extrapolation" ? "extrapolated" : limit.origin);
  return limit;
}

}  // namespace bcd::rates
