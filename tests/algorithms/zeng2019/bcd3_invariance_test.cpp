// Exact invariances of Algorithms 2 and 3, and Theorem 2 at its threshold.
#include <sys/resource.h>

#include <numeric>

#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

/// Ten sweeps from the forward pass of w0.
std::unique_ptr<Algorithm<double>> ten_sweeps(const Problem<double>& problem, const Weights<double>& w0,
                                              const std::string& settings,
                                              std::unique_ptr<Algorithm<double>> algorithm = nullptr) {
  if (!algorithm) algorithm = make_engine(problem.net, settings);
  Rng rng(1, "unused");
  algorithm->initialise(problem, w0, rng);
  for (int sweep = 0; sweep < 10; ++sweep) algorithm->step(nullptr);
  return algorithm;
}

double relative(const Matrix<double>& A, const Matrix<double>& B) { return (A - B).norm() / (1 + B.norm()); }

Eigen::PermutationMatrix<Eigen::Dynamic> shuffled(Index n, std::uint64_t seed) {
  Eigen::PermutationMatrix<Eigen::Dynamic> P(n);
  P.setIdentity();
  Rng rng(seed, "shuffle");
  for (Index i = n - 1; i > 0; --i)
    std::swap(P.indices()(i), P.indices()(static_cast<Index>(rng.below(static_cast<std::uint64_t>(i) + 1))));
  return P;
}

const std::string kSettings = "gamma=1.5 rho=0.8 alpha=0.5 r=l2:0.2 s=l2:0.3";

}  // namespace

TEST_CASE("permuting the samples permutes the iterates", "[three_splitting][invariance]") {
  const Tiny<> tiny(network({5, 6, 4, 3}, "relu"), Loss::parse("squared", true), 300, 61);
  const auto P = shuffled(300, 1);
  const Matrix<double> X = tiny.X * P, Y = tiny.Y * P;
  const auto plain = ten_sweeps(tiny.problem, tiny.w0, kSettings);
  const Problem<double> problem = {tiny.problem.net, tiny.problem.loss, &X, &Y};
  const auto permuted = ten_sweeps(problem, tiny.w0, kSettings);
  for (const auto& m : plain->state()) {
    INFO(m.name);
    const bool samples = m.name[0] == 'U' || m.name[0] == 'V';
    CHECK(relative(permuted->state()(m.name), samples ? Matrix<double>(m.value * P) : Matrix<double>(m.value)) < 1e-12);
  }
}

TEST_CASE("permuting hidden units permutes rows and columns of the weights", "[three_splitting][invariance]") {
  const Tiny<> tiny(network({5, 6, 4, 3}, "relu"), Loss::parse("squared", false), 40, 62);
  const auto P = shuffled(6, 2);
  Weights<double> w0 = tiny.w0;
  w0.W[1] = P * w0.W[1], w0.b[1] = P * w0.b[1], w0.W[2] = w0.W[2] * P.transpose();
  const auto plain = ten_sweeps(tiny.problem, tiny.w0, kSettings), permuted = ten_sweeps(tiny.problem, w0, kSettings);
  for (const auto& m : plain->state()) {
    INFO(m.name);
    Matrix<double> expected = m.value;
    if (m.name[1] == '1') expected = P * expected;
    if (m.name == "W2") expected = expected * P.transpose();
    CHECK(relative(permuted->state()(m.name), expected) < 1e-12);
  }
}

TEST_CASE("rotating the inputs rotates W_1 and nothing else", "[three_splitting][invariance]") {
  const Tiny<> tiny(network({5, 6, 4, 3}, "relu"), Loss::parse("squared", false), 40, 63);
  Matrix<double> Q = Matrix<double>::Identity(5, 5);  // a product of plane rotations
  for (Index i = 0; i + 1 < 5; ++i) {
    const double c = std::cos(1.0 + static_cast<double>(i)), s = std::sin(1.0 + static_cast<double>(i));
    Matrix<double> G = Matrix<double>::Identity(5, 5);
    G(i, i) = c, G(i + 1, i + 1) = c, G(i, i + 1) = -s, G(i + 1, i) = s;
    Q = G * Q;
  }
  const Matrix<double> X = Q * tiny.X;
  Weights<double> w0 = tiny.w0;
  w0.W[1] = w0.W[1] * Q.transpose();
  const auto plain = ten_sweeps(tiny.problem, tiny.w0, kSettings);
  const Problem<double> problem = {tiny.problem.net, tiny.problem.loss, &X, &tiny.Y};
  const auto rotated = ten_sweeps(problem, w0, kSettings);
  for (const auto& m : plain->state()) {
    INFO(m.name);
    Matrix<double> expected = m.value;
    if (m.name == "W1") expected = expected * Q.transpose();
    CHECK(relative(rotated->state()(m.name), expected) < 1e-12);
  }
}

TEST_CASE("the mean loss with all weights divided by n gives the iterates of the summed loss",
          "[three_splitting][invariance]") {
  constexpr Index n = 64;  // a power of two: the division is exact
  const std::string loss = GENERATE("squared", "logistic");
  const Network net = network({5, 6, 4, 3}, "relu");
  const Tiny<> sum(net, Loss::parse(loss, false), n, 64), mean(net, Loss::parse(loss, true), n, 64);
  const auto a = ten_sweeps(sum.problem, sum.w0, "gamma=1.5 rho=0.75 alpha=0.5 r=l2:0.25 s=l2:0.5");
  const auto b =
      ten_sweeps(mean.problem, mean.w0, "gamma=0.0234375 rho=0.01171875 alpha=0.0078125 r=l2:0.00390625 s=l2:0.0078125");
  CHECK(difference(*a, *b) < 1e-12);
  const auto unscaled = ten_sweeps(mean.problem, mean.w0, "gamma=1.5 rho=0.75 alpha=0.5 r=l2:0.25 s=l2:0.5");
  CHECK(difference(*a, *unscaled) > 1e-2);  // the two readings of the paper are not the same method
}

TEST_CASE("without skip connections the residual method is Algorithm 2, with them it is another",
          "[three_splitting][invariance]") {
  const Tiny<> tiny(network({5, 6, 6, 3}, "relu"), Loss::parse("squared", false), 40, 65);
  auto residual = find_plugin("bcd_resnet_zeng2019").make<double>();
  configure(residual->parameters(), kSettings);
  const auto plain = ten_sweeps(tiny.problem, tiny.w0, kSettings);
  const auto same = ten_sweeps(tiny.problem, tiny.w0, kSettings, std::move(residual));
  CHECK(difference(*plain, *same) == 0);
  Problem<double> skipping = tiny.problem;
  skipping.net = with_skips(skipping.net);
  CHECK(difference(*plain, *ten_sweeps(skipping, tiny.w0, kSettings)) > 1e-2);
  const auto algorithm2 = find_plugin("bcd3_zeng2019").make<double>();
  CHECK_THAT(algorithm2->not_applicable(skipping), Contains("bcd_resnet_zeng2019"));
}

TEST_CASE("the condition of Theorem 2 is sharp for the squared loss", "[three_splitting][proxlinear]") {
  // Summed squared loss: L_R = 1, so that gamma = 0.1 needs alpha > (1 - 0.1)/2 = 0.45.
  const Tiny<> tiny(network({4, 6, 3}, "relu"), Loss::parse("squared", false), 30, 66);
  const auto run = [&](double alpha, int sweeps) {
    auto engine = make_engine(tiny.problem.net, "gamma=0.1 output_update=proxlinear alpha=" + number_text(alpha));
    Rng rng(1, "unused");
    engine->initialise(tiny.problem, tiny.w0, rng);
    auto judge = std::make_unique<Judge>(
        *engine, three_splitting_promises(),
        make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine->parameters()), tiny.problem));
    for (int sweep = 0; sweep < sweeps; ++sweep) judge->sweep();
    const std::vector<PromiseResult> results = {judge->result("proxlinear.monotone"), judge->result("identity.block"),
                                                judge->result("descent.sweep"), judge->result("certificate.membership")};
    return results;
  };
  SECTION("above the threshold the step never raises F") {
    for (const PromiseResult& r : run(1.01 * 0.45, 40)) CHECK(r.verdict() == "holds");
  }
  SECTION("below the threshold the step raises F in every sweep, by the amount of the identity") {
    const auto r = run(0.99 * 0.45, 40);
    CHECK(r[0].violations == 40);
    CHECK(r[0].first_block == "V2");
    CHECK(r[1].verdict() == "holds");
    CHECK(r[2].verdict() == "not applicable");
    CHECK_THAT(r[2].not_applicable, Contains("alpha > (L_R - gamma)/2 = 0.45"));
    CHECK(r[3].verdict() == "holds");
  }
  SECTION("far below it the run overflows, and the audit says so instead of failing") {
    const auto r = run(0.01, 3000);
    CHECK(r[0].verdict() == "violated");
    CHECK(r[3].verdict() == "violated");
  }
}

TEST_CASE("Theorem 2 asks nothing of the mean loss with gamma >= 1/n and does not apply to the exponential loss",
          "[three_splitting][proxlinear]") {
  const auto verdict = [](const Loss& loss, const std::string& settings) {
    const Tiny<> tiny(network({4, 6, 3}, "relu"), loss, 30, 67);
    auto engine = make_engine(tiny.problem.net, settings + " output_update=proxlinear");
    Rng rng(1, "unused");
    engine->initialise(tiny.problem, tiny.w0, rng);
    Judge judge(*engine, three_splitting_promises(),
                make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine->parameters()), tiny.problem));
    for (int sweep = 0; sweep < 20; ++sweep) judge.sweep();
    return judge.result("descent.sweep");
  };
  CHECK(verdict(Loss::parse("squared", true), "gamma=0.04 alpha=1e-6").verdict() == "holds");
  const PromiseResult exponential = verdict(Loss::parse("exponential", false), "gamma=1.5 alpha=2");
  CHECK(exponential.verdict() == "not applicable");
  CHECK_THAT(exponential.not_applicable, Contains("exponential") && Contains("no global Lipschitz constant"));
}

TEST_CASE("a sweep needs no memory of the size of its state", "[three_splitting][memory]") {
  const auto resident = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;  // the highest so far
  };
  const Network net = network({20, 50, 50, 10}, "relu");
  const std::string order = GENERATE("order=backward", "order=forward");
  constexpr Index n = 120000;
  const Tiny<float> tiny(net, Loss::parse("squared", false), n, 68, 0.1);
  auto engine = make_engine<float>(net, order);
  Rng rng(1, "unused");
  engine->initialise(tiny.problem, tiny.w0, rng);
  const double before = resident();
  for (int sweep = 0; sweep < 2; ++sweep) engine->step(nullptr);
  CHECK(resident() - before < 0.1 * 4 * 2 * (50 + 50 + 10) * n);  // U and V: 106 MB
}
