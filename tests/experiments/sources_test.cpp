// Claims that an author would sign: every shipped claim says who speaks, and no verdict negates its own text.
#include "experiments/claims/sources.hpp"

#include <algorithm>
#include <map>
#include <regex>

#include "experiments/claims/shipped_reference.hpp"
#include "experiments/file/load.hpp"
#include "experiments/file/paper.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

Claim sound(const std::string& origin) {
  Claim claim;
  claim.id = "x";
  claim.kind = "promise";
  claim.origin = origin;
  claim.says_origin = true;
  claim.quote = "every sweep lowers the objective";
  claim.place = "Section 3, p. 4";
  claim.basis = "algorithms/nobody2000/README.md, Lemma 1";
  claim.expect = origin == "paper"     ? "holds"
                 : origin == "reading" ? "reproduced"
                 : origin == "derived" ? "confirmed"
                                       : "as it should be";
  return claim;
}

std::string only_fault(const Claim& claim, bool item_has_words = false) {
  const std::vector<std::string> faults = faults_of(claim, item_has_words);
  REQUIRE(faults.size() == 1);
  return faults.front();
}

/// "ends above 0.1" judged by "<": +1 where the words and what is judged agree, -1 where they do not, 0 where the words do not say.
int words_agree(const Claim& claim) {
  static const std::regex said("(is|are|ends|stays|stay|falls|accuracy|lies|error) (above|below)");
  const auto op = claim.text.find("op");
  std::smatch found;
  if (op == claim.text.end() || !std::regex_search(claim.statement, found, said)) return 0;
  return ((op->second == ">") != claim.broken) == (found[2] == "above") ? 1 : -1;
}

}  // namespace

TEST_CASE("a claim that says who speaks, and on which ground, has no fault", "[sources]") {
  for (const char* origin : {"paper", "reading", "derived", "control"}) {
    INFO(origin);
    CHECK(faults_of(sound(origin), false).empty());
  }
  Claim quoted_by_item = sound("paper");
  quoted_by_item.quote = quoted_by_item.place = "";
  CHECK(faults_of(quoted_by_item, true).empty());
  CHECK_THAT(only_fault(quoted_by_item), Contains("quote and place are missing"));
}

TEST_CASE("what a claim owes by its origin is missed", "[sources]") {
  Claim silent = sound("paper");
  silent.says_origin = false;
  CHECK_THAT(only_fault(silent), Contains("origin is missing"));
  for (const char* origin : {"reading", "derived"}) {
    Claim bare = sound(origin);
    bare.basis = "";
    CHECK_THAT(only_fault(bare), Contains(std::string(origin) == "reading" ? "guess is missing" : "derivation is missing"));
  }
}

TEST_CASE("a verdict that negates its own text is caught", "[sources]") {
  // "V_N-steps raise F", 80 of 80 raise it: the row judged the promise and said that it fails, although its text is true.
  Claim paper = sound("paper");
  paper.broken = true;
  CHECK_THAT(only_fault(paper), Contains("the contrary of what the paper says"));
  Claim control = sound("control");
  control.broken = true;
  CHECK(faults_of(control, false).empty());
  control.expect = "NOT as it should be";
  CHECK_THAT(only_fault(control), Contains("expected to be false"));
  Claim derived = sound("derived");
  derived.expect = "not confirmed";
  CHECK_THAT(only_fault(derived), Contains("expected to be false"));
  derived.expect = "not decided";
  CHECK(faults_of(derived, false).empty());
}

TEST_CASE("what a claim judges is what its words say, not the contrary", "[sources]") {
  Claim overflow = sound("derived");
  overflow.statement = "the run overflows or ends above 0.1";
  overflow.text = {{"metric", "train_error"}, {"op", "<"}};  // was so once: the verdict negated a true text
  CHECK(words_agree(overflow) == -1);
  overflow.broken = true;
  CHECK(words_agree(overflow) == 1);
  int said = 0;
  for (const std::string& id : experiment_ids())
    for (const Claim& claim : load_experiment(id).claims) {
      CAPTURE(claim.id, claim.statement);
      CHECK(words_agree(claim) >= 0);
      said += words_agree(claim) != 0;
    }
  CHECK(said > 40);
}

TEST_CASE("no provenance of the committed reference is of changed sources", "[sources]") {
  for (const Paper& paper : papers()) {
    const Reference reference = reference_of(paper.id);
    for (const auto& [scale, runs] : reference.provenance.items()) {
      CAPTURE(paper.id, scale, runs);
      CHECK(runs.get<std::string>().find("with changes") == std::string::npos);
    }
  }
}

TEST_CASE("every claim of every paper says who speaks, and on which ground", "[sources]") {
  for (const std::string& id : experiment_ids()) {
    const Experiment experiment = load_experiment(id);
    const auto paper = std::find_if(papers().begin(), papers().end(), [&](const Paper& p) { return p.id == experiment.paper; });
    REQUIRE(paper != papers().end());
    for (const Claim& claim : experiment.claims) {
      bool words = false;
      for (const std::size_t item : items_named(*paper, claim.item)) words = words || !paper->items[item].quote.empty();
      CAPTURE(claim.id);
      CHECK(faults_of(claim, words) == std::vector<std::string>{});
    }
  }
}
