// Gradients and Hessians of every loss, activation and block against finite differences of an independent objective.
#include <Eigen/Eigenvalues>

#include "tests/algorithms/ghauch2018/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::ghauch2018;
using namespace bcd::test;

namespace {

const std::vector<std::string> kLosses = {"squared", "paper_exponential", "cross_entropy", "squared_hinge", "logistic"};
const std::vector<std::string> kActivations = {"sigmoid", "softplus", "tanh", "linear", "polynomial:0.1,0.8,0.3"};

/// Central difference of order four of f along the unit vector of entry e of block j.
template <class F>
auto difference(F f, double h) {
  return ((8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h));
}

struct Pass {
  const BsumCase& c;
  Oracle oracle;
  BlockModel<double> model;
  explicit Pass(const BsumCase& given)
      : c(given), oracle(given.parameters, given.problem), model(given.problem.net, given.loss(), given.problem.n()) {
    model.forward(c.w0, c.X);
  }
  Weights<double> moved(int j, Index entry, double h) const {
    Weights<double> w = c.w0;
    Matrix<double> block = oracle.block(w, j);
    block.reshaped()(entry) += h;
    oracle.set_block(w, j, block);
    return w;
  }
  Matrix<double> gradient(int j) {
    Matrix<double> G = Matrix<double>::Zero(c.problem.net.d(j), model.inputs(j));
    model.gradient(c.w0, c.X, c.Y, j, G);
    return G + 2 * c.parameters.lambda * oracle.block(c.w0, j);
  }
};

}  // namespace

TEST_CASE("the block gradient (A.6) agrees with differences of the objective, for every loss and activation", "[bsum]") {
  for (const std::string& loss : kLosses)
    for (const std::string& activation : kActivations)
      for (const bool bias : {false, true}) {
        const BsumCase c(loss, activation, bias);
        Pass pass(c);
        for (int j = 1; j <= c.problem.net.N(); ++j) {
          CAPTURE(loss, activation, bias, j);
          const Matrix<double> G = pass.gradient(j);
          CHECK((G - pass.oracle.gradient(c.w0, j)).norm() <= pass.oracle.gradient_rounding(c.w0, j));
          for (Index e = 0; e < G.size(); ++e) {
            const auto f = [&](double h) { return pass.oracle.objective(pass.moved(j, e, h)).value; };
            CHECK(G.reshaped()(e) == Approx(difference(f, 1e-3)).epsilon(1e-7).margin(1e-8));
          }
        }
      }
}

TEST_CASE("the block Hessian agrees with differences of the gradient, for every loss and activation", "[bsum]") {
  for (const std::string& loss : kLosses)
    for (const std::string& activation : kActivations) {
      const BsumCase c(loss, activation, true);
      Pass pass(c);
      for (int j = 1; j <= c.problem.net.N(); ++j) {
        CAPTURE(loss, activation, j);
        Matrix<double> H;
        pass.model.hessian(c.w0, c.X, c.Y, j, Curvature::exact, H);
        H.diagonal().array() += 2 * c.parameters.lambda;
        CHECK((H - H.transpose()).norm() <= 1e-13 * H.norm());
        double worst = 0;
        for (Index e = 0; e < H.cols(); ++e) {
          const auto gradient = [&](double h) { return Matrix<double>(pass.oracle.gradient(pass.moved(j, e, h), j)); };
          const Matrix<double> column = (8 * (gradient(1e-3) - gradient(-1e-3)) - (gradient(2e-3) - gradient(-2e-3))) / 12e-3;
          worst = std::max(worst, (column.reshaped() - H.col(e)).cwiseAbs().maxCoeff());
        }
        // The squared hinge's second derivative jumps; no sample of this problem lies within the differences' reach of the
        // jump.
        CHECK(worst <= 1e-7 * (1 + H.norm()));
      }
    }
}

TEST_CASE("Gauss-Newton is the Jacobian's product J^T L J for the ridge loss, and never indefinite for convex losses",
          "[bsum]") {
  const BsumCase c("squared", "sigmoid", true);
  Pass pass(c);
  const Network& net = c.problem.net;
  for (int j = 1; j <= net.N(); ++j) {
    Matrix<double> H;
    pass.model.hessian(c.w0, c.X, c.Y, j, Curvature::gauss_newton, H);
    Matrix<double> Jacobian(c.Y.size(), H.cols());
    for (Index e = 0; e < H.cols(); ++e) {
      const auto output = [&](double h) {
        Matrix<double> out;
        forward<double>(net, pass.moved(j, e, h), c.X, out);
        return out;
      };
      const Matrix<double> slope = (8 * (output(1e-3) - output(-1e-3)) - (output(2e-3) - output(-2e-3))) / 12e-3;
      Jacobian.col(e) = slope.reshaped();
    }
    const double weight = 2.0 / static_cast<double>(c.problem.n());
    CHECK((H - weight * Jacobian.transpose() * Jacobian).norm() <= 1e-8 * (1 + H.norm()));
  }
  for (const std::string& loss : kLosses) {
    const BsumCase other(loss, "tanh", false);
    Pass p(other);
    for (int j = 1; j <= other.problem.net.N(); ++j) {
      Matrix<double> H;
      p.model.hessian(other.w0, other.X, other.Y, j, Curvature::gauss_newton, H);
      const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(H);
      CHECK(eigen.eigenvalues().minCoeff() >= -1e-14 * H.norm());
    }
  }
}

TEST_CASE("for linear activations the exact Hessian is the Gauss-Newton one", "[bsum]") {
  for (const std::string loss : {"squared", "paper_exponential", "logistic"}) {
    const BsumCase c(loss, "linear", true);
    Pass pass(c);
    Matrix<double> exact, gauss_newton;
    pass.model.hessian(c.w0, c.X, c.Y, 1, Curvature::exact, exact);
    pass.model.hessian(c.w0, c.X, c.Y, 1, Curvature::gauss_newton, gauss_newton);
    CHECK((exact - gauss_newton).norm() == 0);
  }
}

TEST_CASE("the vectorised activations agree with the scalar ones far out and let NaN through", "[bsum]") {
  Matrix<double> U(1, 12);
  U << -800, -720, -40, -3, -1e-9, 0, 1e-9, 2, 40, 720, 800, std::nan("");
  for (const std::string name : {"sigmoid", "softplus", "tanh", "linear", "polynomial:0,1,0.5"}) {
    const Activation sigma = Activation::parse(name);
    Matrix<double> Z(1, 12), S(1, 12);
    activate<double>(sigma, U, Z, S);
    for (Index i = 0; i + 1 < U.cols(); ++i) {
      CAPTURE(name, U(i));
      CHECK(Z(i) == Approx(sigma.value(U(i))).epsilon(1e-14).margin(1e-300));
      CHECK(S(i) == Approx(sigma.derivative(U(i))).epsilon(1e-14).margin(2.3e-16));  // s (1 - s) and 1 - t^2 cancel
    }
    CHECK(std::isnan(Z(11)));
  }
}

TEST_CASE("a saturated output keeps the cross-entropy and its gradient finite", "[bsum]") {
  const LossFunction loss{LossFunction::Kind::cross_entropy, 1};
  Matrix<double> H(2, 1), Y(2, 1), G(2, 1);
  H << 1, 0;
  Y << 0, 1;
  CHECK(std::isfinite(loss.value<double>(H, Y)));
  loss.gradient<double>(H, Y, G);
  CHECK(G.allFinite());
  CHECK(G(0) > 0);
  CHECK(G(1) < 0);
}
