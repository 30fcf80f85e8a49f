// Figures from records: gnuplot scripts and data files kept beside the pictures. Reads results only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plots/figure.hpp"

namespace bcd {

/// "curves", "rates".
const std::vector<std::string>& figure_kinds();

/// A picture's size: for the screen, or for a paper in one of the two usual widths of print.
inline const std::vector<std::string> kPictureWidths = {"screen", "one-column", "two-column"};

/// Writes folder/<id>.csv and per width the script and the pictures (formats among "svg", "pdf", "png"): <id>.gp, <id>.svg for
/// the screen, <id>-one-column.gp, <id>-one-column.pdf for a paper. Returns the pictures' paths.
/// Throws UsageError if gnuplot is missing, fails, or a panel's column is in no run (names the columns there are).
std::vector<std::filesystem::path> draw_figure(const Figure& figure, const std::vector<Series>& series,
                                               const std::filesystem::path& folder, const std::vector<std::string>& formats,
                                               const std::vector<std::string>& widths = {"screen"});

}  // namespace bcd
