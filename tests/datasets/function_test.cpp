
#include "datasets/dataset.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

Dataset<double> load(const DatasetOptions& options, std::uint64_t seed = 1, TargetCode code = TargetCode::real) {
  return load_dataset<double>("function", options, code, seed);
}

}  // namespace

TEST_CASE("Function targets are the function of the inputs, which are uniform on the cube", "[datasets][function]") {
  const auto square = load({{"d_in", "3"}, {"n", "4000"}}),
             gate = load({{"function", "product"}, {"d_in", "2"}, {"n", "4000"}});
  for (Index j = 0; j < 20; ++j) {
    const auto x = square.X.col(j);
    CHECK(square.Y(0, j) == Approx(x(0) * x(0) + x(1) * x(1) + x(2) * x(2)).epsilon(1e-14));
    CHECK(gate.Y(0, j) == Approx(gate.X(0, j) * gate.X(1, j)).epsilon(1e-14));
    CHECK(gate.Y_test(0, j) == Approx(gate.X_test(0, j) * gate.X_test(1, j)).epsilon(1e-14));
  }
  CHECK(square.X.minCoeff() >= -1);
  CHECK(square.X.maxCoeff() < 1);
  // U[-1, 1]: mean 0, variance 1/3, fourth moment 1/5, so x^2 has variance 1/5 - 1/9; five standard errors of 12000 entries.
  CHECK(std::abs(square.X.mean()) < 5 * std::sqrt(1.0 / 3 / 12000));
  CHECK(std::abs(square.X.squaredNorm() / 12000 - 1.0 / 3) < 5 * std::sqrt((1.0 / 5 - 1.0 / 9) / 12000));
}

TEST_CASE("Function data follow their seed, and fewer samples are the first of more", "[datasets][function]") {
  const auto a = load({}, 1), b = load({}, 2), run = load({{"data_seed", "run"}}, 2), two = load({{"data_seed", "2"}});
  CHECK(a.X == b.X);
  CHECK(a.checksum == b.checksum);
  CHECK(run.X == two.X);
  CHECK(run.X != a.X);
  CHECK(a.X.leftCols(10) != a.X_test.leftCols(10));
  CHECK(load({{"n", "50"}}).X == a.X.leftCols(50));
  CHECK(load_dataset<float>("function", {}, TargetCode::real, 1).Y == a.Y.cast<float>());
}

TEST_CASE("Function data refuse a margin loss and an unknown function", "[datasets][function]") {
  CHECK_THAT(usage_error([] { load({}, 1, TargetCode::signed_one); }), Contains("'function'") && Contains("real targets"));
  CHECK_THAT(usage_error([] { load({{"function", "cube"}}); }), Contains("square") && Contains("cube"));
}
