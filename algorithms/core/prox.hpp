// The scalar subproblem of the U-update: argmin_u 1/2 (sigma(u) - a)^2 + g/2 (u - b)^2, solved to its GLOBAL minimum.
#pragma once

#include "algorithms/core/activation.hpp"

namespace bcd {

/// Objective of the scalar subproblem.
double activation_prox_objective(const Activation& sigma, double a, double b, double g, double u);

/// Global minimiser of 1/2 (sigma(u) - a)^2 + g/2 (u - b)^2 for g > 0.
/// Linear, ReLU (Zeng et al. 2019, Lemma 13) and leaky ReLU: closed form, the better of the two branches' candidates.
/// Sigmoid, tanh, softplus, polynomial: every stationary point is bracketed, each found by a safeguarded Newton iteration,
/// and the one with the smallest objective returned. Own ones: the same with what their Lipschitz constants enclose, slower.
/// NaN where sigma's values are not finite. Of an own activation that is not smooth it is not known: see has_prox.
double activation_prox(const Activation& sigma, double a, double b, double g);

inline bool has_prox(const Activation& sigma) { return sigma.kind != Activation::Kind::own || sigma.smooth(); }

/// U(i,j) = activation_prox(sigma, A(i,j), B(i,j), g). U may alias A or B. Not threaded: callers split by columns.
template <class T>
void activation_prox(const Activation& sigma, ConstRef<T> A, ConstRef<T> B, double g, MutRef<T> U);

}  // namespace bcd
