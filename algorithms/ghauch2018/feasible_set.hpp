// The closed convex sets W_j of Ghauch et al. 2018, and the projection on them.
#pragma once

#include <string>

#include "algorithms/core/types.hpp"

namespace bcd::ghauch2018 {

struct FeasibleSet {
  /// ball: |W|_F <= radius (the constraint r_j <= rho_j of Appendix A.2, rho_j = radius^2).  box: lo <= W_im <= hi.
  /// toeplitz: W_im depends on m - i.  circulant: on (m - i) mod columns (Section 5.2, circular convolution).
  enum class Kind { all, ball, box, toeplitz, circulant };

  Kind kind = Kind::all;
  double radius = 1;
  double lo = -1, hi = 1;

  /// "all", "ball:2", "box:-1,1", "toeplitz", "circulant". Throws UsageError that lists the valid forms.
  static FeasibleSet parse(const std::string& text);
  std::string text() const;

  /// A linear subspace of matrices: the gradient projected on it is the gradient in the free parameters.
  bool subspace() const { return kind == Kind::toeplitz || kind == Kind::circulant; }
  bool bounded() const { return kind == Kind::ball || kind == Kind::box; }

  /// W <- the nearest point of the set, in place. Allocates nothing.
  template <class T>
  void project(MutRef<T> W) const;
  /// W = argmin over the set of <G, W>; bounded sets only. An entry (or the matrix) with G = 0 keeps its value.
  template <class T>
  void minimise_linear(ConstRef<T> G, MutRef<T> W) const;
};

}  // namespace bcd::ghauch2018
