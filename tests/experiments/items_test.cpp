// What the rows about an item say together, on papers made for the purpose.
#include "experiments/report/items.hpp"

#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

Paper paper(const std::vector<std::string>& numbers) {
  Paper made;
  made.id = "nobody2000";
  for (const std::string& number : numbers) made.items.push_back({number, "states something", "", ""});
  return made;
}

ClaimRow row(const std::string& item, const std::string& origin, const std::string& verdict, const std::string& finding) {
  static int count = 0;
  ClaimRow made;
  made.id = "row" + std::to_string(++count);
  made.paper = "nobody2000";
  made.item = item;
  made.kind = "promise";
  made.origin = origin;
  made.verdict = verdict;
  made.finding = finding;
  return made;
}

std::string verdict_on(const std::vector<ClaimRow>& rows) { return items_of(paper({"Lemma 1"}), rows).front().verdict; }

const ClaimRow kHolds = row("Lemma 1", "paper", "holds", "supports"), kFails = row("Lemma 1", "paper", "fails", "against"),
               kOpen = row("Lemma 1", "paper", "not decided", "neutral"),
               kAgainst = row("Lemma 1", "derived", "confirmed", "against"),
               kObserved = row("Lemma 1", "derived", "confirmed", "neutral"),
               kReproduced = row("Lemma 1", "reading", "reproduced", "neutral"),
               kMissed = row("Lemma 1", "reading", "not reproduced", "neutral"),
               kControl = row("Lemma 1", "control", "as it should be", "neutral");

}  // namespace

TEST_CASE("the paper's own statements decide an item, and one that fails outweighs those that hold", "[items]") {
  CHECK(verdict_on({kHolds, kOpen}) == "not decided");  // an item is no better than its weakest statement
  CHECK(verdict_on({kFails, kOpen}) == "fails");
  ClaimRow open = kOpen;
  open.statement = "the steps have a finite sum";
  CHECK_THAT(items_of(paper({"Lemma 1"}), {kHolds, open}).front().note, Contains("; open: the steps have a finite sum"));
  CHECK(verdict_on({kHolds, row("Lemma 1", "paper", "not applicable", "neutral")}) == "holds");
  open.verdict = "not applicable";
  CHECK_THAT(items_of(paper({"Lemma 1"}), {open}).front().note, Contains("; unmet hypothesis: the steps have a finite sum"));
  CHECK(verdict_on({kHolds, kFails, kHolds}) == "fails");
  CHECK(verdict_on({kHolds, kMissed}) == "holds");  // a reading that is not reproduced is no accusation
  CHECK(verdict_on({kOpen}) == "not decided");
  CHECK(verdict_on({row("Lemma 1", "paper", "not applicable", "neutral")}) == "not decided");
  CHECK(verdict_on({row("Lemma 1", "paper", "not testable", "neutral")}) == "not testable");
  CHECK(verdict_on({row("Lemma 1", "paper", "not run", "neutral")}) == "not run");
}

TEST_CASE("a derived statement against the paper makes an item fail, and a true correction makes it hold as corrected",
          "[items]") {
  CHECK(verdict_on({kHolds, kAgainst}) == "fails");
  ClaimRow correction = kObserved;
  correction.corrects = "twice the constant";
  const ItemRow item = items_of(paper({"Lemma 1"}), {kFails, kAgainst, correction}).front();
  CHECK(item.verdict == "holds as corrected");
  CHECK_THAT(item.note, Contains("with twice the constant"));
  correction.verdict = "not confirmed";
  CHECK(verdict_on({kFails, correction}) == "fails");
}

TEST_CASE("observations and controls alone decide nothing about an item", "[items]") {
  CHECK(verdict_on({kObserved, kControl}) == "not decided");
  CHECK(verdict_on({row("Lemma 1", "derived", "confirmed", "supports")}) == "holds");
}

TEST_CASE("one reading that reproduces a result is enough, one reported number that is not reproduced is too much", "[items]") {
  ClaimRow missed = kMissed;
  missed.basis = "another guess";
  CHECK(verdict_on({missed, kReproduced}) == "reproduced");
  CHECK(verdict_on({kMissed, kMissed}) == "not reproduced");
  ClaimRow number = row("Lemma 1", "paper", "not reproduced", "neutral");
  number.kind = "reported";
  CHECK(verdict_on({kReproduced, number}) == "not reproduced");
  number.origin = "reading";  // the paper's number at settings that we had to guess
  number.basis = "a guess";
  CHECK(verdict_on({kReproduced, number}) == "reproduced");
  CHECK(verdict_on({number}) == "not reproduced");
  number.verdict = "reproduced";
  CHECK(verdict_on({number}) == "reproduced");
}

TEST_CASE("a reading is as good as its weakest row, and an item as its best reading", "[items]") {
  const auto with = [](ClaimRow made, const std::string& guess) {
    made.basis = guess;
    return made;
  };
  const ClaimRow open = row("Lemma 1", "reading", "not decided", "neutral"),
                 later = row("Lemma 1", "reading", "not run", "neutral");
  CHECK(verdict_on({with(kReproduced, "means"), with(open, "means")}) == "not decided");
  CHECK(verdict_on({with(kReproduced, "means"), with(kMissed, "means"), with(open, "means")}) == "not reproduced");
  CHECK(verdict_on({with(kReproduced, "means"), with(later, "means")}) == "not run");
  CHECK(verdict_on({with(kReproduced, "means"), with(open, "means"), with(kReproduced, "sums")}) == "reproduced");
  CHECK(verdict_on({with(kMissed, "means"), with(open, "sums")}) == "not decided");
  CHECK(verdict_on({with(kReproduced, "means"), with(kMissed, "means"), with(kMissed, "sums"), with(kReproduced, "sums")}) ==
        "not reproduced");  // no reading has all of it, though each sentence is met by one
}

TEST_CASE("a check that cannot fail, or whose limit was chosen after looking, decides no item", "[items]") {
  ClaimRow implied = kHolds, looked = kHolds;
  implied.implied_by = "Lemma 2";
  looked.threshold = "looked";
  const ItemRow item = items_of(paper({"Lemma 1"}), {implied, looked}).front();
  CHECK(item.verdict == "not decided");
  CHECK_THAT(item.note, Contains("2 are no evidence; the check cannot fail: Lemma 2"));
  CHECK(verdict_on({implied, kHolds}) == "holds");
}

TEST_CASE("an item without a row is a gap, and the items stand in the paper's order", "[items]") {
  const std::vector<ItemRow> items = items_of(paper({"Theorem 1", "Lemma 2"}), {row("Lemma 2", "paper", "holds", "supports")});
  REQUIRE(items.size() == 2);
  CHECK(items[0].number == "Theorem 1");
  CHECK(items[0].verdict == "no claim");
  CHECK(items[0].rows.empty());
  CHECK(items[1].verdict == "holds");
}

TEST_CASE("a row stands under each item that it names, under the longest name where one begins with another", "[items]") {
  const ClaimRow both = row("Theorem 1(a), Lemma 2", "paper", "holds", "supports");
  std::vector<ItemRow> items =
      items_of(paper({"Theorem 1", "Theorem 1(a)", "Lemma 2"}), {both, row("Theorem 1", "paper", "fails", "against")});
  CHECK(items[0].verdict == "fails");  // not the row of part (a)
  CHECK(items[1].verdict == "holds");
  CHECK(items[2].rows == std::vector<std::string>{both.id});
  items = items_of(paper({"Theorem 1", "Theorem 1(a)"}), {both});
  CHECK(items[0].verdict == "holds");  // its parts speak for it where nobody else does
  items = items_of(paper({"Theorem 1", "Theorem 1(a)"}), {row("Theorem 1, Theorem 1(a)", "paper", "fails", "against")});
  CHECK(items[0].verdict == "fails");
}

TEST_CASE("items are counted by verdict and rows by what they say, a line per paper and their sum", "[items]") {
  std::vector<ItemRow> items(3);
  items[0].paper = "first", items[0].verdict = "holds";
  items[1].paper = items[2].paper = "second", items[1].verdict = "fails", items[2].verdict = "no claim";
  const std::string counts = item_counts(items);
  CHECK_THAT(counts, Contains("paper   items  holds  fails  no claim") && Contains("first   1      1      0      0") &&
                         Contains("all     3      1      1      1"));
  const std::string findings = finding_counts({kHolds, kFails, kOpen, row("x", "paper", "not run", "neutral")});
  CHECK_THAT(findings, Contains("paper       rows  supports  against  neutral  not run") &&
                           Contains("nobody2000  4     1         1        1        1"));
}
