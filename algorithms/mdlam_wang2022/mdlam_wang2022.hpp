// mDLAM: Wang, Li, Zhao, "Accelerated Gradient-free Neural Network Training by Multi-convex Alternating Optimization",
// Neurocomputing 487 (2022), arXiv 1811.04187v4. See README.md.
#pragma once

#include "algorithms/core/dlam/dlam.hpp"

namespace bcd::mdlam_wang2022 {

/// The shared updates with the paper's extrapolation and its block-by-block safeguard.
template <class T>
class Mdlam final : public Dlam<T> {
 public:
  Mdlam() : Dlam<T>(true) {}
};

Plugin plugin();

}  // namespace bcd::mdlam_wang2022
