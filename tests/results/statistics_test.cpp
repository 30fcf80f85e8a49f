// The statistics of comparisons, against enumeration, closed formulas and simulation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "algorithms/core/binomial.hpp"
#include "results/statistics/performance_profile.hpp"
#include "results/statistics/quantiles.hpp"
#include "results/statistics/signed_rank.hpp"
#include "results/statistics/target.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// P(W <= w) and P(W >= w) over all 2^n signs of |d|; ranks of ties by their definition: the mean over the places they share.
std::pair<double, double> enumerated(const std::vector<double>& d) {
  std::vector<double> ranks;
  for (const double x : d) {
    double below = 0, same = 0;
    for (const double y : d) below += std::abs(y) < std::abs(x), same += std::abs(y) == std::abs(x);
    ranks.push_back(below + (same + 1) / 2);
  }
  double w = 0;
  for (std::size_t i = 0; i < d.size(); ++i) w += d[i] > 0 ? ranks[i] : 0;
  double less = 0, greater = 0;
  const unsigned signs = 1u << d.size();
  for (unsigned s = 0; s < signs; ++s) {
    double sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i) sum += s >> i & 1u ? ranks[i] : 0;
    less += sum <= w, greater += sum >= w;
  }
  return {less / signs, greater / signs};
}

/// Lower and upper index (from 1) of the order statistics that bound the medians of odd samples of size n drawn with
/// replacement: a sample's median is at most x_(i) if at least (n + 1)/2 of n draws are among the i smallest.
std::pair<int, int> bootstrap_indices(int n, double confidence) {
  const double tail = (1 - confidence) / 2;
  const auto at_most = [&](int i) { return 1 - binomial_below((n - 1) / 2, n, static_cast<double>(i) / n); };
  int low = 1, high = 1;
  while (at_most(low) < tail) ++low;
  while (at_most(high) < 1 - tail) ++high;
  return {low, high};
}

}  // namespace

TEST_CASE("quantiles interpolate between order statistics; a miss is infinite and stays so", "[statistics]") {
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  CHECK(quantile({1, 2, 3, 4, 5}, 0.25) == 2);
  CHECK(quantile({10, 20}, 0.25) == 12.5);
  CHECK(quantile({7}, 0.9) == 7);
  CHECK(median({1, kInf, kInf}) == kInf);
  CHECK(median({1, 2, kInf, kInf}) == kInf);  // between 2 and infinity
  CHECK(median({kInf, kInf}) == kInf);
  CHECK(median({1, 2, kInf}) == 2);
  CHECK(quantile({-kInf, 1, 2}, 0.25) == -kInf);
  CHECK_THROWS_AS(median({}), std::invalid_argument);
  CHECK_THROWS_AS(median({1, std::nan("")}), std::invalid_argument);
}

TEST_CASE("the signed-rank test agrees with the enumeration of all signs, with ties and without", "[statistics]") {
  for (const std::vector<double>& d : {std::vector<double>{1.5},
                                       {1, -2, 3},
                                       {1, 1, 1, -1},
                                       {2, -2, 5, 5, -7, 1},
                                       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                                       {-1, -2, -3, 4, 4, 4, -4, 0.5, 9, 9, -9},
                                       {kInf, kInf, -1, 2, -kInf, 3}}) {
    const SignedRank test = signed_rank_test(d);
    const auto [less, greater] = enumerated(d);
    CHECK(test.p_less == Approx(less).margin(1e-14));
    CHECK(test.p_greater == Approx(greater).margin(1e-14));
    CHECK(test.p_two_sided == Approx(std::min(1.0, 2 * std::min(less, greater))).margin(1e-14));
  }
}

TEST_CASE("the signed-rank test has the tabulated critical values", "[statistics]") {
  // The usual tables: at 5 % (two-sided) W <= 8 is significant for n = 10 and W <= 9 is not.
  const SignedRank eight = signed_rank_test({8, -1, -2, -3, -4, -5, -6, -7, -9, -10}),
                   nine = signed_rank_test({9, -1, -2, -3, -4, -5, -6, -7, -8, -10});
  CHECK(eight.w == 8);
  CHECK(eight.p_two_sided == Approx(50.0 / 1024));  // 25 of the 1024 signs have W <= 8: partitions of 0..8 into distinct parts
  CHECK(nine.w == 9);
  CHECK(nine.p_two_sided == Approx(66.0 / 1024));  // and 8 more have W = 9
}

TEST_CASE("zero differences are left out, and none at all decide nothing", "[statistics]") {
  const SignedRank test = signed_rank_test({0, 0, -1, -2, 0});
  CHECK(test.n == 2);
  CHECK(test.p_less == 0.25);
  CHECK(test.p_greater == 1);
  CHECK(signed_rank_test({0, 0}).p_two_sided == 1);
  CHECK(signed_rank_test({-1, -2, -3, -4}).p_less == smallest_one_sided(4));
}

TEST_CASE("Holm's correction multiplies the smallest by their number and never falls", "[statistics]") {
  CHECK(holm({0.01, 0.04, 0.03}) == std::vector<double>{0.03, 0.06, 0.06});
  CHECK(holm({0.5, 0.9}) == std::vector<double>{1, 1});
  CHECK(holm({0.02}) == std::vector<double>{0.02});
  CHECK(holm({}).empty());
}

TEST_CASE("the bootstrap interval of a median ends at the order statistics that its distribution prescribes", "[statistics]") {
  for (const int n : {5, 9, 15}) {
    std::vector<double> x;
    for (int i = 1; i <= n; ++i) x.push_back(i * i);
    Rng rng(1, "bootstrap");
    const Interval interval = bootstrap_median(x, 0.9, 20000, rng);
    const auto [low, high] = bootstrap_indices(n, 0.9);
    CHECK(interval.low == low * low);
    CHECK(interval.high == high * high);
  }
}

TEST_CASE("the bootstrap interval covers the true median as often as its order statistics must", "[statistics]") {
  constexpr int n = 15, kTrials = 400;
  const auto [low, high] = bootstrap_indices(n, 0.9);
  // x_(low) <= m <= x_(high) for the true median m: at least `low` and at most high - 1 of n tosses of a coin are heads.
  const double covered = binomial_below(high - 1, n, 0.5) - binomial_below(low - 1, n, 0.5);
  Rng rng(3, "coverage");
  int hits = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> x(n);
    for (double& value : x) value = std::exp(rng.normal());  // skewed, with median 1
    const Interval interval = bootstrap_median(x, 0.9, 500, rng);
    hits += interval.low <= 1 && 1 <= interval.high;
  }
  CHECK(covered > 0.85);
  const auto [least, most] = binomial_interval(hits, kTrials, 0.999);
  CHECK(least <= covered);
  CHECK(covered <= most);
}

TEST_CASE("the bootstrap of a sample with misses has an infinite end, and of misses only two", "[statistics]") {
  Rng rng(1, "bootstrap");
  const Interval some = bootstrap_median({1, 2, 3, kInf, kInf}, 0.95, 500, rng);
  CHECK(some.low == 1);
  CHECK(some.high == kInf);
  const Interval none = bootstrap_median({kInf, kInf, kInf}, 0.95, 100, rng);
  CHECK(none.low == kInf);
  CHECK(none.high == kInf);
}

TEST_CASE("performance ratios are relative to the best solver of each problem; misses never count as solved", "[statistics]") {
  const auto ratios = performance_ratios({{1, 10, kInf, kInf}, {2, 5, 4, kInf}});
  CHECK(ratios[0] == std::vector<double>{1, 2, kInf, kInf});
  CHECK(ratios[1] == std::vector<double>{2, 1, 1, kInf});
  CHECK(share_within(ratios[0], 1) == 0.25);
  CHECK(share_within(ratios[0], 2) == 0.5);
  CHECK(share_within(ratios[1], 1e300) == 0.75);
  CHECK(performance_ratios({{0, 0}, {0, 3}}) == std::vector<std::vector<double>>{{1, 1}, {1, kInf}});
}

TEST_CASE("the cost to a target is that of the first row that is good enough; a miss costs infinity", "[statistics]") {
  Trace trace;
  trace.append({{"iteration", 0}, {"train_seconds", 0}, {"train_loss", 5}, {"train_accuracy", 0.1}});
  trace.append({{"iteration", 1}, {"train_seconds", 0.5}, {"train_loss", std::nan("")}, {"train_accuracy", 0.4}});
  trace.append({{"iteration", 2}, {"train_seconds", 0.9}, {"train_loss", 2}, {"train_accuracy", 0.9}});
  trace.append({{"iteration", 3}, {"train_seconds", 1.2}, {"train_loss", 3}, {"train_accuracy", 0.8}});
  CHECK(cost_to_target(trace, "train_loss", 2, true, "iteration") == 2);
  CHECK(cost_to_target(trace, "train_loss", 2.5, true, "train_seconds") == 0.9);
  CHECK(cost_to_target(trace, "train_loss", 1, true, "iteration") == kInf);
  CHECK(cost_to_target(trace, "train_accuracy", 0.4, false, "iteration") == 1);
  CHECK(std::isnan(cost_to_target(trace, "train_loss", 2, true, "flops")));
  CHECK(std::isnan(cost_to_target(trace, "train_loss", 1, true, "flops")));
  CHECK(cost_to_target(Trace{}, "train_loss", 1, true, "flops") == kInf);  // it failed before its first row
  CHECK(cost_to_target(trace, "nothing", 1, true, "iteration") == kInf);
}
