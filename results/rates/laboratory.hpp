// The whole examination of one run, in the terms of Xu, Bao and Xing 2024: A1, A2, KL exponent, rate, finite length, and
// whether they fit together.
#pragma once

#include <nlohmann/json.hpp>

#include "results/rates/decrease.hpp"
#include "results/rates/exponent.hpp"
#include "results/rates/length.hpp"
#include "results/record.hpp"

namespace bcd::rates {

/// One run as the laboratory sees it; equal lengths, every iteration from first_k on.
struct Sequence {
  double first_k = 1;
  std::vector<double> f;     ///< f(X_k)
  std::vector<double> g;     ///< dist(0, df(X_k)); NaN throughout where the record has none
  std::vector<double> step;  ///< |X_k - X_{k-1}|; NaN likewise

  bool has_gradient() const;
  bool has_step() const;
};

/// From the columns potential, step_norm2 and, for g, the root of `gradient_column`. Throws UsageError, with what to do, if
/// there is no potential, or if it is missing or not finite at some iteration after the first that has it.
Sequence sequence_of(const RunRecord& record, const std::string& gradient_column = "subgradient_norm2");

enum class LimitKind { extrapolation, zero };

struct Options {
  LimitKind limit = LimitKind::extrapolation;
  double share = 1;  ///< of the run that is examined; what follows serves f* only: a reference run 1/share times as long
  double from = 0;   ///< k-bar of A1 and A2; 0: after 1 % of the examined iterations
  double alpha = 0;  ///< of A2; 0: 1/2 where the interval of theta reaches 1/2 (A2 is then A1), else the estimated theta
};

/// A theorem against a run.
struct Consistency {
  std::string verdict;  ///< holds (not contradicted), violated, inconclusive, not applicable
  std::string reason;
};

struct Report {
  Options options;                 ///< resolved: from and alpha are what was used
  double first_k = 1, last_k = 1;  ///< the examined iterations
  Limit limit;
  Rate rate;
  Exponent exponent;
  std::vector<Decrease> a1;  ///< j = 1, ..., 8
  Decrease a2;
  Length length;
  Consistency theorem41, theorem42;

  /// The smallest j for which A1 is supported, or 0.
  int smallest_j() const;
};
constexpr int kLargestJ = 8;

Report examine(const Sequence& sequence, const Options& options);
/// One-sided, since Theorem 4.1 bounds f - f* from above: contradicted if even the slowest rate that the interval of theta
/// allows is faster than the fastest that the run's interval allows, lambda_low > max(0, 2 theta_high - 1).
Consistency check_theorem41(const Report& report);
/// A2 implies a linear rate whatever theta; not applicable where the run does not support A2.
Consistency check_theorem42(const Report& report);

nlohmann::json to_json(const Report& report);

}  // namespace bcd::rates
