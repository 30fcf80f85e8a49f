// Quadratic subproblems with a separable regulariser that has kinks or bounds: exact, by an active-set method.
#pragma once

#include <cstdint>

#include "algorithms/core/regulariser.hpp"

namespace bcd::zeng2019 {

/// Minimises, for each column x of X (k x m) by itself, 1/2 x'Hx - c'x + r(x_1..x_rows), H (k x k) symmetric positive definite.
/// On entry G (k x m) is the gradient H X - C at the start X, which is replaced by a solution.
///
/// Coordinate descent finds most of the active set; where it has not reached `tolerance`, a primal active-set method in double
/// goes on from its point. Neither ever increases the objective. `iterations` bounds the sweeps of the one and the steps of
/// the other.
///
/// Returns how much is left: the largest distance of 0 to the subdifferential, over all entries, as a share of what is allowed,
/// `tolerance` and the rounding of H x - c in T. Above 1 the point is not the solution that was asked for.
template <class T>
double minimise_regularised(ConstRef<T> H, MutRef<T> G, MutRef<T> X, const Regulariser& r, Index rows, double tolerance,
                            std::int64_t iterations);

}  // namespace bcd::zeng2019
