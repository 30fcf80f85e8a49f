// What a figure is, before anything is drawn: panels over the runs of variants. Types only; the kinds (plots/kinds) make
// charts of it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bcd {

struct RunRecord;

/// The runs of one variant, one per seed.
struct Series {
  std::string label;
  std::vector<const RunRecord*> runs;
  std::optional<std::size_t> style = {};  ///< of plots/palette.hpp; none: its place in the figure
};

/// Values that a paper prints, or that were stored with its authors' code: hollow marks beside the curves.
struct PrintedPoints {
  std::string variant;  ///< whose colour they have; empty: they belong to no variant's curve alone
  std::string label;    ///< in the legend
  std::string source;   ///< where they stand
  std::vector<double> x, y;
};

struct Panel {
  std::string x = "iteration";
  std::string y;  ///< a column of the trace, or what the kind of figure offers
  std::string x_label, y_label, title;
  bool log_x = false, log_y = false;
  double y_min = 0, y_max = 0;        ///< both 0: automatic
  std::vector<std::string> variants;  ///< labels shown; empty: all
  std::vector<PrintedPoints> points = {};

  bool shows(const std::string& label) const;
};

struct Figure {
  std::string id;               ///< file stem
  std::string kind = "curves";  ///< a name of plots/kinds/kind.hpp
  std::string title;
  std::string caption;  ///< how to read it
  std::string note;     ///< of what it is made, under the title of a picture for the screen
  std::vector<Panel> panels;
  std::map<std::string, double> options = {};  ///< what the kind reads besides its panels, by name

  bool shows(const std::string& label) const;  ///< in some panel
};

/// The series that some panel of the figure shows.
std::vector<Series> shown_series(const Figure& figure, const std::vector<Series>& series);

}  // namespace bcd
