#include <Eigen/QR>
#include <cmath>

#include "datasets/dataset.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

Dataset<double> load(const DatasetOptions& options, std::uint64_t seed = 1, TargetCode code = TargetCode::real) {
  return load_dataset<double>("teacher-student", options, code, seed);
}

// The matrix with Y = W X, by least squares (X of full row rank).
Matrix<double> fit(const Matrix<double>& X, const Matrix<double>& Y) {
  return X.transpose().colPivHouseholderQr().solve(Y.transpose()).transpose();
}

}  // namespace

TEST_CASE("Teacher data are the same in every run unless the data seed says otherwise", "[datasets][teacher-student]") {
  const auto a = load({}, 1), b = load({}, 2);
  CHECK(a.X == b.X);
  CHECK(a.Y == b.Y);
  CHECK(a.Y_test == b.Y_test);
  CHECK(a.checksum == b.checksum);
  const auto other = load({{"data_seed", "2"}}, 1), run = load({{"data_seed", "run"}}, 2);
  CHECK(a.X != other.X);
  CHECK(a.Y != other.Y);
  CHECK(a.checksum != other.checksum);
  CHECK(run.X == other.X);
  CHECK(run.Y == other.Y);
  CHECK(run.checksum == other.checksum);
  CHECK(a.X.leftCols(10) != a.X_test.leftCols(10));
}

TEST_CASE("Fewer teacher samples are the first of more, and single precision rounds double", "[datasets][teacher-student]") {
  const auto more = load({{"n", "300"}, {"noise", "0.1"}}), fewer = load({{"n", "100"}, {"noise", "0.1"}, {"n_test", "7"}});
  CHECK(fewer.X == more.X.leftCols(100));
  CHECK(fewer.Y == more.Y.leftCols(100));
  CHECK(fewer.X_test == more.X_test.leftCols(7));
  const auto single = load_dataset<float>("teacher-student", {{"n", "300"}, {"noise", "0.1"}}, TargetCode::real, 1);
  CHECK(single.X == more.X.cast<float>());
  CHECK(single.Y == more.Y.cast<float>());
}

// N entries: the mean deviates by about sigma/sqrt(N), the mean square by about sqrt(Var(x^2)/N); five times that is allowed.
TEST_CASE("Inputs have the moments of their law", "[datasets][teacher-student]") {
  struct Law {
    const char* name;
    double variance, variance_of_square;
  };
  constexpr double d = 10;
  const Law laws[] = {{"normal", 1, 2},                          // E x^4 = 3
                      {"normal_scaled", 1 / d, 2 / (d * d)},     // the same, scaled
                      {"uniform", 1 / 3.0, 1 / 5.0 - 1 / 9.0}};  // E x^4 = 1/5
  for (const Law& law : laws) {
    INFO(law.name);
    const auto data = load({{"d_in", "10"}, {"n", "5000"}, {"input_law", law.name}});
    const auto N = static_cast<double>(data.X.size());
    CHECK(std::abs(data.X.mean()) < 5 * std::sqrt(law.variance / N));
    CHECK(std::abs(data.X.squaredNorm() / N - law.variance) < 5 * std::sqrt(law.variance_of_square / N));
  }
  const auto uniform = load({{"input_law", "uniform"}});
  CHECK(uniform.X.cwiseAbs().maxCoeff() <= 1);
  const auto sphere = load({{"d_in", "10"}, {"n", "5000"}, {"input_law", "sphere"}});
  CHECK((sphere.X.colwise().norm().array() - 1).abs().maxCoeff() < 1e-14);
  for (Index i = 0; i < 10; ++i) CHECK(std::abs(sphere.X.row(i).mean()) < 5 * std::sqrt(1 / d / 5000));
}

TEST_CASE("A linear teacher is one matrix with entries of variance 1/fan-in", "[datasets][teacher-student]") {
  const auto data = load({{"d_in", "60"}, {"d_out", "50"}, {"hidden", "none"}, {"n", "200"}, {"n_test", "20"}});
  const Matrix<double> W = fit(data.X, data.Y);
  CHECK((W * data.X).isApprox(data.Y, 1e-12));
  CHECK((W * data.X_test).isApprox(data.Y_test, 1e-12));  // the same teacher labels the test set
  const auto N = static_cast<double>(W.size());
  CHECK(std::abs(60 * W.squaredNorm() / N - 1) < 5 * std::sqrt(2 / N));
  CHECK(std::abs(W.mean()) < 5 * std::sqrt(1 / 60.0 / N));
}

TEST_CASE("A teacher with one ReLU unit is zero on one side and linear on the other", "[datasets][teacher-student]") {
  const auto data = load({{"d_in", "1"}, {"hidden", "1"}, {"n", "200"}});
  const Index first = [&] {
    Index j = 0;
    while (data.Y(0, j) == 0) ++j;
    return j;
  }();
  const double slope = data.Y(0, first) / data.X(0, first);
  for (Index j = 0; j < 200; ++j) {
    const bool active = (data.X(0, j) > 0) == (data.X(0, first) > 0);
    CHECK(data.Y(0, j) == Approx(active ? slope * data.X(0, j) : 0.0));
  }
}

TEST_CASE("Noise is added to training targets only, with the given deviation", "[datasets][teacher-student]") {
  const DatasetOptions clean{{"d_in", "5"}, {"n", "4000"}};
  DatasetOptions noisy = clean;
  noisy["noise"] = "0.5";
  const auto a = load(clean), b = load(noisy);
  CHECK(a.X == b.X);
  CHECK(a.Y_test == b.Y_test);
  const Matrix<double> E = b.Y - a.Y;
  CHECK(std::abs(E.squaredNorm() / 4000 / 0.25 - 1) < 5 * std::sqrt(2 / 4000.0));
  CHECK(std::abs(E.mean()) < 5 * 0.5 / std::sqrt(4000.0));
}

// A ReLU network without biases is positively homogeneous: scaling its inputs scales its outputs.
TEST_CASE("A teacher with unit inputs sees them scaled to unit variance", "[datasets][teacher-student]") {
  const std::pair<const char*, double> factors[] = {// 1 / standard deviation of an entry
                                                    {"normal", 1.0},
                                                    {"normal_scaled", std::sqrt(40.0)},
                                                    {"sphere", std::sqrt(40.0)},
                                                    {"uniform", std::sqrt(3.0)}};
  for (const auto& [law, factor] : factors) {
    INFO(law);
    const DatasetOptions raw{{"d_in", "40"}, {"input_law", law}, {"hidden", "30,20"}};
    DatasetOptions unit = raw;
    unit["teacher_inputs"] = "unit";
    const auto a = load(raw), b = load(unit);
    CHECK(a.X == b.X);
    CHECK(b.Y.isApprox(factor * a.Y, 1e-12));
  }
}

TEST_CASE("Classes are the largest of the teacher's outputs", "[datasets][teacher-student]") {
  const auto outputs = load({{"d_out", "4"}});
  const auto data = load({{"classes", "4"}}), sign = load({{"classes", "4"}}, 1, TargetCode::signed_one);
  REQUIRE(data.classification());
  REQUIRE(data.Y.rows() == 4);
  CHECK(data.X == outputs.X);
  for (Index j = 0; j < data.X.cols(); ++j) {
    const int label = data.labels[static_cast<std::size_t>(j)];
    CHECK(outputs.Y(label, j) == outputs.Y.col(j).maxCoeff());
    CHECK(data.Y(label, j) == 1);
  }
  CHECK(data.Y.sum() == 1000);
  CHECK(sign.Y == (2 * data.Y.array() - 1).matrix());
}

TEST_CASE("Contradictory teacher options are refused", "[datasets][teacher-student][error]") {
  CHECK_THAT(usage_error([] { load({{"classes", "1"}}); }), Contains("classes") && Contains("at least 2"));
  CHECK_THAT(usage_error([] { load({{"classes", "3"}, {"d_out", "2"}}); }), Contains("leave d_out away"));
  CHECK_THAT(usage_error([] { load({}, 1, TargetCode::signed_one); }), Contains("'squared'"));
}
