// Rates and exponents of sequences whose answer is known.
#include "results/rates/rate.hpp"

#include "tests/results/sequences.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::rates;
using bcd::test::from_zero;
using bcd::test::gradient_descent;

namespace {

std::vector<double> values(int first, int last, double (*of)(int)) {
  std::vector<double> f;
  for (int k = first; k <= last; ++k) f.push_back(of(k));
  return f;
}

}  // namespace

TEST_CASE("gradient descent on x^2 is linear with factor (1 - 2 s)^2 and has theta 1/2", "[rates]") {
  for (const Options& options : {Options{}, from_zero()}) {
    const Report report = examine(gradient_descent(2, 0.005, 3000), options);
    CHECK(report.rate.kind == Kind::linear);
    CHECK(report.rate.lambda.interval.contains(0));
    CHECK(report.rate.lambda.interval.width() < 0.02);
    CHECK(report.rate.eta.interval.low <= 0.99 * 0.99 + 1e-9);
    CHECK(report.rate.eta.interval.high >= 0.99 * 0.99 - 1e-9);
    CHECK(report.exponent.theta.value == Approx(0.5).margin(1e-3));
    CHECK(report.theorem41.verdict == "holds");
    CHECK(report.theorem42.verdict == "holds");  // theta = 1/2: A2 with alpha = 1/2 is A1
  }
}

TEST_CASE("gradient descent on x^4 and x^6 is sublinear with p = m/(m - 2) and has theta 1 - 1/m", "[rates]") {
  for (const int m : {4, 6})
    for (const Options& options : {Options{}, from_zero()}) {
      const Report report = examine(gradient_descent(m, 0.05, 3000), options);
      const double p = m / (m - 2.0), theta = 1 - 1.0 / m;
      INFO("m = " << m << ", f* by " << report.limit.origin);
      CHECK(report.rate.kind == Kind::sublinear);
      CHECK(report.rate.power.interval.contains(p));
      CHECK(report.rate.power.interval.width() < 0.13);
      CHECK(report.exponent.theta.interval.low <= theta + 1e-9);
      CHECK(report.exponent.theta.interval.high >= theta - 1e-9);
      CHECK(report.exponent.theta.interval.width() < 0.02);
      CHECK(report.theorem41.verdict == "holds");
      CHECK(report.theorem42.verdict == "not applicable");  // the stronger decrease does not hold: it would force a linear rate
    }
}

TEST_CASE("the lowest value seen, taken for f*, makes x^4 and x^6 look faster than they are", "[rates]") {
  for (const int m : {4, 6}) {
    const std::vector<double> f = gradient_descent(m, 0.05, 3000).f;
    const Rate rate = estimate_rate(f, Limit{{f.back(), f.back()}, f.back(), 0, "the lowest value seen"});
    CHECK(rate.lambda.value < 0.5 * (m - 2.0) / m);
    CHECK(rate.kind != Kind::sublinear);  // the interval is too wide for a wrong verdict
  }
}

TEST_CASE("a run too short for its rate is inconclusive and says why", "[rates]") {
  for (const int m : {2, 4, 6}) {
    const Report report = examine(gradient_descent(m, 0.005, 300), {});
    CHECK(report.rate.kind == Kind::inconclusive);
    CHECK(report.rate.reason.find("decades") != std::string::npos);
    CHECK(report.theorem41.verdict == "inconclusive");
  }
}

TEST_CASE("the origin of k does not matter to the power", "[rates]") {
  const std::vector<double> f = values(1, 100000, [](int k) { return std::pow(k + 1000.0, -3); });
  const std::vector<double> shifted(f.begin() + 500, f.end());
  CHECK(estimate_rate(f, zero_limit(0)).lambda.value == Approx(1.0 / 3).margin(0.01));
  CHECK(estimate_rate(shifted, zero_limit(0)).lambda.value == Approx(1.0 / 3).margin(0.01));
}

TEST_CASE("a sequence that oscillates with period two or three has the rate of its envelope", "[rates]") {
  for (const int j : {2, 3}) {
    std::vector<double> linear, power;
    for (int k = 1; k <= 3000; ++k) {
      const double up = k % j == 0 ? 3 : 1;  // every j-th value is three times as high
      linear.push_back(up * std::pow(0.99, k));
      power.push_back(up * std::pow(k, -2.0));
    }
    for (const bool known : {true, false}) {
      const Rate fast = estimate_rate(linear, known ? zero_limit(0) : extrapolated_limit(linear));
      CHECK(fast.kind == Kind::linear);
      CHECK(fast.eta.value == Approx(0.99).margin(2e-4));
      const Rate slow = estimate_rate(power, known ? zero_limit(0) : extrapolated_limit(power));
      CHECK(slow.kind == Kind::sublinear);
      CHECK(slow.power.interval.contains(2));
    }
  }
}

TEST_CASE("a linear sequence that ends in rounding noise stays linear", "[rates]") {
  Rng rng(3, "rounding");
  std::vector<double> f;
  for (int k = 0; k < 4000; ++k) f.push_back(0.7 + std::pow(0.97, k) + 1e-16 * rng.normal());
  const Limit limit = extrapolated_limit(f);
  CHECK(limit.origin == "reached to rounding");
  CHECK(limit.interval.contains(0.7));
  const Rate rate = estimate_rate(f, limit);
  CHECK(rate.kind == Kind::linear);
  CHECK(rate.eta.interval.contains(0.97));
}

TEST_CASE("a sequence that reaches its limit in one step is finite", "[rates]") {
  std::vector<double> f;  // the proximal point method on |x|: equal steps, then exactly the minimiser
  for (int k = 0; k < 400; ++k) f.push_back(0.25 + std::max(0.0, 10 - 0.0625 * k));
  const Rate rate = estimate_rate(f, extrapolated_limit(f));
  CHECK(rate.kind == Kind::finite);
  CHECK(rate.finite_at == 160);
}

TEST_CASE("sequences of order two and three are superlinear, not finite", "[rates]") {
  for (const double order : {2.0, 3.0}) {
    std::vector<double> f;
    for (double e = 0.5; f.size() < 12; e = std::pow(e, order)) f.push_back(e);
    CHECK(estimate_rate(f, zero_limit(1e-300)).kind == Kind::superlinear);
  }
  // Power laws with a finite end, like a flow for theta < 1/2: faster than linear at every step, without long jumps.
  CHECK(estimate_rate(values(0, 1990, [](int k) { return std::pow(1 - k / 2000.0, 3); }), zero_limit(0)).kind ==
        Kind::superlinear);
}

TEST_CASE("what is slower than every exponential and faster than every power is inconclusive", "[rates]") {
  CHECK(estimate_rate(values(1, 4000, [](int k) { return std::exp(-std::sqrt(k)); }), zero_limit(0)).kind ==
        Kind::inconclusive);
}

TEST_CASE("f* is extrapolated to within its interval from powers and exponentials", "[rates]") {
  const auto limit_of = [](double (*gap)(int)) {
    std::vector<double> f;
    for (int k = 1; k <= 2000; ++k) f.push_back(1.5 + gap(k));
    return extrapolated_limit(f);
  };
  for (const Limit& limit :
       {limit_of([](int k) { return std::pow(k, -0.7); }), limit_of([](int k) { return 5 * std::pow(k + 10, -2); }),
        limit_of([](int k) { return std::pow(0.998, k); })}) {
    INFO(limit.middle);
    CHECK(limit.origin == "extrapolation");
    CHECK(limit.interval.low <= 1.5 + 1e-12);
    CHECK(limit.interval.high >= 1.5 - 1e-12);
  }
}

TEST_CASE("a sequence whose decreases do not shrink has no limit to extrapolate", "[rates]") {
  const std::vector<double> f = values(0, 1000, [](int k) { return 3.0 - 0.001 * k; });
  CHECK_FALSE(extrapolated_limit(f).known());
  CHECK(estimate_rate(f, extrapolated_limit(f)).kind == Kind::inconclusive);
}

TEST_CASE("a longer run of the same sequence narrows f* and names itself as its origin", "[rates]") {
  Options options;
  options.share = 0.1;
  const Report longer = examine(gradient_descent(4, 0.05, 10000), options);
  CHECK(longer.limit.origin.find("10001 iterations") != std::string::npos);
  CHECK(longer.limit.interval.width() < 0.1 * examine(gradient_descent(4, 0.05, 1000), {}).limit.interval.width());
  CHECK(longer.rate.power.interval.contains(2));
}
