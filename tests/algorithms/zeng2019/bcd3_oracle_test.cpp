// The judge judged: potential, gradients and subdifferentials of the three-splitting oracle, and its rare cases.

#include "algorithms/core/prox.hpp"
#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

ThreeSplittingParameters parameters(const std::string& settings) {
  ThreeSplittingParameters p;
  ParameterList list;
  p.fields(list);
  configure(list, settings);
  return p;
}

Iterate random_point(const Tiny<>& tiny, std::uint64_t seed) {
  auto engine = make_engine(tiny.problem.net, "");
  start(*engine, tiny, seed);
  return iterate_of(tiny.problem, engine->state());
}

/// Central differences of F in every entry of M, which is a part of P.
Matrix<double> difference_quotients(const Problem<double>& problem, const ThreeSplittingParameters& p, Iterate& P, double* M,
                                    Index rows, Index cols) {
  constexpr double h = 1.0 / 8192;
  Matrix<double> G(rows, cols);
  for (Index e = 0; e < G.size(); ++e) {
    const double kept = M[e];
    M[e] = kept + h;
    const double up = plain_potential(problem, p, P);
    M[e] = kept - h;
    const double down = plain_potential(problem, p, P);
    M[e] = kept;
    G(e) = (up - down) / (2 * h);
  }
  return G;
}

/// Squared distance of zero to the limiting subdifferential of F at P for squared loss without r and s, entry by entry.
double distance_to_subdifferential2(const SplittingOracle& oracle, const Tiny<>& tiny, const Iterate& P) {
  const MixedPoint at(P);
  double sum = 0;
  for (int i = 1; i <= oracle.N(); ++i) {
    sum += oracle.gradient_Wb(i, at).squaredNorm();
    Matrix<double> V = oracle.gradient_V(i, at);
    if (i == oracle.N()) V += at.V(i) - tiny.Y;
    sum += V.squaredNorm();
    const Matrix<double> U = oracle.gradient_U(i, at), C = oracle.target(i, at);
    for (Index e = 0; e < U.size(); ++e) {
      const double own = i == oracle.N() ? 0 : oracle.activation_subdifferential(i, C(e), at.U(i)(e)).nearest(-U(e));
      sum += std::pow(U(e) + own, 2);
    }
  }
  return sum;
}

/// Hidden entries at the kink whose target rose from below zero to above it between two points.
int turned_kinks(const SplittingOracle& oracle, const Iterate& before, const Iterate& after) {
  int count = 0;
  for (int i = 1; i < oracle.N(); ++i) {
    // When U_i is updated V_i is new and V_{i-1} old.
    const Matrix<double> then = after.V[static_cast<std::size_t>(i)] - before.V[static_cast<std::size_t>(i - 1)];
    const Matrix<double> now = oracle.target(i, MixedPoint(after));
    for (Index e = 0; e < now.size(); ++e) count += after.U[static_cast<std::size_t>(i)](e) == 0 && then(e) < 0 && now(e) > 0;
  }
  return count;
}

}  // namespace

TEST_CASE("the oracle's potential is the sum over single entries", "[three_splitting][oracle]") {
  const std::string loss = GENERATE("squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential");
  const std::string activation = GENERATE("relu", "leaky_relu:0.2", "tanh", "polynomial:0.1,0.6,0.2");
  const bool mean = GENERATE(false, true);
  INFO(loss << ' ' << activation);
  const auto p = parameters("gamma=1.5 rho=0.8 r=l1:0.3 s=elastic:0.2,0.4");
  for (const bool skips : {false, true}) {
    Network net = network({4, 4, 4, 3}, activation);
    const Tiny<> tiny(skips ? with_skips(net) : net, Loss::parse(loss, mean), 30, 51);
    const Iterate P = random_point(tiny, 6);
    const auto [value, rounding] = SplittingOracle(p, tiny.problem).potential(P);
    const double plain = plain_potential(tiny.problem, p, P);
    CHECK(std::abs(value - plain) <= rounding);
    CHECK(rounding < 1e-11 * plain);  // the bound is of use
  }
}

TEST_CASE("the oracle's gradients are the slopes of the potential", "[three_splitting][oracle]") {
  const bool skips = GENERATE(false, true);
  const bool bias = GENERATE(true, false);
  Network net = network({3, 3, 3, 3}, "tanh", bias);
  if (skips) net = with_skips(net), net.layers[2].skip = true;
  const Tiny<> tiny(net, Loss::parse("squared", false), 6, 52);
  const auto p = parameters("gamma=1.5 rho=0.8");
  const SplittingOracle oracle(p, tiny.problem);
  Iterate P = random_point(tiny, 7);
  const Iterate fixed = P;
  const MixedPoint at(fixed);
  const auto quotients = [&](auto& M) { return difference_quotients(tiny.problem, p, P, M.data(), M.rows(), M.cols()); };
  // Third derivatives in one entry of U are at most gamma (6 + 2 |C|) < 40 (|tanh'''| <= 2): the quotients are off by
  // h^2/6 * 40 < 1e-7. F is quadratic in every other entry: only rounding, eps F/h < 1e-9.
  for (int i = 1; i <= net.N(); ++i) {
    INFO("layer " << i);
    const auto l = static_cast<std::size_t>(i);
    const Matrix<double> Wb = oracle.gradient_Wb(i, at);
    CHECK((Wb.leftCols(3) - quotients(P.W[l])).cwiseAbs().maxCoeff() < 1e-9);
    if (bias)
      CHECK((Wb.col(3) - quotients(P.b[l])).cwiseAbs().maxCoeff() < 1e-9);
    else
      CHECK(Wb.col(3).isZero(0));
    Matrix<double> V = oracle.gradient_V(i, at), U = oracle.gradient_U(i, at);
    if (i == net.N()) V += fixed.V[l] - tiny.Y;
    CHECK((V - quotients(P.V[l])).cwiseAbs().maxCoeff() < 1e-9);
    const Matrix<double> C = oracle.target(i, at);
    if (i < net.N())
      for (Index e = 0; e < U.size(); ++e) {
        const auto own = oracle.activation_subdifferential(i, C(e), fixed.U[l](e));
        REQUIRE(own.lo == own.hi);
        U(e) += own.lo;
      }
    CHECK((U - quotients(P.U[l])).cwiseAbs().maxCoeff() < 1e-7);
  }
}

TEST_CASE("a mixed point takes updated blocks from the new point and the others from the old", "[three_splitting][oracle]") {
  const Tiny<> tiny(network({3, 3, 2}, "relu"), Loss::parse("squared", false), 5, 53);
  const Iterate now = random_point(tiny, 1), then = random_point(tiny, 2);
  const std::vector<Block> order = {{"V", 2}, {"U", 2}, {"Wb", 2}, {"V", 1}, {"U", 1}, {"Wb", 1}};
  const MixedPoint P(now, then, order, 3);  // just after V_1
  CHECK(P.V(2) == now.V[2]);
  CHECK(P.W(2) == now.W[2]);
  CHECK(P.b(2) == now.b[2]);
  CHECK(P.V(1) == now.V[1]);
  CHECK(P.U(1) == then.U[1]);
  CHECK(P.W(1) == then.W[1]);
}

TEST_CASE("at a kink the subdifferential is an interval where convex and two points where concave",
          "[three_splitting][oracle]") {
  const Tiny<> tiny(network({2, 2, 2}, "leaky_relu:0.25"), Loss::parse("squared", false), 5, 54);
  const auto p = parameters("gamma=2");
  const SplittingOracle oracle(p, tiny.problem);
  // gamma/2 (c - sigma(u))^2 has the slopes -gamma c s and -gamma c left and right of zero.
  const auto convex = oracle.activation_subdifferential(1, -3, 0);
  CHECK_FALSE(convex.ends_only);
  CHECK(convex.lo == 1.5);
  CHECK(convex.hi == 6);
  CHECK(convex.nearest(4) == 4);
  CHECK(convex.nearest(7) == 6);
  const auto concave = oracle.activation_subdifferential(1, 3, 0);
  CHECK(concave.ends_only);
  CHECK(concave.lo == -6);
  CHECK(concave.hi == -1.5);
  CHECK(concave.nearest(-4) == -6);
  CHECK(concave.nearest(-3) == -1.5);
  const auto flat = oracle.activation_subdifferential(1, 0, 0);
  CHECK(flat.nearest(5) == 0);
  const auto left = oracle.activation_subdifferential(1, 3, -2), right = oracle.activation_subdifferential(1, 3, 2);
  CHECK(left.lo == Approx(-2 * 0.25 * 3.5).epsilon(1e-15));
  CHECK(left.hi == left.lo);
  CHECK(right.lo == -2);
}

TEST_CASE("the certificate of a residual network survives kinks that turn concave", "[three_splitting][oracle][resnet]") {
  const Tiny<> tiny(with_skips(network({5, 5, 5, 5, 2}, "relu")), Loss::parse("squared", false), 60, 55);
  const auto p = parameters("gamma=1.5 rho=0.8 alpha=0.5");
  const SplittingOracle oracle(p, tiny.problem);
  auto engine = make_engine(tiny.problem.net, "gamma=1.5 rho=0.8 alpha=0.5");
  start(*engine, tiny, 8);
  Judge judge(*engine, three_splitting_promises(),
              make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine->parameters()), tiny.problem));
  int kinks = 0;
  for (int sweep = 0; sweep < 30; ++sweep) {
    const Iterate before = iterate_of(tiny.problem, engine->state());
    judge.sweep();
    const Iterate after = iterate_of(tiny.problem, engine->state());
    kinks += turned_kinks(oracle, before, after);
    // The recorded element lies in the subdifferential, so it is no shorter than the shortest one.
    const double shortest = std::sqrt(distance_to_subdifferential2(oracle, tiny, after));
    const double recorded = std::sqrt(judge.measured("subgradient_norm2"));
    INFO("sweep " << sweep + 1);
    CHECK(recorded >= shortest * (1 - 1e-10));
    CHECK(recorded <= 3 * shortest + 1e-9);
  }
  CHECK(kinks > 0);
  CHECK(judge.result("certificate.membership").violations == 0);
}

namespace {

/// Violations of prox.global when U_1 becomes `after`, in a network of one hidden unit with W = 0: its scalar problems have
/// a = V_1, b = (rho b_1 + alpha U_1)/(rho + alpha) and g = (rho + alpha)/gamma.
std::int64_t prox_violations(const std::string& activation, const std::string& settings, const Vector<double>& before,
                             const Vector<double>& V, double bias, const Vector<double>& after) {
  const Tiny<> tiny(network({1, 1, 1}, activation), Loss::parse("squared", false), V.size(), 56);
  auto algorithm = make_reference(settings);
  start(*algorithm, tiny, 1);
  State<double> state = algorithm->state();
  for (auto& m : state) m.value.setZero();
  state("V1") = V.transpose();
  state("U1") = before.transpose();
  state("b1").setConstant(bias);
  auto audit = make_three_splitting_audit(values_of<ThreeSplittingParameters>(algorithm->parameters()), tiny.problem);
  CheckLog log(three_splitting_promises());
  audit->start(state, log);
  state("U1") = after.transpose();
  audit->after_block(1, {"U", 1}, log);
  for (const PromiseResult& r : log.results())
    if (r.promise.id == "prox.global") return r.violations;
  return -1;
}

}  // namespace

TEST_CASE("a dead unit does not hide a wrong one from the check of the scalar problems", "[three_splitting][oracle]") {
  // Sample 1: a = 1, b = 0, g = 2 wants u = 1/3. Sample 2: a = b = 0, where the objective at u = 0 is exactly zero.
  const Eigen::Vector2d zero(0, 0), V(1, 0);
  CHECK(prox_violations("relu", "", zero, V, 0, zero) == 1);
  CHECK(prox_violations("relu", "", zero, V, 0, Eigen::Vector2d(1.0 / 3, 0)) == 0);
  CHECK(prox_violations("relu", "", zero, V, 0, Eigen::Vector2d(std::nan(""), 0)) == 1);
}

TEST_CASE("a minimum that is only local is seen by the check of the scalar problems", "[three_splitting][oracle]") {
  // g = 1/2 and a far outside the range of sigma: one minimum stays near b, the global one lies up the slope of sigma.
  const auto [activation, a, b] = GENERATE(table<std::string, double, double>({{"tanh", 3, -3}, {"sigmoid", 9, -4}}));
  INFO(activation);
  const Activation f = Activation::parse(activation);
  const Vector<double> before = Vector<double>::Constant(1, b), V = Vector<double>::Constant(1, a);
  const auto slope = [&f, a = a, b = b](double u) { return (f.value(u) - a) * f.derivative(u) + 0.5 * (u - b); };
  double lo = b, hi = b;  // the first stationary point right of b
  while (slope(hi) < 0) hi += 1.0 / 64;
  for (int k = 0; k < 60; ++k) (slope(0.5 * (lo + hi)) < 0 ? lo : hi) = 0.5 * (lo + hi);
  const std::string settings = "gamma=2 rho=0.5 alpha=0.5";
  const double global = activation_prox(f, a, b, 0.5);
  REQUIRE(std::abs(global - lo) > 1);
  CHECK(prox_violations(activation, settings, before, V, b, Vector<double>::Constant(1, lo)) == 1);
  CHECK(prox_violations(activation, settings, before, V, b, Vector<double>::Constant(1, global)) == 0);
}

TEST_CASE("a state of zeros is judged, not refused", "[three_splitting][oracle]") {
  Tiny<> tiny(network({3, 4, 2}, "relu", false), Loss::parse("squared", false), 5, 57);
  tiny.Y.setZero();
  auto engine = make_engine(tiny.problem.net, "r=l1:1 s=l1:1");
  start(*engine, tiny, 1);
  for (auto& m : engine->state()) m.value.setZero();
  Judge judge(*engine, three_splitting_promises(),
              make_three_splitting_audit(values_of<ThreeSplittingParameters>(engine->parameters()), tiny.problem));
  REQUIRE_NOTHROW(judge.sweep());
  for (const char* id : {"descent.block", "descent.sweep", "certificate.membership", "prox.global"})
    CHECK(judge.result(id).verdict() == "holds");
}
