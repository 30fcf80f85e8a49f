// An inequality of an experiment file along a run.
#pragma once

#include "algorithms/core/promise.hpp"
#include "results/expression/table.hpp"

namespace bcd {

struct JudgedInequality {
  PromiseResult result;
  std::vector<double> slacks;  ///< right minus left side by row; NaN where the sides are not known
};

/// At every iteration that has the numbers: violated where the wrong side is larger by more than the allowance, which is the
/// bound on the rounding of both sides, or `slack` where it is given. A number that is missing or not finite is no check and
/// leaves the promise not decided; so do a strict inequality's sides that rounding cannot tell apart.
JudgedInequality judge_inequality(const Promise& promise, const Inequality& holds, const std::optional<Formula>& slack,
                                  const Table& table);

}  // namespace bcd
