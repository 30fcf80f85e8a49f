// Activation functions sigma: values, derivatives, subdifferentials and Lipschitz constants (Zeng et al. 2019, Proposition 1(b)).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

struct Activation {
  enum class Kind { linear, relu, leaky_relu, sigmoid, tanh, softplus, polynomial };

  Kind kind = Kind::linear;
  double slope = 0.01;               ///< leaky ReLU only: sigma(u) = slope * u for u < 0, with 0 < slope < 1
  std::vector<double> coefficients;  ///< polynomial only: c0 + c1 u + c2 u^2 + ...

  /// "relu", "leaky_relu:0.5", "polynomial:0,1,0.25", ... Throws UsageError that lists the valid names.
  static Activation parse(const std::string& text);
  /// The inverse of parse.
  std::string text() const;

  double value(double u) const;
  /// sigma'(u). At a kink (ReLU, leaky ReLU at u = 0): the left derivative.
  double derivative(double u) const;
  double second_derivative(double u) const;
  /// End points [lo, hi] of the limiting subdifferential's convex hull at u; lo == hi away from a kink.
  std::pair<double, double> subdifferential(double u) const;
  bool smooth() const { return kind != Kind::relu && kind != Kind::leaky_relu; }
  /// Lipschitz constant of sigma, and of sigma', on |u| <= radius (infinite for sigma' where sigma has a kink).
  double lipschitz(double radius) const;
  double derivative_lipschitz(double radius) const;

  /// out = sigma(U), elementwise; may alias. Any shape.
  template <class T>
  void apply(ConstRef<T> U, MutRef<T> out) const;
  /// out = out .* sigma'(U), elementwise.
  template <class T>
  void multiply_by_derivative(ConstRef<T> U, MutRef<T> out) const;
};

}  // namespace bcd
