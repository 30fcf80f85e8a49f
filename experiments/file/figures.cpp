#include "experiments/file/figures.hpp"

#include <algorithm>

#include "algorithms/registry.hpp"
#include "experiments/claims/rate.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "plots/draw.hpp"

namespace bcd {

namespace {

/// The keys of one kind of claim, beside those that every claim has.
struct ClaimKind {
  std::string name;
  std::vector<std::string> text;             ///< required texts
  std::vector<std::string> number;           ///< required numbers
  std::vector<std::string> optional_number;  ///< numbers that may be absent
  std::vector<std::string> optional_text;    ///< texts that may be absent
};

const std::vector<ClaimKind>& claim_kinds() {
  static const std::vector<ClaimKind> kinds = {
      {"promise", {"promise"}, {}, {}, {}},
      {"value", {"metric", "op"}, {"value"}, {"at", "reported", "share"}, {"statistic"}},
      {"reported", {"metric"}, {"reported", "tolerance"}, {"at"}, {}},
      {"order", {"metric", "op", "baseline"}, {}, {"at", "share"}, {"statistic"}},
      {"same", {"metric", "baseline"}, {"tolerance"}, {"factor"}, {}},
      {"status", {"status"}, {}, {}, {}},
      {"study", {"study"}, {}, {}, {}},
      {"rate", {"assert"}, {}, {"j", "alpha", "low", "high"}, {"rate", "column"}},
      {"not_testable", {"reason"}, {}, {}, {}},
  };
  return kinds;
}

const ClaimKind& read_kind(Section& section) {
  std::vector<std::string> names;
  for (const ClaimKind& kind : claim_kinds()) names.push_back(kind.name);
  const std::string name = section.choice("kind", names);
  return *std::find_if(claim_kinds().begin(), claim_kinds().end(), [&](const ClaimKind& kind) { return kind.name == name; });
}

void check_labels(const Section& section, const std::vector<std::string>& labels, const std::vector<std::string>& variants) {
  for (const std::string& label : labels)
    if (std::find(variants.begin(), variants.end(), label) == variants.end())
      throw UsageError(section.place() + ": " + unknown_name("variant", label, variants));
}

/// What a kind's texts may say, where that is known before any run.
void check_text(Section& section, const std::string& key, const std::string& value, const std::vector<std::string>& variants) {
  if (key == "op") section.choice(key, {"<", ">"});
  if (key == "statistic") section.choice(key, {"last", "mean_log", "max", "min"});
  if (key == "baseline") check_labels(section, {value}, variants);
  if (key == "status") section.choice(key, {"Converged", "MaxIterations", "TimeLimit", "Diverged", "Failed", "NotApplicable"});
  if (key == "assert") section.choice(key, rate_assertions());
  if (key == "rate") section.choice(key, {"finite", "linear", "sublinear"});
  if (key == "study") {
    std::vector<std::string> ids;
    for (const Plugin& plugin : plugins())
      for (const Study& study : plugin.studies) ids.push_back(study.id);
    section.choice(key, ids);
  }
}

/// The verdict that is expected: the claim's own key, or the committed reference, where those of the shipped files are.
std::string read_expectation(Section& section, const std::string& claim) {
  const std::string own = section.choice(
      "expect", {"holds", "violated", "inconclusive", "not applicable", "reproduced", "differs", "not testable", "not run", ""},
      "");
  if (!own.empty()) return own;
  if (const ReferenceClaim* reference = find_reference(claim)) return reference->verdict;
  throw UsageError(section.place() + ": the claim " + claim +
                   " has no expectation: write expect = \"holds\", or whichever verdict you expect");
}

/// What an assertion about a rate needs beyond its name.
void check_rate_claim(const Claim& claim, const std::string& place) {
  const std::string what = claim.text.at("assert");
  if ((what == "rate" || what == "root_rate") && !claim.text.contains("rate"))
    throw UsageError(place + ": assert = \"" + what + "\" needs rate = \"finite\", \"linear\" or \"sublinear\"");
  if (what == "constant" && !claim.text.contains("column"))
    throw UsageError(place + ": assert = \"constant\" needs the name of the trace's column in column");
  if (const auto j = claim.number.find("j"); j != claim.number.end())
    if (j->second != std::floor(j->second) || j->second < 1 || j->second > rates::kLargestJ)
      throw UsageError(place + ": j must be a whole number from 1 to 8, got " + number_text(j->second));
}

Claim read_claim(Section section, const std::vector<std::string>& variants) {
  Claim claim;
  claim.id = section.text("id");
  claim.item = section.text("item");
  claim.statement = section.text("statement");
  const ClaimKind& kind = read_kind(section);
  claim.kind = kind.name;
  claim.expect = read_expectation(section, claim.id);
  claim.scale = section.choice("scale", {"", "quick", "paper"}, "");
  claim.variants = section.texts("variants");
  check_labels(section, claim.variants, variants);
  for (const std::string& key : kind.text) {
    claim.text[key] = section.text(key);
    check_text(section, key, claim.text[key], variants);
  }
  for (const std::string& key : kind.number) claim.number[key] = section.number(key);
  for (const std::string& key : kind.optional_number)
    if (const double value = section.number(key, Range::any(), 0.0); section.has(key)) claim.number[key] = value;
  for (const std::string& key : kind.optional_text)
    if (const std::string value = section.text(key, ""); !value.empty()) {
      claim.text[key] = value;
      check_text(section, key, value, variants);
    }
  section.done();
  if (claim.number.contains("share") && !(claim.number["share"] > 0 && claim.number["share"] <= 1))
    throw UsageError(section.place() + ": share must be in (0, 1], got " + number_text(claim.number["share"]));
  if (kind.name == "rate") check_rate_claim(claim, section.place());
  if (kind.name == "order" || kind.name == "same")
    if (claim.variants.size() != 1)
      throw UsageError(section.place() + ": variants must name the one variant that is compared with the baseline");
  return claim;
}

Panel read_panel(Section section, const std::vector<std::string>& variants) {
  Panel panel;
  panel.x = section.text("x", "iteration");
  panel.y = section.text("y");
  panel.x_label = section.text("x_label", panel.x);
  panel.y_label = section.text("y_label", panel.y);
  panel.title = section.text("title", "");
  panel.log_x = section.flag("log_x", false);
  panel.log_y = section.flag("log_y", false);
  panel.y_min = section.number("y_min", Range::any(), 0.0);
  panel.y_max = section.number("y_max", Range::any(), 0.0);
  panel.variants = section.texts("variants");
  section.done();
  check_labels(section, panel.variants, variants);
  return panel;
}

}  // namespace

rates::Options read_rates(Section& document) {
  rates::Options options;
  Section section = document.table("rates");
  const bool zero = section.choice("limit", {"extrapolation", "zero"}, "extrapolation") == "zero";
  options.limit = zero ? rates::LimitKind::zero : rates::LimitKind::extrapolation;
  options.share = section.number("examine", Range{0, 1, true, false}, 1.0);
  options.from = section.number("from", Range::nonnegative(), 0.0);
  section.done();
  return options;
}

std::vector<Figure> read_figures(Section& document, const std::string& experiment, const std::vector<std::string>& variants,
                                 const rates::Options& rates) {
  std::vector<Figure> figures;
  for (Section& section : document.tables("figure")) {
    Figure figure;
    const std::string id = section.text("id", "");
    figure.id = id.empty() ? experiment : experiment + "-" + id;
    figure.kind = section.choice("kind", figure_kinds(), "curves");
    figure.rates = rates;
    figure.title = section.text("title");
    figure.caption = section.text("caption");
    for (const Section& panel : section.tables("panel")) figure.panels.push_back(read_panel(panel, variants));
    section.done();
    if (figure.panels.empty()) throw UsageError(section.place() + ": a figure needs at least one panel");
    for (const Figure& other : figures)
      if (other.id == figure.id) throw UsageError(section.place() + ": two figures would be the file " + figure.id);
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::vector<Claim> read_claims(Section& document, const std::vector<std::string>& variants) {
  std::vector<Claim> claims;
  for (const Section& section : document.tables("claim")) {
    claims.push_back(read_claim(section, variants));
    for (std::size_t i = 0; i + 1 < claims.size(); ++i)
      if (claims[i].id == claims.back().id) throw UsageError(section.place() + ": the claim id " + claims[i].id + " is taken");
  }
  return claims;
}

}  // namespace bcd
