// The subproblems of r and s with kinks or bounds: exact, or the run says that they are not.
#include "algorithms/zeng2019/regularised_quadratic.hpp"

#include <Eigen/QR>
#include <cmath>

#include "algorithms/core/linear_algebra.hpp"
#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

const std::vector<std::string> kForms = {"l1:0.001", "elastic:0.001,0.000001", "nonnegative", "box:-0.2,0.5"};

/// k unknowns, the last without regulariser, 3 columns; the eigenvalues of H from 1 down to 1/condition.
struct Case {
  Matrix<double> H, C, X;
  Regulariser r;

  Case(const std::string& form, Index k, double condition, std::uint64_t seed) : C(k, 3), X(k, 3), r(Regulariser::parse(form)) {
    Rng rng(seed, form);
    Matrix<double> M(k, k);
    rng.fill_normal(M, 1.0);
    const Matrix<double> Q = Eigen::HouseholderQR<Matrix<double>>(M).householderQ();
    Vector<double> eigenvalues(k);
    for (Index j = 0; j < k; ++j) eigenvalues(j) = std::pow(condition, -static_cast<double>(j) / static_cast<double>(k - 1));
    M = Q * eigenvalues.asDiagonal() * Q.transpose();
    H = 0.5 * (M + M.transpose());
    rng.fill_normal(X, 1.0);
    C = H * X;
    rng.fill_normal(X, 0.5);
  }
  double residual(const Matrix<double>& x) const {
    const Matrix<double> G = H * x - C;
    double worst = 0;
    for (Index c = 0; c < x.cols(); ++c)
      for (Index j = 0; j < x.rows(); ++j) {
        const auto [lo, hi] = j < x.rows() - 1 ? r.subdifferential(x(j, c)) : std::pair(0.0, 0.0);
        worst = std::max({worst, G(j, c) + lo, -(G(j, c) + hi)});
      }
    return worst;
  }
  double objective(const Matrix<double>& x) const {
    return 0.5 * x.cwiseProduct(H * x).sum() - x.cwiseProduct(C).sum() + r.value<double>(x.topRows(x.rows() - 1));
  }
};

/// Inputs of very different size and far from zero, as raw data has them: coordinate descent crawls.
struct RawData {
  Tiny<> tiny{network({4, 5, 1}, "tanh"), {Loss::Kind::squared, false}, 30, 6, 0.05};
  std::unique_ptr<Algorithm<double>> algorithm;

  explicit RawData(const std::string& settings) {
    for (Index j = 0; j < 4; ++j)
      tiny.X.row(j) = ((tiny.X.row(j) * 0.05).array() + 1) * std::pow(10.0, static_cast<double>(j) - 1);
    algorithm = make_engine(tiny.problem.net, settings);
    Rng rng(3, "raw");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
  }
  std::unique_ptr<Judge> judge(int sweeps) {
    auto judge = std::make_unique<Judge>(
        *algorithm, three_splitting_promises(),
        make_three_splitting_audit(values_of<ThreeSplittingParameters>(algorithm->parameters()), tiny.problem));
    for (int k = 0; k < sweeps; ++k) judge->sweep();
    return judge;
  }
};

}  // namespace

TEST_CASE("the active-set method solves to rounding what coordinate descent does not", "[regularised_quadratic]") {
  const std::string form = GENERATE(from_range(kForms));
  const double condition = GENERATE(1e1, 1e4, 1e7);
  CAPTURE(form, condition);
  const Case c(form, 12, condition, 5);
  Matrix<double> X = c.X, G = c.H * X - c.C;
  const double share = minimise_regularised<double>(c.H, G, X, c.r, 11, 1e-14, 10000);
  CHECK(share <= 1);
  CHECK(c.residual(X) < 1e-13 * (1 + c.C.cwiseAbs().maxCoeff() + X.cwiseAbs().maxCoeff()));

  Matrix<double> Y = c.X, G_Y = c.H * Y - c.C;
  coordinate_descent<double>(
      c.H, G_Y, Y, [&](Index j, double h, double b) { return j < 11 ? c.r.prox(h, b) : b; }, 1e-14, 10000);
  CHECK(c.objective(X) <= c.objective(Y) + 1e-13 * (1 + std::abs(c.objective(Y))));
  if (condition == 1e7 && form[0] != 'b') CHECK(c.residual(Y) > 1e-12);  // the negative control: this is what it was left with
}

TEST_CASE("a problem that is not solved is called so", "[regularised_quadratic]") {
  const Case c("l1:0.01", 12, 1e6, 5);
  Matrix<double> X = c.X, G = c.H * X - c.C;
  CHECK(minimise_regularised<double>(c.H, G, X, c.r, 11, 1e-14, 1) > 1);
}

TEST_CASE("in f32 the solution is exact to f32's rounding", "[regularised_quadratic]") {
  const std::string form = GENERATE(from_range(kForms));
  CAPTURE(form);
  const Case c(form, 8, 1e3, 9);
  Matrix<float> X = c.X.cast<float>(), H = c.H.cast<float>(), G = H * X - c.C.cast<float>();
  CHECK(minimise_regularised<float>(H, G, X, c.r, 7, 1e-14, 10000) <= 1);
}

TEST_CASE("raw data and a regulariser with kinks: the promises hold", "[three_splitting][regularised_quadratic]") {
  for (const std::string form : {"l1:0.01", "elastic:0.01,0.1", "nonnegative", "box:-1,1"}) {
    CAPTURE(form);
    RawData run("r=" + form);
    const auto judge = run.judge(3);
    for (const char* id : {"descent.block", "descent.sweep", "certificate.membership"}) {
      CAPTURE(id);
      CHECK(judge->result(id).verdict() == "holds");
    }
    CHECK(run.algorithm->messages().empty());
  }
}

TEST_CASE("an inner method that ends early accuses no paper, and the run says so", "[three_splitting][regularised_quadratic]") {
  RawData run("r=l1:0.01 inner_iterations=1");
  const auto judge = run.judge(3);
  for (const Promise& promise : three_splitting_promises()) {
    CAPTURE(promise.id);
    CHECK(judge->result(promise.id).verdict() != "violated");
  }
  CHECK(judge->result("certificate.membership").verdict() == "inconclusive");
  CHECK_THAT(run.algorithm->messages(), Contains("the inner method ended above its tolerance in") && Contains("sweep 1:"));
  Measurements row;
  run.algorithm->measure(row);
  CHECK(row.back().first == "inner");
  CHECK(row.back().second > 1);
}
