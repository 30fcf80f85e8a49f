// What a kind of claim is: its keys, what can be checked before any run, and how it is judged. One file per kind defines one; the
// list of them is in kinds.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/claims/case.hpp"

namespace bcd {

/// A key of [[claim]] beside those that every claim has.
struct ClaimKey {
  enum class Type { text, number, variant };  ///< variant: the label of one
  enum class Need { required, optional };

  std::string name;
  Type type = Type::text;
  Need need = Need::required;
  std::string help;                                      ///< one line
  std::function<std::vector<std::string>()> valid = {};  ///< the texts that are allowed; empty: any
};

struct ClaimKind {
  std::string name;
  std::string help;  ///< when a claim of this kind holds, in one line
  std::vector<ClaimKey> keys;
  void (*judge)(Case&) = nullptr;  ///< fills in outcome, measured value and evidence
  bool needs_runs = true;
  /// What the file can get wrong beyond single keys; throws UsageError with `place` in front. May be empty.
  void (*check)(const Claim& claim, const std::string& place) = nullptr;
};

/// All kinds, in the order in which they are listed for people.
const std::vector<ClaimKind>& claim_kinds();
/// The kind of a claim that was read; throws std::logic_error where there is none.
const ClaimKind& find_kind(const std::string& name);
/// The kinds as rows of a Markdown table: kind, when it holds, its keys (optional ones in brackets).
std::vector<std::string> kind_rows();

// The keys that several kinds have.
ClaimKey metric_key();
ClaimKey op_key();
ClaimKey at_key();
ClaimKey share_key();
ClaimKey statistic_key();
ClaimKey baseline_key();
/// For `check`: share lies in (0, 1].
void check_share(const Claim& claim, const std::string& place);
/// For `check`: the claim names the one variant that is compared with the baseline.
void check_one_variant(const Claim& claim, const std::string& place);

}  // namespace bcd
