// The judge of Akiyama 2025 where it is easily unfair or empty, the theorems' constants as read, and the counter-examples.
#include "algorithms/akiyama2025/studies.hpp"
#include "algorithms/registry.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::akiyama2025;
using namespace bcd::test;
using akiyama2025::BcdMonotone;

namespace {

template <class Algo>
void set(Algo& algorithm, const std::map<std::string, std::string>& options) {
  ParameterList list = algorithm.parameters();
  for (const auto& [name, value] : options) list.set(name, value);
}

void begin(Algorithm<double>& algorithm, const Tiny<>& tiny) {
  Rng rng(1, "algorithm");
  algorithm.initialise(tiny.problem, tiny.w0, rng);
}

}  // namespace

TEST_CASE("an exceeded C_V is an unmet hypothesis whatever F is", "[akiyama2025][promise]") {
  // Three equal directions with long inputs: the printed eta_W2 is too long, so F > epsilon at sweep K.
  Matrix<double> X = 4 * Matrix<double>::Identity(4, 3), Y = Matrix<double>::Ones(1, 3);
  X.row(3).setConstant(4);
  const Problem<double> problem{network({4, 3, 1}, "leaky_relu:0.5", false), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0(problem.net);
  Rng draw(3, "test");
  for (int j = 1; j <= 2; ++j) draw.fill_normal(w0.W[static_cast<std::size_t>(j)], 0.5);
  for (int j = 1; j <= 2; ++j) w0.b[static_cast<std::size_t>(j)].setZero();
  const auto verdict = [&](const std::string& C_V) {
    BcdMonotone<double> algorithm;
    set(algorithm, {{"steps", "printed"}, {"C_V", C_V}, {"epsilon", "0.1"}});
    Rng rng(1, "algorithm");
    algorithm.initialise(problem, w0, rng);
    Judge judge(
        algorithm, gradient_bcd_promises(GradientBcdKind::monotone),
        make_gradient_bcd_audit(GradientBcdKind::monotone, values_of<GradientBcdParameters>(algorithm.parameters()), problem));
    for (double k = 0; k < algorithm.steps().theorem->K; ++k) judge.sweep();
    CHECK_FALSE(judge.measured("potential") <= 0.1);
    return judge.result("theorem.minimum").verdict();
  };
  CHECK(verdict("1e40") == "violated");
  CHECK(verdict("0.01") == "not applicable");
}

TEST_CASE("the theorem's conclusions are judged up to sweep K and no further", "[akiyama2025][promise]") {
  const Tiny<> tiny(network({16, 4, 4, 1}, "leaky_relu:0.5", false), Loss::parse("squared", false), 7, 8, 0.25);
  BcdMonotone<double> algorithm;
  set(algorithm, {{"steps", "corrected"}, {"epsilon", "1e-2"}});
  begin(algorithm, tiny);
  Judge judge(algorithm, gradient_bcd_promises(GradientBcdKind::monotone),
              make_gradient_bcd_audit(GradientBcdKind::monotone, values_of<GradientBcdParameters>(algorithm.parameters()),
                                      tiny.problem));
  const double K = algorithm.steps().theorem->K;
  for (double k = 0; k < K + 5; ++k) judge.sweep();
  CHECK(judge.result("theorem.output").checks == static_cast<std::int64_t>(K));
  CHECK(judge.result("theorem.activity").checks == static_cast<std::int64_t>(K));
  CHECK(judge.result("theorem.layers").checks == 2 * static_cast<std::int64_t>(K));
  CHECK(judge.result("theorem.singular").checks == 2 * static_cast<std::int64_t>(K));
  CHECK(judge.result("theorem.minimum").checks == 1);
}

TEST_CASE("factors that do not contract are no bound", "[akiyama2025][promise]") {
  const Tiny<> tiny(network({16, 4, 4, 1}, "leaky_relu:0.5", false), Loss::parse("squared", false), 7, 8, 0.25);
  BcdMonotone<double> algorithm;
  set(algorithm, {{"steps", "given"}, {"eta_V", "3"}, {"eta_W1", "0"}, {"eta_W2", "3"}, {"K_V", "2"}, {"K_W", "2"}});
  begin(algorithm, tiny);
  const auto audit = make_gradient_bcd_audit(GradientBcdKind::monotone,
                                             values_of<GradientBcdParameters>(algorithm.parameters()), tiny.problem);
  CheckLog log(gradient_bcd_promises(GradientBcdKind::monotone));
  audit->start(algorithm.state(), log);
  const State<double> state = algorithm.state();
  Measurements row;
  for (int k = 1; k <= 3; ++k) algorithm.step(nullptr), audit->after_sweep(k, log, row);
  audit->finish(log);
  for (const PromiseResult& result : log.results())
    if (result.promise.id == "inner.distance" || result.promise.id == "first.distance") {
      INFO(result.promise.id);
      CHECK(result.verdict() == "not applicable");
      CHECK_THAT(result.not_applicable, Contains("no bound"));
    }
}

TEST_CASE("|f(X) - Y| <= sqrt(c F) is met with equality where it can be", "[akiyama2025][promise]") {
  // Linear, x = 1, W_1 = 3, V_1 = 1, W_2 = 2, y = 1: R = 1, h_1 = 2, F = 5, c = 1 + 2^2 = 5, f - y = 5 = sqrt(25).
  Matrix<double> X{{1}}, Y{{1}};
  const Problem<double> problem{network({1, 1, 1}, "linear", false), Loss::parse("squared", false), &X, &Y};
  Weights<double> w0(problem.net);
  w0.W[1] << 3, w0.W[2] << 2;
  w0.b[1].setZero(), w0.b[2].setZero();
  BcdMonotone<double> algorithm;
  set(algorithm, {{"steps", "given"}, {"eta_V", "0"}, {"eta_W1", "0"}, {"eta_W2", "0"}, {"svb", "false"}});
  Rng rng(1, "algorithm");
  algorithm.initialise(problem, w0, rng);
  State<double> state = algorithm.state();
  state("V", 1)(0, 0) = 1;
  Judge judge(
      algorithm, gradient_bcd_promises(GradientBcdKind::monotone),
      make_gradient_bcd_audit(GradientBcdKind::monotone, values_of<GradientBcdParameters>(algorithm.parameters()), problem));
  judge.sweep();
  CHECK(judge.measured("potential") == Approx(5));
  CHECK(judge.result("loss.bounded").worst_slack == Approx(0).margin(1e-12));
  CHECK(judge.result("loss.bounded").verdict() == "holds");
  CHECK(judge.measured("layer_share_1") == Approx(4.0 / 25));
}

TEST_CASE("rises of the training error are counted", "[akiyama2025]") {
  const Tiny<> tiny(network({16, 4, 4, 1}, "leaky_relu:0.5", false), Loss::parse("squared", false), 7, 8, 0.25);
  const auto rises = [&](const std::string& eta_W2) {
    BcdMonotone<double> algorithm;
    set(algorithm, {{"steps", "given"}, {"eta_V", "0.05"}, {"eta_W1", "0"}, {"eta_W2", eta_W2}, {"K_W", "1"}});
    begin(algorithm, tiny);
    Judge judge(algorithm, gradient_bcd_promises(GradientBcdKind::monotone),
                make_gradient_bcd_audit(GradientBcdKind::monotone, values_of<GradientBcdParameters>(algorithm.parameters()),
                                        tiny.problem));
    int count = 0;
    const auto loss = [&] {
      Matrix<double> f;
      forward<double>(tiny.problem.net, algorithm.weights(), *tiny.problem.X, f);
      return (f - *tiny.problem.Y).squaredNorm();
    };
    const double first = loss();
    double tenth = 0;
    for (int k = 1; k <= 20; ++k) {
      const double before = loss();
      judge.sweep();
      count += loss() > before;
      if (k == 10) tenth = loss();
    }
    CHECK(judge.measured("train_error_fall") == Approx(loss() / first).epsilon(1e-9));
    CHECK(judge.measured("train_error_late") == Approx(loss() / tenth).epsilon(1e-9));
    CHECK(judge.measured("train_error_rises") == count);
    return count;
  };
  CHECK(rises("1") > 0);
  CHECK(rises("1e-4") == 0);
}

TEST_CASE("Theorem 5.3's K_V belongs to the eta_V that is taken", "[akiyama2025]") {
  TheoremInput in;
  in.L = 3, in.r = 10, in.n = 7, in.R = 4, in.R_max = 1.5, in.V_norm = 2, in.w_norm2 = 1.1, in.w_min2 = 0.4;
  in.X = {0.5, 2, 7, 1.2};
  const TheoremConstants printed = theorem53_printed(in), stable = theorem53_corrected(in);
  CHECK(printed.eta_V == Approx(1.25));
  CHECK(stable.eta_V == Approx(0.32));
  const double C_K = (4 * 1.5 * 0.32 + 5e-3) * 1.5 * 1.5 * 1.5;
  CHECK(stable.K_V == std::ceil(3 / (4 * 0.32) * std::log(49 * 70 * C_K * C_K / 3e-6)));
  CHECK(stable.K_V > 3 * printed.K_V);
  CHECK(stable.eta_W2 <= printed.eta_W2);
  CHECK(stable.K_W >= std::ceil(std::log(C_K * C_K / 1e-6) / (4 * 0.5 * stable.eta_W2)));
}

TEST_CASE("the closed form of a linear run is Algorithm 1 with the theorem's numbers", "[akiyama2025][theorem4.3]") {
  const Instance instance({2, 2, 8, 8, 1}, Law::sphere, 5);
  const LinearRun closed = run_linear(instance);
  TheoremConstants c = theorem41_printed(theorem41_input(instance), Theorem41::repaired);
  c.eta_W1 = 0;  // admissible: the theorem bounds it from above
  const Outcome end = run_theorem41(instance, c);
  const Matrix<double> v = end.W[2] * end.W[1];
  CHECK(closed.test == Approx(1 + v.squaredNorm() / 8).epsilon(1e-6));
  CHECK(closed.norm == Approx(std::sqrt(lambda_max(end.W[1]))).epsilon(1e-6));
  CHECK(closed.train == Approx((v * instance.X - instance.Y).squaredNorm() / 8).margin(1e-9));
  CHECK(closed.F == Approx(end.F).margin(1e-9));
}

TEST_CASE("the smallest counter-examples can be followed by hand", "[akiyama2025][counterexample]") {
  int found = 0;
  for (const char* plugin : {"bcd_akiyama2025", "bcd_relu_akiyama2025"})
    for (const Study& study : find_plugin(plugin).studies) {
      const std::string name = study.id.substr(study.id.find('.') + 1);
      if (name != "theorem4.1.smallest" && name != "theorem4.1.small-slope" && name != "theorem4.1.large-gamma" &&
          name != "theorem4.3.two-samples" && name != "theorem5.3.smallest")
        continue;
      ++found;
      const StudyResult result = study.run();
      INFO(study.id << ": " << result.evidence);
      CHECK_FALSE(result.holds);
      CHECK(result.instance.size() > 200);
      if (name == "theorem4.1.small-slope") CHECK(result.measured > std::pow(1.5, 48) * 0.99);
      if (name == "theorem5.3.smallest") CHECK(result.measured == Approx(50.0 / 16).epsilon(1e-3));
      if (name == "theorem4.3.two-samples") CHECK(result.measured == Approx(0.0517).epsilon(1e-2));
    }
  CHECK(found == 5);
}
