// Activation functions sigma: values, derivatives, subdifferentials and Lipschitz constants (Zeng et al. 2019, Proposition 1(b)).
#pragma once

#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// An activation that a plugin library brings: functions of one number, called by several threads at once.
struct OwnActivation {
  std::string name;   ///< snake case; none of the program's
  std::string title;  ///< one line
  std::function<double(double u)> value, derivative;
  std::function<double(double u)> second_derivative = {};  ///< needed where sigma is smooth
  bool smooth = true;                                      ///< sigma' is Lipschitz continuous on every bounded interval
  /// Upper bounds of |sigma'| and |sigma''| on |u| <= radius; may be infinite for an infinite radius only. The second is needed
  /// where sigma is smooth.
  std::function<double(double radius)> lipschitz, derivative_lipschitz = {};
  std::function<std::pair<double, double>(double u)> subdifferential = {};  ///< needed where sigma is not smooth
  std::string library = {};                                                 ///< the program's to set: the file it came from

  /// What is missing or wrong, a sentence; empty: nothing.
  std::string fault() const;
};

struct Activation {
  enum class Kind { linear, relu, leaky_relu, sigmoid, tanh, softplus, polynomial, own };

  Kind kind = Kind::linear;
  double slope = 0.01;                 ///< leaky ReLU only: sigma(u) = slope * u for u < 0, with 0 < slope < 1
  std::vector<double> coefficients;    ///< polynomial only: c0 + c1 u + c2 u^2 + ...
  const OwnActivation* own = nullptr;  ///< own only

  Activation() = default;
  explicit Activation(const OwnActivation& definition) : kind(Kind::own), own(&definition) {}
  /// "relu", "leaky_relu:0.5", "polynomial:0,1,0.25", ..., and those that were added. Throws UsageError that lists the names.
  static Activation parse(const std::string& text);
  /// The inverse of parse.
  std::string text() const;

  double value(double u) const;
  /// sigma'(u). At a kink (ReLU, leaky ReLU at u = 0): the left derivative.
  double derivative(double u) const;
  double second_derivative(double u) const;
  /// End points [lo, hi] of the limiting subdifferential's convex hull at u; lo == hi away from a kink.
  std::pair<double, double> subdifferential(double u) const;
  bool smooth() const { return kind == Kind::own ? own->smooth : kind != Kind::relu && kind != Kind::leaky_relu; }
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

/// Adds a library's activation, for good; before any run. Throws UsageError for a fault, or a name that is taken.
void add_activation(OwnActivation own);
const std::list<OwnActivation>& own_activations();

}  // namespace bcd
