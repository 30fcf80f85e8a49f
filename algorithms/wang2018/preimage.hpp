// The set {z : h(z) - eps <= a <= h(z) + eps} of Wang et al. 2018, (4), and the update that projects on it.
#pragma once

#include "algorithms/core/activation.hpp"

namespace bcd::wang2018 {

/// An interval with possibly infinite ends; empty if lo > hi.
struct Preimage {
  double lo, hi;
};

/// True for the activations that are monotone by their definition: all but polynomials.
bool is_quasilinear(const Activation& h);

/// {z : h(z) - eps <= a <= h(z) + eps} for a quasilinear h: [B_1, B_2] of the paper.
Preimage preimage(const Activation& h, double a, double eps);

/// Z <- min(max(B_1, Z), B_2) entrywise, with [B_1, B_2] the preimage of A(i, j): the solution of (4) if Z holds W a + b.
/// An empty preimage happens only while eps shrinks. Where h has its values in an open interval (sigmoid, tanh, softplus) a
/// bound that does not exist is left out; with ReLU B_2 = a + eps < 0 is kept.
template <class T>
void project_on_preimage(const Activation& h, ConstRef<T> A, double eps, MutRef<T> Z);

}  // namespace bcd::wang2018
