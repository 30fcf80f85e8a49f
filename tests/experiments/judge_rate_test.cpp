// Claims about rates on records made by hand: gradient descent on |x|^m, whose constants and rates are known.
#include <cmath>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/claims/rate.hpp"
#include "experiments/claims/verdict.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

/// x <- x - s m x^(m-1) from 1, recorded as an audited run.
RunRecord descent(int m, double s, int K, const std::string& variant = "a") {
  RunRecord run;
  run.id = variant + std::to_string(m);
  run.config = {{"experiment", "toy"}, {"variant", variant}, {"seed", 1}};
  run.status = "MaxIterations";
  run.trace.append({{"iteration", 0}});
  double x = 1;
  for (int k = 1; k <= K; ++k) {
    const double step = s * m * std::pow(x, m - 1);
    x -= step;
    run.trace.append({{"iteration", k},
                      {"potential", std::pow(x, m)},
                      {"subgradient_norm2", std::pow(m * std::pow(x, m - 1), 2)},
                      {"step_norm2", step * step},
                      {"bound", 0.01}});
  }
  return run;
}

Claim claim(const std::string& what, std::map<std::string, double> number = {}, const std::string& rate = "") {
  Claim spec;
  spec.kind = "rate";
  spec.text = {{"assert", what}};
  if (!rate.empty()) spec.text["rate"] = rate;
  spec.number = std::move(number);
  return spec;
}

ClaimRow judged(const Claim& spec, const std::vector<RunRecord>& records) {
  std::vector<const RunRecord*> runs;
  for (const RunRecord& run : records) runs.push_back(&run);
  ClaimRow row;
  row.verdict = verdict_word(judge_rate(spec, runs, {}, row), "paper", "rate");
  return row;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const RunRecord kLinear = descent(2, 0.005, 3000), kQuartic = descent(4, 0.05, 3000);

}  // namespace

TEST_CASE("claims about a linear run: A1, theta 1/2, R-linear, finite length, both theorems", "[judge][rates]") {
  CHECK(judged(claim("a1", {{"j", 1}}), {kLinear}).verdict == "holds");
  CHECK(judged(claim("a1", {{"j", 3}}), {kLinear}).verdict == "holds");
  CHECK(judged(claim("theta", {{"low", 0.5}, {"high", 1}}), {kLinear}).verdict == "holds");
  CHECK(judged(claim("theta", {{"low", 0.6}, {"high", 1}}), {kLinear}).verdict == "fails");
  CHECK(judged(claim("rate", {}, "linear"), {kLinear}).verdict == "holds");
  CHECK(judged(claim("rate", {}, "sublinear"), {kLinear}).verdict == "fails");
  CHECK(contains(judged(claim("root_rate", {}, "linear"), {kLinear}).measured, "R-linear, R_1 0.98"));
  CHECK(judged(claim("finite_length"), {kLinear}).verdict == "holds");
  CHECK(judged(claim("theorem41"), {kLinear}).verdict == "holds");
  CHECK(judged(claim("theorem42"), {kLinear}).verdict == "holds");
}

TEST_CASE("claims about a sublinear run: p in a range, and A2 whose constant shrinks", "[judge][rates]") {
  CHECK(judged(claim("rate", {{"low", 1.9}, {"high", 2.1}}, "sublinear"), {kQuartic}).verdict == "holds");
  CHECK(judged(claim("rate", {{"low", 2.5}, {"high", 3}}, "sublinear"), {kQuartic}).verdict == "fails");
  CHECK(judged(claim("rate", {}, "linear"), {kQuartic}).verdict == "fails");
  const ClaimRow a2 = judged(claim("a2", {{"alpha", 0.75}}), {kQuartic});
  CHECK(a2.verdict == "not decided");
  CHECK(contains(a2.evidence, "shrinks"));
  CHECK(judged(claim("theorem42"), {kQuartic}).verdict == "not applicable");
}

TEST_CASE("a limit is critical where the distance ends below the unit roundoff's root or points at 0", "[judge][rates]") {
  CHECK(judged(claim("critical"), {kLinear}).verdict == "holds");
  const ClaimRow slow = judged(claim("critical"), {kQuartic});  // the distance falls like k^-1.5 and ends at 1e-5
  CHECK(slow.verdict == "holds");
  CHECK(contains(slow.evidence, "points at"));
  RunRecord kink = kLinear, early = descent(4, 0.05, 40);
  const auto g = static_cast<std::size_t>(kink.trace.index("subgradient_norm2"));
  for (auto& row : kink.trace.rows) row[g] = 0.04;  // the distance stays, as at a kink
  CHECK(judged(claim("critical"), {kink}).verdict == "fails");
  CHECK(judged(claim("critical"), {early}).verdict == "not decided");
}

TEST_CASE("terms other than the steps have a finite sum, or are not said to have one", "[judge][rates]") {
  Claim sum = claim("finite_length");
  sum.text["column"] = "subgradient_norm2";
  CHECK(judged(sum, {kQuartic}).verdict == "holds");  // k^-1.5
  RunRecord harmonic = kQuartic;
  const auto g = static_cast<std::size_t>(harmonic.trace.index("subgradient_norm2"));
  for (std::size_t k = 1; k < harmonic.trace.rows.size(); ++k)
    harmonic.trace.rows[k][g] = std::pow(static_cast<double>(k), -1.6);
  CHECK(judged(sum, {harmonic}).verdict == "not decided");  // k^-0.8, too few decades to say that it has none
}

TEST_CASE("the paper's constant is compared with the measured one", "[judge][rates]") {
  const double q = 0.99;  // x -> q x: c_1 = (1 - q^2)/(4 q^2) = 0.00508
  Claim spec = claim("constant");
  spec.text["column"] = "bound";
  CHECK(judged(spec, {kLinear}).verdict == "fails");  // 0.01 is more than the run supports
  RunRecord lower = kLinear;
  for (std::vector<double>& row : lower.trace.rows) row.back() = 0.999 * (1 - q * q) / (4 * q * q);
  CHECK(judged(spec, {lower}).verdict == "holds");
  spec.text["column"] = "missing";
  CHECK(judged(spec, {kLinear}).verdict == "not applicable");
}

TEST_CASE("one run that breaks A1 decides the claim, and the evidence names it", "[judge][rates]") {
  RunRecord broken = descent(2, 0.005, 3000, "b");
  const auto column = static_cast<std::size_t>(broken.trace.index("potential"));
  broken.trace.rows[700][column] *= 1.5;
  const ClaimRow row = judged(claim("a1"), {kLinear, broken});
  CHECK(row.verdict == "fails");
  CHECK(contains(row.measured, "1 against, 1 hold"));
  CHECK(contains(row.evidence, "b seed 1"));
  CHECK(judged(claim("a1"), {kLinear}).verdict == "holds");
}

TEST_CASE("a run without gradients is not applicable to A1, and one without an objective to anything", "[judge][rates]") {
  RunRecord plain = kLinear;
  plain.trace = {};
  for (int k = 1; k <= 100; ++k) plain.trace.append({{"iteration", k}, {"potential", std::pow(0.5, k)}});
  CHECK(judged(claim("a1"), {plain}).verdict == "not applicable");
  CHECK(judged(claim("rate", {}, "linear"), {plain}).verdict == "holds");
  plain.trace = {};
  plain.trace.append({{"iteration", 0}, {"train_loss", 1}});
  CHECK(judged(claim("rate", {}, "linear"), {plain}).verdict == "not applicable");
  CHECK(judged(claim("a1"), {plain, kLinear}).verdict == "holds");  // the others decide
}

TEST_CASE("a claim may take the distance from another column", "[judge][rates]") {
  RunRecord run = kLinear;
  const auto gradient = static_cast<std::size_t>(run.trace.index("subgradient_norm2"));
  run.trace.columns.push_back("part_norm2");  // a part of the gradient: a tenth of its square, so ten times the constant
  for (std::vector<double>& row : run.trace.rows) row.push_back(row[gradient] / 10);
  Claim spec = claim("a1");
  const std::string whole = judged(spec, {run}).measured;
  spec.text["column"] = "part_norm2";
  CHECK(contains(whole, "c_1 0.005"));
  CHECK(contains(judged(spec, {run}).measured, "c_1 0.05"));
  spec.text["column"] = "missing";
  CHECK(judged(spec, {run}).verdict == "not applicable");
}
