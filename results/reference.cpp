#include "results/reference.hpp"

#include <algorithm>

#include "algorithms/core/parameters.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::json;

namespace {

void require_key(const std::string& key, const std::vector<std::string>& valid) {
  if (std::find(valid.begin(), valid.end(), key) == valid.end()) throw UsageError(unknown_name("key", key, valid));
}

ReferenceClaim claim_from_json(const json& entry) {
  ReferenceClaim claim;
  for (const auto& [key, value] : entry.items()) {
    require_key(key, {"claim", "verdict", "paper_verdict", "quick", "paper"});
    if (key == "quick" || key == "paper") claim.measured[key] = value.get<std::string>();
  }
  entry.at("verdict").get_to(claim.verdict);
  claim.paper_verdict = entry.value("paper_verdict", "");
  return claim;
}

}  // namespace

void ReferenceClaim::expect(const std::string& scale, const std::string& word) {
  const std::string at_paper = measured.contains("paper") ? verdict_at("paper") : "";
  if (scale == "paper" && measured.contains("quick"))
    paper_verdict = word;
  else
    paper_verdict = scale == "paper" ? "" : at_paper, verdict = word;
  if (paper_verdict == verdict) paper_verdict.clear();
}

Reference parse_reference(const std::string& text, const std::string& file) {
  Reference reference;
  try {
    const json document = parse_json(text);
    for (const auto& item : document.items()) require_key(item.key(), {"claims", "provenance"});
    reference.provenance = document.at("provenance");
    for (const json& entry : document.at("claims")) {
      const std::string id = entry.at("claim").get<std::string>();
      if (!reference.claims.emplace(id, claim_from_json(entry)).second) throw UsageError("the claim " + id + " is there twice");
    }
  } catch (const json::exception& e) {
    throw UsageError(file + ": not a reference of claims (" + e.what() + ")");
  } catch (const UsageError& e) {
    throw UsageError(file + ": " + e.what());
  }
  return reference;
}

std::string reference_text(const Reference& reference) {
  std::string lines;
  for (const auto& [id, claim] : reference.claims) {
    nlohmann::ordered_json entry = {{"claim", id}, {"verdict", claim.verdict}};
    if (!claim.paper_verdict.empty()) entry["paper_verdict"] = claim.paper_verdict;
    for (const auto& [scale, measured] : claim.measured) entry[scale] = measured;
    lines += (lines.empty() ? "" : ",\n") + entry.dump();
  }
  return "{\"provenance\": " + reference.provenance.dump() + ",\n\"claims\": [\n" + lines + "\n]}\n";
}

}  // namespace bcd
