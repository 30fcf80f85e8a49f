// Pictures: gnuplot scripts and data files kept beside them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plots/page.hpp"

namespace bcd {

/// Throws UsageError where there is no gnuplot: to be asked before work is done for figures that cannot be drawn.
void require_gnuplot();

/// Writes folder/<id>.csv and per width the script and the pictures (formats among "svg", "pdf", "png"): <id>.gp, <id>.svg for
/// the screen, <id>-one-column.gp, <id>-one-column.pdf for a paper. Returns the pictures' paths.
/// Throws UsageError if gnuplot is missing or fails, or the id is no name of a file; nothing is written then.
std::vector<std::filesystem::path> draw_chart(const Chart& chart, const std::filesystem::path& folder,
                                              const std::vector<std::string>& formats,
                                              const std::vector<std::string>& widths = {"screen"});

}  // namespace bcd
