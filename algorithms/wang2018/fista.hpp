// The z_L-subproblem of Wang et al. 2018, (5), by FISTA (Beck and Teboulle 2009).
#pragma once

#include "algorithms/core/loss.hpp"

namespace bcd::wang2018 {

/// Replaces Z, the start, by an approximate argmin of w l(Z, Y) + rho/2 |Z - P|^2; all d x n, columns independent.
/// Gradient steps of length 1/(w L_l) on the loss, exact steps on the quadratic; stops once no entry moves by more than
/// delta = `tolerance` (1 + max |Z|) from the extrapolated point, or after `iterations`. Then the columns of
/// w dl(Z) + rho (Z - P) are at most 2 w L_l sqrt(d) delta long. Needs a loss with Lipschitz continuous gradient.
/// Returns the iterations used.
template <class T>
int fista(const Loss& loss, double w, double rho, ConstRef<T> P, ConstRef<T> Y, double tolerance, int iterations, MutRef<T> Z);

}  // namespace bcd::wang2018
