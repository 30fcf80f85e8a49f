#include "plots/figure.hpp"

#include <algorithm>

namespace bcd {

bool Panel::shows(const std::string& label) const {
  return variants.empty() || std::find(variants.begin(), variants.end(), label) != variants.end();
}

bool Figure::shows(const std::string& label) const {
  return std::any_of(panels.begin(), panels.end(), [&](const Panel& panel) { return panel.shows(label); });
}

std::vector<Series> shown_series(const Figure& figure, const std::vector<Series>& series) {
  std::vector<Series> kept;
  for (const Series& s : series)
    if (figure.shows(s.label)) kept.push_back(s);
  return kept;
}

}  // namespace bcd
