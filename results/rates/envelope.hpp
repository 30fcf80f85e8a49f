// The envelope of the gaps f_k - f*, the window that is analysed, and how long the envelope takes from level to level.
#pragma once

#include <cstddef>
#include <vector>

#include "results/rates/interval.hpp"

namespace bcd::rates {

/// E_k = max over i >= k of e_i: what remains to be lost, also for sequences that go up in between. Never increasing.
std::vector<double> envelope(const std::vector<double>& gaps);

/// The lower half of the decades between the first value of the envelope and max(floor, its value at 95 % of the run): the
/// tail, where asymptotic statements speak, without the last 5 % of the iterations, where an envelope lacks its future.
struct Window {
  double top = kNaN, bottom = kNaN;  ///< levels of E, top > bottom > 0
  std::size_t last = 0;              ///< index of the last iteration that may be used

  double decades() const { return std::log10(top / bottom); }
  /// At least 1.5 decades: with fewer a power and an exponential cannot be told apart.
  bool wide_enough() const { return decades() >= 1.5; }
};
Window find_window(const std::vector<double>& E, double floor);

/// Levels at a quarter of a decade: log10 of the middle of each step, and log10 of the iterations spent in it (fractions by
/// interpolation that is linear in log E). For e_k = C k^-p the second is a line over the first of slope -1/p whatever the
/// origin of k; for C eta^k it is constant.
struct Passage {
  std::vector<double> log_level, log_time;
  std::vector<double> log_edge;  ///< the levels themselves, one more than there are steps
};
constexpr double kLevelsPerDecade = 4;
Passage pass(const std::vector<double>& E, const Window& window);

}  // namespace bcd::rates
