// The page of a figure as a gnuplot script: panels side by side, one legend for all of them underneath.
#pragma once

#include "plots/curves.hpp"

namespace bcd {

/// A curve on its way to the page.
struct Drawn {
  Curve curve;
  std::size_t series = 0;  ///< index of its variant, which decides colour and legend
  int column = 0;          ///< of x in the figure's CSV file, from 1; median, low and high follow
};

/// A script that reads <id>.csv and writes <id>.svg, .pdf and .png, or those named in the gnuplot variable `formats`.
/// panels: the curves of each panel of the figure; labels: the variants', in the order of Drawn::series.
std::string page_script(const Figure& figure, const std::vector<std::string>& labels,
                        const std::vector<std::vector<Drawn>>& panels);

}  // namespace bcd
