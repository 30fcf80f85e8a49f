// Verdicts by who speaks, what they say about the paper, and hypotheses.
#include "experiments/claims/verdict.hpp"

#include <set>

#include "experiments/claims/hypotheses.hpp"
#include "experiments/claims/kind.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

Claim claim(const std::string& origin, const std::string& kind = "promise") {
  Claim made;
  made.id = "x";
  made.origin = origin;
  made.kind = kind;
  made.finding = origin == "paper" ? "supports" : "neutral";
  return made;
}

ClaimRow row(const std::string& id, const std::string& verdict, const std::vector<std::string>& hypotheses = {}) {
  ClaimRow made;
  made.id = id;
  made.origin = "paper";
  made.verdict = verdict;
  made.finding = verdict == "holds" ? "supports" : "neutral";
  made.evidence = "numbers";
  made.hypotheses = hypotheses;
  return made;
}

void settle(std::vector<ClaimRow>& rows) {
  std::vector<ClaimRow*> pointers;
  for (ClaimRow& one : rows) pointers.push_back(&one);
  settle_hypotheses(pointers);
}

}  // namespace

TEST_CASE("the words of a verdict fit who speaks", "[verdict]") {
  struct Case {
    const char *origin, *kind, *right, *wrong;
  };
  for (const Case& c :
       {Case{"paper", "promise", "holds", "fails"}, Case{"paper", "reported", "reproduced", "not reproduced"},
        Case{"derived", "reported", "reproduced", "not reproduced"}, Case{"reading", "order", "reproduced", "not reproduced"},
        Case{"derived", "study", "confirmed", "not confirmed"},
        Case{"control", "promise", "as it should be", "NOT as it should be"}}) {
    INFO(c.origin << ", " << c.kind);
    CHECK(verdict_word(Outcome::holds, c.origin, c.kind) == c.right);
    CHECK(verdict_word(Outcome::violated, c.origin, c.kind) == c.wrong);
    CHECK(verdict_word(Outcome::inconclusive, c.origin, c.kind) == "not decided");
    CHECK(verdict_word(Outcome::not_applicable, c.origin, c.kind) == "not applicable");
    CHECK(verdict_word(Outcome::not_testable, c.origin, c.kind) == "not testable");
    CHECK(verdict_word(Outcome::not_run, c.origin, c.kind) == "not run");
  }
  CHECK(verdict_words("control", "promise") ==
        std::vector<std::string>{"as it should be", "NOT as it should be", "not decided", "not applicable", "not run"});
  CHECK(verdict_words("paper", "reported") ==
        std::vector<std::string>{"reproduced", "not reproduced", "not decided", "not run"});
}

TEST_CASE("every word is read back as what it stands for, and a word that is none is refused", "[verdict]") {
  for (const std::string& origin : origin::all)
    for (const ClaimKind& kind : claim_kinds())
      for (const Outcome outcome : {Outcome::holds, Outcome::violated, Outcome::inconclusive, Outcome::not_applicable,
                                    Outcome::not_testable, Outcome::not_run})
        CHECK(outcome_of(verdict_word(outcome, origin, kind.name)) == outcome);
  CHECK_THROWS_WITH(outcome_of("violated"), Contains("'violated' is no verdict"));
}

TEST_CASE("what a row says about its paper: only the paper's own statements speak against it when they are false",
          "[verdict]") {
  CHECK(finding_of(claim("paper"), Outcome::holds) == "supports");
  CHECK(finding_of(claim("paper"), Outcome::violated) == "against");
  CHECK(finding_of(claim("paper"), Outcome::inconclusive) == "neutral");
  CHECK(finding_of(claim("paper", "reported"), Outcome::violated) == "neutral");
  CHECK(finding_of(claim("reading"), Outcome::violated) == "neutral");
  CHECK(finding_of(claim("derived"), Outcome::violated) == "neutral");
  CHECK(finding_of(claim("control"), Outcome::violated) == "neutral");
  Claim counterexample = claim("derived");
  counterexample.finding = "against";
  CHECK(finding_of(counterexample, Outcome::holds) == "against");
  CHECK(finding_of(counterexample, Outcome::inconclusive) == "neutral");
}

TEST_CASE("what cannot fail or was fitted to the results says nothing about the paper, but a failure of what cannot fail does",
          "[verdict]") {
  Claim implied = claim("paper"), looked = claim("paper");
  implied.implied_by = "Lemma 1";
  looked.threshold = "looked";
  CHECK(finding_of(implied, Outcome::holds) == "neutral");
  CHECK(finding_of(implied, Outcome::violated) == "against");
  CHECK(finding_of(looked, Outcome::holds) == "neutral");
  CHECK(finding_of(looked, Outcome::violated) == "neutral");
}

TEST_CASE("a claim whose hypothesis is not true is not applicable and names it; chains are followed", "[verdict][hypotheses]") {
  std::vector<ClaimRow> rows = {row("c", "holds", {"b"}), row("b", "holds", {"a"}), row("a", "fails"),
                                row("d", "fails", {"e"}), row("e", "holds"),        row("f", "not run", {"a"})};
  settle(rows);
  CHECK(rows[0].verdict == "not applicable");
  CHECK(rows[0].finding == "neutral");
  CHECK_THAT(rows[0].evidence, Contains("its hypothesis b: not applicable"));
  CHECK(rows[1].verdict == "not applicable");
  CHECK_THAT(rows[1].evidence, Contains("its hypothesis a: fails; numbers"));
  CHECK(rows[2].verdict == "fails");
  CHECK(rows[3].verdict == "fails");  // its hypothesis is true
  CHECK(rows[5].verdict == "not run");
}

TEST_CASE("a hypothesis that is not judged here is taken from the reference", "[verdict][hypotheses]") {
  std::vector<ClaimRow> rows = {row("mine", "holds", {"zeng2019.algorithm2.descent.sweep"}),
                                row("lost", "holds", {"nobody.knows"})};
  settle(rows);
  CHECK(rows[0].verdict == "holds");
  CHECK(rows[1].verdict == "not applicable");
  CHECK_THAT(rows[1].evidence, Contains("its hypothesis nobody.knows: not run"));
}

TEST_CASE("a circle of hypotheses through several files is refused with its ids", "[verdict][hypotheses]") {
  std::vector<ClaimRow> rows(3);
  rows[0].id = "one.a", rows[0].hypotheses = {"two.b"};
  rows[1].id = "two.b", rows[1].hypotheses = {"three.c"};
  rows[2].id = "three.c";
  CHECK_NOTHROW(refuse_circles(rows));
  rows[2].hypotheses = {"one.a"};
  CHECK_THROWS_WITH(refuse_circles(rows), Contains("in a circle: one.a -> two.b -> three.c -> one.a"));
}

TEST_CASE("hypotheses that are unknown or run in a circle are refused when the file is read", "[verdict][hypotheses]") {
  Claim a = claim("paper"), b = claim("paper");
  a.id = "mine.first", b.id = "mine.second";
  a.hypotheses = {"mine.second"};
  CHECK_NOTHROW(check_hypotheses({a, b}, "f.toml"));
  b.hypotheses = {"zeng2019.algorithm2.descent.sweep"};
  CHECK_NOTHROW(check_hypotheses({a, b}, "f.toml"));
  b.hypotheses = {"mine.frist"};
  CHECK_THROWS_WITH(check_hypotheses({a, b}, "f.toml"), Contains("f.toml") && Contains("did you mean 'mine.first'"));
  b.hypotheses = {"mine.first"};
  CHECK_THROWS_WITH(check_hypotheses({a, b}, "f.toml"), Contains("in a circle: mine.first -> mine.second -> mine.first"));
}
