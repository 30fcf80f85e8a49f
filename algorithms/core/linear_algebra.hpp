// Dense kernels shared by the layer-wise methods: symmetric positive definite solves and coordinate descent, threaded.
#pragma once

#include <functional>

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/types.hpp"

namespace bcd {

/// Replaces the lower triangle of M (k x k, symmetric positive definite, lower triangle given) by its Cholesky factor.
/// Throws std::runtime_error if a pivot is zero or negative. NaN passes through, so that a run that overflows is seen as
/// diverged.
template <class T>
void cholesky(MutRef<T> M);

/// B <- M^{-1} B for the factor L of M (k x k) and B (k x m), on this thread.
template <class T>
void cholesky_solve(ConstRef<T> L, MutRef<T> B);

/// B <- M^{-1} B for the factor L of M (k x k) and B (k x m); threads over the columns of B.
template <class T>
void cholesky_solve_left(ConstRef<T> L, MutRef<T> B);

/// B <- B M^{-1} for the factor L of M (k x k) and B (m x k); threads over the rows of B.
template <class T>
void cholesky_solve_right(ConstRef<T> L, MutRef<T> B);

/// Entry-wise proximal step of row j: argmin_x r(x) + h/2 (x - b)^2.
using RowProx = std::function<double(Index j, double h, double b)>;

/// Minimises sum over the columns x of X of 1/2 x'Hx - ... + r(x) by cyclic coordinate descent over the rows of X (k x m).
/// H (k x k) symmetric, both triangles given, positive diagonal. G (k x m) holds the gradient of the quadratic part at X on
/// entry and at the result on exit. Every step minimises exactly over one row, so the objective never increases. Stops when no
/// entry of the prox residual h |x_new - x_old| exceeds `tolerance`, or after `sweeps`. Returns the sweeps used.
template <class T>
int coordinate_descent(ConstRef<T> H, MutRef<T> G, MutRef<T> X, const RowProx& prox, double tolerance, int sweeps);

}  // namespace bcd
