// Algorithm 3 of Zeng, Lau, Lin, Yao (ICML 2019): block coordinate descent for residual networks on (3.4). See README.md.
#pragma once

#include "algorithms/core/three_splitting/three_splitting.hpp"

namespace bcd::bcd_resnet_zeng2019 {

/// The shared three-splitting updates with t_i = 1 where the network has a skip connection; without any it is Algorithm 2.
template <class T>
class BcdResnet final : public ThreeSplitting<T> {};

Plugin plugin();

}  // namespace bcd::bcd_resnet_zeng2019
