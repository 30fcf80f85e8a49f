// One row of the claims table: what a paper says, what was measured, and the verdict.
#pragma once

#include <string>
#include <vector>

namespace bcd {

struct ClaimRow {
  std::string id;          ///< "zeng2019.lemma1"
  std::string paper;       ///< "zeng2019"
  std::string item;        ///< "Lemma 1", "Figure 1", "Section 1"
  std::string statement;   ///< one line
  std::string experiment;  ///< which experiment tests it
  std::string reported;    ///< the paper's number, or empty
  std::string measured;    ///< our number, with interval or range where there are several runs
  std::string verdict;     ///< holds, violated, inconclusive, not applicable, reproduced, differs, not testable, not run
  std::string expected;    ///< the committed expectation; the check fails when the verdict differs from it
  std::string evidence;    ///< numbers and file of the record that decides
  std::vector<std::string> records = {};  ///< ids of the records consulted, the deciding one first where there is one

  bool as_expected() const { return verdict == expected; }
};

}  // namespace bcd
