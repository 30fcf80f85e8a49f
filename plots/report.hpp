// The report: one offline HTML file with figures, how to read them, claims, provenance and the commands that regenerate it all.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plots/figure.hpp"
#include "results/claim.hpp"

namespace bcd {

struct ReportSection {
  std::string id, title, paper, description;  ///< the experiment
  std::string command;                        ///< regenerates the section
  std::vector<Figure> figures;
  std::vector<std::filesystem::path> pictures;  ///< the SVG of each figure, same order
  std::vector<ClaimRow> claims;
  std::vector<const RunRecord*> runs;
};

struct ReportData {
  std::string title;
  std::string command;  ///< regenerates everything
  std::vector<ReportSection> sections;
};

/// Writes one self-contained file (SVG inlined, no outside address), atomically.
void write_report(const std::filesystem::path& file, const ReportData& data);

}  // namespace bcd
