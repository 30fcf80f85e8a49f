// The second-order systems: solved among the samples' rows or the block's entries, against the assembled matrix; the oracle's
// second derivative against differences, and the assembled matrix against the oracle.
#include "algorithms/ghauch2018/second_order.hpp"

#include <Eigen/LU>

#include "algorithms/core/parallel.hpp"
#include "tests/algorithms/ghauch2018/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::ghauch2018;
using namespace bcd::test;

namespace {

const std::vector<std::string> kLosses = {"squared", "paper_exponential", "cross_entropy", "squared_hinge", "logistic"};

struct Random {
  Rng rng{8, "directions"};
  Matrix<double> matrix(Index rows, Index cols) {
    Matrix<double> M(rows, cols);
    rng.fill_normal(M, 1.0);
    return M;
  }
};

}  // namespace

TEST_CASE("the oracle's second derivative along a block agrees with differences of the objective, for every loss", "[bsum]") {
  Random random;
  for (const std::string& loss : kLosses)
    for (const std::string activation : {"sigmoid", "softplus", "tanh", "linear"}) {
      const BsumCase c(loss, activation, true);
      const Oracle oracle(c.parameters, c.problem);
      for (int j = 1; j <= c.problem.net.N(); ++j) {
        const Matrix<double> W = oracle.block(c.w0, j), D = random.matrix(W.rows(), W.cols());
        const auto slope = [&](double s) {  // of f along D
          Weights<double> moved = c.w0;
          oracle.set_block(moved, j, W + s * D);
          return oracle.gradient(moved, j).cwiseProduct(D).sum();
        };
        const double second = (8 * (slope(1e-3) - slope(-1e-3)) - (slope(2e-3) - slope(-2e-3))) / 12e-3;
        CAPTURE(loss, activation, j);
        CHECK(oracle.second_derivative(c.w0, j, D, true).value + 2 * c.parameters.lambda * D.squaredNorm() ==
              Approx(second).epsilon(1e-7).margin(1e-8));
      }
    }
}

TEST_CASE("the assembled Hessian is the oracle's second derivative within its rounding, on one thread and on two", "[bsum]") {
  Random random;
  const auto compare = [&](const BsumCase& c, int j) {
    const Oracle oracle(c.parameters, c.problem);
    BlockModel<double> model(c.problem.net, c.loss(), c.problem.n());
    model.forward(c.w0, c.X);
    for (const bool exact : {true, false}) {
      Matrix<double> H;
      model.hessian(c.w0, c.X, c.Y, j, exact ? Curvature::exact : Curvature::gauss_newton, H);
      const Matrix<double> D = random.matrix(c.problem.net.d(j), model.inputs(j));
      const Term expected = oracle.second_derivative(c.w0, j, D, exact);
      const double quadratic = D.reshaped().dot(H * D.reshaped());
      // The product with H sums d^2 p^2 terms, each rounded.
      const double product = static_cast<double>(2 * D.size()) * std::numeric_limits<double>::epsilon() *
                             D.cwiseAbs().reshaped().dot(H.cwiseAbs() * D.cwiseAbs().reshaped());
      CHECK(std::abs(quadratic - expected.value) <= 2 * expected.rounding + product);
    }
  };
  for (const std::string& loss : kLosses)
    for (const bool bias : {false, true}) {
      const BsumCase c(loss, "tanh", bias);
      for (int j = 1; j <= c.problem.net.N(); ++j) compare(c, j);
    }
  const BsumCase large("squared", "sigmoid", true, {20, 30, 20, 2}, 90);  // enough work to be shared
  const int before = threads();
  for (const int count : {1, 2}) {
    set_threads(count);
    compare(large, 1);
    compare(large, 2);
  }
  set_threads(before);
}

TEST_CASE("Gauss-Newton systems solved among fewer rows than entries (Woodbury) agree with the assembled matrix", "[bsum]") {
  Random random;
  for (const std::string& loss : kLosses)
    for (const bool bias : {false, true}) {
      const BsumCase c(loss, "softplus", bias, {6, 7, 5, 2}, 9);  // 9 or 18 rows; the blocks have 42, 35 and 10 entries
      BlockModel<double> model(c.problem.net, c.loss(), c.problem.n());
      model.forward(c.w0, c.X);
      const double lambda = 0.01, gamma = 0.2;
      SecondOrder<double> rows(c.problem.net, c.loss(), model, Curvature::gauss_newton, true),
          entries(c.problem.net, c.loss(), model, Curvature::gauss_newton, false);
      for (int j = 1; j <= c.problem.net.N(); ++j) {
        CAPTURE(loss, bias, j);
        Matrix<double> H;
        model.hessian(c.w0, c.X, c.Y, j, Curvature::gauss_newton, H);
        H.diagonal().array() += 2 * lambda;
        Matrix<double> shifted = H;
        shifted.diagonal().array() += gamma;
        const Vector<double> g = random.matrix(H.cols(), 1);
        const Vector<double> expected = shifted.partialPivLu().solve(g);
        const double condition = shifted.norm() / (gamma + 2 * lambda);
        for (SecondOrder<double>* system : {&rows, &entries}) {
          system->compute(c.w0, c.X, c.Y, j, lambda);
          Vector<double> x = g;
          CHECK(system->solve(gamma, x));
          CHECK((x - expected).norm() <= 1e-14 * condition * expected.norm());
          CHECK(system->quadratic(g) == Approx(g.dot(H * g)).epsilon(1e-12));
          CHECK_FALSE(system->indefinite());
        }
      }
    }
}

TEST_CASE("an indefinite system is solved all the same, and said to be indefinite", "[bsum]") {
  ShiftedSystem system;
  system.reserve(3);
  auto A = system.open(2);
  A.setConstant(std::nan(""));
  A(0, 0) = 1;
  A(1, 0) = 2;  // only the lower triangle is looked at
  A(1, 1) = 1;
  system.close();
  Vector<double> x(2);
  x << 1, 0;
  CHECK_FALSE(system.positive(0));
  CHECK(system.positive(1.5));
  CHECK_FALSE(system.solve(0, x));
  CHECK(x(0) == 1);
  ShiftedSystem::LU lu(2);
  system.solve(0, x, lu);  // [1 2; 2 1] x = (1, 0)
  CHECK(x(0) == Approx(-1.0 / 3));
  CHECK(x(1) == Approx(2.0 / 3));
  x << 1, 0;
  CHECK(system.solve(2, x));  // [3 2; 2 3] x = (1, 0)
  CHECK(x(0) == Approx(0.6));
  CHECK(x(1) == Approx(-0.4));
  x << 1, 1;
  CHECK(system.quadratic(x) == Approx(6));
}
