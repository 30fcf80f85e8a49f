#include "results/rates/envelope.hpp"

namespace bcd::rates {

std::vector<double> envelope(const std::vector<double>& gaps) {
  std::vector<double> E(gaps);
  for (std::size_t k = E.size(); k-- > 1;) E[k - 1] = std::max(E[k - 1], E[k]);
  return E;
}

Window find_window(const std::vector<double>& E, double floor) {
  Window window;
  if (E.empty()) return window;
  window.last = static_cast<std::size_t>(0.95 * static_cast<double>(E.size() - 1));
  window.bottom = std::max(floor, E[window.last]);
  window.top = std::sqrt(E.front() * window.bottom);
  return window;
}

Passage pass(const std::vector<double>& E, const Window& window) {
  Passage passage;
  const double step = 1 / kLevelsPerDecade;
  const auto steps = static_cast<std::size_t>(window.decades() / step + 1e-9);
  std::size_t k = 0;
  double previous = kNaN;
  for (std::size_t m = 0; m <= steps; ++m) {
    const double edge = std::log10(window.top) - static_cast<double>(m) * step, level = std::pow(10, edge);
    while (k < window.last && E[k] > level) ++k;
    double time = static_cast<double>(k);
    if (k > 0 && E[k] < E[k - 1]) {
      const double above = std::log10(E[k - 1]), below = std::log10(std::max(E[k], window.bottom));
      if (above > below) time -= std::min(1.0, (edge - below) / (above - below));
    }
    passage.log_edge.push_back(edge);
    if (m > 0 && time > previous) {
      passage.log_level.push_back(edge + step / 2);
      passage.log_time.push_back(std::log10(time - previous));
    }
    previous = time;
  }
  return passage;
}

}  // namespace bcd::rates
