// Verdicts: the claims of an experiment against its records.
#pragma once

#include <vector>

#include "experiments/claims/study.hpp"
#include "experiments/experiment.hpp"
#include "results/claim.hpp"
#include "results/record.hpp"

namespace bcd {

/// One row per claim of the experiment; what makes a claim hold is its kind's (experiments/claims/kind.hpp). A claim whose `scale`
/// is another one, or whose runs are missing, is "not run".
std::vector<ClaimRow> judge(const Experiment& experiment, const std::vector<RunRecord>& records, const std::string& scale,
                            const StudyRunner& run_study = result_of);

/// JUnit XML of claims: a failure is a verdict that differs from the expectation.
std::string junit(const std::vector<ClaimRow>& rows);

}  // namespace bcd
