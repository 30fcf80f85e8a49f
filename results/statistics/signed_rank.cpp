#include "results/statistics/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bcd {

namespace {

/// Twice the ranks of |d|, 2 .. 2n: whole numbers, because a mean rank of ties is a multiple of 1/2. d sorted by size.
std::vector<std::size_t> doubled_ranks(const std::vector<double>& d) {
  std::vector<std::size_t> ranks(d.size());
  for (std::size_t first = 0; first < d.size();) {
    std::size_t last = first;
    while (last + 1 < d.size() && std::abs(d[last + 1]) == std::abs(d[first])) ++last;
    for (std::size_t i = first; i <= last; ++i) ranks[i] = (first + 1) + (last + 1);
    first = last + 1;
  }
  return ranks;
}

/// probability[s] = P(2W = s) when every rank counts with probability 1/2.
std::vector<double> distribution(const std::vector<std::size_t>& ranks) {
  std::vector<double> probability(std::accumulate(ranks.begin(), ranks.end(), std::size_t{0}) + 1);
  probability[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : ranks) {
    reached += rank;
    for (std::size_t s = reached; s != static_cast<std::size_t>(-1); --s)
      probability[s] = 0.5 * (probability[s] + (s >= rank ? probability[s - rank] : 0));
  }
  return probability;
}

}  // namespace

SignedRank signed_rank_test(const std::vector<double>& differences) {
  std::vector<double> d;
  for (const double x : differences)
    if (x != 0) d.push_back(x);
  std::sort(d.begin(), d.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });

  SignedRank result;
  result.n = static_cast<int>(d.size());
  const std::vector<std::size_t> ranks = doubled_ranks(d);
  std::size_t doubled = 0;
  for (std::size_t i = 0; i < d.size(); ++i)
    if (d[i] > 0) doubled += ranks[i];
  const std::vector<double> probability = distribution(ranks);
  const auto at = probability.begin() + static_cast<std::ptrdiff_t>(doubled);
  result.w = 0.5 * static_cast<double>(doubled);
  result.p_less = std::min(1.0, std::accumulate(probability.begin(), at + 1, 0.0));
  result.p_greater = std::min(1.0, std::accumulate(at, probability.end(), 0.0));
  result.p_two_sided = std::min(1.0, 2 * std::min(result.p_less, result.p_greater));
  return result;
}

double smallest_one_sided(int n) { return std::ldexp(1.0, -n); }

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - i) * p[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

}  // namespace bcd
