#include <algorithm>
#include <stdexcept>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/kind.hpp"

namespace bcd {

ClaimKind promise_kind();
ClaimKind value_kind();
ClaimKind reported_kind();
ClaimKind order_kind();
ClaimKind same_kind();
ClaimKind status_kind();
ClaimKind study_kind();
ClaimKind rate_kind();
ClaimKind not_testable_kind();

const std::vector<ClaimKind>& claim_kinds() {
  static const std::vector<ClaimKind> kinds = {promise_kind(), value_kind(), reported_kind(), order_kind(),       same_kind(),
                                               status_kind(),  study_kind(), rate_kind(),     not_testable_kind()};
  return kinds;
}

const ClaimKind& find_kind(const std::string& name) {
  const auto at = std::find_if(claim_kinds().begin(), claim_kinds().end(), [&](const ClaimKind& k) { return k.name == name; });
  if (at == claim_kinds().end()) throw std::logic_error("no claim has the kind " + name);
  return *at;
}

std::vector<std::string> kind_rows() {
  std::vector<std::string> rows;
  for (const ClaimKind& kind : claim_kinds()) {
    std::string required, optional;
    for (const ClaimKey& key : kind.keys) {
      std::string& list = key.need == ClaimKey::Need::required ? required : optional;
      list += (list.empty() ? "`" : ", `") + key.name + "`";
    }
    if (!optional.empty()) required += (required.empty() ? "[" : ", [") + optional + "]";
    rows.push_back("| `" + kind.name + "` | " + kind.help + " | " + required + " |");
  }
  return rows;
}

ClaimKey metric_key() { return {"metric", ClaimKey::Type::text, ClaimKey::Need::required, "a column of the trace"}; }

ClaimKey op_key() {
  return {"op", ClaimKey::Type::text, ClaimKey::Need::required, "\"<\" or \">\"", [] {
            return std::vector<std::string>{"<", ">"};
          }};
}

ClaimKey at_key() { return {"at", ClaimKey::Type::number, ClaimKey::Need::optional, "the iteration; absent: the last"}; }

ClaimKey share_key() {
  return {"share", ClaimKey::Type::number, ClaimKey::Need::optional,
          "in (0, 1]: this share of the seeds suffices; fails only where the exact 95 % interval of the share lies below it"};
}

ClaimKey statistic_key() {
  return {"statistic", ClaimKey::Type::text, ClaimKey::Need::optional,
          "last (default: the value at `at`), or mean_log, max, min over the measured iterations up to `at`", [] {
            return std::vector<std::string>{"last", "mean_log", "max", "min"};
          }};
}

ClaimKey baseline_key() {
  return {"baseline", ClaimKey::Type::variant, ClaimKey::Need::required, "the variant to compare with; `variants` names one"};
}

void check_share(const Claim& claim, const std::string& place) {
  const auto share = claim.number.find("share");
  if (share != claim.number.end() && !(share->second > 0 && share->second <= 1))
    throw UsageError(place + ": share must be in (0, 1], got " + number_text(share->second));
}

void check_one_variant(const Claim& claim, const std::string& place) {
  if (claim.variants.size() != 1)
    throw UsageError(place + ": variants must name the one variant that is compared with the baseline");
}

}  // namespace bcd
