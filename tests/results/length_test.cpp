// Sums of steps with a bound on what is missing, and R-rates.
#include "results/rates/length.hpp"

#include "tests/support/catch.hpp"

using namespace bcd::rates;

namespace {

std::vector<double> steps(int K, double (*of)(int)) {
  std::vector<double> out;
  for (int k = 1; k <= K; ++k) out.push_back(of(k));
  return out;
}

}  // namespace

TEST_CASE("the length of a geometric series is finite, and its tail bound holds the tail", "[rates][length]") {
  const Length length = measure_length(steps(3000, [](int k) { return std::pow(0.99, k); }), 1);
  const double tail = std::pow(0.99, 3001) / 0.01;
  CHECK(length.state == Length::State::finite);
  CHECK(length.sum == Approx(99).epsilon(1e-9));
  CHECK(length.tail >= tail * (1 - 1e-9));
  CHECK(length.tail <= 1.1 * tail);
  const RootRate rate = root_rate(length.steps);
  CHECK(rate.name == "R-linear");
  CHECK(rate.R1.value == Approx(0.99).margin(1e-4));
}

TEST_CASE("steps like k^-1.5 have finite length and a tail 2 sqrt(1/K)", "[rates][length]") {
  const Length length = measure_length(steps(20000, [](int k) { return std::pow(k, -1.5); }), 1);
  const double tail = 2 / std::sqrt(20000.5);  // the integral from K + 1/2
  CHECK(length.state == Length::State::finite);
  CHECK(length.tail >= 0.999 * tail);
  CHECK(length.tail <= 1.2 * tail);
  CHECK(root_rate(length.steps).name == "R-sublinear");
  CHECK(root_rate(length.steps).R1.value == 1);
}

TEST_CASE("steps like k^-0.8 have infinite length, and k^-1 is not called finite", "[rates][length]") {
  CHECK(measure_length(steps(200000, [](int k) { return std::pow(k, -0.8); }), 1).state == Length::State::infinite);
  CHECK(measure_length(steps(200000, [](int k) { return 1.0 / k; }), 1).state != Length::State::finite);
}

TEST_CASE("a path that ends after finitely many steps has no tail", "[rates][length]") {
  const Length length = measure_length(steps(500, [](int k) { return k <= 100 ? 0.5 : 0.0; }), 1);
  CHECK(length.state == Length::State::finite);
  CHECK(length.sum == 50);
  CHECK(length.tail == 0);
}

TEST_CASE("too few steps, or steps that hardly shrink, are inconclusive", "[rates][length]") {
  CHECK(measure_length({1.0}, 1).state == Length::State::inconclusive);
  CHECK(measure_length(steps(100, [](int k) { return 1 + 1.0 / k; }), 1).state == Length::State::inconclusive);
}
