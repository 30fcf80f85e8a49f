// The claims of results, judged and printed.
#pragma once

#include <string>
#include <vector>

#include "experiments/run/records.hpp"
#include "results/claim.hpp"

namespace bcd {

/// The claims of one experiment, judged. Claims of another scale are kept apart: they are neither confirmed nor refuted.
struct Judgement {
  std::vector<ClaimRow> rows;      ///< all, in the order of the file
  std::vector<ClaimRow> relevant;  ///< without those of another scale
};
/// The results of studies are kept in the output folder (run/kept_studies.hpp).
std::vector<Judgement> judge_all(const std::vector<Results>& results, const std::string& scale,
                                 const std::filesystem::path& out);
/// Prints the claims, then how the papers' items and the rows come out; returns how many differ from the expectation.
int print_claims(const std::vector<Judgement>& judgements, const std::string& scale);

/// Prints a table of the runs' outcomes for each experiment.
void print_outcomes(const std::vector<Results>& results, const std::filesystem::path& out);

}  // namespace bcd
