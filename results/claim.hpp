// One row of the claims table: what a paper says (or somebody about it), what was measured, and the verdict.
#pragma once

#include <string>
#include <vector>

namespace bcd {

struct ClaimRow {
  std::string id;                         ///< "zeng2019.lemma1"
  std::string paper;                      ///< "zeng2019"; "own" where the author of a file speaks for himself
  std::string item;                       ///< "Lemma 1", "Figure 1", "Section 1"
  std::string statement;                  ///< one line
  std::string experiment;                 ///< which experiment tests it
  std::string reported;                   ///< the paper's number, or empty
  std::string measured;                   ///< our number, with interval or range where there are several runs
  std::string verdict;                    ///< holds, fails, reproduced, confirmed, ...: experiments/claims/verdict.hpp
  std::string expected;                   ///< the committed expectation; the check fails when the verdict differs from it
  std::string evidence;                   ///< numbers and file of the record that decides
  std::vector<std::string> records = {};  ///< ids of the records consulted, the deciding one first where there is one

  std::string kind = {};            ///< how it is judged: promise, value, study, ...
  std::string origin = {};          ///< who says it: paper, reading, derived, control, own
  std::string finding = {};         ///< what it says about the paper: supports, against, neutral
  std::string quote = {};           ///< the paper's words
  std::string place = {};           ///< where they stand
  std::string basis = {};           ///< of a reading: what was guessed; of a derived statement: where its derivation stands
  std::string implied_by = {};      ///< why the check cannot fail
  std::string threshold = {};       ///< where its limit comes from
  std::string corrects = {};        ///< the correction with which the item holds if this statement does
  std::string counterexample = {};  ///< the study that shows it with numbers
  bool erratum = false;             ///< the statement says that the paper has a misprint
  std::vector<std::string> hypotheses = {};  ///< claims that must be true for this one to be judged
  std::string archive = {};                  ///< how many of its runs are from the archive, and who made them; empty: none

  bool as_expected() const { return verdict == expected; }
  /// Whether it can count as evidence at all: a check that cannot fail, or whose limit was chosen after looking, cannot.
  bool is_evidence() const { return implied_by.empty() && threshold != "looked"; }
};

/// One item of a paper: a theorem, a lemma, a figure, a sentence that can be checked; with what its rows say together.
struct ItemRow {
  std::string paper, number, states;  ///< "zeng2019", "Lemma 1", "sufficient descent"
  std::string quote, place;           ///< the paper's words and where they stand
  std::string verdict;                ///< experiments/report/items.hpp
  std::string note;                   ///< the correction; how the rows are divided
  std::vector<std::string> rows;      ///< ids of the claims about it
};

}  // namespace bcd
