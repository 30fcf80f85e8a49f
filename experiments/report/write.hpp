// Figures and report of results.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "experiments/report/verdicts.hpp"

namespace bcd {

/// Where the pictures and the report go, and what they say of themselves.
struct ReportPlace {
  std::filesystem::path out;
  std::string scale;
  /// The command line that does `verb` on the experiment `name` with the same settings.
  std::function<std::string(const std::string& verb, const std::string& name)> command;
};

/// Draws every figure; returns, per experiment, the pictures in the order of its figures (formats inside).
std::vector<std::vector<std::filesystem::path>> draw_all(const std::vector<Results>& results, const ReportPlace& place,
                                                         const std::vector<std::string>& formats,
                                                         const std::vector<std::string>& widths = {"screen"});
/// Draws what the report shows and links: every format for the screen, PDF for papers. Returns the pictures for the screen.
std::vector<std::vector<std::filesystem::path>> draw_for_report(const std::vector<Results>& results, const ReportPlace& place);
/// Writes the report with the SVG pictures; returns its path.
std::filesystem::path report_all(const std::vector<Results>& results, const std::vector<Judgement>& judgements,
                                 const std::vector<std::vector<std::filesystem::path>>& pictures, const ReportPlace& place,
                                 const std::string& command);

}  // namespace bcd
