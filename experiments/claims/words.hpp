// The words that claims are written in: what a kind's judgement finds, who speaks, and how runs end. The verdicts that people
// read are made of the first two: verdict.hpp.
#pragma once

#include <string>
#include <vector>

namespace bcd {

/// What the judgement of a claim's kind found.
enum class Outcome { holds, violated, inconclusive, not_applicable, not_testable, not_run };

/// Who says a statement.
namespace origin {
inline const std::string paper = "paper", reading = "reading", derived = "derived", control = "control", own = "own";
inline const std::vector<std::string> all = {paper, reading, derived, control, own};
}  // namespace origin

/// What a row says about its paper.
namespace finding {
inline const std::string supports = "supports", against = "against", neutral = "neutral";
inline const std::vector<std::string> all = {supports, against, neutral};
}  // namespace finding

/// What stands in a paper's place where the author of a file speaks for himself.
inline const std::string kNoPaper = "own";

/// How a run ended.
namespace status {
inline const std::string converged = "Converged", max_iterations = "MaxIterations", time_limit = "TimeLimit",
                         diverged = "Diverged", failed = "Failed", not_applicable = "NotApplicable",
                         target_reached = "TargetReached", no_progress = "NoProgress";
inline const std::vector<std::string> all = {converged,  target_reached, no_progress, max_iterations,
                                             time_limit, diverged,       failed,      not_applicable};
/// Whether a run with this status has no last value.
inline bool stopped_early(const std::string& of_run) {
  return of_run == diverged || of_run == failed || of_run == not_applicable;
}
}  // namespace status

}  // namespace bcd
