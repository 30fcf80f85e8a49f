// Comparisons on records made by hand, whose medians, tests and verdicts can be worked out on paper; and the real program.
#include <algorithm>
#include <cmath>
#include <limits>

#include "checkout.hpp"
#include "experiments/report/comparison_text.hpp"
#include "results/compare/baseline.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using test::Sandbox;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

RunRecord finished(const std::string& variant, std::uint64_t seed, const std::vector<double>& losses,
                   const std::string& metric = "train_loss") {
  RunRecord run;
  run.id = variant + "-" + std::to_string(seed);
  run.config = {{"experiment", "toy"}, {"variant", variant}, {"seed", seed}};
  run.status = "MaxIterations";
  for (std::size_t k = 0; k < losses.size(); ++k)
    run.trace.append(
        {{"iteration", static_cast<double>(k)}, {"train_seconds", 0.5 * static_cast<double>(k)}, {metric, losses[k]}});
  return run;
}

RunRecord diverged(const std::string& variant, std::uint64_t seed) {
  RunRecord run = finished(variant, seed, {1, 1});
  run.status = "Diverged";
  return run;
}

/// Seeds 1, 2, ... with these last losses after a common start of 100.
std::vector<RunRecord> runs(const std::string& variant, const std::vector<double>& last) {
  std::vector<RunRecord> records;
  for (std::size_t i = 0; i < last.size(); ++i) records.push_back(finished(variant, i + 1, {100, last[i]}));
  return records;
}

std::vector<RunRecord> joined(std::vector<RunRecord> a, const std::vector<RunRecord>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

ComparisonOptions loss_options() {
  ComparisonOptions options;
  options.metric = "train_loss";
  return options;
}

PairedResult only_pair(const std::vector<RunRecord>& records, const ComparisonOptions& options = loss_options()) {
  const auto pairs = compare_variants(outcomes(records, options), options);
  REQUIRE(pairs.size() == 1);
  return pairs.front();
}

/// The gate: `now` against a baseline made of `before`.
PairedResult gate(const std::vector<RunRecord>& now, const std::vector<RunRecord>& before, double margin = 0.01) {
  ComparisonOptions options = loss_options();
  options.margin = margin;
  const auto results = compare_with_baseline(outcomes(now, options), outcomes(before, options), options);
  REQUIRE(results.size() == 1);
  return results.front();
}

}  // namespace

TEST_CASE("a better variant is better on common seeds once there are enough of them", "[compare]") {
  const std::vector<double> good = {1, 2, 3, 4, 5, 6}, bad = {2, 4, 6, 8, 10, 12};
  const PairedResult six = only_pair(joined(runs("a", good), runs("b", bad)));
  CHECK(six.seeds == 6);
  CHECK(six.wins == 6);
  CHECK(six.median == -3.5);         // of -1, ..., -6
  CHECK(six.p == Approx(2.0 / 64));  // all signs equal: one of 2^6 on either side
  CHECK(six.verdict == "better");
  CHECK(only_pair(joined(runs("a", bad), runs("b", good))).verdict == "worse");

  const PairedResult five = only_pair(joined(runs("a", {1, 2, 3, 4, 5}), runs("b", {2, 4, 6, 8, 10})));
  CHECK(five.p == Approx(2.0 / 32));
  CHECK(five.verdict == "inconclusive");
  CHECK_THAT(five.reason, Contains("5 common seeds, at least 6"));

  const PairedResult mixed = only_pair(joined(runs("a", good), runs("b", {2, 1, 4, 3, 6, 5})));
  CHECK(mixed.wins == 3);
  CHECK(mixed.verdict == "no difference shown");
}

TEST_CASE("only common seeds are paired", "[compare]") {
  std::vector<RunRecord> records = runs("a", {1, 2, 3});
  records.push_back(finished("b", 3, {100, 5}));
  records.push_back(finished("b", 9, {100, 0}));
  const PairedResult pair = only_pair(records);
  CHECK(pair.seeds == 1);
  CHECK(pair.median == -2);
}

TEST_CASE("many comparisons need more seeds: Holm's correction counts every pair", "[compare]") {
  std::vector<RunRecord> records = runs("a", {1, 2, 3, 4, 5, 6});
  records = joined(records, runs("b", {2, 4, 6, 8, 10, 12}));
  records = joined(records, runs("c", {3, 6, 9, 12, 15, 18}));
  const auto pairs = compare_variants(outcomes(records, loss_options()), loss_options());
  REQUIRE(pairs.size() == 3);
  for (const PairedResult& pair : pairs) {
    CHECK(pair.adjusted == Approx(3 * 2.0 / 64));
    CHECK(pair.verdict == "inconclusive");
    CHECK_THAT(pair.reason, Contains("at least 7"));
  }
  ComparisonOptions options = loss_options();
  options.baseline = "c";
  CHECK(compare_variants(outcomes(records, options), options).size() == 2);
  options.baseline = "d";
  CHECK_THROWS_WITH(compare_variants(outcomes(records, options), options), Contains("unknown variant 'd'"));
}

TEST_CASE("diverged runs cost infinity: the median of misses is infinite and a finite run beats them", "[compare]") {
  std::vector<RunRecord> records = runs("a", {1, 2, 3, 4, 5, 6});
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    records.push_back(seed <= 4 ? diverged("b", seed) : finished("b", seed, {100, 0.5}));
  const auto all = outcomes(records, loss_options());
  const auto summaries = summarise(all, loss_options());
  REQUIRE(summaries.size() == 2);
  CHECK(summaries[0].value.median == 3.5);
  CHECK(summaries[1].value.runs == 6);
  CHECK(summaries[1].value.missed == 4);
  CHECK(summaries[1].value.median == kInf);
  const PairedResult pair = only_pair(records);
  CHECK(pair.wins == 4);
  CHECK(pair.losses == 2);
  CHECK(pair.median == -kInf);
  CHECK(only_pair({diverged("a", 1), diverged("b", 1)}).ties == 1);  // neither is better
}

TEST_CASE("of an accuracy more is better, and a run without one is on the bad side", "[compare]") {
  ComparisonOptions options;
  options.metric = "test_accuracy";
  options.lower = false;
  std::vector<RunRecord> records;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    records.push_back(finished("a", seed, {0.1, 0.8}, "test_accuracy"));
    records.push_back(seed == 1 ? diverged("b", seed) : finished("b", seed, {0.1, 0.6}, "test_accuracy"));
  }
  const auto all = outcomes(records, options);
  CHECK(summarise(all, options)[1].value.low == 0.6);
  CHECK(std::any_of(all.begin(), all.end(), [](const auto& o) { return o.value == -kInf; }));
  const auto pairs = compare_variants(all, options);
  CHECK(pairs.front().verdict == "better");
  // Shown with the metric's own sign: a is 0.2 above b.
  const Comparison comparison{options, summarise(all, options), pairs, false, {}, ""};
  CHECK_THAT(comparison_text(comparison), Contains("  0.2  "));
}

TEST_CASE("the cost of a target is compared on the chosen axis; an axis that nobody counts is refused", "[compare]") {
  ComparisonOptions options = loss_options();
  options.target = 10;
  std::vector<RunRecord> records;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    records.push_back(finished("quick", seed, {100, 9, 1}));
    records.push_back(finished("slow", seed, seed < 4 ? std::vector<double>{100, 50, 11} : std::vector<double>{100, 50, 5}));
  }
  const auto all = outcomes(records, options);
  const auto summaries = summarise(all, options);
  CHECK(summaries[0].target.at("iterations").median == 1);
  CHECK(summaries[0].target.at("seconds").median == 0.5);
  CHECK_FALSE(summaries[0].target.contains("flops"));
  CHECK(summaries[1].target.at("iterations").median == kInf);  // three of six never get there: between 2 and infinity
  CHECK(summaries[1].target.at("iterations").missed == 3);
  const Comparison comparison{options, summaries, compare_variants(all, options), false, performance_profile(all, options), ""};
  CHECK(comparison.pairs.front().verdict == "better");
  CHECK_THAT(comparison_text(comparison), Contains("flops to the target (not counted: toy, quick; toy, slow)"));

  options.axis = "flops";
  CHECK_THROWS_WITH(outcomes(records, options), Contains("--axis flops: no run counts them"));
}

TEST_CASE("a performance profile steps at the ratios to the best and ends below 1 where targets are missed", "[compare]") {
  ComparisonOptions options = loss_options();
  options.target = 10;
  // Iterations to the target: a 1, 2, never; b 2, 2, 3. Seed 4 was run with one variant only.
  const std::vector<RunRecord> records = {finished("a", 1, {99, 1}),          finished("a", 2, {99, 99, 1}),
                                          finished("a", 3, {99, 99, 99, 99}), finished("b", 1, {99, 99, 1}),
                                          finished("b", 2, {99, 99, 1}),      finished("b", 3, {99, 99, 99, 1}),
                                          finished("a", 4, {99, 1})};
  const Profile profile = performance_profile(outcomes(records, options), options);
  CHECK(profile.problems == 3);
  CHECK(profile.left_out == 1);
  REQUIRE(profile.curves.size() == 2);
  CHECK(profile.curves[0].share.front() == Approx(2.0 / 3));  // best on seeds 1 and 2 (a tie)
  CHECK(profile.curves[0].share.back() == Approx(2.0 / 3));
  CHECK(profile.curves[1].tau == std::vector<double>{1, 2, 2, 1.1 * 2});
  CHECK(profile.curves[1].share.front() == Approx(2.0 / 3));
  CHECK(profile.curves[1].share.back() == 1);
}

TEST_CASE("seconds of runs made side by side or on two processors are called in doubt", "[compare]") {
  std::vector<RunRecord> records = runs("a", {1, 2});
  CHECK(doubt_about_seconds(records).empty());
  records[0].provenance = {{"cpu", "one"}};
  records[1].provenance = {{"cpu", "another"}};
  CHECK_THAT(doubt_about_seconds(records), Contains("different processors"));
  records[1].provenance = {{"cpu", "one"}, {"jobs", 2}};
  CHECK_THAT(doubt_about_seconds(records), Contains("side by side"));
}

TEST_CASE("an unknown metric is answered with the columns and the nearest; the same run twice is refused", "[compare]") {
  ComparisonOptions options;
  options.metric = "trian_loss";
  CHECK_THROWS_WITH(outcomes(runs("a", {1}), options), Contains("did you mean 'train_loss'") && Contains("train_seconds"));
  options = loss_options();
  options.at = 7;
  CHECK_THROWS_WITH(outcomes(runs("a", {1}), options), Contains("--at 7: no run has this iteration"));
  options.at = 0;
  CHECK(outcomes(runs("a", {1}), options).front().value == 100);
  CHECK_THROWS_WITH(outcomes(joined(runs("a", {1}), runs("a", {1})), loss_options()), Contains("two runs of toy, a, seed 1"));
}

TEST_CASE("the gate sees a loss on every seed, and neither equal results, nor gains, nor noise, nor trifles", "[compare]") {
  const std::vector<double> before = {1, 2, 3, 4, 5};
  CHECK(gate(runs("a", {1.1, 2.2, 3.3, 4.4, 5.5}), runs("a", before)).verdict == "worse");  // p = 1/32
  CHECK(gate(runs("a", before), runs("a", before)).verdict == "no difference shown");
  CHECK(gate(runs("a", {0.5, 1, 1.5, 2, 2.5}), runs("a", before)).verdict == "no difference shown");
  CHECK(gate(runs("a", {1.1, 1.8, 3.3, 3.6, 5.5}), runs("a", before)).verdict == "no difference shown");
  CHECK(gate(runs("a", {1.005, 2.01, 3.015, 4.02, 5.025}), runs("a", before)).verdict == "no difference shown");
  CHECK(gate(runs("a", {1.005, 2.01, 3.015, 4.02, 5.025}), runs("a", before), 0).verdict == "worse");
}

TEST_CASE("the gate does not decide with too few seeds, and takes divergence for a loss", "[compare]") {
  const std::vector<double> before = {1, 2, 3, 4, 5};
  const PairedResult four = gate(runs("a", {2, 4, 6, 8}), runs("a", before));
  CHECK(four.verdict == "inconclusive");
  CHECK_THAT(four.reason, Contains("4 common seeds, at least 5"));
  CHECK(gate(runs("b", before), runs("a", before)).verdict == "missing");  // no run of the variant at all
  std::vector<RunRecord> broken;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) broken.push_back(diverged("a", seed));
  CHECK(gate(broken, runs("a", before)).verdict == "worse");
  CHECK(gate(broken, broken).verdict == "no difference shown");  // it never worked
}

TEST_CASE("a baseline is read back as it was written, infinities too; seconds are refused", "[compare]") {
  const Sandbox sandbox;
  Baseline baseline;
  baseline.options = loss_options();
  baseline.options.at = 1;
  baseline.seeds = 3;
  baseline.runs = outcomes({finished("a", 1, {9, 0.1}), diverged("a", 2)}, baseline.options);
  const auto file = sandbox.path("b.json");
  write_baseline(file, baseline);
  const Baseline back = read_baseline(file);
  CHECK(back.options.metric == "train_loss");
  CHECK(back.options.at == 1.0);
  CHECK_FALSE(back.options.target);
  CHECK(back.seeds == 3);
  REQUIRE(back.runs.size() == 2);
  CHECK(back.runs[0].value == 0.1);
  CHECK(back.runs[1].value == kInf);
  CHECK(back.runs[1].status == "Diverged");
  baseline.options.at.reset();
  baseline.options.target = 5;
  baseline.options.axis = "seconds";
  CHECK_THROWS_WITH(write_baseline(file, baseline), Contains("seconds of one machine"));
  sandbox.write("bad.json", "{\"metric\": 1}");
  CHECK_THROWS_WITH(read_baseline(sandbox.path("bad.json")), Contains("bad.json: not a baseline"));
}

namespace {

const std::string kExperiment = BCDBENCH_SOURCE_DIR "/tests/experiments/gate.toml";
const std::string kBaseline = BCDBENCH_SOURCE_DIR "/results/reference/baselines/gate.json";

/// Copies the records into another folder with every training loss multiplied; returns the files.
std::string scaled_records(const Sandbox& sandbox, const std::string& folder, double factor, std::uint64_t seeds) {
  std::string files;
  for (const auto& entry : test::fs::directory_iterator(sandbox.path("out/runs"))) {
    if (entry.path().extension() != ".json") continue;
    RunRecord record = read_record(entry.path());
    if (record.seed() > seeds) continue;
    const auto column = static_cast<std::size_t>(record.trace.index("train_loss"));
    for (auto& row : record.trace.rows) row[column] *= factor;
    write_record(sandbox.path(folder), record);
    files += " " + folder + "/" + record.id + ".json";
  }
  return files;
}

}  // namespace

TEST_CASE("the committed baseline passes, the same runs made worse exit with 1, and too few of them do not decide",
          "[compare][cli]") {
  const Sandbox sandbox;
  REQUIRE(sandbox.run("run '" + kExperiment + "' --threads 1").code == 0);
  const test::Outcome same = sandbox.run("compare '" + kExperiment + "' --baseline '" + kBaseline + "'");
  CHECK(same.code == 0);
  CHECK_THAT(same.out, Contains("no difference shown") && !Contains("inconclusive"));

  const test::Outcome worse =
      sandbox.run("compare" + scaled_records(sandbox, "worse", 1.5, 8) + " --baseline '" + kBaseline + "'");
  CHECK(worse.code == 1);
  CHECK_THAT(worse.out, Contains("worse"));
  const test::Outcome better =
      sandbox.run("compare" + scaled_records(sandbox, "better", 0.5, 8) + " --baseline '" + kBaseline + "'");
  CHECK(better.code == 0);
  const test::Outcome few = sandbox.run("compare" + scaled_records(sandbox, "few", 1.5, 4) + " --baseline '" + kBaseline + "'");
  CHECK(few.code == 0);
  CHECK_THAT(few.out, Contains("inconclusive: 4 common seeds, at least 6"));
}

TEST_CASE("bcdbench compare prints tables and JSON, and draws the performance profile", "[compare][cli]") {
  const Sandbox sandbox;
  REQUIRE(sandbox.run("run '" + kExperiment + "' --threads 1 --seeds 3").code == 0);
  const std::string compare = "compare '" + kExperiment + "' --seeds 3 --metric train_loss --target 5 ";
  const test::Outcome text = sandbox.run(compare + "--axis products --figure svg --baseline BCD");
  CHECK(text.code == 2);  // Algorithm 1 counts no products
  CHECK_THAT(text.err, Contains("--axis products"));
  const test::Outcome table = sandbox.run(compare + "--figure svg,png --baseline BCD");
  CHECK(table.code == 0);
  CHECK_THAT(table.out, Contains("quantile 25 %") && Contains("products to the target (not counted: gate, Algorithm 1)"));
  CHECK(test::fs::exists(sandbox.path("out/figures/compare/profile.svg")));
  CHECK(test::fs::exists(sandbox.path("out/figures/compare/profile.png")));

  const test::Outcome json = sandbox.run(compare + "--format json");
  const nlohmann::json document = nlohmann::json::parse(json.out);
  CHECK(document.at("variants").size() == 3);
  CHECK(document.at("pairs").size() == 3);
  CHECK(document.at("profile").at("problems") == 3);
  CHECK(document.at("variants")[1].at("to_target").contains("flops"));

  CHECK(sandbox.run("compare '" + kExperiment + "' --seeds 3 --metric train_loss --write-baseline b.json").code == 0);
  CHECK(sandbox.run("compare '" + kExperiment + "' --seeds 3 --baseline b.json").code == 0);
  for (const auto& [arguments, message] : std::vector<std::pair<std::string, std::string>>{
           {"--metric trian_loss", "did you mean 'train_loss'"},
           {"", "--metric M is required"},
           {"--metric train_loss --baseline BDC", "did you mean 'BCD'"},
           {"--metric train_loss --better smaller", "unknown direction"},
           {"--metric train_loss --axis flops", "--axis needs --target"},
           {"--metric train_loss --target 1 --axis flop", "did you mean 'flops'"},
           {"--metric train_loss --quantiles 0.5", "two numbers"},
           {"--metric train_loss --level 2", "--level must be in (0, 1)"},
           {"--metric train_loss --figure svg", "needs --target"},
           {"--metric train_loss --baseline b.json", "--metric is settled by the baseline file"},
           {"--baseline none.json", "cannot read the baseline none.json"}}) {
    CAPTURE(arguments);
    const test::Outcome misuse = sandbox.run("compare '" + kExperiment + "' --seeds 3 " + arguments);
    CHECK(misuse.code == 2);
    CHECK_THAT(misuse.err, Contains(message));
  }
  CHECK_THAT(sandbox.run("compare --metric train_loss").err, Contains("name records or experiments"));
}
