// Proposition 1 of Zeng et al. 2019: every activation, loss and regulariser, judged by the audit on small data.
#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

const std::vector<std::string> kRegularisers = {"none", "l2:0.3", "l1:0.2", "elastic:0.2,0.3", "nonnegative", "box:-0.4,0.9"};
const std::vector<std::string> kActivations = {
    "relu", "leaky_relu:0.2", "linear", "tanh", "sigmoid", "softplus", "polynomial:0.1,0.6,0.2", "polynomial:0,1,0.5,2"};
const std::vector<std::string> kLosses = {"squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential"};
const std::vector<std::string> kShapes = {"order=backward weight_update=joint", "order=forward weight_update=joint",
                                          "order=backward weight_update=jacobi", "order=forward weight_update=jacobi"};

/// One combination: ten sweeps under the audit, from an infeasible start inside the domains of r and s.
class Combination {
 public:
  Combination(const std::string& activation, const std::string& loss, bool proxlinear, const std::string& r,
              const std::string& s, int variant)
      : tiny_(net(activation, variant), Loss::parse(loss, variant % 3 == 0), 9, 31) {
    settings = kShapes[static_cast<std::size_t>(variant) % kShapes.size()] +
               " gamma=1.5 alpha=1.2 rho=" + (variant % 2 ? "0.8" : "0") + " r=" + r + " s=" + s +
               " output_update=" + (proxlinear ? "proxlinear" : "prox");
    text = activation + " " + loss + " " + settings + (tiny_.problem.net.any_skip() ? " with skips" : "");
    engine_ = make_engine(tiny_.problem.net, settings);
  }

  bool applicable() const { return engine_->not_applicable(tiny_.problem).empty(); }

  void require_promises(std::map<std::string, double>& worst) {
    start(*engine_, tiny_, 7);
    ThreeSplittingParameters p;
    ParameterList list;
    p.fields(list);
    configure(list, settings);
    for (auto& m : engine_->state()) {
      Matrix<double> inside = m.value;
      if (m.name[0] == 'W') p.r.prox<double>(1e9, inside);
      if (m.name[0] == 'V') p.s.prox<double>(1e9, inside);
      m.value = inside;
    }
    Judge judge(*engine_, three_splitting_promises(),
                make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine_->parameters()), tiny_.problem));
    for (int sweep = 0; sweep < 10; ++sweep) judge.sweep();
    INFO(text);
    for (const Promise& promise : three_splitting_promises()) {
      const PromiseResult& result = judge.result(promise.id);
      INFO(promise.id << ": slack/allowance " << result.worst_ratio << " at " << result.worst_block);
      CHECK(result.violations == 0);
      if (result.checks > 0) worst[promise.id] = std::min(worst[promise.id], result.worst_ratio);
    }
    CHECK(judge.result("certificate.membership").checks > 0);
    CHECK(judge.result("descent.sweep").verdict() == (p.output_update == ThreeSplittingParameters::OutputUpdate::proxlinear &&
                                                              tiny_.problem.loss.kind == Loss::Kind::exponential
                                                          ? "not applicable"
                                                          : "holds"));
  }

  std::string settings, text;

 private:
  static Network net(const std::string& activation, int variant) {
    const Network plain = network({3, 4, 4, 2}, activation, variant % 5 != 0);
    return variant % 4 == 3 ? with_skips(plain) : plain;
  }

  Tiny<> tiny_;
  std::unique_ptr<Algorithm<double>> engine_;
};

/// How near the roundings come to their derived allowances: printed with BCDBENCH_TIGHTNESS=1.
void report(const std::map<std::string, double>& worst) {
  if (!std::getenv("BCDBENCH_TIGHTNESS")) return;
  for (const auto& [id, ratio] : worst) std::cerr << id << " smallest slack/allowance " << ratio << '\n';
}

}  // namespace

TEST_CASE("every loss with every pair of regularisers keeps its promises", "[three_splitting][combinations]") {
  const std::string loss = GENERATE(from_range(kLosses));
  const bool proxlinear = GENERATE(false, true);
  std::map<std::string, double> worst;
  int variant = 0, applicable = 0;
  for (const auto& r : kRegularisers)
    for (const auto& s : kRegularisers) {
      Combination combination("relu", loss, proxlinear, r, s, variant++);
      if (!combination.applicable()) continue;
      ++applicable;
      combination.require_promises(worst);
    }
  // No prox-linear step for the hinge; the exact step of the cross-entropy only with a quadratic s.
  CHECK(applicable == (proxlinear && loss == "hinge" ? 0 : !proxlinear && loss == "cross_entropy" ? 12 : 36));
  report(worst);
}

TEST_CASE("every activation with every regulariser and loss keeps its promises", "[three_splitting][combinations]") {
  const std::string activation = GENERATE(from_range(kActivations));
  std::map<std::string, double> worst;
  int variant = 0;
  for (const auto& loss : kLosses)
    for (const auto& regulariser : kRegularisers) {
      Combination combination(activation, loss, loss == "cross_entropy", regulariser, regulariser, variant++);
      combination.require_promises(worst);
    }
  report(worst);
}

TEST_CASE("a start outside the domain of r makes no bound empty", "[three_splitting][combinations]") {
  const Tiny<> tiny(network({3, 4, 2}, "relu"), Loss::parse("squared", false), 9, 32);
  auto engine = make_engine(tiny.problem.net, "gamma=1.5 alpha=0.5 r=nonnegative");
  start(*engine, tiny, 7);
  REQUIRE((engine->state()("W1").array() < 0).any());
  Judge judge(*engine, three_splitting_promises(),
              make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine->parameters()), tiny.problem));
  for (int sweep = 0; sweep < 10; ++sweep) judge.sweep();
  for (const char* id : {"descent.sweep", "steps.summable", "steps.vanish", "subgradient.average"}) {
    INFO(id);
    CHECK(judge.result(id).checks == 9);
    CHECK(judge.result(id).violations == 0);
    CHECK(std::isfinite(judge.result(id).worst_slack));
  }
  CHECK(std::isfinite(judge.measured("mean_subgradient2_bound")));
}
