// Algorithm 2 of Zeng, Lau, Lin, Yao, "Global Convergence of Block Coordinate Descent in Deep Learning", ICML 2019:
// proximal block coordinate descent on the three-splitting formulation (2.5). See README.md.
#pragma once

#include "algorithms/core/three_splitting/three_splitting.hpp"

namespace bcd::bcd3_zeng2019 {

/// The shared three-splitting updates without skip connections.
template <class T>
class Bcd3 final : public ThreeSplitting<T> {
 public:
  std::string not_applicable(const Problem<T>& problem) const override;
};

/// Lemma 14 (studies.cpp).
std::vector<Study> studies();
Plugin plugin();

}  // namespace bcd::bcd3_zeng2019
