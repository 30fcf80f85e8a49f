// Claims that an author would sign: every shipped claim says who speaks, and no verdict negates its own text.
#include "experiments/claims/sources.hpp"

#include <algorithm>
#include <map>

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
