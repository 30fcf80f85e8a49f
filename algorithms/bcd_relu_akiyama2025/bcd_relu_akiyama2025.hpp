// Block coordinate descent for ReLU networks with skip connections (Akiyama 2025, Algorithm 3), and the same without them.
// The updates are in algorithms/core/gradient_bcd, which Algorithm 1 shares.
#pragma once

#include "algorithms/core/gradient_bcd/gradient_bcd.hpp"

namespace bcd::bcd_relu_akiyama2025 {

template <class T>
class BcdRelu final : public GradientBcd<T> {
 public:
  BcdRelu() : GradientBcd<T>(GradientBcdKind::relu) {}
};

/// Demonstrations without a training run: studies.cpp.
std::vector<Study> studies();

Plugin plugin();

}  // namespace bcd::bcd_relu_akiyama2025
