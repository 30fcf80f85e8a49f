// The evidence with power behind Theorem 1's sums, the start away from a forward pass, and the studies of single sentences.
#include "algorithms/zeng2019/bcd2.hpp"
#include "algorithms/zeng2019/saturation.hpp"
#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

double late(int K, double (*term)(double)) {
  Saturation sum;
  for (int k = 1; k <= K; ++k) sum.add(term(k));
  return sum.late();
}

std::unique_ptr<Judge> judged(Algorithm<double>& engine, const Tiny<>& tiny) {
  return std::make_unique<Judge>(
      engine, three_splitting_promises(),
      make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine.parameters()), tiny.problem));
}

}  // namespace

TEST_CASE("a sum saturates below the borderline series 1/k and not above it", "[three_splitting][saturation]") {
  for (const int K : {2, 3, 10, 151, 3000}) {
    INFO(K);
    CHECK(late(K, [](double k) { return 1 / k; }) == Approx(1.0));
    CHECK(late(K, [](double k) { return 7 / k; }) == Approx(1.0));
    CHECK(late(K, [](double) { return 1.0; }) > (K > 3 ? 1.0 : 0.9));
    CHECK(late(K, [](double k) { return 1 / k / k; }) < 1);
    if (K > 100) CHECK(late(K, [](double k) { return std::pow(0.9, k); }) < 1);  // it falls faster than 1/k from k = 10 on
  }
  CHECK(late(3000, [](double k) { return std::pow(k, -0.9); }) > 1);
  CHECK(late(10, [](double) { return 0.0; }) == 0);
  CHECK(std::isnan(late(1, [](double) { return 1.0; })));
}

TEST_CASE("start_noise moves U and V away from the forward pass, and nothing else", "[three_splitting][bcd2][start]") {
  const Tiny<> tiny(network({4, 30, 3}, "relu"), Loss::parse("squared", false), 50, 5);
  const auto started = [&](const std::string& plugin, const std::string& noise) {
    auto algorithm = find_plugin(plugin).make<double>();
    configure(algorithm->parameters(), "start_noise=" + noise);
    Rng rng(1, "run");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    return algorithm;
  };
  for (const std::string plugin : {"bcd3_zeng2019", "bcd2_zeng2019"}) {
    const auto plain = started(plugin, "0"), moved = started(plugin, "3");
    for (const NamedMatrix<double>& part : moved->state()) {
      const Matrix<double> D = part.value - plain->state()(part.name);
      INFO(plugin << " " << part.name);
      if (part.name[0] == 'W' || part.name[0] == 'b')
        CHECK(D.norm() == 0);
      else  // the mean square of k normal numbers is 9 (1 +- 5 sqrt(2/k)) but once in a million
        CHECK(D.squaredNorm() / static_cast<double>(D.size()) ==
              Approx(9.0).epsilon(5 * std::sqrt(2.0 / static_cast<double>(D.size()))));
    }
  }
}

TEST_CASE("weights are bounded by the objective at the start where r has a squared norm", "[three_splitting]") {
  const Tiny<> tiny(network({4, 5, 3}, "relu"), Loss::parse("squared", false), 20, 9);
  auto engine = make_engine(tiny.problem.net, "r=l2:0.5");
  Rng rng(1, "unused");
  engine->initialise(tiny.problem, tiny.w0, rng);
  const auto judge = judged(*engine, tiny);
  for (int k = 0; k < 5; ++k) judge->sweep();
  CHECK(judge->result("weights.bounded").verdict() == "holds");
  engine->state()("W1") *= 1000;  // a broken method
  judge->sweep();
  engine->state()("W1") *= 1e6;
  judge->open();
  judge->close();
  CHECK(judge->result("weights.bounded").violations > 0);
  auto plain = make_engine(tiny.problem.net, "");
  plain->initialise(tiny.problem, tiny.w0, rng);
  const auto other = judged(*plain, tiny);
  other->sweep();
  CHECK(other->result("weights.bounded").verdict() == "not applicable");
}

TEST_CASE("the residual that Algorithm 1's subproblems leave is measured", "[bcd2]") {
  const Tiny<> tiny(network({3, 4, 4, 2}, "tanh"), Loss::parse("squared", false), 10, 43);
  const auto residual = [&](const std::string& settings) {
    Bcd2<double> algorithm;
    configure(algorithm.parameters(), "r=l2:0.1 s=l2:0.1 " + settings);
    Rng rng(1, "run");
    algorithm.initialise(tiny.problem, tiny.w0, rng);
    Judge judge(algorithm, bcd2_promises(), make_bcd2_audit(values_of<Bcd2Parameters>(algorithm.parameters()), tiny.problem));
    judge.sweep();
    return judge.measured("subproblem_residual");
  };
  CHECK(residual("inner_iterations=1000 inner_tolerance=1e-24") < 1e-6);
  CHECK(residual("inner_iterations=1") > 0.1);
  CHECK(residual("inner_iterations=1000 inner_tolerance=1e-24 output_update=proxlinear alpha=2") < 1e-6);
}

TEST_CASE("below Theorem 2's threshold the prox-linear step of Algorithm 1 raises L, above it does not", "[bcd2]") {
  const Tiny<> tiny(network({4, 5, 3}, "tanh"), Loss::parse("squared", false), 20, 31, 0.4);
  const auto judged_at = [&](const std::string& alpha) {
    Bcd2<double> algorithm;
    configure(algorithm.parameters(), "output_update=proxlinear gamma=0.1 alpha=" + alpha);
    Rng rng(1, "run");
    algorithm.initialise(tiny.problem, tiny.w0, rng);
    Judge judge(algorithm, bcd2_promises(), make_bcd2_audit(values_of<Bcd2Parameters>(algorithm.parameters()), tiny.problem));
    for (int k = 0; k < 10; ++k) judge.sweep();
    return judge.result("proxlinear.monotone");
  };
  CHECK(judged_at("0.4545").verdict() == "holds");
  CHECK(judged_at("0.4455").violations == 10);
}

TEST_CASE("the studies of single sentences of Zeng et al. 2019 are confirmed", "[three_splitting][study]") {
  for (const Study& study : statement_studies()) {
    if (!study.run) continue;  // on data, in the claims table
    const StudyResult result = study.run();
    INFO(study.id << ": " << result.evidence);
    CHECK(result.holds);
  }
}

TEST_CASE("the ReLU counter-example to Theorem 1 for Algorithm 1 can be followed by hand", "[bcd2][counterexample]") {
  using Vec = Eigen::Vector2d;
  const Vec p(1.5, -0.5), q(1.25, 0.75), w(1, -1), v(1, 1);
  // (2.3) with one sample x = 1: W_1 = q, V_1 = v, W_2 = w^T, V_2 = -1; the output layer sees V_2 only.
  const auto F = [&](const Vec& W_2, const Vec& V_1) {
    const double V_2 = -1, hidden = std::max(0.0, W_2.dot(V_1));
    const Vec first(std::max(0.0, q(0)), std::max(0.0, q(1)));
    return 0.5 * (V_1 - first).squaredNorm() + 0.5 * std::pow(V_2 - hidden, 2) + 0.5 * (W_2 - p).squaredNorm();
  };
  CHECK(F(w, v) == 13.0 / 16);
  for (const double t : {-0.5, -1e-3, 1e-3, 0.5})
    for (const Vec& e : {Vec(1, 0), Vec(0, 1), Vec(1, 1), Vec(1, -1)}) {  // each block is optimal by itself
      CHECK(F(w + t * e, v) > F(w, v));
      CHECK(F(w, v + t * e) > F(w, v));
    }
  CHECK(F(w + 0.125 * v, v - 0.125 * w) == Approx(25.0 / 32));
  double nearest = 1;  // dF = {((xi - 1/2) v, (xi - 1/4) w)}: the gradient but for the kink's xi
  for (int i = 0; i <= 1000; ++i) {
    const double xi = i * 1e-3;
    nearest = std::min(nearest, std::hypot((w - p + xi * v).norm(), (v - q + xi * w).norm()));
  }
  CHECK(nearest == Approx(0.25));
  for (const Study& study : find_plugin("bcd2_zeng2019").studies)
    if (study.id == "zeng2019.theorem1.algorithm1-relu-rate") CHECK_THAT(study.run().instance, Contains("13/16"));
}
