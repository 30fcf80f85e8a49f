// The claims table: complete, the same from records and from the reference, and a reference that never changes silently.
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>

#include "experiments/claims/shipped_reference.hpp"
#include "experiments/file/load.hpp"
#include "experiments/file/paper.hpp"
#include "experiments/report/claims_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

using namespace bcd;

namespace {

std::vector<Claim> shipped_claims(std::map<std::string, std::string>& paper_of) {
  std::vector<Claim> claims;
  for (const std::string& id : experiment_ids()) {
    const Experiment experiment = load_experiment(id);
    for (const Claim& claim : experiment.claims) {
      claims.push_back(claim);
      INFO("two claims have the id " << claim.id);
      CHECK(paper_of.emplace(claim.id, experiment.paper).second);
    }
  }
  return claims;
}

ClaimEntry entry(const std::string& id, const std::string& verdict, const std::string& expected, const std::string& measured,
                 ClaimEntry::Source source = ClaimEntry::Source::records) {
  ClaimEntry e;
  e.row.id = id;
  e.row.paper = "nobody2000";
  e.row.verdict = verdict;
  e.row.expected = expected;
  e.row.measured = measured;
  e.scale = "quick";
  e.source = source;
  return e;
}

}  // namespace

TEST_CASE("a number is recognised in a claim's item, and a longer number is not taken for it", "[claims]") {
  CHECK(names_number("Proposition 1(b), Lemma 1, (4.1)", "Lemma 1"));
  CHECK(names_number("Proposition 1(b), Lemma 1, (4.1)", "(4.1)"));
  CHECK(names_number("Theorem 1(a), (b)", "Theorem 1(a)"));
  CHECK_FALSE(names_number("Lemma 13", "Lemma 1"));
  CHECK_FALSE(names_number("Theorem 4.1", "Theorem 4"));
  CHECK_FALSE(names_number("Figure A.1", "Figure 1"));
}

TEST_CASE("every theorem, lemma, assumption, figure and number of a paper has a claim", "[claims]") {
  std::map<std::string, std::string> paper_of;
  const std::vector<Claim> claims = shipped_claims(paper_of);
  std::size_t checked = 0;
  for (const Paper& paper : papers())
    for (const PaperItem& item : paper.items) {
      ++checked;
      INFO(paper.id << ": " << item.number);
      CHECK(std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
        return paper_of.at(claim.id) == paper.id && names_number(claim.item, item.number);
      }));
    }
  CHECK(checked > 80);
}

TEST_CASE("an item of a paper without a claim is shown as a gap", "[claims]") {
  ClaimEntry one = entry("x", "holds", "holds", "1");
  one.row.paper = "wang2018";
  one.row.item = "Lemma 1";
  CHECK_THAT(claims_as_text({one}, false), Contains("no claim"));
  CHECK_THAT(claims_as_markdown({one}, false), Contains("| no claim |"));
  const auto json = nlohmann::json::parse(claims_as_json({one}));
  std::size_t gaps = 0;
  for (const auto& item : json.at("items")) gaps += item.at("verdict") == "no claim" ? 1 : 0;
  CHECK(gaps == json.at("items").size() - 1);
}

TEST_CASE("paper.toml is read strictly", "[claims]") {
  const std::string head =
      "id = \"p\"\nauthors = \"A\"\ntitle = \"T\"\npublished = \"2000\"\nlink = \"https://example.org\"\nsummary = \"s\"\n";
  const std::string item = "[[item]]\nnumber = \"Lemma 1\"\nstates = \"much\"\n";
  CHECK(parse_paper(head + item, "paper.toml").items.front().number == "Lemma 1");
  CHECK_THROWS_WITH(parse_paper(head + item + item, "paper.toml"), Contains("another item Lemma 1"));
  CHECK_THROWS_WITH(parse_paper(head + "[[itm]]\n", "paper.toml"), Contains("did you mean 'item'"));
  CHECK_THROWS_WITH(parse_paper(head + "[[item]]\nnumber = \"Lemma 1\"\n", "paper.toml"), Contains("'states' is missing"));
  CHECK_THROWS_WITH(parse_paper(item, "paper.toml"), Contains("'id' is missing"));
}

TEST_CASE("the reference has exactly the claims of the shipped files, and is the only place with their expectations",
          "[claims]") {
  std::map<std::string, std::string> paper_of;
  shipped_claims(paper_of);
  std::set<std::string> papers;
  for (const auto& [id, paper] : paper_of) {
    INFO(paper << ": " << id);
    CHECK(reference_of(paper).claims.contains(id));
    papers.insert(paper);
  }
  for (const std::string& paper : papers)
    for (const auto& [id, claim] : reference_of(paper).claims) {
      INFO(paper << ": " << id);
      REQUIRE(paper_of.contains(id));
      CHECK(paper_of.at(id) == paper);
    }
  for (const std::string& id : experiment_ids()) {
    INFO(id);
    CHECK(experiment_text(id).find("\nexpect") == std::string::npos);
  }
}

TEST_CASE("a reference is written one claim a line and read back the same; faults name the file", "[claims]") {
  Reference reference;
  reference.provenance["quick"] = "some day";
  reference.claims["b"] = {"holds", {{"quick", "1 [0, 2], 3 runs"}}};
  reference.claims["a"] = {"fails", {}};
  const std::string text = reference_text(reference);
  CHECK_THAT(text, Contains("{\"claim\":\"a\",\"verdict\":\"fails\"},\n{\"claim\":\"b\""));
  const Reference back = parse_reference(text, "x.json");
  CHECK(back.provenance == reference.provenance);
  CHECK(back.claims.at("b").measured.at("quick") == "1 [0, 2], 3 runs");
  CHECK(back.claims.at("a").verdict == "fails");

  CHECK_THROWS_WITH(parse_reference("{", "x.json"), Contains("x.json"));
  CHECK_THROWS_WITH(parse_reference(R"({"provenance": {}, "claims": [{"claim": "a"}]})", "x.json"), Contains("verdict"));
  CHECK_THROWS_WITH(parse_reference(R"({"provenance": {}, "claims": [{"claim": "a", "verdit": "holds"}]})", "x.json"),
                    Contains("did you mean 'verdict'"));
  CHECK_THROWS_WITH(
      parse_reference(R"({"provenance": {}, "claims": [{"claim": "a", "verdict": "x"}, {"claim": "a", "verdict": "x"}]})", "f"),
      Contains("twice"));
}

TEST_CASE("an update takes measured values and new claims, drops old ones, and changes a verdict only when told to",
          "[claims]") {
  Reference reference;
  reference.claims["same"] = {"holds", {{"quick", "old"}, {"paper", "kept"}}};
  reference.claims["other"] = {"holds", {{"quick", "old"}}};
  reference.claims["gone"] = {"holds", {}};
  const std::vector<ClaimEntry> entries = {entry("same", "holds", "holds", "new"), entry("other", "fails", "holds", "new"),
                                           entry("fresh", "not reproduced", "not reproduced", "1"),
                                           entry("unrun", "not run", "reproduced", "", ClaimEntry::Source::none)};
  Reference kept = reference;
  const std::vector<std::string> differences = update_reference(kept, entries, false);
  REQUIRE(differences.size() == 1);
  CHECK_THAT(differences.front(), Contains("other: 'holds' -> 'fails'"));
  CHECK(kept.claims.at("same").measured == std::map<std::string, std::string>{{"quick", "new"}, {"paper", "kept"}});
  CHECK(kept.claims.at("other").verdict == "holds");
  CHECK(kept.claims.at("other").measured.at("quick") == "old");  // a value without its verdict would be a lie
  CHECK(kept.claims.at("fresh").verdict == "not reproduced");
  CHECK(kept.claims.at("unrun").verdict == "reproduced");
  CHECK(kept.claims.at("unrun").measured.empty());
  CHECK_FALSE(kept.claims.contains("gone"));

  Reference accepted = reference;
  CHECK(update_reference(accepted, entries, true) == differences);
  CHECK(accepted.claims.at("other").verdict == "fails");
  CHECK(accepted.claims.at("other").measured.at("quick") == "new");
}

TEST_CASE("a verdict may differ at the paper's scale, and accepting it leaves the other scale's alone", "[claims]") {
  const auto judged = [](const std::string& scale, const std::string& verdict, const std::string& expected) {
    ClaimEntry one = entry("c", verdict, expected, "new");
    one.scale = scale;
    return std::vector<ClaimEntry>{one};
  };
  Reference reference;
  reference.claims["c"] = {"not decided", {{"quick", "old"}}};
  CHECK(update_reference(reference, judged("paper", "holds", "not decided"), true).size() == 1);
  CHECK(reference.claims.at("c").verdict_at("quick") == "not decided");
  CHECK(reference.claims.at("c").verdict_at("paper") == "holds");
  CHECK_THAT(reference_text(reference), Contains("\"paper_verdict\":\"holds\""));
  CHECK(parse_reference(reference_text(reference), "f").claims.at("c").verdict_at("paper") == "holds");
  CHECK(update_reference(reference, judged("quick", "fails", "not decided"), true).size() == 1);
  CHECK(reference.claims.at("c").verdict_at("quick") == "fails");
  CHECK(reference.claims.at("c").verdict_at("paper") == "holds");
  CHECK(update_reference(reference, judged("quick", "holds", "fails"), true).size() == 1);
  CHECK(reference.claims.at("c").paper_verdict.empty());  // they agree again
  Reference only;
  only.claims["c"] = {"reproduced", {}};
  CHECK(update_reference(only, judged("paper", "not reproduced", "reproduced"), true).size() == 1);
  CHECK(only.claims.at("c").verdict == "not reproduced");  // never judged at the other scale
}

TEST_CASE("bcdbench claims shows the reference without a run, and the records once there are some", "[claims][cli]") {
  const test::Sandbox sandbox;
  const auto run = [&](const std::string& arguments) { return sandbox.run(arguments, "env BCDBENCH_ARCHIVE="); };
  const test::Outcome before = run("claims --paper zeng2019 --format json");
  REQUIRE(before.code == 0);
  const nlohmann::json rows = nlohmann::json::parse(before.out).at("claims");
  CHECK(rows.size() > 60);
  for (const nlohmann::json& row : rows) {
    CHECK(row.at("paper") == "zeng2019");
    CHECK(row.at("source") != "records");
    CHECK_FALSE(row.at("statement").get<std::string>().empty());
  }
  CHECK_FALSE(run("claims --format markdown").out.empty());
  const std::string lines = run("claims --paper zeng2019").out, unfolded = run("claims --paper zeng2019 --rows").out;
  CHECK_THAT(lines, Contains("Lemma 1") && !Contains("zeng2019.algorithm1.descent.block"));
  CHECK_THAT(unfolded, Contains("zeng2019.algorithm1.descent.block"));

  REQUIRE(run("run zeng2019-algorithm1 --threads 1").code == 0);
  const test::Outcome after = run("claims --paper zeng2019 --format json");
  int judged = 0;
  const nlohmann::json rows_after = nlohmann::json::parse(after.out).at("claims");
  for (const nlohmann::json& row : rows_after) {
    const bool here = row.at("experiment") == "zeng2019-algorithm1";
    CHECK((row.at("source") == "records") == here);
    judged += here ? 1 : 0;
    if (here && row.at("claim") == "zeng2019.algorithm1.descent.block") {
      REQUIRE_FALSE(row.at("files").empty());
      CHECK(test::fs::exists(sandbox.path(row.at("files")[0].get<std::string>())));
    }
  }
  CHECK(judged == static_cast<int>(load_experiment("zeng2019-algorithm1").claims.size()));

  const test::Outcome update = run("claims --paper zeng2019 --update-reference ref");
  CHECK(update.code == 0);
  const Reference written = parse_reference(sandbox.read("ref/zeng2019.json"), "ref/zeng2019.json");
  CHECK(written.claims.size() == rows.size());
  CHECK(written.claims.at("zeng2019.algorithm1.descent.block").measured.contains("quick"));
}

TEST_CASE("misuse of bcdbench claims is named", "[claims][cli]") {
  const test::Sandbox sandbox;
  CHECK_THAT(sandbox.run("claims --paper zeng2109").err, Contains("unknown paper 'zeng2109'"));
  CHECK_THAT(sandbox.run("claims --paper taylor2016").err, Contains("unknown paper 'taylor2016'"));  // no claim is about it
  CHECK_THAT(sandbox.run("claims --format mardown").err, Contains("did you mean 'markdown'"));
  CHECK_THAT(sandbox.run("claims --scale quik").err, Contains("did you mean 'quick'"));
  CHECK_THAT(sandbox.run("claims --accept-verdicts").err, Contains("--update-reference"));
  CHECK(sandbox.run("claims --accept-verdicts").code == 2);
}

TEST_CASE("an experiment of studies alone is judged beside records, and taken from the reference without", "[claims]") {
  const test::Sandbox sandbox;
  CHECK_THAT(sandbox.run("claims --paper xu2024", "env BCDBENCH_ARCHIVE=").out, Contains("0 judged from records"));
  test::fs::create_directories(sandbox.path("out/runs"));
  CHECK_THAT(sandbox.run("claims --paper xu2024", "env BCDBENCH_ARCHIVE=").out, Contains("6 judged from records"));
}
