// The KL exponent of paths whose exponent is known, straight and turning.
#include "results/rates/exponent.hpp"

#include <numbers>

#include "results/rates/regression.hpp"
#include "results/rates/turns.hpp"
#include "tests/results/sequences.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::rates;

namespace {

/// f = q^p, q = (x_1^2 + 25 x_2^2)/2, has theta = 1 - 1/(2 p) at 0: |grad f| = p q^(p-1) |(x_1, 25 x_2)| is of the order of
/// q^(p - 1/2). The path x_k = r^k (cos, sin)(angle(k)) takes f through 14 decades.
template <class Angle>
Sequence path(double p, Angle&& angle, int K = 400) {
  Sequence s;
  const double r = std::pow(10, -14 / (2 * p * K));
  for (int k = 0; k <= K; ++k) {
    const double x1 = std::pow(r, k) * std::cos(angle(k)), x2 = std::pow(r, k) * std::sin(angle(k));
    const double q = (x1 * x1 + 25 * x2 * x2) / 2;
    s.f.push_back(std::pow(q, p));
    s.g.push_back(p * std::pow(q, p - 1) * std::hypot(x1, 25 * x2));
  }
  return s;
}
/// `turns` of the ratio |grad f|^2/(f - f*), which are half turns of the path.
Sequence spiral(double p, double turns, double start = 0.3) {
  return path(p, [=](int k) { return start + std::numbers::pi * turns * k / 400; });
}

Exponent exponent_of(const Sequence& s) { return estimate_exponent(s.f, s.g, zero_limit(0)); }

}  // namespace

TEST_CASE("a path that turns has the exponent of its function: 1/2, 2/3, 3/4, 1/3", "[rates][exponent]") {
  for (const double p : {1.0, 1.5, 2.0, 0.75})
    for (const double turns : {0.0, 1.8, 2.2, 2.5, 3.0, 4.5, 10.0, 40.0, 99.7}) {
      const double theta = 1 - 1 / (2 * p);
      const Exponent e = exponent_of(spiral(p, turns));
      INFO("theta = " << theta << ", " << turns << " turns: " << e.theta.value << " [" << e.theta.interval.low << ", "
                      << e.theta.interval.high << "], period " << e.period);
      CHECK(e.theta.value == Approx(theta).margin(turns < 50 ? 0.01 : 0.03));  // 99.7: four points a turn
      CHECK(e.theta.interval.low <= theta + 1e-9);
      CHECK(e.theta.interval.high >= theta - 1e-9);
      CHECK(e.theta.interval.width() < (turns < 50 ? 0.05 : 0.1));
    }
}

TEST_CASE("the period that is found is that of the turning path", "[rates][exponent]") {
  for (const double turns : {2.0, 2.5, 3.2}) CHECK(exponent_of(spiral(1, turns)).period == Approx(400 / turns).margin(1));
  CHECK(exponent_of(spiral(1, 0)).period == 0);
}

TEST_CASE("a line through one turn is tilted: without whole turns the spiral is misread", "[rates][exponent]") {
  double worst = 0;
  for (const double start : {0.3, 1.1, 1.9, 2.7}) {
    const Sequence s = spiral(1, 2, start);
    CHECK(exponent_of(s).theta.value == Approx(0.5).margin(1e-3));
    std::vector<double> x, y;  // the lower half of the decades, as the window of the bins
    for (std::size_t k = 200; k < 380; ++k) x.push_back(std::log10(s.f[k])), y.push_back(std::log10(s.g[k]));
    worst = std::max(worst, std::abs(fit_line(x, y).slope - 0.5));
  }
  CHECK(worst > 0.03);
}

TEST_CASE("a swing that does not repeat itself is no turn, and no exponent is read off it", "[rates][exponent]") {
  const auto growing = [](int k) { return 0.3 + 1.3 * std::numbers::pi * std::pow(k / 400.0, 3); };  // turns faster and faster
  const Exponent e = exponent_of(path(1, growing));
  INFO(e.theta.value << " [" << e.theta.interval.low << ", " << e.theta.interval.high << "]");
  CHECK(e.period == 0);
  CHECK(e.theta.interval.contains(0.5));
  CHECK(e.theta.interval.width() > 0.1);
}

TEST_CASE("correlated noise is no turn", "[rates][exponent]") {
  int found = 0;
  for (const double correlation : {0.0, 0.9, 0.99, 0.999})
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Sequence s = test::noisy([](int k) { return std::pow(0.99, k); }, 0.5, 0, 0.5, correlation, 3000, seed);
      found += whole_turns(s.f, s.g, envelope(s.f), 0).period > 0;
    }
  CHECK(found == 0);
}

TEST_CASE("a sharp minimum has theta 0 down to its finite end", "[rates][exponent]") {
  Sequence s;  // proximal point steps on |x|, each half of the way, then exactly there
  for (double x = 1; s.f.size() < 60; x = s.f.size() < 50 ? x / 2 : 0) s.f.push_back(x), s.g.push_back(x > 0);
  const Exponent e = estimate_exponent(s.f, s.g, zero_limit(1e-16));
  CHECK(e.theta.known());
  CHECK(e.theta.interval.contains(0));
  CHECK(e.theta.interval.width() < 1e-9);
}
