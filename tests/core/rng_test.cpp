#include "algorithms/core/rng.hpp"

#include "tests/support/catch.hpp"

using namespace bcd;

TEST_CASE("the same seed and name give the same numbers, any difference gives others", "[rng]") {
  Rng a(7, "weights"), same(7, "weights"), other_seed(8, "weights"), other_name(7, "data"),
      high_bits(7 + (1ull << 32), "weights");
  int equal_seed = 0, equal_name = 0, equal_high = 0;
  for (int k = 0; k < 1000; ++k) {
    const std::uint64_t x = a.bits();
    CHECK(x == same.bits());
    equal_seed += x == other_seed.bits();
    equal_name += x == other_name.bits();
    equal_high += x == high_bits.bits();
  }
  CHECK(equal_seed == 0);
  CHECK(equal_name == 0);
  CHECK(equal_high == 0);
}

TEST_CASE("uniform and normal numbers have the moments of their laws", "[rng]") {
  constexpr int n = 400000;
  Rng rng(1, "moments");
  double uniform_mean = 0, uniform_square = 0, smallest = 1, largest = 0;
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0, previous = 0;
  for (int k = 0; k < n; ++k) {
    const double u = rng.uniform();
    uniform_mean += u / n;
    uniform_square += u * u / n;
    smallest = std::min(smallest, u);
    largest = std::max(largest, u);
  }
  for (int k = 0; k < n; ++k) {
    const double z = rng.normal();
    m1 += z / n, m2 += z * z / n, m3 += z * z * z / n, m4 += z * z * z * z / n, lag += z * previous / n;
    previous = z;
  }
  // Five standard errors; the variances are those of x and x^2 (uniform) and of z, z^2, z^3, z^4 (normal).
  const double five = 5 / std::sqrt(n);
  CHECK(std::abs(uniform_mean - 1.0 / 2) <= five * std::sqrt(1.0 / 12));
  CHECK(std::abs(uniform_square - 1.0 / 3) <= five * std::sqrt(1.0 / 5 - 1.0 / 9));
  CHECK(smallest >= 0);
  CHECK(largest < 1);
  CHECK(std::abs(m1) <= five);
  CHECK(std::abs(m2 - 1) <= five * std::sqrt(2.0));
  CHECK(std::abs(m3) <= five * std::sqrt(15.0));
  CHECK(std::abs(m4 - 3) <= five * std::sqrt(96.0));
  CHECK(std::abs(lag) <= five);  // Box-Muller's pair is independent
}

TEST_CASE("streams of different names and seeds are uncorrelated", "[rng]") {
  constexpr int n = 100000;
  Rng a(1, "U1"), b(1, "U2"), c(2, "U1");
  double ab = 0, ac = 0;
  for (int k = 0; k < n; ++k) {
    const double x = a.normal();
    ab += x * b.normal() / n;
    ac += x * c.normal() / n;
  }
  CHECK(std::abs(ab) <= 5 / std::sqrt(n));
  CHECK(std::abs(ac) <= 5 / std::sqrt(n));
}

TEST_CASE("below(n) is uniform on 0..n-1 by a chi-square test", "[rng]") {
  for (const std::uint64_t bins : {2u, 7u, 10u, 64u}) {
    constexpr int n = 200000;
    Rng rng(3, "below");
    std::vector<int> count(bins);
    for (int k = 0; k < n; ++k) ++count.at(rng.below(bins));
    const double expected = static_cast<double>(n) / static_cast<double>(bins);
    double chi2 = 0;
    for (const int c : count) chi2 += (c - expected) * (c - expected) / expected;
    const double df = static_cast<double>(bins) - 1;
    INFO(bins << " bins: chi2 " << chi2);
    CHECK(chi2 <= df + 5 * std::sqrt(2 * df));
    CHECK(chi2 > 0);
  }
  Rng rng(4, "below");
  for (int k = 0; k < 100; ++k) CHECK(rng.below(1) == 0);
}

TEST_CASE("below(n) has no modulo bias where 2^64 is far from a multiple of n", "[rng]") {
  // n = 3 * 2^62: x mod n alone would return values below 2^62 half of the time instead of a third.
  const std::uint64_t n = 3ull << 62;
  Rng rng(5, "bias");
  constexpr int draws = 60000;
  int low = 0;
  for (int k = 0; k < draws; ++k) low += rng.below(n) < (1ull << 62);
  const double p = 1.0 / 3;
  CHECK(std::abs(low - draws * p) <= 5 * std::sqrt(draws * p * (1 - p)));
}

TEST_CASE("fill_normal draws column by column", "[rng]") {
  Rng a(9, "fill"), b(9, "fill");
  Matrix<double> M(3, 2);
  a.fill_normal(M, 0.5);
  for (Index j = 0; j < 2; ++j)
    for (Index i = 0; i < 3; ++i) CHECK(M(i, j) == 0.5 * b.normal());
}
