#include "experiments/claims/read.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "algorithms/registry.hpp"
#include "experiments/claims/hypotheses.hpp"
#include "experiments/claims/kind.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "experiments/claims/verdict.hpp"

namespace bcd {

using nlohmann::json;

namespace {

const ClaimKind& read_kind(Section& section) {
  std::vector<std::string> names;
  for (const ClaimKind& kind : claim_kinds()) names.push_back(kind.name);
  return find_kind(section.choice("kind", names));
}

/// The words of before this table knew who speaks.
const std::map<std::string, Outcome> kOldWords = {
    {"violated", Outcome::violated}, {"differs", Outcome::violated}, {"inconclusive", Outcome::inconclusive}};

/// The verdict that is expected: the claim's own key, or the committed reference, where those of the shipped files are.
std::string read_expectation(Section& section, const Claim& claim) {
  std::vector<std::string> valid = verdict_words(claim.origin, claim.kind);
  const std::string own = section.text("expect", "");
  if (const auto old = kOldWords.find(own); old != kOldWords.end())
    throw UsageError(section.place() + ": expect = \"" + own + "\" is now written \"" +
                     verdict_word(old->second, claim.origin, claim.kind) + "\"");
  if (!own.empty()) return section.choice("expect", valid);
  if (claim.origin == origin::own) return valid.front();
  if (const ReferenceClaim* reference = find_reference(claim.id)) return reference->verdict;
  throw UsageError(section.place() + ": the claim " + claim.id + " has no expectation: write expect = \"" + valid.front() +
                   "\", or whichever verdict you expect");
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

/// Keys that every claim has: who says it and what follows for the paper.
const std::vector<std::string> kSourceTexts = {"origin",  "quote",    "place",      "guess",     "derivation",
                                               "finding", "corrects", "implied_by", "threshold", "counterexample"};

void read_source(Section& section, Claim& claim, const std::string& paper) {
  claim.origin = section.choice("origin", origin::all, paper == kNoPaper ? origin::own : origin::paper);
  claim.says_origin = section.has("origin");
  claim.quote = section.text("quote", "");
  claim.place = section.text("place", "");
  const std::string guess = section.text("guess", ""), derivation = section.text("derivation", "");
  claim.basis = claim.origin == "reading" ? guess : derivation;
  claim.finding = section.choice("finding", finding::all, claim.origin == origin::paper ? finding::supports : finding::neutral);
  claim.corrects = section.text("corrects", "");
  claim.implied_by = section.text("implied_by", "");
  claim.threshold = section.choice("threshold", {"", "paper", "derived", "fresh", "looked"}, "");
  claim.counterexample = section.text("counterexample", "");
  claim.hypotheses = section.texts("hypotheses");
  claim.broken = section.flag("broken", false);
  claim.erratum = section.flag("erratum", false);
  if (claim.origin != origin::own) return;
  for (const char* key : {"finding", "corrects", "erratum"})
    if (section.has(key))
      throw UsageError(section.place() + ": " + key +
                       " speaks of a paper, but origin is own: the file's author speaks for himself");
}

}  // namespace

Claim read_claim(Section section, const std::vector<std::string>& variants, const std::string& paper) {
  Claim claim;
  claim.id = section.text("id");
  const bool own = paper == kNoPaper;  // what only a paper's needs may be left out
  claim.item = section.text("item", own ? std::optional<std::string>("the experiment file") : std::nullopt);
  claim.statement = section.text("statement", own ? std::optional(claim.id) : std::nullopt);
  const ClaimKind& kind = read_kind(section);
  claim.kind = kind.name;
  std::vector<std::string> scales = kScales;
  scales.emplace_back();
  claim.scale = section.choice("scale", scales, "");
  read_source(section, claim, paper);
  claim.expect = read_expectation(section, claim);
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

namespace {

/// A [[claim]] table is one claim, or several that share its keys: those of `each`, where their own keys go on top.
std::vector<Claim> read_claim_table(Section section, const json& table, const std::vector<std::string>& variants,
                                    const std::string& paper) {
  if (!section.has("each")) return {read_claim(std::move(section), variants, paper)};
  std::vector<Claim> claims;
  json shared = table;
  shared.erase("each");
  for (const Section& one : section.tables("each")) {
    json whole = shared;
    whole.update(one.as_json());
    claims.push_back(read_claim(Section(whole, one.place()), variants, paper));
  }
  return claims;
}

/// "Zeng et al. 2019, Lemma 1" -> "Lemma 1": a claim's item names no paper, the paper of the experiment is meant.
std::string item_of(const std::string& source) {
  const auto digit = [&](std::size_t i) { return std::isdigit(static_cast<unsigned char>(source[i])) != 0; };
  for (std::size_t i = 0; i + 6 <= source.size(); ++i)
    if (digit(i) && digit(i + 1) && digit(i + 2) && digit(i + 3) && source.compare(i + 4, 2, ", ") == 0)
      return source.substr(i + 6);
  return source;
}

/// [[promises]]: a claim for each promise of a plugin, but those in `except` (or only those in `only`).
class PromiseTable {
 public:
  PromiseTable(Section section, const std::vector<std::string>& variants, const std::string& paper)
      : section_(std::move(section)) {
    const std::string algorithm = section_.choice("of", plugin_names());
    const Plugin& plugin = find_plugin(algorithm);
    if (plugin.promises.empty()) throw UsageError(section_.place() + ": " + plugin.name + " promises nothing");
    const std::string id = section_.text("id");
    const std::string under = section_.text("under", ""), where = section_.text("where", "");
    json shared = {{"kind", "promise"}, {"variants", section_.texts("variants")}};
    std::vector<std::string> keys = kSourceTexts;
    keys.insert(keys.end(), {"scale", "expect"});
    for (const std::string& key : keys)
      if (const std::string value = section_.text(key, ""); !value.empty()) shared[key] = value;
    shared["hypotheses"] = section_.texts("hypotheses");
    shared["broken"] = section_.flag("broken", false);
    promises_ = chosen(plugin);
    const auto ids = texts_by_promise("rename"), items = texts_by_promise("items"), statements = texts_by_promise("statements");
    section_.done();
    const auto or_else = [](const std::map<std::string, std::string>& own, const std::string& key, const std::string& other) {
      const auto at = own.find(key);
      return at == own.end() ? other : at->second;
    };
    for (const Promise& promise : promises_) {
      json claim = shared;
      claim["promise"] = promise.id;
      claim["id"] = or_else(ids, promise.id, id + "." + promise.id);
      claim["item"] = or_else(items, promise.id, (under.empty() ? "" : under + ", ") + item_of(promise.source));
      claim["statement"] = or_else(statements, promise.id, promise.statement + (where.empty() ? "" : ", " + where));
      claims.push_back(read_claim(Section(claim, section_.place() + ", promise " + promise.id), variants, paper));
    }
  }

  std::vector<Claim> claims;

 private:
  static std::vector<std::string> ids_of(const std::vector<Promise>& promises) {
    std::vector<std::string> ids;
    for (const Promise& promise : promises) ids.push_back(promise.id);
    return ids;
  }

  void require_promises(const std::vector<std::string>& named, const std::vector<Promise>& promises) const {
    const std::vector<std::string> valid = ids_of(promises);
    for (const std::string& id : named)
      if (std::find(valid.begin(), valid.end(), id) == valid.end())
        throw UsageError(section_.place() + ": " + unknown_name("promise", id, valid));
  }

  std::vector<Promise> chosen(const Plugin& plugin) {
    const std::vector<std::string> only = section_.texts("only"), except = section_.texts("except");
    require_promises(only, plugin.promises);
    require_promises(except, plugin.promises);
    const auto in = [](const std::vector<std::string>& list, const std::string& id) {
      return std::find(list.begin(), list.end(), id) != list.end();
    };
    std::vector<Promise> promises;
    for (const Promise& promise : plugin.promises)
      if ((only.empty() || in(only, promise.id)) && !in(except, promise.id)) promises.push_back(promise);
    return promises;
  }

  std::map<std::string, std::string> texts_by_promise(const std::string& key) {
    const std::map<std::string, std::string> texts = section_.text_map(key);
    std::vector<std::string> named;
    for (const auto& [id, text] : texts) named.push_back(id);
    require_promises(named, promises_);
    return texts;
  }

  Section section_;
  std::vector<Promise> promises_;
};

}  // namespace

void check_labels(const Section& section, const std::vector<std::string>& labels, const std::vector<std::string>& variants) {
  for (const std::string& label : labels)
    if (std::find(variants.begin(), variants.end(), label) == variants.end())
      throw UsageError(section.place() + ": " + unknown_name("variant", label, variants));
}

std::vector<Claim> read_claims(Section& document, const std::vector<std::string>& variants, const std::string& paper,
                               const std::string& scale) {
  std::vector<Claim> claims;
  const auto add = [&](const Section& section, const std::vector<Claim>& read) {
    for (const Claim& claim : read) {
      for (const Claim& other : claims)
        if (other.id == claim.id) throw UsageError(section.place() + ": the claim id " + claim.id + " is taken");
      claims.push_back(claim);
    }
  };
  for (const Section& section : document.tables("promises")) add(section, PromiseTable(section, variants, paper).claims);
  for (const Section& section : document.tables("claim"))
    add(section, read_claim_table(section, section.as_json(), variants, paper));
  check_hypotheses(claims, document.place());
  for (Claim& claim : claims)  // the file's own expectation, where it has one, is for every scale
    if (const ReferenceClaim* reference = find_reference(claim.id); reference != nullptr && claim.expect == reference->verdict)
      claim.expect = reference->verdict_at(scale);
  return claims;
}

}  // namespace bcd
