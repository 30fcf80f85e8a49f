// How often the 95 % intervals hold the truth, by simulation with fixed seeds.
#include <algorithm>
#include <iostream>

#include "algorithms/core/binomial.hpp"
#include "tests/results/sequences.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::rates;

namespace {

/// Gaps exact(k) with noise; lambda = 1/p and theta = (1 + lambda)/2 are the truth.
struct Truth {
  const char* name;
  double lambda;
  double gap(int k) const { return lambda == 0 ? std::pow(0.99, k) : std::pow(1 + 0.1 * k, -1 / lambda); }
  double theta() const { return (1 + lambda) / 2; }
};
const Truth kTruths[] = {{"0.99^k", 0}, {"k^-2", 0.5}, {"k^-1.5", 2.0 / 3}};

struct Coverage {
  int lambda = 0, of_lambda = 0, theta = 0, of_theta = 0, wrong = 0, undecided = 0;
};

Coverage simulate(const Truth& truth, bool known, double sigma, double correlation, int runs) {
  Coverage c;
  for (int seed = 0; seed < runs; ++seed) {
    const Sequence run = test::noisy([&](int k) { return truth.gap(k); }, truth.theta(), known ? 0 : 0.37, sigma, correlation,
                                     3000, static_cast<std::uint64_t>(seed));
    const Report report = examine(run, known ? test::from_zero() : Options{});
    const Kind kind = report.rate.kind, right = truth.lambda == 0 ? Kind::linear : Kind::sublinear;
    c.undecided += kind == Kind::inconclusive;
    c.wrong += kind != Kind::inconclusive && kind != right;
    if (const Interval& i = report.rate.lambda.interval; !std::isnan(i.low))
      ++c.of_lambda, c.lambda += i.contains(truth.lambda);
    if (const Estimate& t = report.exponent.theta; t.known()) ++c.of_theta, c.theta += t.interval.contains(truth.theta());
  }
  return c;
}

/// Whether hits out of n are compatible, at one in a thousand, with a coverage of at least 0.9.
bool compatible_with_ninety(int hits, int n) { return n > 0 && binomial_below(hits, n, 0.9) > 1e-3; }

}  // namespace

TEST_CASE("the intervals of lambda and theta cover the truth on noisy sequences", "[rates][coverage]") {
  for (const Truth& truth : kTruths)
    for (const double correlation : {0.0, 0.9}) {
      const Coverage c = simulate(truth, true, 0.1, correlation, 40);
      INFO(truth.name << ", correlation " << correlation << ": " << c.lambda << " and " << c.theta << " of " << c.of_lambda);
      CHECK(compatible_with_ninety(c.lambda, c.of_lambda));
      CHECK(compatible_with_ninety(c.theta, c.of_theta));
      CHECK(c.of_lambda >= 38);
      CHECK(c.wrong == 0);
    }
}

// test_results "[.coverage-table]": the numbers of results/rates/README.md.
TEST_CASE("table of the coverage over limits, noise and correlation", "[.coverage-table]") {
  std::cout << "truth    f*            sigma  corr   lambda         theta          undecided wrong   (300 runs)\n";
  for (const bool known : {true, false})
    for (const Truth& truth : kTruths)
      for (const double sigma : {0.0, 0.1, 0.5})
        for (const double correlation : {0.0, 0.9, 0.99}) {
          if (sigma == 0 && correlation > 0) continue;
          const Coverage c = simulate(truth, known, sigma, correlation, sigma == 0 ? 1 : 300);
          char line[160];
          std::snprintf(line, sizeof line, "%-8s %-13s %.1f    %.2f   %3d/%3d (%.2f)  %3d/%3d (%.2f)  %3d       %d\n",
                        truth.name, known ? "known" : "extrapolated", sigma, correlation, c.lambda, c.of_lambda,
                        c.lambda / std::max(1.0, 1.0 * c.of_lambda), c.theta, c.of_theta,
                        c.theta / std::max(1.0, 1.0 * c.of_theta), c.undecided, c.wrong);
          std::cout << line;
          CHECK(c.wrong <= 0.06 * 300);
        }
}
