#include <sstream>

#include "datasets/dataset.hpp"
#include "datasets/embedded/embedded.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

Dataset<double> load(const DatasetOptions& options, std::uint64_t seed = 1) {
  return load_dataset<double>("bodyfat", options, TargetCode::real, seed);
}

// The embedded table read with streams: 252 rows of 15 numbers.
std::vector<std::vector<double>> table() {
  const auto bytes = embedded::bodyfat_csv();
  std::istringstream in(std::string(bytes.begin(), bytes.end()));
  std::vector<std::vector<double>> rows;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream runs(line);
    std::vector<double> row;
    for (std::string planned; std::getline(runs, planned, ',');) row.push_back(std::stod(planned));
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

TEST_CASE("The columns of bodyfat have the published sums", "[datasets][bodyfat]") {
  const auto data = load({});
  REQUIRE(data.X.rows() == 13);
  REQUIRE(data.X.cols() == 252);
  REQUIRE(data.Y.rows() == 1);
  REQUIRE(data.X_test.cols() == 0);
  REQUIRE_FALSE(data.classification());
  const double sums[13] = {11311,   45088.95, 17677.50, 9574.0, 25407.7, 23324.1, 25176.0,
                           14970.3, 9724.8,   5821.8,   8132.9, 7223.3,  4593.9};
  for (Index i = 0; i < 13; ++i) CHECK(data.X.row(i).sum() == Approx(sums[i]).margin(1e-6));
  CHECK(data.Y.sum() == Approx(4826.0).margin(1e-6));
}

TEST_CASE("Every number of bodyfat is the one in the file, and density is left out", "[datasets][bodyfat]") {
  const auto data = load({});
  const auto rows = table();
  REQUIRE(rows.size() == 252);
  double density = 0;
  for (std::size_t j = 0; j < rows.size(); ++j) {
    REQUIRE(rows[j].size() == 15);
    density += rows[j][0];
    CHECK(data.Y(0, static_cast<Index>(j)) == rows[j][1]);
    for (std::size_t i = 0; i < 13; ++i) CHECK(data.X(static_cast<Index>(i), static_cast<Index>(j)) == rows[j][i + 2]);
  }
  CHECK(density == Approx(266.0046).margin(1e-9));
}

TEST_CASE("The inconsistent rows of bodyfat are the ones the README names, and they are kept", "[datasets][bodyfat]") {
  const auto rows = table();
  std::vector<std::size_t> inconsistent;  // counted from 1; Siri's equation: 495/density - 450
  for (std::size_t j = 0; j < rows.size(); ++j)
    if (std::abs(495 / rows[j][0] - 450 - rows[j][1]) > 1) inconsistent.push_back(j + 1);
  CHECK(inconsistent == std::vector<std::size_t>{48, 76, 96, 169, 182});
  CHECK(load({}).X(2, 41) == 29.5);
}

TEST_CASE("Scalings of bodyfat go by the training samples alone", "[datasets][bodyfat]") {
  const auto raw = load({{"test_fraction", "0.25"}}, 3);
  REQUIRE(raw.X_test.cols() == 63);
  REQUIRE(raw.X.cols() == 189);
  SECTION("standardise") {
    const auto s = load({{"test_fraction", "0.25"}, {"scaling", "standardise"}, {"target_scaling", "standardise"}}, 3);
    for (Index i = 0; i < 13; ++i) {
      const double mean = raw.X.row(i).sum() / 189;
      const double deviation = std::sqrt(raw.X.row(i).squaredNorm() / 189 - mean * mean);
      CHECK(std::abs(s.X.row(i).sum()) < 1e-10);
      CHECK(s.X.row(i).squaredNorm() == Approx(189));
      CHECK(s.X_test(i, 5) == Approx((raw.X_test(i, 5) - mean) / deviation));
    }
    CHECK(s.Y.squaredNorm() == Approx(189));
  }
  SECTION("minmax") {
    const auto s = load({{"test_fraction", "0.25"}, {"scaling", "minmax"}, {"target_scaling", "minmax"}}, 3);
    for (Index i = 0; i < 13; ++i) {
      CHECK(s.X.row(i).minCoeff() == 0);
      CHECK(s.X.row(i).maxCoeff() == 1);
      const double lo = raw.X.row(i).minCoeff(), hi = raw.X.row(i).maxCoeff();
      CHECK(s.X_test(i, 5) == Approx((raw.X_test(i, 5) - lo) / (hi - lo)));
    }
    CHECK(s.Y.maxCoeff() == 1);
  }
  SECTION("percent") {
    const auto s = load({{"test_fraction", "0.25"}, {"target_scaling", "percent"}}, 3);
    CHECK(s.X == raw.X);
    CHECK((100 * s.Y).isApprox(raw.Y, 1e-15));
    CHECK((100 * s.Y_test).isApprox(raw.Y_test, 1e-15));
  }
}

TEST_CASE("The test split of bodyfat is drawn by the seed and loses no sample", "[datasets][bodyfat]") {
  const auto a = load({{"test_fraction", "0.2"}}, 1), again = load({{"test_fraction", "0.2"}}, 1);
  const auto other = load({{"test_fraction", "0.2"}}, 2);
  CHECK(a.X_test == again.X_test);
  REQUIRE(a.X_test.cols() == other.X_test.cols());
  CHECK(a.X_test != other.X_test);
  CHECK(a.X.cols() + a.X_test.cols() == 252);
  CHECK(a.X.row(0).sum() + a.X_test.row(0).sum() == 11311);  // ages are whole numbers: exact
}

TEST_CASE("Margin losses are refused for real targets", "[datasets][bodyfat][error]") {
  const std::string message = usage_error([] { load_dataset<float>("bodyfat", {}, TargetCode::signed_one, 1); });
  CHECK_THAT(message, Contains("bodyfat") && Contains("hinge") && Contains("'squared'"));
}
