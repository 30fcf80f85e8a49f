// The claims row by row: for a look, for other programs, for a paper.
#pragma once

#include "experiments/report/claims_table.hpp"

namespace bcd {

/// The rows whose verdict and experiment are named; an empty list leaves all. Throws UsageError for a word that
/// is no verdict and for an experiment that no row has.
std::vector<ClaimEntry> selected_claims(std::vector<ClaimEntry> entries, const std::vector<std::string>& verdicts,
                                        const std::vector<std::string>& experiments);

/// Claim, item, what was measured, verdict, experiment: one line each.
std::string claims_in_short(const std::vector<ClaimEntry>& entries);
/// RFC 4180, with a header; everything that is known of a row.
std::string claims_as_csv(const std::vector<ClaimEntry>& entries);
/// A longtable (package longtable, UTF-8).
std::string claims_as_latex(const std::vector<ClaimEntry>& entries);

}  // namespace bcd
