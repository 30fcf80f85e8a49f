// Wilcoxon's signed-rank test for paired differences, exact, and Holm's correction for testing several hypotheses.
#pragma once

#include <vector>

namespace bcd {

struct SignedRank {
  int n = 0;               ///< differences other than zero; the zeros are left out, as Wilcoxon does
  double w = 0;            ///< sum of the ranks of the positive differences
  double p_less = 1;       ///< P(W <= w) if the signs were tosses of a fair coin: small when the differences are below zero
  double p_greater = 1;    ///< P(W >= w)
  double p_two_sided = 1;  ///< min(1, 2 min(p_less, p_greater))
};

/// Exact for every n, also with ties (which get the mean of their ranks): the distribution of W over all 2^n signs, by adding
/// the ranks one after the other, O(n^3). Infinite differences are larger than all finite ones and tie with each other.
SignedRank signed_rank_test(const std::vector<double>& differences);

/// The smallest p_less (or p_greater) that n differences can give: 2^-n.
double smallest_one_sided(int n);

/// Holm's adjusted p-values, in the order given: rejecting where p <= level keeps the probability of any false rejection at
/// most `level`, whatever the dependence between the tests.
std::vector<double> holm(const std::vector<double>& p);

}  // namespace bcd
