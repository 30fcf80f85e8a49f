// Order statistics on the extended real line: a run that missed its goal has the value +infinity, and keeps it.
#pragma once

#include <vector>

#include "algorithms/core/rng.hpp"

namespace bcd {

/// The value below which the share p of the sample lies: linear between the order statistics x_(1) (p = 0) and x_(n) (p = 1).
/// Between a finite and an infinite one it is the infinite one (between both infinities +infinity). x: not empty, without NaN
/// (std::invalid_argument).
double quantile(std::vector<double> x, double p);
/// quantile(x, 1/2): the middle value, or the mean of the two middle ones.
double median(std::vector<double> x);

struct Interval {
  double low = 0, high = 0;
};

/// Percentile bootstrap of the median: the central `confidence` of the medians of samples drawn from x with replacement.
/// Its ends are order statistics of these medians. For x of odd size they tend to order statistics of x itself.
Interval bootstrap_median(const std::vector<double>& x, double confidence, int resamples, Rng& rng);

}  // namespace bcd
