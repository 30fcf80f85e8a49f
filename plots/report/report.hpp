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
  std::vector<std::filesystem::path> pictures;  ///< the SVG of each figure, same order; files of its name beside it are linked
  std::vector<ClaimRow> claims;
  std::vector<const RunRecord*> runs;
  std::vector<Series> series;  ///< the same runs by variant, for the charts
};

/// What a paper states, item by item.
struct ReportPaper {
  std::string id, authors, title, published, link, summary;
  std::vector<ItemRow> items;
};

struct ReportData {
  std::string title;
  std::string command;  ///< regenerates everything
  std::vector<ReportSection> sections;
  std::string records;                   ///< folder of the records, seen from the report; empty: no links to them
  std::vector<ReportPaper> papers = {};  ///< of the sections
};

/// Writes one page that asks for nothing outside itself (style, script, pictures and numbers inside), atomically. Only links
/// that the reader follows lead to the files beside it.
void write_report(const std::filesystem::path& file, const ReportData& data);

}  // namespace bcd
