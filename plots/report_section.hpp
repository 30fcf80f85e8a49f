// One experiment's section of the report.
#pragma once

#include "plots/report.hpp"

namespace bcd {

/// A verdict with its colour, and what was expected where it is something else.
std::string verdict_text(const ClaimRow& row);

/// The id of a figure of a section, from 1, and of a claim in the page.
std::string figure_anchor(const ReportSection& section, std::size_t number);
std::string claim_anchor(const ClaimRow& row);

/// page: the folder of the report, from which links to the pictures start. Throws UsageError if a picture cannot be read.
std::string report_section(const ReportSection& section, const ReportData& data, const std::filesystem::path& page);

}  // namespace bcd
