// The page of a chart as a gnuplot script: panels side by side, one legend for all of them underneath. Nothing else in the
// program writes gnuplot.
#pragma once

#include "plots/chart.hpp"

namespace bcd {

/// A picture's size: for the screen, or for a paper in one of the two usual widths of print.
inline const std::vector<std::string> kPictureWidths = {"screen", "one-column", "two-column"};

/// How large a picture is.
struct PageFormat {
  std::string suffix;  ///< of the file's stem: "", "-one-column", "-two-column"
  int width = 0;       ///< in pixels, 96 to the inch; 0: as wide as the panels need
  double font = 13;    ///< in pixels; every distance on the page goes with it
  bool title = true;   ///< a paper has its title in the caption
};

/// The format of one of kPictureWidths: "one-column" is 3.25 in, "two-column" 6.75 in wide. Throws UsageError on another name.
PageFormat page_format(const std::string& width);

/// A script that reads <id>.csv, as chart_csv writes it, and makes <id><suffix>.svg, .pdf and .png, or those named in the
/// gnuplot variable `formats`.
std::string page_script(const Chart& chart, const PageFormat& format);

}  // namespace bcd
