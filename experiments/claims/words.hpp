// The words that claims are written in: verdicts of claims, statuses of runs. Each is spelled out here and nowhere else in
// experiments/claims.
#pragma once

#include <string>
#include <vector>

namespace bcd {

namespace verdict {
inline const std::string holds = "holds", violated = "violated", inconclusive = "inconclusive",
                         not_applicable = "not applicable", reproduced = "reproduced", differs = "differs",
                         not_testable = "not testable", not_run = "not run";
/// In the order in which messages list them.
inline const std::vector<std::string> all = {holds,      violated, inconclusive, not_applicable,
                                             reproduced, differs,  not_testable, not_run};
}  // namespace verdict

/// How a run ended.
namespace status {
inline const std::string converged = "Converged", max_iterations = "MaxIterations", time_limit = "TimeLimit",
                         diverged = "Diverged", failed = "Failed", not_applicable = "NotApplicable";
inline const std::vector<std::string> all = {converged, max_iterations, time_limit, diverged, failed, not_applicable};
/// Whether a run with this status has no last value.
inline bool stopped_early(const std::string& of_run) {
  return of_run == diverged || of_run == failed || of_run == not_applicable;
}
}  // namespace status

}  // namespace bcd
