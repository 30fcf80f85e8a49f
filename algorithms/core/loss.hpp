// Loss functions l(v, y) of the network's output, summed or averaged over the samples (columns).
#pragma once

#include <string>
#include <utility>

#include "algorithms/core/types.hpp"

namespace bcd {

/// How targets must be coded for a loss: real values (or one-hot 0/1), or +-1 for the margin losses.
enum class TargetCode { real, signed_one };

struct Loss {
  /// squared: 1/2 |v - y|^2.  cross_entropy: -sum_j y_j log softmax(v)_j.  With y in {-1,+1} and summed over the outputs:
  /// logistic log(1 + exp(-y v)), hinge max(0, 1 - y v), squared_hinge max(0, 1 - y v)^2, exponential exp(-y v).
  enum class Kind { squared, cross_entropy, logistic, hinge, squared_hinge, exponential };

  Kind kind = Kind::squared;
  bool mean = false;  ///< true: R = (1/n) sum_j l (the papers); false: R = sum_j l (the published code of Zeng et al. 2019)

  /// Names as in Kind. Throws UsageError that lists the valid names.
  static Loss parse(const std::string& name, bool mean);
  std::string name() const;
  TargetCode target_code() const;
  bool smooth() const { return kind != Kind::hinge; }

  /// The weight of one sample: 1/n or 1.
  double weight(Index n) const { return mean ? 1.0 / static_cast<double>(n) : 1.0; }

  /// sum over the columns of l(v, y), NOT yet multiplied by weight(). Accumulated in double.
  template <class T>
  double sum(ConstRef<T> V, ConstRef<T> Y) const;
  /// G = d l / d V per column, NOT yet multiplied by weight(). For the hinge: the element with 0 at the kink.
  template <class T>
  void gradient(ConstRef<T> V, ConstRef<T> Y, MutRef<T> G) const;
  /// V = argmin_v  w l(v, y) + g/2 |v - b|^2 per column, g > 0. Closed form (squared, hinge: Lemma 14 of Zeng et al. 2019,
  /// squared hinge) or a safeguarded Newton iteration to rounding level. V may alias B.
  template <class T>
  void prox(double w, double g, ConstRef<T> B, ConstRef<T> Y, MutRef<T> V) const;
  /// Smallest Lipschitz constant known for the gradient of l in v (one sample); infinity where there is none.
  double gradient_lipschitz() const;
  /// Interval [lo, hi] of the subdifferential of l in entry v for target y, margin losses and squared (separable losses only).
  std::pair<double, double> entry_subdifferential(double v, double y) const;
};

}  // namespace bcd
