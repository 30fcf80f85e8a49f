// Verdicts on records made by hand, so that every expected value can be read off the numbers above it.
#include "experiments/claims/judge.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "algorithms/registry.hpp"
#include "experiments/file/load.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;

namespace {

/// A finished run whose metric has these values at iterations 0, 1, 2, ...
RunRecord finished(const std::string& variant, std::uint64_t seed, const std::vector<double>& values,
                   const std::string& metric = "train_loss") {
  RunRecord run;
  run.id = variant + "-" + std::to_string(seed);
  run.config = {{"experiment", "toy"}, {"variant", variant}, {"seed", seed}};
  run.status = "MaxIterations";
  for (std::size_t k = 0; k < values.size(); ++k)
    run.trace.append({{"iteration", static_cast<double>(k)}, {metric, values[k]}});
  return run;
}

/// A run whose method nobody has seen at work: a command is not installed, say.
RunRecord failed(const std::string& variant, std::uint64_t seed) {
  RunRecord run = finished(variant, seed, {});
  run.status = "Failed";
  run.reason = "no such command";
  return run;
}

RunRecord diverged(const std::string& variant, std::uint64_t seed, const std::vector<double>& values) {
  RunRecord run = finished(variant, seed, values);
  run.status = "Diverged";
  run.reason = "the loss is not finite";
  return run;
}

Claim claim(const std::string& kind, const std::map<std::string, std::string>& text,
            const std::map<std::string, double>& number, const std::vector<std::string>& variants) {
  Claim spec;
  spec.id = "toy." + kind;
  spec.kind = kind;
  spec.expect = "holds";
  spec.origin = "paper";
  spec.finding = "supports";
  spec.text = text;
  spec.number = number;
  spec.variants = variants;
  return spec;
}

/// The row of one claim; the experiment consists of exactly the runs given.
ClaimRow judged(const Claim& spec, const std::vector<RunRecord>& records) {
  Experiment experiment;
  experiment.id = "toy";
  experiment.paper = "nobody2000";
  experiment.claims = {spec};
  for (const RunRecord& run : records) {
    experiment.runs.emplace_back();
    experiment.runs.back().variant = run.variant();
    experiment.runs.back().seed = run.seed();
  }
  const std::vector<ClaimRow> rows = judge(experiment, records, "quick");
  REQUIRE(rows.size() == 1);
  return rows.front();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A run with one promise, audited with the given slacks (allowance 1) at iterations 1, 2, ...
RunRecord audited(const std::string& variant, std::uint64_t seed, const std::vector<double>& slacks) {
  CheckLog log({Promise{"descent.block", "Nobody 2000, Lemma 1", "each block decreases", "a/2", ""}});
  for (std::size_t k = 0; k < slacks.size(); ++k)
    log.check("descent.block", static_cast<int>(k) + 1, Block{"V", 3}, slacks[k], 1.0);
  RunRecord run = finished(variant, seed, {1});
  run.promises = log.results();
  return run;
}

RunRecord unmet(const std::string& variant, std::uint64_t seed) {
  RunRecord run = audited(variant, seed, {});
  run.promises.front().not_applicable = "the loss is not smooth";
  return run;
}

const Claim kDescent = claim("promise", {{"promise", "descent.block"}}, {}, {"a"});

}  // namespace

TEST_CASE("a promise that one run of several breaks is violated, with run, iteration, block and slack as evidence", "[judge]") {
  const ClaimRow row = judged(kDescent, {audited("a", 0, {2, 3}), audited("a", 1, {2, -5, 4})});
  CHECK(row.verdict == "fails");
  CHECK_FALSE(row.as_expected());
  CHECK(contains(row.evidence, "a seed 1"));
  CHECK(contains(row.evidence, "iteration 2"));
  CHECK(contains(row.evidence, "V3"));
  CHECK(contains(row.evidence, "by 5"));
  CHECK(contains(row.measured, "1 violations in 5 checks"));
}

TEST_CASE("a negative slack within the rounding allowance does not violate a promise", "[judge]") {
  const ClaimRow row = judged(kDescent, {audited("a", 0, {2, -0.5})});
  CHECK(row.verdict == "holds");
  CHECK(contains(row.measured, "worst slack/allowance -0.5"));
}

TEST_CASE("how loose a bound is stands in words, and a side that bounds nothing decides nothing", "[judge]") {
  const auto measured = [](double tightest) {
    RunRecord run = audited("a", 0, {2});
    run.promises.front().tightest = tightest;
    return judged(kDescent, {run, audited("a", 1, {3})}).measured;
  };
  CHECK(contains(measured(2e13), "0 violations in 2 checks, the bound is loose by 13 decades"));
  CHECK(contains(measured(10), "loose by 1 decade"));
  CHECK(contains(measured(1.25), "the bound is within a factor 1.25 of what it bounds"));
  CHECK(contains(measured(0), "worst slack/allowance 2"));

  const ClaimRow vacuous = judged(kDescent, {audited("a", 0, {1e149})});
  CHECK(vacuous.verdict == "not decided");
  CHECK(contains(vacuous.evidence, "no bound"));
  RunRecord infinite = audited("a", 0, {std::numeric_limits<double>::infinity()});
  CHECK(judged(kDescent, {infinite}).verdict == "not decided");
  CHECK(contains(judged(kDescent, {infinite}).evidence, "no bound, the right side is infinite"));
  CHECK(judged(kDescent, {audited("a", 0, {-5}), infinite}).verdict == "fails");
}

TEST_CASE("a violated promise outweighs runs to which it does not apply or that decide nothing", "[judge]") {
  CHECK(judged(kDescent, {unmet("a", 0), audited("a", 1, {-5}), audited("a", 2, {})}).verdict == "fails");
}

TEST_CASE("a promise without a check is inconclusive and an unmet hypothesis is not applicable; neither holds", "[judge]") {
  CHECK(judged(kDescent, {audited("a", 0, {})}).verdict == "not decided");
  CHECK(judged(kDescent, {audited("a", 0, {1}), audited("a", 1, {})}).verdict == "not decided");
  CHECK(judged(kDescent, {finished("a", 0, {1})}).verdict == "not decided");  // never audited
  const ClaimRow row = judged(kDescent, {unmet("a", 0), unmet("a", 1)});
  CHECK(row.verdict == "not applicable");
  CHECK(contains(row.evidence, "the loss is not smooth"));
}

TEST_CASE("a promise that holds where it applies says to how many runs it does not", "[judge]") {
  const ClaimRow row = judged(kDescent, {audited("a", 0, {1}), unmet("a", 1), audited("a", 2, {3})});
  CHECK(row.verdict == "holds");
  CHECK(contains(row.evidence, "not applicable to 1 of 3 runs: the loss is not smooth"));
  CHECK(contains(row.evidence, "smallest slack 1 (a seed 0, iteration 1, V3, record a-0)"));
}

TEST_CASE("the evidence names the first records of many and counts the others", "[judge]") {
  std::vector<RunRecord> runs;
  for (std::uint64_t seed = 0; seed < 5; ++seed) runs.push_back(audited("a", seed, {1}));
  CHECK(contains(judged(kDescent, runs).evidence, "records a-0, a-1 and 3 more"));
  runs.resize(3);
  CHECK(contains(judged(kDescent, runs).evidence, "records a-0, a-1, a-2"));
}

TEST_CASE("a promise is judged on the claim's variants only", "[judge]") {
  CHECK(judged(kDescent, {audited("a", 0, {1}), audited("b", 0, {-5})}).verdict == "holds");
}

TEST_CASE("a value claim holds where every run does, fails where none does, and states median and range", "[judge]") {
  const std::vector<RunRecord> runs = {finished("a", 0, {9, 1}), finished("a", 1, {9, 7}), finished("a", 2, {9, 2})};
  const auto below = [&](double limit) {
    return judged(claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", limit}}, {"a"}), runs);
  };
  CHECK(below(8).verdict == "holds");
  CHECK(below(1).verdict == "fails");
  const ClaimRow row = below(3);  // the range straddles the limit, whatever the median, 2, says
  CHECK(row.verdict == "not decided");
  CHECK(contains(row.measured, "2 [1, 7], 3 runs (< 3) in 2 of 3 runs"));
  CHECK(contains(row.evidence, "a-1"));
  CHECK(contains(row.evidence, "a seed 1: 7"));
}

TEST_CASE("a claim about an iteration reads that row, not the last one", "[judge]") {
  const std::vector<RunRecord> runs = {finished("a", 0, {9, 4, 1})};
  CHECK(judged(claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 3}, {"at", 1}}, {"a"}), runs).verdict ==
        "fails");
  CHECK(judged(claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 3}, {"at", 2}}, {"a"}), runs).verdict ==
        "holds");
}

TEST_CASE("diverged runs count on the bad side of the median and are never dropped", "[judge]") {
  // Dropping the two diverged runs would leave a median of 1 below the limit and of 1 above it.
  const std::vector<RunRecord> runs = {finished("a", 0, {1}), diverged("a", 1, {1}), diverged("a", 2, {1})};
  const ClaimRow below = judged(claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 3}}, {"a"}), runs);
  CHECK(below.verdict == "not decided");
  CHECK(contains(below.measured, "inf"));
  CHECK(contains(below.measured, "3 runs"));
  CHECK(contains(below.evidence, "2 without a value"));
  CHECK(judged(claim("value", {{"metric", "train_loss"}, {"op", ">"}}, {{"value", 0}}, {"a"}), runs).verdict == "not decided");
  CHECK(judged(claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 3}}, {"a"}), {runs[1], runs[2]}).verdict ==
        "fails");
}

TEST_CASE("a run that broke later has its value at the claim's iteration", "[judge]") {
  const auto at = [](double iteration) {
    return judged(claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 3}, {"at", iteration}}, {"a"}),
                  {diverged("a", 0, {9, 2, 1})});
  };
  CHECK(at(1).verdict == "holds");
  CHECK(at(0).verdict == "fails");
  CHECK(at(3).verdict == "fails");  // never reached
}

TEST_CASE("a reported number is reproduced within its tolerance, and not where no run comes near it", "[judge]") {
  const std::vector<RunRecord> runs = {finished("a", 0, {0.75}), finished("a", 1, {0.875}), finished("a", 2, {1.0})};
  const auto reported = [](double number) {
    return claim("reported", {{"metric", "train_loss"}}, {{"reported", number}, {"tolerance", 0.125}}, {"a"});
  };
  CHECK(judged(reported(1.0), runs).verdict == "reproduced");      // exactly at the tolerance, in binary fractions
  CHECK(judged(reported(1.0625), runs).verdict == "not decided");  // the run with 1.0 is near enough, the median is not
  CHECK(judged(reported(1.1875), runs).verdict == "not reproduced");
  CHECK(judged(reported(1.1875), runs).finding == "neutral");  // other settings may reproduce it
  CHECK(contains(judged(reported(1.0), runs).reported, "1"));
}

TEST_CASE("a value claim with a share counts the runs that satisfy it, a diverged run against it, with the exact interval",
          "[judge]") {
  const auto share = [](double value) {
    return claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 2}, {"share", value}}, {"a"});
  };
  const std::vector<RunRecord> runs = {finished("a", 0, {9, 1}), finished("a", 1, {9, 1}), finished("a", 2, {9, 3}),
                                       diverged("a", 3, {1, 1})};
  const ClaimRow row = judged(share(0.5), runs);
  CHECK(row.verdict == "holds");
  CHECK(contains(row.measured, "2 of 4 runs"));
  CHECK(contains(row.evidence, "a seed 2: 3"));
  CHECK(contains(row.evidence, "a seed 3: Diverged"));
  CHECK(judged(share(0.75), runs).verdict == "not decided");  // 2 of 4: [0.068, 0.932] holds 0.75
  CHECK(judged(share(0.95), runs).verdict == "fails");
  // All of two runs: the lower end p solves p^2 = 0.025.
  CHECK(contains(judged(share(1), {runs[0], runs[1]}).measured, "[0.1581, 1]"));
}

TEST_CASE("an order claim that fails on one seed of three is not decided and names the seed", "[judge]") {
  const Claim order = claim("order", {{"metric", "train_loss"}, {"op", "<"}, {"baseline", "b"}}, {}, {"a"});
  const std::vector<RunRecord> wins = {finished("a", 0, {1}), finished("a", 1, {1}), finished("b", 0, {2}),
                                       finished("b", 1, {2})};
  CHECK(judged(order, wins).verdict == "holds");
  CHECK(contains(judged(order, wins).measured, "2 of 2 seeds"));
  std::vector<RunRecord> mixed = wins;
  mixed.push_back(finished("a", 2, {3}));
  mixed.push_back(finished("b", 2, {2}));
  const ClaimRow row = judged(order, mixed);
  CHECK(row.verdict == "not decided");
  CHECK(contains(row.measured, "2 of 3 seeds"));
  CHECK(contains(row.evidence, "seed 2: 3 against 2"));
}

TEST_CASE("an order is refuted only where it holds on less than half of the seeds beyond chance", "[judge]") {
  const Claim order = claim("order", {{"metric", "train_loss"}, {"op", "<"}, {"baseline", "b"}}, {}, {"a"});
  const auto lost_on = [&](std::uint64_t seeds) {
    std::vector<RunRecord> runs;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      runs.push_back(finished("a", seed, {3.0}));
      runs.push_back(finished("b", seed, {2.0}));
    }
    return judged(order, runs);
  };
  CHECK(lost_on(5).verdict == "not decided");  // 0 of 5: up to 1 - 0.025^(1/5) = 0.522
  CHECK(lost_on(6).verdict == "fails");        // 0 of 6: up to 0.459
  CHECK(lost_on(6).finding == "against");
  CHECK(contains(lost_on(6).measured, "[0, 0.4593]"));
}

TEST_CASE("a tie and a diverged run do not win an order claim", "[judge]") {
  const Claim order = claim("order", {{"metric", "train_loss"}, {"op", "<"}, {"baseline", "b"}}, {}, {"a"});
  CHECK(judged(order, {finished("a", 0, {2}), finished("b", 0, {2})}).verdict == "not decided");
  CHECK(judged(order, {diverged("a", 0, {1}), finished("b", 0, {2})}).verdict == "not decided");
  CHECK(judged(order, {diverged("a", 0, {1}), diverged("b", 0, {2})}).verdict == "not decided");
  CHECK(judged(order, {finished("a", 0, {2}), diverged("b", 0, {1})}).verdict == "holds");
}

TEST_CASE("an order claim may set a run against itself at an earlier iteration, by a factor", "[judge]") {
  const auto falls = [](double factor, double before) {
    return claim("order", {{"metric", "train_loss"}, {"op", "<"}, {"baseline", "a"}},
                 {{"at", 2}, {"baseline_at", before}, {"factor", factor}}, {"a"});
  };
  const std::vector<RunRecord> runs = {finished("a", 0, {8, 4, 3})};
  CHECK(judged(falls(1, 1), runs).verdict == "holds");          // 3 < 4
  CHECK(judged(falls(0.5, 0), runs).verdict == "holds");        // 3 < 8/2
  CHECK(judged(falls(0.5, 1), runs).verdict == "not decided");  // 3 > 4/2, of one seed
  CHECK(contains(judged(falls(0.5, 1), runs).evidence, "0.5 times that of a at iteration 1"));
  CHECK(judged(falls(1, 7), runs).verdict == "not decided");  // not measured there
  std::vector<RunRecord> many;
  for (std::uint64_t seed = 0; seed < 8; ++seed) many.push_back(finished("a", seed, {8, 4, 3}));
  CHECK(judged(falls(0.5, 1), many).verdict == "fails");
}

TEST_CASE("two traces are the same up to the factor at every iteration, or they are not", "[judge]") {
  const auto same = [](double factor) {
    return claim("same", {{"metric", "train_loss"}, {"baseline", "b"}}, {{"tolerance", 1e-9}, {"factor", factor}}, {"a"});
  };
  const RunRecord half = finished("b", 0, {4, 2, 1});
  CHECK(judged(same(2), {finished("a", 0, {8, 4, 2}), half}).verdict == "holds");
  CHECK(judged(same(1), {finished("a", 0, {8, 4, 2}), half}).verdict == "fails");
  const ClaimRow row =
      judged(same(2), {finished("a", 0, {8, 5, 2}), half});  // the ends agree, the middle does not: |5 - 4| / 4
  CHECK(row.verdict == "fails");
  CHECK(contains(row.measured, "0.25"));
  CHECK(contains(row.evidence, "iteration 1"));
  CHECK(judged(same(2), {finished("a", 0, {8, 4}), half}).verdict == "fails");  // one trace is shorter
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(judged(same(2), {finished("a", 0, {8, nan, 2}), half}).verdict == "not decided");  // measured in one run only
  CHECK(judged(same(2), {finished("a", 0, {8, nan, 3}), half}).verdict == "fails");  // and there is a difference elsewhere
  CHECK(judged(same(2), {diverged("a", 0, {8, 4, nan}), half}).verdict == "fails");
  CHECK(judged(same(2), {finished("a", 0, {nan, 4, nan}), finished("b", 0, {4, nan, 1})}).verdict == "not decided");
}

TEST_CASE("a run that failed is no evidence, for or against, for a run or for its rival", "[judge]") {
  const std::vector<RunRecord> runs = {finished("a", 0, {2}), finished("a", 1, {2}), finished("b", 0, {1}), failed("b", 1)};
  for (const std::string op : {"<", ">"}) {
    CAPTURE(op);
    std::vector<Claim> claims = {claim("value", {{"metric", "train_loss"}, {"op", op}}, {{"value", 3}}, {"b"}),
                                 claim("order", {{"metric", "train_loss"}, {"op", op}, {"baseline", "b"}}, {}, {"a"}),
                                 claim("order", {{"metric", "train_loss"}, {"op", op}, {"baseline", "a"}}, {}, {"b"}),
                                 claim("reported", {{"metric", "train_loss"}}, {{"reported", 1}, {"tolerance", 9}}, {"b"}),
                                 claim("same", {{"metric", "train_loss"}, {"baseline", "b"}}, {{"tolerance", 9}}, {"a"})};
    for (Claim& spec : claims)
      for (const bool broken : {false, true}) {
        CAPTURE(spec.kind, broken);
        spec.broken = broken;
        const ClaimRow row = judged(spec, runs);
        CHECK(row.verdict == "not decided");
        CHECK(contains(row.evidence, "b seed 1 did not measure train_loss"));
        CHECK(contains(row.evidence, "(Failed: no such command)"));
      }
  }
}

TEST_CASE("a rival that diverged is the worst, whatever is asked", "[judge]") {
  const auto order = [](const std::string& metric, const std::string& op) {
    return claim("order", {{"metric", metric}, {"op", op}, {"baseline", "b"}}, {}, {"a"});
  };
  const std::vector<RunRecord> losses = {finished("a", 0, {2}), diverged("b", 0, {1})};
  CHECK(judged(order("train_loss", "<"), losses).verdict == "holds");
  CHECK(judged(order("train_loss", ">"), losses).verdict == "not decided");  // one seed refutes nothing
  CHECK(contains(judged(order("train_loss", ">"), losses).evidence, "2 against inf"));
  std::vector<RunRecord> shares = {finished("a", 0, {0.5}, "accuracy"), finished("b", 0, {0.6}, "accuracy")};
  shares.back().status = "Diverged";
  CHECK(judged(order("accuracy", ">"), shares).verdict == "holds");
  CHECK(judged(order("accuracy", "<"), shares).verdict == "not decided");
}

TEST_CASE("a status claim wants every run to end that way and names the one that does not", "[judge]") {
  const Claim status = claim("status", {{"status", "Diverged"}}, {}, {"a"});
  CHECK(judged(status, {diverged("a", 0, {1}), diverged("a", 1, {1})}).verdict == "holds");
  const ClaimRow row = judged(status, {diverged("a", 0, {1}), finished("a", 1, {1})});
  CHECK(row.verdict == "fails");
  CHECK(contains(row.evidence, "a seed 1: MaxIterations"));
}

TEST_CASE("a study claim runs the study and takes its verdict; an unknown study is refused when the file is read", "[judge]") {
  const Study* smooth = nullptr;
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies)
      if (study.id == "zeng2019.theorem1.algorithm1-smooth") smooth = &study;
  REQUIRE(smooth != nullptr);
  const StudyResult result = smooth->run();
  const ClaimRow row = judged(claim("study", {{"study", smooth->id}}, {}, {}), {});
  CHECK(row.verdict == (result.holds ? "holds" : "fails"));
  CHECK(row.evidence == result.evidence);

  std::string text = experiment_text("zeng2019-algorithm1");
  const std::string known = "study = \"zeng2019.theorem1.algorithm1-smooth\"";
  REQUIRE(contains(text, known));
  text.replace(text.find(known), known.size(), "study = \"zeng2019.theorem1.algorithm1-smoth\"");
  const test::TemporaryFolder folder;
  const auto file = folder.path / "zeng2019-algorithm1.toml";
  std::ofstream(file) << text;
  CHECK_THROWS_WITH(load_experiment(file.string()),
                    Contains("algorithm1-smoth") && Contains("zeng2019.theorem1.algorithm1-smooth"));
}

TEST_CASE("a claim that no run can decide is not testable and says why", "[judge]") {
  const ClaimRow row = judged(claim("not_testable", {{"reason", "it speaks of a limit"}}, {}, {}), {});
  CHECK(row.verdict == "not testable");
  CHECK(row.evidence == "it speaks of a limit");
}

TEST_CASE("a claim of another scale is not run and does not fail the check; one whose runs are missing does", "[judge]") {
  Claim spec = claim("value", {{"metric", "train_loss"}, {"op", "<"}}, {{"value", 3}}, {"a"});
  spec.scale = "paper";
  const ClaimRow other = judged(spec, {finished("a", 0, {1})});
  CHECK(other.verdict == "not run");
  CHECK(other.as_expected());
  CHECK(contains(other.evidence, "--scale paper"));
  spec.scale.clear();
  Experiment experiment;
  experiment.id = "toy";
  experiment.claims = {spec};
  experiment.runs.resize(2);
  experiment.runs[0].variant = experiment.runs[1].variant = "a";
  experiment.runs[1].seed = 1;
  const ClaimRow missing = judge(experiment, {finished("a", 0, {1})}, "quick").front();  // the run of seed 1 is missing
  CHECK(missing.verdict == "not run");
  CHECK_FALSE(missing.as_expected());
}

TEST_CASE("JUnit XML has a case per claim, a failure where verdict and expectation differ, and escapes what it quotes",
          "[judge][junit]") {
  ClaimRow good, bad, skipped;
  good.id = "good", good.measured = "0 of 5 < 1",
  good.verdict = good.expected = "fails";  // an expected violation is a finding, not a failure
  bad.id = "bad", bad.verdict = "fails", bad.expected = "holds", bad.evidence = "1 < 2 & \"x\"", bad.statement = "a > b";
  skipped.id = "skipped", skipped.verdict = skipped.expected = "not run";
  const std::string xml = junit({good, bad, skipped});
  const auto count = [&](const std::string& part) {
    int n = 0;
    for (std::size_t at = xml.find(part); at != std::string::npos; at = xml.find(part, at + 1)) ++n;
    return n;
  };
  CHECK(count("<testcase ") == 3);
  CHECK(count("<failure ") == 1);
  CHECK(count("<skipped ") == 1);
  CHECK(contains(xml, "tests=\"3\""));
  CHECK(contains(xml, "failures=\"1\""));
  CHECK(contains(xml, "1 &lt; 2 &amp; &quot;x&quot;"));
  CHECK(contains(xml, "a &gt; b"));
  CHECK(contains(xml, "<system-out>fails: 0 of 5 &lt; 1</system-out>"));
  // Well formed: tags nest and close, and no bare ampersand is left.
  std::vector<std::string> open;
  for (std::size_t at = xml.find("?>") + 2; (at = xml.find('<', at)) != std::string::npos;) {
    const std::size_t end = xml.find('>', at);
    REQUIRE(end != std::string::npos);
    const std::string tag = xml.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" /", 1) - (tag[0] == '/' ? 1 : 0));
    if (tag[0] == '/') {
      REQUIRE_FALSE(open.empty());
      CHECK(open.back() == tag.substr(1));
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    at = end;
  }
  CHECK(open.empty());
}

TEST_CASE("an order with a share asks for that part of the seeds and shows Clopper and Pearson's interval", "[judge]") {
  std::vector<RunRecord> runs;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    runs.push_back(finished("a", seed, {seed == 4 ? 3.0 : 1.0}));
    runs.push_back(finished("b", seed, {2.0}));
  }
  const auto order = [&](double share) {
    return judged(claim("order", {{"metric", "train_loss"}, {"op", "<"}, {"baseline", "b"}}, {{"share", share}}, {"a"}), runs);
  };
  CHECK(order(0.9).verdict == "holds");
  CHECK(order(0.95).verdict == "not decided");
  CHECK(order(0.9999).verdict == "fails");
  CHECK(contains(order(0.9).measured, "9 of 10 seeds"));
  CHECK(contains(order(0.9).measured, "[0.555, 0.9975]"));  // tables of the exact binomial interval
  CHECK(judged(claim("order", {{"metric", "train_loss"}, {"op", "<"}, {"baseline", "b"}}, {}, {"a"}), runs).verdict ==
        "not decided");
}

TEST_CASE("a value with a share counts runs, where without one all must agree", "[judge]") {
  const std::vector<RunRecord> runs = {finished("a", 1, {1}), finished("a", 2, {1}), finished("a", 3, {5})};
  const std::map<std::string, std::string> text = {{"metric", "train_loss"}, {"op", "<"}};
  CHECK(judged(claim("value", text, {{"value", 2}}, {"a"}), runs).verdict == "not decided");
  CHECK(judged(claim("value", text, {{"value", 2}, {"share", 0.6}}, {"a"}), runs).verdict == "holds");
  CHECK(judged(claim("value", text, {{"value", 2}, {"share", 1}}, {"a"}), runs).verdict == "fails");
}

TEST_CASE("statistics of a trace: mean logarithm, largest and smallest value up to an iteration", "[judge]") {
  const std::vector<RunRecord> runs = {finished("a", 1, {1, std::exp(3.0), std::nan(""), std::exp(-6.0), 7})};
  const auto measured = [&](const std::string& statistic, double at) {
    return judged(claim("value", {{"metric", "train_loss"}, {"op", ">"}, {"statistic", statistic}}, {{"value", 0}, {"at", at}},
                        {"a"}),
                  runs)
        .measured;
  };
  CHECK(contains(measured("mean_log", 3), "-1 [-1, -1]"));  // (0 + 3 - 6)/3
  CHECK(contains(measured("max", 3), "20.09 ["));           // exp(3)
  CHECK(contains(measured("max", 4), "20.09 ["));
  CHECK(contains(measured("min", 1), "1 ["));
}
