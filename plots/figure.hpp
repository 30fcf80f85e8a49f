// What a figure is: panels over the runs of variants. Types only; drawing is plots/draw.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/rates/laboratory.hpp"
#include "results/record.hpp"

namespace bcd {

/// The runs of one variant, one per seed.
struct Series {
  std::string label;
  std::vector<const RunRecord*> runs;
  std::optional<std::size_t> style = {};  ///< of plots/palette.hpp; none: its place in the figure
};

struct Panel {
  std::string x = "iteration";
  std::string y;  ///< a column of the trace
  std::string x_label, y_label, title;
  bool log_x = false, log_y = false;
  double y_min = 0, y_max = 0;        ///< both 0: automatic
  std::vector<std::string> variants;  ///< labels shown; empty: all
};

/// kind "curves": per variant the median over the seeds as a line and the range min..max as a band, one panel per quantity.
/// A curve that ends early because a run diverged or failed ends with a cross; one that would hide another is dashed; a variant
/// without an iteration stands in the legend with its status.
/// kind "rates": per variant its first run, examined by results/rates; a panel's y is "gap" (f - f* with the fitted rate and
/// its band), "kl" (dist(0, df) over f - f* with the slope theta) or "a1" (the constants of A1 over j); x, log_x and log_y are
/// the panel's own.
struct Figure {
  std::string id;  ///< file stem
  std::string kind = "curves";
  std::string title;
  std::string caption;  ///< how to read it
  std::vector<Panel> panels;
  rates::Options rates;  ///< how the runs are examined, for kind "rates"
};

}  // namespace bcd
