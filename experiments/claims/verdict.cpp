#include "experiments/claims/verdict.hpp"

#include <algorithm>
#include <map>

#include "algorithms/core/parameters.hpp"

namespace bcd {

namespace {

const std::string kNotDecided = "not decided", kNotApplicable = "not applicable", kNotTestable = "not testable",
                  kNotRun = "not run";

/// The two words that depend on who speaks.
struct Pair {
  std::string right, wrong;
};

const Pair& words_of(const std::string& who, const std::string& kind) {
  static const Pair paper{"holds", "fails"}, number{"reproduced", "not reproduced"}, derived{"confirmed", "not confirmed"},
      control{"as it should be", "NOT as it should be"};
  if (kind == "reported" || who == origin::reading) return number;
  return who == origin::derived ? derived : who == origin::control ? control : paper;
}

}  // namespace

std::string verdict_word(Outcome outcome, const std::string& origin, const std::string& kind) {
  switch (outcome) {
    case Outcome::holds:
      return words_of(origin, kind).right;
    case Outcome::violated:
      return words_of(origin, kind).wrong;
    case Outcome::inconclusive:
      return kNotDecided;
    case Outcome::not_applicable:
      return kNotApplicable;
    case Outcome::not_testable:
      return kNotTestable;
    case Outcome::not_run:
      break;
  }
  return kNotRun;
}

std::vector<std::string> verdict_words(const std::string& origin, const std::string& kind) {
  const Pair& words = words_of(origin, kind);
  std::vector<std::string> all = {words.right, words.wrong, kNotDecided};
  if (kind != "reported") all.push_back(kNotApplicable);
  if (kind != "reported" && origin != origin::control) all.push_back(kNotTestable);
  all.push_back(kNotRun);
  return all;
}

Outcome outcome_of(const std::string& word) {
  for (const std::string& who : origin::all)
    for (const std::string& kind : {std::string("reported"), std::string("promise")}) {
      if (word == words_of(who, kind).right) return Outcome::holds;
      if (word == words_of(who, kind).wrong) return Outcome::violated;
    }
  for (const Outcome outcome : {Outcome::inconclusive, Outcome::not_applicable, Outcome::not_testable, Outcome::not_run})
    if (word == verdict_word(outcome, "", "")) return outcome;
  throw UsageError("'" + word + "' is no verdict");
}

Outcome recorded_outcome(const std::string& word) {
  return word == "holds"          ? Outcome::holds
         : word == "violated"     ? Outcome::violated
         : word == kNotApplicable ? Outcome::not_applicable
                                  : Outcome::inconclusive;
}

std::string finding_of(const Claim& claim, Outcome outcome) {
  if (claim.origin == origin::own) return finding::neutral;
  const bool looked = claim.threshold == "looked";
  if (outcome == Outcome::holds && claim.implied_by.empty() && !looked) return claim.finding;
  if (outcome == Outcome::violated && claim.origin == origin::paper && claim.kind != "reported" && !looked)
    return finding::against;
  return finding::neutral;
}

ClaimRow row_of(const Claim& claim, const std::string& paper, const std::string& experiment) {
  ClaimRow row;
  row.id = claim.id;
  row.paper = claim.origin == origin::own ? kNoPaper : paper;
  row.item = claim.item;
  row.statement = claim.statement;
  row.experiment = experiment;
  row.verdict = kNotRun;
  row.expected = claim.expect;
  row.kind = claim.kind;
  row.origin = claim.origin;
  row.finding = finding::neutral;
  row.quote = claim.quote;
  row.place = claim.place;
  row.basis = claim.basis;
  row.implied_by = claim.implied_by;
  row.threshold = claim.threshold;
  row.corrects = claim.corrects;
  row.counterexample = claim.counterexample;
  row.erratum = claim.erratum;
  row.hypotheses = claim.hypotheses;
  return row;
}

void decide(ClaimRow& row, const Claim& claim, Outcome outcome) {
  row.verdict = verdict_word(outcome, claim.origin, claim.kind);
  row.finding = finding_of(claim, outcome);
}

}  // namespace bcd
