// Exact (Clopper-Pearson) intervals for a success probability.
#pragma once

#include <cmath>
#include <utility>

namespace bcd {

/// P(at most k successes) of n trials with success probability p.
inline double binomial_below(int k, int n, double p) {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  double sum = 0;
  for (int i = 0; i <= k; ++i)
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) + i * std::log(p) +
                    (n - i) * std::log1p(-p));
  return sum < 1 ? sum : 1;
}

/// All p that k successes of n trials do not contradict: each side keeps half of 1 - confidence.
inline std::pair<double, double> binomial_interval(int k, int n, double confidence) {
  const double tail = (1 - confidence) / 2;
  const auto bisect = [](auto&& below) {  // largest p with below(p)
    double lo = 0, hi = 1;
    for (int i = 0; i < 60; ++i) {
      const double mid = (lo + hi) / 2;
      (below(mid) ? lo : hi) = mid;
    }
    return lo;
  };
  const double lower = k == 0 ? 0.0 : bisect([&](double p) { return 1 - binomial_below(k - 1, n, p) < tail; });
  const double upper = k == n ? 1.0 : bisect([&](double p) { return binomial_below(k, n, p) > tail; });
  return {lower, upper};
}

}  // namespace bcd
