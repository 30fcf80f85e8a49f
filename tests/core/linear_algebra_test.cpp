// The dense kernels against textbook algebra.
#include "algorithms/core/linear_algebra.hpp"

#include <Eigen/Dense>

#include "algorithms/core/regulariser.hpp"
#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

template <class T>
Matrix<T> random(Index rows, Index cols, std::uint64_t seed) {
  Matrix<T> M(rows, cols);
  Rng rng(seed, "linear algebra");
  rng.fill_normal(M, 1);
  return M;
}

template <class T>
Matrix<T> positive_definite(Index k, std::uint64_t seed) {
  const Matrix<T> A = random<T>(k, k + 3, seed);
  return A * A.transpose() + Matrix<T>::Identity(k, k);
}

/// Sum over the columns of 1/2 x'Hx - c'x + r(x).
double objective(const Matrix<double>& H, const Matrix<double>& C, const Regulariser& r, const Matrix<double>& X) {
  return 0.5 * X.cwiseProduct(H * X).sum() - C.cwiseProduct(X).sum() + r.value<double>(X);
}

}  // namespace

TEMPLATE_TEST_CASE("the Cholesky factor multiplies back to the matrix and leaves the upper triangle alone", "[linear_algebra]",
                   float, double) {
  const Index k = GENERATE(1, 2, 7, 40);
  const Matrix<TestType> M = positive_definite<TestType>(k, 1);
  Matrix<TestType> given = M;
  given.template triangularView<Eigen::StrictlyUpper>().setConstant(TestType(99));  // only the lower triangle is read
  cholesky<TestType>(given);
  const Matrix<TestType> L = given.template triangularView<Eigen::Lower>();
  // Backward error of Cholesky: at most (k + 1) eps |L| |L'| entrywise, in norm (k + 1) eps trace(M).
  CHECK((L * L.transpose() - M).norm() <= static_cast<TestType>(k + 1) * std::numeric_limits<TestType>::epsilon() * M.trace());
  const Matrix<TestType> upper = given.template triangularView<Eigen::StrictlyUpper>();
  CHECK(upper.sum() == TestType(99) * static_cast<TestType>(k * (k - 1) / 2));
}

TEMPLATE_TEST_CASE("Cholesky solves invert the matrix from the left and from the right", "[linear_algebra]", float, double) {
  const Index k = GENERATE(1, 5, 33);
  const Index m = GENERATE(1, 17, 80);
  const int count = GENERATE(1, 2);
  const int before = threads();
  set_threads(count);
  const Matrix<TestType> M = positive_definite<TestType>(k, 2), X = random<TestType>(k, m, 3);
  Matrix<TestType> L = M, left = M * X, right = X.transpose() * M;
  cholesky<TestType>(L);
  cholesky_solve_left<TestType>(L, left);
  cholesky_solve_right<TestType>(L, right);
  set_threads(before);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> spectrum(M.template cast<double>());
  const double condition = spectrum.eigenvalues()(k - 1) / spectrum.eigenvalues()(0);
  const double bound =
      4 * static_cast<double>(k + 1) * std::numeric_limits<TestType>::epsilon() * condition * static_cast<double>(X.norm());
  CHECK(static_cast<double>((left - X).norm()) <= bound);
  CHECK(static_cast<double>((right - X.transpose()).norm()) <= bound);
}

TEST_CASE("a matrix that is not positive definite is refused and NaN passes through", "[linear_algebra]") {
  Matrix<double> indefinite = Matrix<double>::Identity(3, 3), singular = Matrix<double>::Zero(2, 2), undefined = indefinite;
  indefinite(1, 1) = -1;
  undefined(2, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(cholesky<double>(indefinite), std::runtime_error);
  CHECK_THROWS_AS(cholesky<double>(singular), std::runtime_error);
  cholesky<double>(undefined);
  CHECK(std::isnan(undefined(2, 2)));
}

TEST_CASE("coordinate descent finds the minimiser and never climbs", "[linear_algebra]") {
  const std::string form = GENERATE("none", "l2:0.4", "l1:0.5", "elastic:0.5,0.4", "nonnegative", "box:-0.2,0.3");
  INFO(form);
  const Regulariser r = Regulariser::parse(form);
  const Matrix<double> H = positive_definite<double>(6, 4), C = 3 * random<double>(6, 5, 5);
  Matrix<double> X = random<double>(6, 5, 6);
  r.prox<double>(1, X);  // into the domain
  Matrix<double> G = H * X - C;
  const auto prox = [&](Index, double h, double b) { return r.prox(h, b); };
  double value = objective(H, C, r, X);
  int sweeps = 0;
  for (; sweeps < 2000; ++sweeps) {
    const int used = coordinate_descent<double>(H, G, X, prox, 1e-300, 1);
    const double next = objective(H, C, r, X);
    REQUIRE(next <= value + 1e-14 * (std::abs(value) + C.squaredNorm()));
    if (value - next == 0 && used == 1 && sweeps > 1000) break;
    value = next;
  }
  CHECK((G - (H * X - C)).norm() < 1e-10 * C.norm());  // the gradient has kept up
  for (Index e = 0; e < X.size(); ++e) {               // -gradient lies in the subdifferential of r
    const auto [lo, hi] = r.subdifferential(X(e));
    CHECK(-G(e) >= lo - 1e-9);
    CHECK(-G(e) <= hi + 1e-9);
  }
  if (form == "none") CHECK((X - H.ldlt().solve(C)).norm() < 1e-10 * C.norm());
}

TEST_CASE("coordinate descent stops at its tolerance, or at the number of sweeps allowed", "[linear_algebra]") {
  const Matrix<double> H = positive_definite<double>(6, 7), C = random<double>(6, 2, 8);
  const auto prox = [](Index, double, double b) { return b; };
  Matrix<double> X = Matrix<double>::Zero(6, 2), G = -C;
  CHECK(coordinate_descent<double>(H, G, X, prox, 1e-300, 3) == 3);
  const int used = coordinate_descent<double>(H, G, X, prox, 1e-6, 100000);
  CHECK(used < 100000);
  CHECK(coordinate_descent<double>(H, G, X, prox, 1e-6, 100000) <= 2);  // already there
}
