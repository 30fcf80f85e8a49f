// MNIST, Fashion-MNIST (where they are on this machine) and the embedded digits.
#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/dataset.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

std::array<int, 10> class_counts(const std::vector<int>& labels, std::size_t n) {
  std::array<int, 10> counts{};
  for (std::size_t j = 0; j < n; ++j) ++counts[static_cast<std::size_t>(labels[j])];
  return counts;
}

std::array<int, 10> class_counts(const std::vector<int>& labels) { return class_counts(labels, labels.size()); }

bool skipped(const std::string& name) {
  const bool absent = !dataset_location(name).has_value();
  if (absent) WARN("skipped: dataset '" << name << "' is not on this machine");
  return absent;
}

// Appends label and pixel bytes of every column.
void append_digits(const Matrix<float>& X, const std::vector<int>& labels, std::vector<std::string>& digits) {
  for (Index j = 0; j < X.cols(); ++j) {
    std::string digit(1, static_cast<char>(labels[static_cast<std::size_t>(j)]));
    for (Index i = 0; i < X.rows(); ++i) digit += static_cast<char>(std::lround(255 * X(i, j)));
    digits.push_back(std::move(digit));
  }
}

}  // namespace

TEST_CASE("The embedded digits are split 8000/2000, a fifth of every class", "[datasets][mnist-10k]") {
  const auto data = load_dataset<float>("mnist-10k", {}, TargetCode::real, 1);
  REQUIRE(data.X.cols() == 8000);
  REQUIRE(data.X_test.cols() == 2000);
  REQUIRE(data.X.rows() == 784);
  const auto train = class_counts(data.labels), test = class_counts(data.labels_test);
  // Classes of the first 10,000 training digits; they add up to 10,000 and are known from MNIST's label file.
  const std::array<int, 10> all{1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978};
  for (std::size_t c = 0; c < 10; ++c) {
    CHECK(train[c] + test[c] == all[c]);
    CHECK(std::abs(test[c] - all[c] / 5.0) < 1);
  }
}

TEST_CASE("The first columns of the embedded digits are a balanced subset", "[datasets][mnist-10k]") {
  const auto data = load_dataset<float>("mnist-10k", {}, TargetCode::real, 1);
  for (const int k : {1, 2, 7, 100, 500}) {
    std::array<int, 10> expected{};
    expected.fill(k);
    CHECK(class_counts(data.labels, static_cast<std::size_t>(10 * k)) == expected);
  }
}

TEST_CASE("Smaller n gives the first columns, and pixels are whole bytes over 255", "[datasets][mnist-10k]") {
  const auto all = load_dataset<double>("mnist-10k", {}, TargetCode::real, 1);
  const auto some = load_dataset<double>("mnist-10k", {{"n", "50"}, {"n_test", "0"}}, TargetCode::real, 7);
  REQUIRE(some.X.cols() == 50);
  CHECK(some.X == all.X.leftCols(50));
  CHECK(some.Y == all.Y.leftCols(50));
  CHECK(some.X_test.cols() == 0);
  CHECK(some.Y_test.cols() == 0);
  const auto bytes = (255 * all.X.array()).eval();
  CHECK((bytes - bytes.round()).abs().maxCoeff() < 1e-12 * 255);
  CHECK(all.X.minCoeff() == 0);
  CHECK(all.X.maxCoeff() == 1);
}

TEST_CASE("Targets are one-hot 0/1 or -1/+1, as the loss wants them", "[datasets][mnist-10k]") {
  const DatasetOptions options{{"n", "200"}, {"n_test", "30"}};
  const auto real = load_dataset<double>("mnist-10k", options, TargetCode::real, 1);
  const auto sign = load_dataset<double>("mnist-10k", options, TargetCode::signed_one, 1);
  REQUIRE(real.Y.rows() == 10);
  REQUIRE(real.classification());
  CHECK(sign.Y == (2 * real.Y.array() - 1).matrix());
  CHECK(sign.Y_test == (2 * real.Y_test.array() - 1).matrix());
  CHECK(real.Y.colwise().sum() == Eigen::RowVectorXd::Ones(200));
  for (Index j = 0; j < 200; ++j) CHECK(real.Y(real.labels[static_cast<std::size_t>(j)], j) == 1);
}

TEST_CASE("Centring subtracts the training mean of each pixel from both sets", "[datasets][mnist-10k]") {
  const DatasetOptions plain{{"n", "300"}, {"n_test", "40"}}, centred{{"n", "300"}, {"n_test", "40"}, {"centre", "true"}};
  const auto a = load_dataset<double>("mnist-10k", plain, TargetCode::real, 1);
  const auto b = load_dataset<double>("mnist-10k", centred, TargetCode::real, 1);
  CHECK(b.X.rowwise().sum().cwiseAbs().maxCoeff() < 300 * 1e-14);
  const Vector<double> mean = a.X.rowwise().mean();
  CHECK((a.X - b.X).isApprox(mean.replicate(1, 300), 1e-14));
  CHECK((a.X_test - b.X_test).isApprox(mean.replicate(1, 40), 1e-14));
}

TEST_CASE("The embedded digits are the first 10,000 training digits of MNIST", "[datasets][mnist-10k][mnist]") {
  if (skipped("mnist")) return;
  const auto full = load_dataset<float>("mnist", {{"n", "10000"}, {"n_test", "0"}}, TargetCode::real, 1);
  const auto small = load_dataset<float>("mnist-10k", {}, TargetCode::real, 1);
  std::vector<std::string> expected, found;
  append_digits(full.X, full.labels, expected);
  append_digits(small.X, small.labels, found);
  append_digits(small.X_test, small.labels_test, found);
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  CHECK(found == expected);
}

TEST_CASE("The full MNIST has the known class counts and mean grey level", "[datasets][mnist]") {
  if (skipped("mnist")) return;
  const auto data = load_dataset<float>("mnist", {}, TargetCode::signed_one, 1);
  REQUIRE(data.X.cols() == 60000);
  REQUIRE(data.X_test.cols() == 10000);
  CHECK(class_counts(data.labels) == std::array<int, 10>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
  CHECK(class_counts(data.labels_test) == std::array<int, 10>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  // The mean and deviation that everybody normalises MNIST with: 0.1307 and 0.3081.
  const Eigen::ArrayXXd pixels = data.X.cast<double>();
  CHECK(pixels.mean() == Approx(0.1307).margin(5e-5));
  CHECK(std::sqrt(pixels.square().mean() - pixels.mean() * pixels.mean()) == Approx(0.3081).margin(5e-5));
  CHECK(verify_dataset("mnist").size() == 4);
}

TEST_CASE("The full Fashion-MNIST has 6000 and 1000 images of every class", "[datasets][fashion-mnist]") {
  if (skipped("fashion-mnist")) return;
  const auto data = load_dataset<float>("fashion-mnist", {}, TargetCode::real, 1);
  std::array<int, 10> train{}, test{};
  train.fill(6000);
  test.fill(1000);
  CHECK(class_counts(data.labels) == train);
  CHECK(class_counts(data.labels_test) == test);
  CHECK(data.X.cols() == 60000);
}
