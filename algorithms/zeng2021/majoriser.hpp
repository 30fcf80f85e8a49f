// The curvature of a quadratic that lies above phi(u) = 1/2 (sigma(u) - b)^2 and touches it at one point.
#pragma once

#include "algorithms/core/activation.hpp"

namespace bcd::zeng2021 {

/// M(b) = sup_u phi''(u): the smallest c with phi(v) <= phi(u) + phi'(u)(v - u) + c/2 (v - u)^2 for all u, v. Convex in b.
/// Linear (M = 1), sigmoid, tanh.
double fit_curvature(const Activation& sigma, double b);
/// sup of M over lo <= b <= hi.
double fit_curvature(const Activation& sigma, double lo, double hi);

}  // namespace bcd::zeng2021
