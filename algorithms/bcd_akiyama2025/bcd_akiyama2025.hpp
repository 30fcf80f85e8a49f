// Block coordinate descent for strictly increasing activations (Akiyama 2025, Algorithm 1, with Algorithm 2 for the start).
// The updates are in algorithms/core/gradient_bcd, which Algorithm 3 shares.
#pragma once

#include "algorithms/core/gradient_bcd/gradient_bcd.hpp"

namespace bcd::bcd_akiyama2025 {

template <class T>
class BcdMonotone final : public GradientBcd<T> {
 public:
  BcdMonotone() : GradientBcd<T>(GradientBcdKind::monotone) {}
};

/// Demonstrations without a training run: studies.cpp.
std::vector<Study> studies();

Plugin plugin();

}  // namespace bcd::bcd_akiyama2025
