// DLAM and mDLAM at the edge of their domains: layers without any size, weights on the bounds of their regulariser.
#include <cmath>

#include "algorithms/wang2018/oracle.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::wang2018;
using namespace bcd::test;

namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

struct Run {
  Tiny<> tiny;
  Dlam<double> algorithm;
  Run(const std::string& activation, bool accelerated, const Options& options, double scale = 0.7)
      : tiny(network({4, 3, 3, 2}, activation), {Loss::Kind::squared, false}, 15, 3, scale), algorithm(accelerated) {
    ParameterList list = algorithm.parameters();
    for (const auto& [name, value] : options) list.set(name, value);
  }
  void start() {
    Rng rng(5, "limits");
    algorithm.initialise(tiny.problem, tiny.w0, rng);
  }
  DlamParameters parameters() { return values_of<DlamParameters>(algorithm.parameters()); }
};

bool all_finite(const State<double>& state) {
  return std::all_of(state.begin(), state.end(), [](const auto& part) { return part.value.allFinite(); });
}

/// At each W-step of mDLAM: where the proximal step from the extrapolated point lowers F, it is what W_l became.
struct Extrapolation : BlockObserver {
  Run& run;
  DlamParameters p = run.parameters();
  DlamOracle oracle{p, run.tiny.problem};
  DlamPoint last{run.algorithm.state()};
  std::vector<Matrix<double>> before_last = last.W;
  double s = 0;
  int ahead = 0;

  explicit Extrapolation(Run& r) : run(r) {}
  void after(const Block& block) override {
    DlamPoint now(run.algorithm.state());
    if (block.name == "W") look(block.layer, now);
    last = std::move(now);
  }
  void look(int l, const DlamPoint& now) {
    const auto i = static_cast<std::size_t>(l);
    const double weight = (s - 1) / ((1 + std::sqrt(1 + 4 * s * s)) / 2), theta = now.theta[i](0, 0);
    DlamPoint from = last, candidate = last;
    from.W[i] += weight * (last.W[i] - before_last[i]);
    candidate.W[i] = from.W[i] - oracle.gradient_W(l, from) / theta;
    p.omega.prox<double>(theta, candidate.W[i]);
    before_last[i] = last.W[i];
    if (s == 0) return;
    const Term F_old = oracle.term(l, last), F_new = oracle.term(l, candidate);
    if (!(F_new.value < F_old.value - 1e-6 * std::abs(F_old.value))) return;
    ++ahead;
    CHECK((now.W[i] - candidate.W[i]).cwiseAbs().maxCoeff() < 1e-12);
  }
  void sweep() {
    const double next = (1 + std::sqrt(1 + 4 * s * s)) / 2;
    run.algorithm.step(this);
    s = next;
  }
};

}  // namespace

TEST_CASE("theta and tau by entry stay finite where a layer is empty", "[dlam][limits]") {
  const bool accelerated = GENERATE(false, true);
  const auto check = [&](Run& run) {
    run.start();
    for (int k = 0; k < 4; ++k) run.algorithm.step(nullptr);
    CHECK(all_finite(run.algorithm.state()));
  };
  SECTION("W_{l+1} = 0 at the start") {
    Run run("tanh", accelerated, {{"tau", "entry"}}, 0);
    check(run);
  }
  SECTION("a_l = 0: dead units") {
    Run run("relu", accelerated, {{"theta", "entry"}}, 0);
    for (Vector<double>& b : run.tiny.w0.b) b.setConstant(-1);
    check(run);
  }
  SECTION("a regulariser empties the layers") {
    Run run("tanh", accelerated, {{"theta", "entry"}, {"tau", "entry"}, {"omega", "l1:200"}});
    check(run);
    CHECK(run.algorithm.weights().W[2].isZero(0));
  }
}

TEST_CASE("W_l lies on the bounds of Omega exactly, never beyond", "[dlam][limits]") {
  const bool accelerated = GENERATE(false, true);
  const std::string omega = GENERATE("box:-0.02,0.02", "box:-0.1,0.3", "nonnegative");
  CAPTURE(omega, accelerated);
  Run run("tanh", accelerated, {{"omega", omega}});
  run.start();
  const DlamParameters p = run.parameters();
  Judge judge(run.algorithm, accelerated ? mdlam_promises() : dlam_promises(),
              accelerated ? make_mdlam_audit(p, run.tiny.problem) : make_dlam_audit(p, run.tiny.problem));
  for (int k = 0; k < 12; ++k) {
    judge.sweep();
    for (int l = 1; l <= 3; ++l) CHECK(p.omega.value<double>(run.algorithm.weights().W[static_cast<std::size_t>(l)]) == 0);
    CHECK(std::isfinite(judge.measured("potential")));
  }
  for (const char* id : {"optimality.block", "descent.block", "descent.sweep"})
    if (!(accelerated && std::string(id) == "optimality.block")) CHECK(judge.result(id).violations == 0);
}

TEST_CASE("mDLAM keeps the extrapolated step where Omega has a bound or a kink", "[mdlam][limits]") {
  const std::string omega = GENERATE("box:-0.1,0.3", "nonnegative", "l1:0.05");
  CAPTURE(omega);
  Run run("tanh", true, {{"omega", omega}, {"rho", "1"}});
  for (Matrix<double>& W : run.tiny.w0.W) W = W.cwiseAbs().cwiseMin(0.3);
  run.start();
  Extrapolation watch(run);
  for (int k = 0; k < 30; ++k) watch.sweep();
  CHECK(watch.ahead > 20);
}
