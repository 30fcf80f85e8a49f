// Convex regularisers r(W), s(V) with their proximal operators (Zeng et al. 2019, Proposition 1(c)).
#pragma once

#include <string>
#include <utility>

#include "algorithms/core/types.hpp"

namespace bcd {

struct Regulariser {
  /// l2: lambda/2 |x|^2.  l1: lambda |x|_1.  elastic: lambda |x|_1 + mu/2 |x|^2.  nonnegative, box: indicator functions.
  enum class Kind { none, l2, l1, elastic, nonnegative, box };

  Kind kind = Kind::none;
  double lambda = 0;      ///< weight (l2, l1, elastic)
  double mu = 0;          ///< quadratic weight (elastic)
  double lo = 0, hi = 1;  ///< box

  /// "none", "l2:0.1", "l1:0.01", "elastic:0.01,0.1", "nonnegative", "box:0,1". Throws UsageError that lists the valid forms.
  static Regulariser parse(const std::string& text);
  std::string text() const;

  /// r(x) summed over the entries, in double; +infinity outside the domain (no tolerance).
  template <class T>
  double value(ConstRef<T> x) const;
  /// argmin_x r(x) + g/2 (x - b)^2 for one entry, g > 0.
  double prox(double g, double b) const;
  /// Entrywise on a matrix, in place.
  template <class T>
  void prox(double g, MutRef<T> B) const;
  /// Interval of the subdifferential at x (may be half-infinite on the border of the domain; empty, lo > hi, outside).
  std::pair<double, double> subdifferential(double x) const;

  /// The weight of the quadratic part: r(x) - quadratic()/2 |x|^2 is convex.
  double quadratic() const { return kind == Kind::l2 ? lambda : kind == Kind::elastic ? mu : 0.0; }
  /// What remains without the quadratic part: none for l2, l1 for elastic, else itself.
  Regulariser without_quadratic() const;
  /// True when r is 0 or quadratic, so that a least-squares subproblem keeps its closed form.
  bool is_quadratic() const { return kind == Kind::none || kind == Kind::l2; }
  bool coercive() const {
    return kind == Kind::box || quadratic() > 0 || ((kind == Kind::l1 || kind == Kind::elastic) && lambda > 0);
  }
};

}  // namespace bcd
