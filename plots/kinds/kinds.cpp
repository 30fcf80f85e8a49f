#include <algorithm>

#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "plots/kinds/kind.hpp"

namespace bcd {

// Each in the file of its name.
FigureKind curves_kind();
FigureKind rates_kind();

const std::vector<FigureKind>& figure_kinds() {
  static const std::vector<FigureKind> kinds = {curves_kind(), rates_kind()};
  return kinds;
}

std::vector<std::string> figure_kind_names() {
  std::vector<std::string> names;
  for (const FigureKind& kind : figure_kinds()) names.push_back(kind.name);
  return names;
}

const FigureKind* find_figure_kind(const std::string& name) {
  const auto& kinds = figure_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const FigureKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

const FigureKind& figure_kind(const std::string& name) {
  if (const FigureKind* kind = find_figure_kind(name)) return *kind;
  throw UsageError(unknown_name("kind of figure", name, figure_kind_names()));
}

Chart chart_of(const Figure& figure, const std::vector<Series>& series) {
  Chart chart = figure_kind(figure.kind).chart(figure, series);
  chart.note = figure.note;
  return chart;
}

}  // namespace bcd
