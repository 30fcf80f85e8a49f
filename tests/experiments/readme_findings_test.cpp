// README's table of findings says what the committed reference says: each line is tied to items and claims.
#include <fstream>
#include <map>

#include "checkout.hpp"
#include "experiments/file/load.hpp"
#include "experiments/report/claims_table.hpp"
#include "experiments/report/items.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

/// A line of the table, the words of its second cell that carry the verdict, and the verdicts with which these words are true.
/// "zeng2019: Lemma 1" is an item, "zeng2019.scaling.mean-learns" a claim.
struct Finding {
  std::string statement, words;
  std::vector<std::pair<std::string, std::string>> verdicts;
};

const std::vector<Finding> kFindings = {
    {"Lemma 1, Lemma 2 (membership), Lemma 13",
     "hold at every block of every sweep",
     {{"zeng2019: Lemma 1", "holds"},
      {"zeng2019: Lemma 2", "holds"},
      {"zeng2019: Lemma 13", "holds"},
      {"zeng2019: Theorem 1(c), Algorithm 2", "holds"},
      {"zeng2019: Theorem 3, first claim", "holds"}}},
    {"most of Lemma 1 is an identity",
     "holds to rounding",
     {{"zeng2019.algorithm2.identity.block", "confirmed"}, {"zeng2019.theorem3.identity.block", "confirmed"}}},
    {"Theorem 2's condition",
     "holds; sharp for the V_N-step, and at 0.956 of the threshold the conclusion fails",
     {{"zeng2019: Theorem 2, Algorithm 1", "holds"},
      {"zeng2019: Theorem 2, Algorithm 2", "holds"},
      {"zeng2019.theorem2.below", "as it should be"},
      {"zeng2019.theorem2.conclusion-fails", "as it should be"}}},
    {"Theorem 1 for Algorithm 1 with ReLU",
     "holds as corrected",
     {{"zeng2019: Theorem 1(b), Algorithm 1", "holds as corrected"},
      {"zeng2019: Theorem 1(c), Algorithm 1", "holds as corrected"},
      {"zeng2019.theorem1.algorithm1-blockwise", "reproduced"},
      {"zeng2019.theorem1.algorithm1-relu", "confirmed"}}},
    {"the mean loss as printed",
     "learns, ",
     {{"zeng2019.scaling.mean-learns", "reproduced"}, {"zeng2019.scaling.mean-slower", "confirmed"}}},
    {"Figure 1: SGD fails, BCD works",
     "a matter of the start",
     {{"zeng2019: Section 1, SGD fails", "holds as corrected"},
      {"zeng2019: Section 1, BCD works", "reproduced"},
      {"zeng2019.fig1.few-epochs", "not reproduced"},
      {"zeng2019.fig1.few-epochs-he", "reproduced"},
      {"zeng2019.fig1.sgd-he", "confirmed"}}},
    {"Theorem 4.1 with the printed constants",
     "false: the limit of eta_W2 must be",
     {{"akiyama2025: Theorem 4.1", "holds as corrected"},
      {"akiyama2025.theorem4.1.smallest", "fails"},
      {"akiyama2025.study.theorem4.1.repaired", "confirmed"}}},
    {"Theorem 4.1 with the constants derived here",
     "holds in every run",
     {{"akiyama2025.theory.corrected.minimum", "confirmed"},
      {"akiyama2025.study.theorem4.1.corrected-fractions", "confirmed"}}},
    {"Theorem 4.3 (generalisation)",
     "fails for labels +-1",
     {{"akiyama2025: Theorem 4.3", "fails"}, {"akiyama2025.study.theorem4.3.holds", "fails"}}},
    {"Theorem 5.3 (ReLU with skip connections)",
     "false for L >= 3",
     {{"akiyama2025: Theorem 5.3", "fails"},
      {"akiyama2025.theorem5.3.smallest", "fails"},
      {"akiyama2025.theory.relu.L2", "confirmed"}}},
    {"figure 1",
     "looks as described with gradients of means",
     {{"akiyama2025: Figure 1, training error", "reproduced"},
      {"akiyama2025: Figure 1, layers", "reproduced"},
      {"akiyama2025.fig1.sums", "confirmed"}}},
    {"figure 2(a)",
     "the order is obtained with a constant rate of 0.1 and ADADELTA with its defaults",
     {{"ghauch2018: Figure 2(a)", "reproduced"},
      {"ghauch2018.fig2a.adadelta.standardise.fan-in.1e-5", "reproduced"},
      {"ghauch2018.fig2a.reading.standardise.fan-in.1e-5", "not reproduced"}}},
    {"figure 2(b)", "reproduced at a constant rate", {{"ghauch2018: Figure 2(b), batch size", "reproduced"}}},
    {"Proposition 1 (block convexity)",
     "holds as corrected, with nonnegative later weights",
     {{"ghauch2018: Proposition 1, C1", "holds as corrected"}, {"ghauch2018: Proposition 1, C2", "holds as corrected"}}},
    {"Lemma 2 (gradient descent",
     "holds as corrected, with gamma so large",
     {{"ghauch2018: Lemma 2", "holds as corrected"},
      {"ghauch2018.lemma2.gradient-cycle", "confirmed"},
      {"ghauch2018.lemma2.newton-cycle", "confirmed"}}},
    {"(A.3), the linear upper bound",
     "fails: its update stops where the gradient is not 0",
     {{"ghauch2018: (A.3)", "fails"}, {"ghauch2018.linear.printed", "fails"}}},
    {"Property 2, Lemmas 1 and 3",
     "hold along every run",
     {{"wang2018: Property 2", "holds"}, {"wang2018: Lemma 1", "holds"}, {"wang2018: Lemma 3", "holds"}}},
    {"Theorem 1 (limits are stationary)",
     "holds as corrected, block by block",
     {{"wang2018: Theorem 1", "holds as corrected"},
      {"wang2018.theorem1.fixed-point", "confirmed"},
      {"wang2018.theorem1.partial.numbers", "confirmed"}}},
    {"Problem 2", "its infimum is 0", {{"wang2018.problem2.infimum", "confirmed"}}},
    {"the order of DLAM and ADMM in figure 1",
     "depends on ADMM's settings",
     {{"wang2018.fig1b.order-20.normal", "reproduced"},
      {"wang2018.fig1b.order-20.forward", "reproduced"},
      {"wang2018.fig1b.order-20.hinge", "reproduced"},
      {"wang2018.fig1b.order-20.tuned", "not reproduced"},
      {"wang2018: Section 5.2, ADMM diverges", "not reproduced"},
      {"wang2018.fig1b.order.forward", "not decided"}}},
    {"A1 with j = 1 for block coordinate descent",
     "holds; for the two-splitting model not with ReLU",
     {{"xu2024: Example 3.1, first model", "holds as corrected"},
      {"xu2024.ex31-two.a1-relu", "confirmed"},
      {"xu2024: Example 3.1, second model", "holds"},
      {"xu2024: Example 3.4", "holds"}}},
    {"Theorem 4.1 (rate from the KL exponent)",
     "agrees: finite at a sharp minimum",
     {{"xu2024: Theorem 4.1 (i)", "holds"},
      {"xu2024: Theorem 4.1 (ii)", "holds"},
      {"xu2024: Theorem 4.1 (iii)", "holds"},
      {"xu2024.ex31-two.sublinear", "confirmed"}}},
    {"Theorem 4.1, last claim", "holds as corrected", {{"xu2024: Theorem 4.1, last claim", "holds as corrected"}}},
    {"A1 for ADMM (Example 3.2)",
     "holds with beta = 10, 5; not applicable",
     {{"xu2024: Example 3.2", "holds"}, {"xu2024.ex32.a1", "holds"}, {"xu2024.ex32.a1-beta1", "not applicable"}}},
    {"A1 with j = 2 for mDLAM",
     "holds with eps so large that no constraint is active",
     {{"xu2024: Example 3.3", "holds"}, {"xu2024.ex33.eps-large", "confirmed"}, {"xu2024.ex33.a1-j2", "holds"}}},
};

/// The two cells of each line under "| statement | what was found |", without the lines that name a paper.
std::vector<std::pair<std::string, std::string>> table_of_findings() {
  std::ifstream in(BCDBENCH_SOURCE_DIR "/README.md");
  std::vector<std::pair<std::string, std::string>> cells;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "| statement | what was found |") {
      inside = true;
      std::getline(in, line);  // the rule under the head
    } else if (inside && !line.starts_with("|")) {
      break;
    } else if (inside && !line.starts_with("| **")) {
      std::size_t middle = line.find(" | ", 2);
      while (middle != std::string::npos && line[middle - 1] == '\\') middle = line.find(" | ", middle + 1);
      REQUIRE(middle != std::string::npos);
      cells.emplace_back(line.substr(2, middle - 2), line.substr(middle + 3));
    }
  }
  return cells;
}

/// What the committed reference says.
const std::vector<ClaimRow>& reference_rows() {
  static const std::vector<ClaimRow> rows = [] {
    std::vector<ClaimRow> all;
    for (const ClaimEntry& entry : collect_claims(experiments_of({}, {}), {}, Shelf{"no-such-folder"}))
      all.push_back(entry.row);
    return all;
  }();
  return rows;
}

/// The verdicts of the committed reference, by claim and by "paper: item".
std::map<std::string, std::string> reference_verdicts() {
  const std::vector<ClaimRow>& rows = reference_rows();
  std::map<std::string, std::string> verdicts;
  for (const ClaimRow& row : rows) verdicts[row.id] = row.verdict;
  for (const ItemRow& item : items_of(rows)) verdicts[item.paper + ": " + item.number] = item.verdict;
  return verdicts;
}

}  // namespace

TEST_CASE("README's table of findings has a line for each finding, with its words", "[readme]") {
  const auto table = table_of_findings();
  CHECK(table.size() == kFindings.size());
  for (const Finding& finding : kFindings) {
    INFO(finding.statement);
    const auto line =
        std::find_if(table.begin(), table.end(), [&](const auto& cells) { return cells.first.starts_with(finding.statement); });
    REQUIRE(line != table.end());
    CHECK_THAT(line->second, Contains(finding.words));
  }
}

TEST_CASE("the verdicts behind README's table of findings are those of the committed reference", "[readme]") {
  const std::map<std::string, std::string> verdicts = reference_verdicts();
  for (const Finding& finding : kFindings)
    for (const auto& [name, verdict] : finding.verdicts) {
      INFO(finding.statement << ": " << name);
      REQUIRE(verdicts.contains(name));
      CHECK(verdicts.at(name) == verdict);
    }
}

TEST_CASE("README's counts of items are those of the committed reference", "[readme]") {
  std::ifstream in(BCDBENCH_SOURCE_DIR "/README.md");
  std::string readme((std::istreambuf_iterator<char>(in)), {});
  const std::string counts = item_counts(items_of(reference_rows()));
  INFO(counts);
  CHECK(readme.find(counts) != std::string::npos);
}
