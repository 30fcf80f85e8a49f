// The V_N-subproblem of the splitting methods: a loss, a regulariser and a quadratic pull.
#pragma once

#include "algorithms/core/loss.hpp"
#include "algorithms/core/regulariser.hpp"

namespace bcd {

/// V = argmin s(V) + w l(V, Y) + g/2 |V - B|^2, g > 0; all of shape d x n. V may alias B. To rounding level.
/// A regulariser that is neither 0 nor quadratic needs a loss that is separable by entries (every one but cross-entropy).
template <class T>
void output_prox(const Loss& loss, const Regulariser& s, double w, double g, ConstRef<T> B, ConstRef<T> Y, MutRef<T> V);

}  // namespace bcd
