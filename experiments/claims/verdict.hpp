// Verdicts: the word for what was found, which depends on who speaks, and what it says about the paper.
#pragma once

#include <string>
#include <vector>

#include "experiments/claims/words.hpp"
#include "experiments/experiment.hpp"
#include "results/claim.hpp"

namespace bcd {

/// The word that is shown: what a paper says "holds" or "fails", what we derived is "confirmed", a control is "as it should be".
std::string verdict_word(Outcome outcome, const std::string& origin, const std::string& kind);
/// All words of an origin and kind, in the order in which messages list them; what is impossible is left out.
std::vector<std::string> verdict_words(const std::string& origin, const std::string& kind);
/// What a word stands for, whoever speaks. Throws UsageError for a word that is none, with the new word for one of the old ones.
Outcome outcome_of(const std::string& word);
/// The outcome that core and results name in their records: "holds", "violated", "inconclusive", "not applicable".
Outcome recorded_outcome(const std::string& word);

/// What the claim with this outcome says about its paper: where the statement is true, what the claim's file says; a paper's
/// statement that is false is against it, unless it is a number, which other settings may reproduce; all else is neutral.
/// An own statement says nothing about a paper: neutral. A check that cannot fail, or whose limit was chosen after looking, is no evidence: neutral.
std::string finding_of(const Claim& claim, Outcome outcome);

/// The row of a claim that has not been judged.
ClaimRow row_of(const Claim& claim, const std::string& paper, const std::string& experiment);
/// Sets verdict and finding.
void decide(ClaimRow& row, const Claim& claim, Outcome outcome);

}  // namespace bcd
