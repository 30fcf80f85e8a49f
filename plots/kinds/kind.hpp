// A kind of figure is one object: what its panels may show, what it reads, and how it makes a chart of records. The list of
// them is in kinds.cpp; draw, report and the experiment files know a kind by its name only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plots/chart.hpp"
#include "plots/figure.hpp"

namespace bcd {

struct Choice {
  std::string name, help;
};

struct FigureKind {
  std::string name;  ///< in an experiment file: kind = "..."
  std::string help;
  std::vector<Choice> y;        ///< what a panel's y may be; empty: any column of the records
  std::vector<Choice> options;  ///< what it reads of Figure::options
  std::string reading;          ///< how its marks are to be read: the report says so ...
  std::string said_by;          ///< ... unless the caption has this word, whose author then explained them
  bool interactive = false;     ///< the report draws it itself, along any column of the records; else it shows the picture
  /// Throws UsageError for a panel that the kind or the records do not have.
  std::function<Chart(const Figure&, const std::vector<Series>&)> chart;
};

/// All of them.
const std::vector<FigureKind>& figure_kinds();
std::vector<std::string> figure_kind_names();
/// The kind of that name, or null.
const FigureKind* find_figure_kind(const std::string& name);
/// Throws UsageError that lists the kinds.
const FigureKind& figure_kind(const std::string& name);

/// The chart that the figure's kind makes of the runs. Throws as the two.
Chart chart_of(const Figure& figure, const std::vector<Series>& series);

}  // namespace bcd
