// One experiment's section of the report.
#pragma once

#include "plots/report/report.hpp"

namespace bcd {

/// A verdict with its colour, and what was expected where it is something else.
std::string verdict_text(const ClaimRow& row);

/// Whether a figure stands in the section as a chart; otherwise its picture does.
bool is_chart(const ReportSection& section, const Figure& figure);

/// The SVG of a figure as an address that holds it. Throws UsageError if it cannot be read.
std::string picture_address(const std::filesystem::path& picture);

/// The id of a figure of a section, from 1, and of a claim in the page.
std::string figure_anchor(const ReportSection& section, std::size_t number);
std::string claim_anchor(const ClaimRow& row);

/// page: the folder of the report, from which links to the pictures start. Throws as picture_address.
std::string report_section(const ReportSection& section, const ReportData& data, const std::filesystem::path& page);

}  // namespace bcd
