// A1 and A2: constants that are known, constants that shrink, and sequences that have none.
#include "results/rates/decrease.hpp"

#include "tests/results/sequences.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::rates;
using Found = Decrease::State;

TEST_CASE("the constant of A1 for gradient descent on x^2 is the exact one for every j", "[rates][decrease]") {
  const double s = 0.02, q = 1 - 2 * s;  // x -> q x; f = x^2, g = 2 x
  const Sequence run = test::gradient_descent(2, s, 300);
  for (const int j : {1, 2, 5, 8}) {
    const Decrease d = measure_decrease(run.f, run.g, j, 2, 0, 1);
    CHECK(d.state == Found::holds);
    CHECK(d.constant == Approx((1 - std::pow(q, 2 * j)) / (4 * std::pow(q, 2 * j))).epsilon(1e-9));
    CHECK(std::abs(d.drift.value) < 1e-6);
  }
}

TEST_CASE("a sequence with period j satisfies A1 for j and for no smaller number", "[rates][decrease]") {
  for (const int period : {2, 3}) {
    std::vector<double> f, g;
    for (int k = 0; k < 600; ++k) {
      const double e = std::pow(0.98, k);
      f.push_back(1 + e * (1 + 0.5 * (k % period == 0)));
      g.push_back(std::sqrt(e));
    }
    for (int j = 1; j < period; ++j) {
      const Decrease d = measure_decrease(f, g, j, 2, 0, 10);
      CHECK(d.state == Found::violated);
      CHECK(d.constant < 0);
      CHECK(f[d.first_rise + static_cast<std::size_t>(j)] > f[d.first_rise]);
    }
    const Decrease d = measure_decrease(f, g, period, 2, 0, 10);
    CHECK(d.state == Found::holds);
    CHECK(d.constant == Approx((std::pow(0.98, -period) - 1)).epsilon(1e-6));  // the smaller of the phases: no extra height
  }
}

TEST_CASE("a constant that shrinks with k is no constant", "[rates][decrease]") {
  Rng rng(5, "shrinking");
  std::vector<double> f, g;
  for (int k = 1; k <= 3000; ++k) {  // decreases like k^-3 against squares like k^-2.5: ratio k^-0.5
    f.push_back(std::pow(k, -2.0));
    g.push_back(std::pow(k, -1.25) * std::exp(0.2 * rng.normal()));
  }
  const Decrease d = measure_decrease(f, g, 1, 2, 1, 30);
  CHECK(d.state == Found::shrinking);
  CHECK(d.constant > 0);
  CHECK(d.drift.interval.contains(-0.5));
}

TEST_CASE("noise in the gradient norms is not taken for a shrinking constant", "[rates][decrease]") {
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Sequence run = test::noisy([](int k) { return std::pow(0.995, k); }, 0.5, 0, 0, 0, 1500, seed);
    Rng rng(seed, "gradients");
    std::vector<double> g(run.g);
    for (double& x : g) x *= std::exp(0.7 * rng.normal());
    alarms += measure_decrease(run.f, g, 1, 2, 1, 15).state != Found::holds;
  }
  CHECK(alarms == 0);
}

TEST_CASE("rises within the rounding of f are no violation", "[rates][decrease]") {
  std::vector<double> f, g;
  for (int k = 0; k < 400; ++k) {
    f.push_back(1 + std::pow(0.9, k) + (k % 2) * 2e-16);
    g.push_back(std::pow(0.9, 0.5 * k));
  }
  const Decrease d = measure_decrease(f, g, 1, 2, 0, 4);
  CHECK(d.state == Found::holds);
  CHECK(d.constant == Approx(0.1 / 0.9).epsilon(0.3));  // the last resolved decreases are a few units of rounding
}

TEST_CASE("a run that stands still away from a critical point supports no constant", "[rates][decrease]") {
  std::vector<double> f(200, 1.0), g(200, 0.3);
  CHECK(measure_decrease(f, g, 1, 2, 0, 1).state == Found::unresolved);
  for (std::size_t k = 0; k < 100; ++k) f[k] = 1 + std::pow(0.9, k), g[k] = 0.3;  // it falls, and then it stalls
  const Decrease d = measure_decrease(f, g, 1, 2, 0, 1);
  CHECK_FALSE(d.supported());
  CHECK(d.constant < 1e-13);
}

TEST_CASE("A1 speaks of k-bar and later only", "[rates][decrease]") {
  Sequence run = test::gradient_descent(2, 0.01, 500);
  run.f[5] += 1;
  CHECK(measure_decrease(run.f, run.g, 1, 2, 0, 0).state == Found::violated);
  CHECK(measure_decrease(run.f, run.g, 1, 2, 0, 6).state == Found::holds);
  CHECK(measure_decrease(run.f, run.g, 1, 2, 100, 106).state ==
        Found::holds);  // the same run with its iterations counted from 100
}

TEST_CASE("A2 with alpha above 1/2 holds for no sublinear run and for linear runs with a matching gradient",
          "[rates][decrease]") {
  const Sequence slow = test::gradient_descent(4, 0.05, 3000);
  CHECK(measure_decrease(slow.f, slow.g, 1, 1 / 0.75, 0, 30).state == Found::shrinking);
  std::vector<double> f, g;
  for (int k = 0; k < 300; ++k) {  // e = 0.95^k, dist = e^(3/4): theta = 3/4, and yet linear
    f.push_back(std::pow(0.95, k));
    g.push_back(std::pow(0.95, 0.75 * k));
  }
  const Decrease d = measure_decrease(f, g, 1, 1 / 0.75, 0, 3);
  CHECK(d.state == Found::holds);
  CHECK(d.constant == Approx(1 / 0.95 - 1).epsilon(1e-9));
}
