// Whether a sum of nonnegative terms saturates, as O(1/K) for their average asks.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace bcd::zeng2019 {

/// The average of x_1..x_K is O(1/K) exactly if the sum of the x_k is bounded. The borderline x_k = 1/k, whose sum is not, puts
/// the share (H_K - H_{K/2})/H_K of it into the second half k > K/2; a sum that saturates puts less there.
class Saturation {
 public:
  void add(double x) {
    sums_.push_back(sums_.back() + x);
    harmonic_.push_back(harmonic_.back() + 1 / static_cast<double>(harmonic_.size()));
  }
  /// Share of the sum from k > K/2, over the same share of the borderline series; below 1: saturates. NaN before two terms.
  double late() const {
    if (sums_.size() < 3) return std::numeric_limits<double>::quiet_NaN();
    return sums_.back() > 0 ? second_half(sums_) / second_half(harmonic_) : 0;
  }
  template <class Members>
  void members(Members& members) {
    members(sums_, harmonic_);
  }

 private:
  static double second_half(const std::vector<double>& sums) {
    return (sums.back() - sums[(sums.size() - 1) / 2]) / sums.back();
  }
  std::vector<double> sums_{0}, harmonic_{0};  // of the first k terms
};

}  // namespace bcd::zeng2019
