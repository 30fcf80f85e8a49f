// Loss functions l(v, y) of the network's output, summed or averaged over the samples (columns).
#pragma once

#include <algorithm>
#include <functional>
#include <list>
#include <string>
#include <utility>

#include "algorithms/core/rounding.hpp"
#include "algorithms/core/types.hpp"

namespace bcd {

/// How targets must be coded for a loss: real values (or one-hot 0/1), or +-1 for the margin losses.
enum class TargetCode { real, signed_one };

/// A loss that a plugin library brings: a sum over the outputs of a function of one entry v and its target y; called by several
/// threads at once.
struct OwnLoss {
  std::string name;                                             ///< snake case; none of the program's
  std::string title;                                            ///< one line
  std::function<double(double v, double y)> value, derivative;  ///< derivative: in v
  TargetCode target_code = TargetCode::real;
  bool smooth = true;                     ///< the derivative is continuous
  bool convex = false;                    ///< in v: the methods that split the loss off need that
  double gradient_lipschitz = kInfinity;  ///< upper bound of the slope of the derivative
  std::function<std::pair<double, double>(double v, double y)> subdifferential = {};  ///< needed where the loss is not smooth
  /// argmin_v kappa l(v, y) + 1/2 (v - b)^2, kappa > 0; empty: found by bisection where the loss is convex.
  std::function<double(double kappa, double b, double y)> prox = {};
  std::string library = {};  ///< the program's to set: the file it came from

  /// What is missing or wrong, a sentence; empty: nothing.
  std::string fault() const;
};

struct Loss {
  /// squared: 1/2 |v - y|^2.  cross_entropy: -sum_j y_j log softmax(v)_j.  With y in {-1,+1} and summed over the outputs:
  /// logistic log(1 + exp(-y v)), hinge max(0, 1 - y v), squared_hinge max(0, 1 - y v)^2, exponential exp(-y v).
  enum class Kind { squared, cross_entropy, logistic, hinge, squared_hinge, exponential, own };

  Kind kind = Kind::squared;
  bool mean = false;  ///< true: R = (1/n) sum_j l (the papers); false: R = sum_j l (the published code of Zeng et al. 2019)
  const OwnLoss* own = nullptr;  ///< own only

  /// Names as in Kind, and those that were added. Throws UsageError that lists the valid names.
  static Loss parse(const std::string& name, bool mean);
  std::string name() const;
  TargetCode target_code() const;
  bool smooth() const { return kind == Kind::own ? own->smooth : kind != Kind::hinge; }
  bool convex() const { return kind != Kind::own || own->convex; }

  /// The weight of one sample: 1/n or 1.
  double weight(Index n) const { return mean ? 1.0 / static_cast<double>(n) : 1.0; }

  /// sum over the columns of l(v, y), NOT yet multiplied by weight(). Accumulated in double.
  template <class T>
  double sum(ConstRef<T> V, ConstRef<T> Y) const;
  /// G = d l / d V per column, NOT yet multiplied by weight(). For the hinge: the element with 0 at the kink.
  template <class T>
  void gradient(ConstRef<T> V, ConstRef<T> Y, MutRef<T> G) const;
  /// V = argmin_v  w l(v, y) + g/2 |v - b|^2 per column, g > 0. Closed form (squared, hinge: Lemma 14 of Zeng et al. 2019,
  /// squared hinge) or a safeguarded Newton iteration to rounding level. V may alias B. The loss must be convex.
  template <class T>
  void prox(double w, double g, ConstRef<T> B, ConstRef<T> Y, MutRef<T> V) const;
  /// Smallest Lipschitz constant known for the gradient of l in v (one sample); infinity where there is none.
  double gradient_lipschitz() const;
  /// A factor for bounds on rounding, which take the gradient's Lipschitz constant to be about 1: a library's, where larger.
  double steepness() const {
    return kind == Kind::own && own->gradient_lipschitz < kInfinity ? std::max(1.0, own->gradient_lipschitz) : 1.0;
  }
  /// Interval [lo, hi] of the subdifferential of l in entry v for target y, every loss but cross-entropy.
  std::pair<double, double> entry_subdifferential(double v, double y) const;
};

/// Adds a library's loss, for good; before any run. Throws UsageError for a fault, or a name that is taken.
void add_loss(OwnLoss own);
const std::list<OwnLoss>& own_losses();

}  // namespace bcd
