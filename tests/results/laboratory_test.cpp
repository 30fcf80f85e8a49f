// From a record to the verdicts: what is read, what is refused, and how the parts fit together.
#include "results/rates/laboratory.hpp"

#include "algorithms/core/parameters.hpp"
#include "tests/results/sequences.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::rates;

namespace {

RunRecord record_of(const Sequence& sequence, bool gradients = true) {
  RunRecord run;
  run.id = "0123456789abcdef";
  run.config = {{"variant", "toy"}};
  run.trace.append({{"iteration", 0}});  // the start has no audit
  for (std::size_t i = 0; i < sequence.f.size(); ++i) {
    Measurements row{
        {"iteration", static_cast<double>(i + 1)}, {"potential", sequence.f[i]}, {"step_norm2", std::pow(sequence.step[i], 2)}};
    if (gradients) row.emplace_back("subgradient_norm2", std::pow(sequence.g[i], 2));
    run.trace.append(row);
  }
  return run;
}

std::string refusal(const RunRecord& run) {
  try {
    sequence_of(run);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a record's columns become f, the distance and the step from the first audited iteration on", "[rates][laboratory]") {
  const Sequence original = test::gradient_descent(2, 0.1, 50), read = sequence_of(record_of(original));
  CHECK(read.first_k == 1);
  CHECK(read.f == original.f);
  REQUIRE(read.g.size() == original.g.size());
  for (std::size_t i = 0; i < read.g.size(); ++i) CHECK(read.g[i] == Approx(original.g[i]));
  CHECK(read.has_step());
}

TEST_CASE("a record without an objective, or with one that overflows, is refused with what to do", "[rates][laboratory]") {
  RunRecord plain;
  plain.id = "abc";
  plain.config = {{"variant", "toy"}};
  plain.trace.append({{"iteration", 0}, {"train_loss", 1}});
  CHECK(refusal(plain).find("audit") != std::string::npos);
  Sequence broken = test::gradient_descent(2, 0.1, 50);
  broken.f[20] = kInfinity;
  CHECK(refusal(record_of(broken)).find("at iteration 21") != std::string::npos);
}

TEST_CASE("without gradients there is a rate, but no exponent and no A1", "[rates][laboratory]") {
  const Report report = examine(sequence_of(record_of(test::gradient_descent(2, 0.005, 3000), false)), {});
  CHECK(report.rate.kind == Kind::linear);
  CHECK_FALSE(report.exponent.theta.known());
  CHECK(report.smallest_j() == 0);
  CHECK(report.theorem41.verdict == "not applicable");
}

TEST_CASE("a run slower than its exponent allows contradicts Theorem 4.1, whose hypotheses then cannot all be true",
          "[rates][laboratory]") {
  Sequence impossible;  // e = k^-2 with dist = e^(1/2): theta = 1/2 demands a linear rate; A1's constant shrinks
  for (int k = 1; k <= 3000; ++k) {
    impossible.f.push_back(std::pow(k, -2.0));
    impossible.g.push_back(1.0 / k);
    impossible.step.push_back(kNaN);
  }
  Report report = examine(impossible, test::from_zero());
  CHECK(report.theorem41.verdict == "not applicable");
  report.a1.front().state = Decrease::State::holds;  // had A1 held, the theorem would be false
  CHECK(check_theorem41(report).verdict == "violated");
  report.a2.state = Decrease::State::holds;
  CHECK(check_theorem42(report).verdict == "violated");
}

TEST_CASE("a faster rate than the exponent promises is no contradiction: Theorem 4.1 is an upper bound",
          "[rates][laboratory]") {
  Sequence fast;
  for (int k = 0; k < 600; ++k) {  // linear although dist = e^(3/4)
    fast.f.push_back(std::pow(0.95, k));
    fast.g.push_back(std::pow(0.95, 0.75 * k));
    fast.step.push_back(kNaN);
  }
  const Report report = examine(fast, test::from_zero());
  CHECK(report.exponent.theta.value == Approx(0.75).margin(1e-6));
  CHECK(report.theorem41.verdict == "holds");
  CHECK(report.theorem42.verdict == "holds");
}

TEST_CASE("the examined part is the share asked for; what follows serves f* only", "[rates][laboratory]") {
  Sequence run = test::gradient_descent(2, 0.005, 3000);
  Options options;
  options.share = 1.0 / 3;
  const Report before = examine(run, options);
  run.g[2000] *= 100;  // beyond
  CHECK(examine(run, options).a1.front().constant == before.a1.front().constant);
  CHECK(before.limit.origin.find("reference run") == 0);
  options.share = 1e-4;
  CHECK_THROWS_AS(examine(run, options), UsageError);
}

TEST_CASE("a report as JSON has a null where nothing is known", "[rates][laboratory]") {
  const nlohmann::json j = to_json(examine(test::gradient_descent(4, 0.05, 100), {}));
  CHECK(j.at("rate").at("verdict") == "inconclusive");
  CHECK(j.at("rate").at("power").at("value").is_null());
  CHECK(j.at("a1").size() == 8);
  CHECK(j.at("a1").at(0).at("state") == "holds");
}
