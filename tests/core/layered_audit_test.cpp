#include "algorithms/core/layered_audit.hpp"

#include <functional>

#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;

namespace {

/// F = 1/2 (v - w_1 x)^2 + 1/2 w_1^2 + 1/2 (w_2 v - y)^2 + 1/2 w_2^2 in numbers, minimised exactly over w_2, v, w_1 in turn.
struct TwoLayers {
  Matrix<double> x = Matrix<double>::Constant(1, 1, 1.5), y = Matrix<double>::Constant(1, 1, -2.0);
  Problem<double> problem{test::network({1, 1, 1}, "linear", false), Loss::parse("squared", false), &x, &y};
  Matrix<double> w1 = Matrix<double>::Constant(1, 1, 0.7), w2 = Matrix<double>::Constant(1, 1, -0.3);
  Matrix<double> v = Matrix<double>::Constant(1, 1, 2.0);

  State<double> state() {
    State<double> all;
    all.add("W", 1, w1), all.add("W", 2, w2), all.add("V", 1, v);
    return all;
  }
  /// factor 1: to the minimiser over the block.
  void update(const Block& block, double factor) {
    Matrix<double>& number = block.name == "V" ? v : block.layer == 1 ? w1 : w2;
    const double best = block.name == "V"  ? (w1(0) * x(0) + w2(0) * y(0)) / (1 + w2(0) * w2(0))
                        : block.layer == 1 ? x(0) * v(0) / (1 + x(0) * x(0))
                                           : v(0) * y(0) / (1 + v(0) * v(0));
    number(0) = factor == 1 ? best : number(0) + factor * (best - number(0));
  }
};
const std::vector<Block> kSweep = {{"W", 2}, {"V", 1}, {"W", 1}};

class TwoLayersAudit final : public LayeredAudit<Moment> {
 public:
  explicit TwoLayersAudit(const Problem<double>& problem) : LayeredAudit(problem) {}

 private:
  double input(int i) const { return i == 1 ? (*problem_.X)(0) : now_("V", 1)(0); }
  Term term(int i, const Block*) override {
    const double w = now_("W", i)(0), target = i == 1 ? now_("V", 1)(0) : (*problem_.Y)(0);
    const double value = 0.5 * std::pow(w * input(i) - target, 2) + 0.5 * w * w;
    return {value, 8 * kEps * (1 + std::abs(w * input(i)) + std::abs(target)) * (1 + value)};
  }
  std::pair<int, int> touched(const Block& block) const override {
    return {block.layer, block.layer + (block.name == "V" ? 1 : 0)};
  }
  BlockPromise promised(const Block& block) const override {
    const double scale = block.name == "V" ? now_("W", 2)(0) : input(block.layer);
    const double step2 = now_.step2(before_, letters(block), block.layer);
    BlockPromise promise{.gradient = 8 * kEps * (1 + scale * scale), .step = std::sqrt(step2)};
    promise.descent = promise.identity = {0.5 * (1 + scale * scale), step2, step2};
    return promise;
  }
  void begin(CheckLog&) override {}
  void keep(Members&) override {}
  void judge_sweep(int k, CheckLog& log, Measurements& row) override {
    judge(log, "descent.sweep", k, {"sweep", 0}, F_sweep_.value - F_.value, F_sweep_.rounding + F_.rounding);
    row.emplace_back("potential", F_.value);
    row.emplace_back("step_norm2", now_.step2(sweep_start_, {"W", "V"}, 1) + now_.step2(sweep_start_, {"W", "V"}, 2));
  }
};

/// Four sweeps under the audit, each update with the factor of its sweep and block.
struct Run {
  TwoLayers method;
  Measurements row;
  std::vector<PromiseResult> results;
  explicit Run(const std::function<double(int k, const Block&)>& factor) {
    CheckLog log({{"descent.block", "", "", "", ""}, {"identity.block", "", "", "", ""}, {"descent.sweep", "", "", "", ""}});
    const State<double> state = method.state();
    TwoLayersAudit audit(method.problem);
    audit.start(state, log);
    for (int k = 1; k <= 4; ++k) {
      for (const Block& block : kSweep) {
        method.update(block, factor(k, block));
        audit.after_block(k, block, log);
      }
      row.clear();
      audit.after_sweep(k, log, row);
    }
    results = log.results();
  }
};

}  // namespace

TEST_CASE("exact minimisation of each block holds, block by block and sweep by sweep", "[layered_audit]") {
  const Run run([](int, const Block&) { return 1.0; });
  for (const PromiseResult& r : run.results) {
    CAPTURE(r.promise.id, r.worst_block, r.worst_iteration, r.worst_slack);
    CHECK(r.verdict() == "holds");
    CHECK(r.checks == (r.promise.id == "descent.sweep" ? 4 : 12));
  }
  CHECK(run.row[0].first == "potential");
  const TwoLayers& m = run.method;
  const double F = 0.5 * std::pow(m.v(0) - m.w1(0) * 1.5, 2) + 0.5 * std::pow(m.w2(0) * m.v(0) + 2, 2) +
                   0.5 * (m.w1(0) * m.w1(0) + m.w2(0) * m.w2(0));
  CHECK(run.row[0].second == Approx(F).epsilon(1e-14));
}

TEST_CASE("a wrong update is reported with its block and its iteration", "[layered_audit]") {
  for (const Block& wrong : kSweep) {
    const Run run([&](int k, const Block& block) { return k == 3 && block.text() == wrong.text() ? 1.5 : 1.0; });
    for (const PromiseResult& r : run.results) {
      if (r.promise.id == "descent.sweep") continue;
      CAPTURE(r.promise.id, wrong.text());
      CHECK(r.verdict() == "violated");
      CHECK(r.first_block == wrong.text());
      CHECK(r.first_iteration == 3);
      CHECK(r.violations == 1);  // the updates after it are exact again
    }
  }
}

TEST_CASE("a run that overflows violates, although it has no rounding bound", "[layered_audit]") {
  const Run run([](int k, const Block& block) { return k == 2 && block.name == "V" ? std::nan("") : 1.0; });
  for (const PromiseResult& r : run.results) CHECK(r.verdict() == "violated");
  CHECK(run.results.front().first_block == "V1");
  CHECK(run.results.front().first_iteration == 2);
}

TEST_CASE("a moment keeps its numbers, looks them up by letter and layer and measures steps", "[moment]") {
  TwoLayers method;
  const State<double> state = method.state();
  const Moment before(state);
  Moment now = before;
  method.w1(0) += 2, method.v(0) += 3;
  CHECK(before("W", 1)(0) == 0.7);
  now.read(state, {"V", "b"}, 1);  // no biases: passed over
  CHECK(now("V", 1)(0) == 5.0);
  CHECK(now("W", 1)(0) == 0.7);
  CHECK_FALSE(now.has("b", 1));
  CHECK(now.step2(before, {"W", "b", "V"}, 1) == 9.0);
  now.read(state);
  CHECK(now.step2(before, {"W", "V"}, 1) == Approx(13.0));
  CHECK(now.step2(before, {"V"}, 1) == 9.0);
  CHECK_THROWS_WITH(now("b", 1), "the moment has no part b1");
}
