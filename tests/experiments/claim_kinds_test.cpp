// The kinds of claims as data: the description of the language lists exactly these, with their keys.
#include <fstream>
#include <set>
#include <sstream>

#include "checkout.hpp"
#include "experiments/claims/kind.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

using namespace bcd;

TEST_CASE("the table of claim kinds in experiments/README.md is the list of kinds", "[claims]") {
  std::ifstream in(BCDBENCH_SOURCE_DIR "/experiments/README.md");
  std::vector<std::string> in_the_page;
  bool table = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| claim kind |")) table = true;
    if (line.empty()) table = false;
    if (table && line.starts_with("| `")) in_the_page.push_back(line);
  }
  CHECK(in_the_page == kind_rows());
}

TEST_CASE("every kind of claim has a name of its own, help for each key, and a judge", "[claims]") {
  std::set<std::string> names;
  for (const ClaimKind& kind : claim_kinds()) {
    INFO(kind.name);
    CHECK(names.insert(kind.name).second);
    CHECK_FALSE(kind.help.empty());
    CHECK(kind.judge != nullptr);
    CHECK(&find_kind(kind.name) == &kind);
    std::set<std::string> keys;
    for (const ClaimKey& key : kind.keys) {
      INFO(key.name);
      CHECK_FALSE(key.help.empty());
      CHECK(keys.insert(key.name).second);
    }
  }
  CHECK_THROWS_AS(find_kind("hope"), std::logic_error);
}

TEST_CASE("list and describe show the kinds of claims", "[claims][cli]") {
  const test::Sandbox sandbox;
  const std::string list = sandbox.run("list claim-kinds").out, text = sandbox.run("describe claim-kinds").out;
  for (const ClaimKind& kind : claim_kinds()) {
    CHECK_THAT(list, Contains(kind.name));
    for (const ClaimKey& key : kind.keys) CHECK_THAT(text, Contains("    " + key.name));
  }
}
