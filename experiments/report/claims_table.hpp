// The claims of all papers with their verdicts: judged where there are records, else as the committed reference has them.
#pragma once

#include "experiments/experiment.hpp"
#include "experiments/run/lookup.hpp"
#include "results/claim.hpp"
#include "results/reference.hpp"

namespace bcd {

struct ClaimEntry {
  enum class Source { records, reference, none };

  ClaimRow row;
  std::string scale;               ///< at which scale it is judged
  Source source = Source::none;    ///< where the verdict comes from; none: not testable, or never run at this scale
  std::vector<std::string> files;  ///< the records, the deciding one first; or the reference's file
  bool other_version = false;      ///< there are records of another version of the code, which were left
};

/// The claims of some experiments, by id or file, as changed by the overrides, with the records on the shelf. A claim without its
/// records, and every claim of the other scale, is taken from the reference.
std::vector<ClaimEntry> collect_claims(const std::vector<std::string>& experiments, const Overrides& overrides,
                                       const Shelf& shelf);

/// The rows and, for the papers that they speak of, every other claim as the committed reference has it at this scale: what an item
/// is judged on.
std::vector<ClaimRow> with_the_rest(const std::vector<ClaimRow>& judged, const std::string& scale);

/// Counts, then per paper its items, one line each; unfold: with every row under its items. Rows that speak of no known paper
/// follow, one line each.
std::string claims_as_text(const std::vector<ClaimEntry>& entries, bool unfold);
std::string claims_as_markdown(const std::vector<ClaimEntry>& entries, bool unfold);
/// {"items": [...], "claims": [...]}
std::string claims_as_json(const std::vector<ClaimEntry>& entries);

/// Takes measured values and new claims over into the reference of one paper; drops claims that are no more. A judged verdict
/// that differs from the reference's (or, without one, from the expectation) replaces it only if `accept`; otherwise the entry
/// stays as it was. Returns the differing verdicts, one sentence each.
std::vector<std::string> update_reference(Reference& reference, const std::vector<ClaimEntry>& entries, bool accept);

}  // namespace bcd
