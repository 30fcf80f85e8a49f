// What a paper states, item by item: the head of the page. One line each, the rows folded under it.
#pragma once

#include "plots/report/report.hpp"

namespace bcd {

/// Items by verdict, a line per paper; nothing without papers.
std::string items_matrix(const ReportData& data);
/// Citation, summary and items of each paper. A row that stands on the page is a link to its evidence.
std::string paper_overviews(const ReportData& data);
/// "the paper", "our reading", ...: who says a row, with its words or its basis.
std::string source_html(const ClaimRow& row);

}  // namespace bcd
