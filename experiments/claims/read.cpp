#include "experiments/claims/read.hpp"

#include <algorithm>

#include "experiments/claims/kind.hpp"
#include "experiments/claims/shipped_reference.hpp"

namespace bcd {

using nlohmann::json;

namespace {

const ClaimKind& read_kind(Section& section) {
  std::vector<std::string> names;
  for (const ClaimKind& kind : claim_kinds()) names.push_back(kind.name);
  return find_kind(section.choice("kind", names));
}

/// The verdict that is expected: the claim's own key, or the committed reference, where those of the shipped files are.
std::string read_expectation(Section& section, const std::string& claim) {
  std::vector<std::string> valid = verdict::all;
  valid.emplace_back();
  const std::string own = section.choice("expect", valid, "");
  if (!own.empty()) return own;
  if (const ReferenceClaim* reference = find_reference(claim)) return reference->verdict;
  throw UsageError(section.place() + ": the claim " + claim +
                   " has no expectation: write expect = \"holds\", or whichever verdict you expect");
}

void read_text(Section& section, const ClaimKey& key, Claim& claim, const std::vector<std::string>& variants) {
  const bool required = key.need == ClaimKey::Need::required;
  const std::string value = required ? section.text(key.name) : section.text(key.name, "");
  if (!required && value.empty()) return;
  if (key.type == ClaimKey::Type::variant) check_labels(section, {value}, variants);
  if (key.valid) section.choice(key.name, key.valid());
  claim.text[key.name] = value;
}

void read_number(Section& section, const ClaimKey& key, Claim& claim) {
  if (key.need == ClaimKey::Need::required)
    claim.number[key.name] = section.number(key.name);
  else if (const double value = section.number(key.name, Range::any(), 0.0); section.has(key.name))
    claim.number[key.name] = value;
}

Claim read_claim(Section section, const std::vector<std::string>& variants) {
  Claim claim;
  claim.id = section.text("id");
  claim.item = section.text("item");
  claim.statement = section.text("statement");
  const ClaimKind& kind = read_kind(section);
  claim.kind = kind.name;
  claim.expect = read_expectation(section, claim.id);
  std::vector<std::string> scales = kScales;
  scales.emplace_back();
  claim.scale = section.choice("scale", scales, "");
  claim.variants = section.texts("variants");
  check_labels(section, claim.variants, variants);
  for (const ClaimKey& key : kind.keys)
    if (key.type == ClaimKey::Type::number)
      read_number(section, key, claim);
    else
      read_text(section, key, claim, variants);
  section.done();
  if (kind.check) kind.check(claim, section.place());
  return claim;
}

}  // namespace

void check_labels(const Section& section, const std::vector<std::string>& labels, const std::vector<std::string>& variants) {
  for (const std::string& label : labels)
    if (std::find(variants.begin(), variants.end(), label) == variants.end())
      throw UsageError(section.place() + ": " + unknown_name("variant", label, variants));
}

std::vector<Claim> read_claims(Section& document, const std::vector<std::string>& variants) {
  std::vector<Claim> claims;
  const auto add = [&](const Section& section) {
    claims.push_back(read_claim(section, variants));
    for (std::size_t i = 0; i + 1 < claims.size(); ++i)
      if (claims[i].id == claims.back().id) throw UsageError(section.place() + ": the claim id " + claims[i].id + " is taken");
  };
  for (const Section& section : document.tables("claim")) add(section);
  return claims;
}

}  // namespace bcd
