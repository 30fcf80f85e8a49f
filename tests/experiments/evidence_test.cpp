// What is handed over: the counter-example of a claim, and the certificate of a paper with its authors' reply.
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/sha256.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "experiments/claims/study.hpp"
#include "experiments/claims/verdict.hpp"
#include "experiments/file/load.hpp"
#include "experiments/report/replies.hpp"
#include "experiments/run/kept_studies.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

const std::string kNoArchive = "env BCDBENCH_ARCHIVE=";  // whose records would be as good

Paper two_items() {
  Paper paper;
  paper.id = "nobody2000";
  paper.items = {{"Lemma 1", "descent", "", ""}, {"Figure 2(a)", "curves", "", ""}};
  return paper;
}

}  // namespace

TEST_CASE("a claim that nothing refutes, or that is unknown, is told in one sentence with exit code 2", "[evidence][cli]") {
  const test::Sandbox sandbox;
  const test::Outcome unknown = sandbox.run("counterexample zeng2019.nothing");
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, Contains("unknown claim 'zeng2019.nothing'"));
  const test::Outcome unrefuted = sandbox.run("counterexample zeng2019.theorem1.algorithm1-smooth");
  CHECK(unrefuted.code == 2);
  CHECK_THAT(unrefuted.err, Contains("there is no counter-example to zeng2019.theorem1.algorithm1-smooth"));
  // Without records the committed reference knows its verdict; a number of paper scale it may not know.
  const test::Outcome confirmed = sandbox.run("counterexample zeng2019.algorithm1.descent.block");
  CHECK(confirmed.code == 2);
  CHECK_THAT(confirmed.err, Contains("its verdict is 'confirmed'"));
  const test::Outcome unrun = sandbox.run("counterexample zeng2019.fig1.train-10");
  CHECK(unrun.code == 2);
  CHECK_THAT(unrun.err, Contains("nothing is known of zeng2019.fig1.train-10 yet"));
  CHECK(sandbox.run("counterexample").code == 2);
}

TEST_CASE("a figure that was not reproduced has its runs for evidence, with the command that makes them", "[evidence][cli]") {
  const test::Sandbox sandbox;
  const test::Outcome figure = sandbox.run("counterexample ghauch2018.fig2a.A.c-sqrtk-1.bp-clr-1");
  CHECK(figure.code == 0);
  CHECK_THAT(figure.out, Contains("verdict: not reproduced in the committed reference run; measured: 0 of 10 seeds") &&
                             Contains("the statement is about these runs") &&
                             Contains("They are made by: ./bcdbench run ghauch2018-fig2a\n"));
}

TEST_CASE("the counter-example to a promise is its worst violation, with the run that makes it again", "[evidence][cli]") {
  const test::Sandbox sandbox;
  // 20 % below Theorem 2's threshold, (1 - 0.1)/2, every V_N-step raises F.
  sandbox.write(
      "far.toml",
      "id = 'far'\npaper = 'nobody2000'\ntitle = 't'\ndescription = 'd'\n[dataset]\nname = 'teacher-student'\nd_in = 3\nn = 20\n"
      "[network]\nhidden = [4]\n[run]\niterations = 3\naudit = 'block'\n[[variant]]\nlabel = 'far below'\n"
      "algorithm = 'bcd3_zeng2019'\nparameters = { gamma = 0.1, alpha = 0.36, output_update = 'proxlinear' }\n"
      "[[claim]]\nid = 'far.monotone'\nitem = 'Theorem 2'\nstatement = 'V_N-steps lower F'\nkind = 'promise'\n"
      "promise = 'proxlinear.monotone'\norigin = 'paper'\nexpect = 'fails'\n"
      "[[claim]]\nid = 'far.loss'\nitem = 'Figure 1'\nstatement = 'the loss is negative'\nkind = 'value'\n"
      "metric = 'train_loss'\nop = '<'\nvalue = 0\nexpect = 'fails'\n");
  REQUIRE(sandbox.run("run far.toml --threads 1").code == 0);
  const test::Outcome promise = sandbox.run("counterexample far.monotone --experiment far.toml");
  CHECK(promise.code == 0);
  CHECK_THAT(promise.out, Contains("V_N-steps lower F") && Contains("verdict: fails") &&
                              Contains("first: iteration 1, block V2") && Contains("again: ./bcdbench run out/runs/"));
  const auto number = [&](const std::string& name) {
    const std::size_t at = promise.out.find("\n  " + name);
    REQUIRE(at != std::string::npos);
    return std::stod(promise.out.substr(promise.out.find(" = ", at) + 3));
  };
  // 0 <= F before - F after is what is judged; (1 - 0.1)/2 = 0.45 is Theorem 2's limit for alpha.
  CHECK(number("left side") == 0);
  CHECK(number("right side") < 0);
  CHECK(number("right side") == Approx(number("F before") - number("F after")).epsilon(1e-6));
  CHECK(number("alpha") == 0.36);
  CHECK(number("(L_R - gamma)/2") == Approx(0.45));
  const std::string again = promise.out.substr(promise.out.find("out/runs/"));
  CHECK(test::fs::exists(sandbox.path(again.substr(0, again.find(' ')))));
  const test::Outcome value = sandbox.run("counterexample far.loss --experiment far.toml");
  CHECK(value.code == 0);
  CHECK_THAT(value.out, Contains("verdict: fails") && Contains("the statement is about these runs") &&
                            Contains("again: ./bcdbench run out/runs/"));
}

TEST_CASE("everything that is held against a paper has a counter-example with numbers to follow by hand",
          "[evidence][counterexample]") {
  std::set<std::string> studies;
  for (const std::string& id : experiment_ids())
    for (const Claim& claim : load_experiment(id).claims) {
      const ReferenceClaim* reference = find_reference(claim.id);
      if (reference == nullptr || finding_of(claim, outcome_of(reference->verdict)) != finding::against) continue;
      INFO(claim.id);
      REQUIRE((claim.kind == "study" || !claim.counterexample.empty()));
      studies.insert(claim.counterexample.empty() ? claim.text.at("study") : claim.counterexample);
    }
  CHECK(studies.size() > 20);
  for (const std::string& id : studies) {
    INFO(id);
    CHECK_THAT(result_of(find_study(id)).instance, Contains("="));
  }
}

TEST_CASE("the result of a study is kept in the output folder, and made again where the code or the file is another",
          "[evidence]") {
  const test::Sandbox sandbox;
  const Study& study = find_study("ghauch2018.second-order.definite");
  const StudyResult fresh = result_of(study);
  const fs::path out = sandbox.path("out"), file = out / "studies" / (study.id + ".json");
  const auto same = [&](const StudyResult& result) {
    return result.holds == fresh.holds && result.measured == fresh.measured && result.evidence == fresh.evidence &&
           result.instance == fresh.instance && result.looseness == fresh.looseness;
  };
  CHECK(same(kept_studies(out)(study)));
  CHECK_FALSE(fs::exists(out));  // a look at the claims leaves no folder behind
  fs::create_directory(out);
  CHECK(same(kept_studies(out)(study)));
  CHECK(same(kept_studies(out)(study)));

  nlohmann::json kept = nlohmann::json::parse(sandbox.read(file));
  kept["evidence"] = "what was kept";
  sandbox.write("out/studies/" + study.id + ".json", kept.dump());
  CHECK(kept_studies(out)(study).evidence == "what was kept");  // it is not made again
  const Study& other = find_study("ghauch2018.second-order.convex");
  fs::copy_file(file, out / "studies" / (other.id + ".json"));
  CHECK(kept_studies(out)(other).evidence == result_of(other).evidence);
  sandbox.write("out/studies/" + study.id + ".json", kept.dump().substr(0, 40));
  CHECK(same(kept_studies(out)(study)));
  kept["version"]["core"] = "another";
  sandbox.write("out/studies/" + study.id + ".json", kept.dump());
  CHECK(same(kept_studies(out)(study)));
}

TEST_CASE("a certificate is the same bytes twice, its sums are right, and the reply stands beside its item",
          "[evidence][cli]") {
  const test::Sandbox sandbox;
  REQUIRE(sandbox.run("run zeng2019-algorithm1 --threads 1", kNoArchive).code == 0);
  sandbox.write("reply.md", "# A reply\nThank you.\n\n## Lemma 1\nWe agree & are glad.\n");
  const std::string order = "certify zeng2019 --replies reply.md --to ";
  REQUIRE(sandbox.run(order + "one", kNoArchive).code == 0);
  REQUIRE(sandbox.run(order + "two", kNoArchive).code == 0);
  for (const char* name : {"certificate.json", "index.html", "SHA256SUMS"}) {
    INFO(name);
    CHECK(sandbox.read(std::string("one/") + name) == sandbox.read(std::string("two/") + name));
  }
  const std::string text = sandbox.read("one/certificate.json"), page = sandbox.read("one/index.html");
  CHECK_THAT(sandbox.read("one/SHA256SUMS"),
             Contains(sha256(text) + "  certificate.json") && Contains(sha256(page) + "  index.html"));

  const nlohmann::json certificate = nlohmann::json::parse(text);
  CHECK(certificate.at("reply") == "Thank you.");
  std::size_t replies = 0;
  for (const auto& item : certificate.at("items"))
    if (item.contains("reply")) {
      ++replies;
      CHECK(item.at("item") == "Lemma 1");
      CHECK(item.at("reply") == "We agree & are glad.");
    }
  CHECK(replies == 1);
  REQUIRE_FALSE(certificate.at("records").empty());
  for (const auto& record : certificate.at("records"))
    for (const auto& [name, sum] : record.at("sha256").items()) CHECK(sum == sha256(sandbox.read("out/runs/" + name)));
  std::size_t judged = 0;
  for (const auto& claim : certificate.at("claims")) judged += claim.at("source") == "records" ? 1 : 0;
  CHECK(judged > 0);
  CHECK_THAT(page, Contains("We agree &amp; are glad.") && !Contains("src=") && !Contains("<script"));
  // Another record, other bytes.
  sandbox.write("out/runs/" + certificate.at("records")[0].at("record").get<std::string>() + ".csv", "iteration\n0\n");
  CHECK(sandbox.run(order + "three", kNoArchive).code == 2);
}

TEST_CASE("without records a certificate says that every verdict is the reference's", "[evidence][cli]") {
  const test::Sandbox sandbox;
  REQUIRE(sandbox.run("certify xu2024", kNoArchive).code == 0);
  CHECK_THAT(sandbox.read("certificate/xu2024/index.html"), Contains("No record: every verdict is the committed reference"));
  CHECK(sandbox.run("certify zeng2109", kNoArchive).code == 2);
  CHECK_THAT(sandbox.run("certify zeng2109", kNoArchive).err, Contains("unknown paper 'zeng2109'"));
}

TEST_CASE("replies are read by item, and a heading that is no item of the paper is refused", "[evidence]") {
  const Replies replies =
      parse_replies("# Reply\nIn general.\n## Figure 2(a)\nOur settings:\n- gamma 3\n", two_items(), "r.md");
  CHECK(replies.general == "In general.");
  CHECK(replies.by_item.at("Figure 2(a)") == "Our settings:\n- gamma 3");
  CHECK_THROWS_WITH(parse_replies("## Lemma 2\n", two_items(), "r.md"), Contains("r.md") && Contains("'Lemma 1'"));
  CHECK_THROWS_WITH(parse_replies("## Lemma 1\n## Lemma 1\n", two_items(), "r.md"), Contains("another reply to Lemma 1"));
}
