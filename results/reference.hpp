// The committed reference: what each claim is expected to say, and what was measured when that was last confirmed.
// One file per paper, results/reference/<paper>.json, written by `bcdbench claims --update-reference`.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace bcd {

/// One claim of the reference.
struct ReferenceClaim {
  std::string verdict;                          ///< the expectation: a run whose verdict differs fails the check
  std::map<std::string, std::string> measured;  ///< by scale: the number of the reference run; absent: never run at that scale
  std::string paper_verdict = {};               ///< at the paper's scale; empty: the same

  const std::string& verdict_at(const std::string& scale) const {
    return scale == "paper" && !paper_verdict.empty() ? paper_verdict : verdict;
  }
  /// Sets the expectation at one scale and leaves that of the other, where it was measured, as it is.
  void expect(const std::string& scale, const std::string& word);
};

/// One paper.
struct Reference {
  nlohmann::json provenance = nlohmann::json::object();  ///< by scale: commit, processor and date of the latest update
  std::map<std::string, ReferenceClaim> claims;          ///< by claim id
};

/// Throws UsageError that names `file` and the fault (not JSON, a missing or unknown key, a claim twice).
Reference parse_reference(const std::string& text, const std::string& file);
/// One claim a line, in the order of the ids, so that a change of one claim is a change of one line.
std::string reference_text(const Reference& reference);

}  // namespace bcd
