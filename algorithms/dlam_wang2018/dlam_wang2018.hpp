// DLAM: Wang, Yu, Chen, Zhao, "The Global Convergence of the Alternating Minimization Algorithm for Deep Neural Network
// Problems", arXiv 1811.04187v1 (2018), Algorithms 1-3. See README.md.
#pragma once

#include "algorithms/core/dlam/dlam.hpp"

namespace bcd::dlam_wang2018 {

/// The shared updates without extrapolation.
template <class T>
class DlamWang final : public Dlam<T> {
 public:
  DlamWang() : Dlam<T>(false) {}
};

/// Counter-examples and demonstrations: studies.cpp.
std::vector<Study> studies();

Plugin plugin();

}  // namespace bcd::dlam_wang2018
