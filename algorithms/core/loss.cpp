#include "algorithms/core/loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "algorithms/core/bracketed_newton.hpp"
#include "algorithms/core/elementwise.hpp"
#include "algorithms/core/parameters.hpp"
#include "algorithms/core/pieces.hpp"
#include "algorithms/core/text.hpp"

namespace bcd {

namespace {

using Kind = Loss::Kind;
using Array = Eigen::ArrayXd;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

const std::vector<std::pair<std::string, Kind>> kNames = {
    {"squared", Kind::squared}, {"cross_entropy", Kind::cross_entropy}, {"logistic", Kind::logistic},
    {"hinge", Kind::hinge},     {"squared_hinge", Kind::squared_hinge}, {"exponential", Kind::exponential}};

// ---- margin losses: l(v, y) = phi(y v) with y = +-1, so that |y v - y b| = |v - b| and the proximal step acts on z = y v ----

/// phi, phi' and the minimiser of kappa phi(z) + 1/2 (z - beta)^2, kappa = w/g.
struct Logistic {
  template <class T>
  T value(T z) const {
    return std::log1p(std::exp(-std::abs(z))) + (z < T(0) ? -z : T(0));
  }
  /// -1/(1 + exp(z)), from e = exp(-|z|).
  template <class T>
  T derivative(T z) const {
    const T e = std::exp(-std::abs(z));
    return -(z < T(0) ? T(1) : e) / (T(1) + e);
  }
  /// Zero of the increasing h(z) = z - beta + kappa phi'(z), which lies in [beta, beta + kappa].
  double prox(double kappa, double beta) const {
    const auto h = [=, this](double z) {
      const double d = derivative(z);
      return ValueSlope{(z - beta) + kappa * d, 1 - kappa * d * (1 + d)};  // phi'' = -phi' (1 + phi')
    };
    return bracketed_newton(h, beta, beta + kappa, beta - kappa * derivative(beta));
  }
};

struct Hinge {
  template <class T>
  T value(T z) const {
    return z < T(1) ? T(1) - z : z - z;  // z - z: 0, and NaN for NaN
  }
  template <class T>
  T derivative(T z) const {
    return z < T(1) ? T(-1) : T(0);
  }
  /// Lemma 14 of Zeng et al. 2019 for a = y = +-1: beta + kappa up to the kink, the kink, or beta beyond it.
  template <class T>
  T prox(T kappa, T beta) const {
    const T moved = beta + kappa > T(1) ? T(1) : beta + kappa;
    return beta >= T(1) ? beta : moved;
  }
};

struct SquaredHinge {
  template <class T>
  T value(T z) const {
    const T r = z < T(1) ? T(1) - z : z - z;
    return r * r;
  }
  template <class T>
  T derivative(T z) const {
    return z < T(1) ? T(-2) * (T(1) - z) : T(0);
  }
  /// Below the kink 2 kappa (z - 1) + z - beta = 0; the step beta -> z never passes z = 1.
  template <class T>
  T prox(T kappa, T beta) const {
    return beta < T(1) ? (beta + T(2) * kappa) / (T(1) + T(2) * kappa) : beta;
  }
};

struct Exponential {
  template <class T>
  T value(T z) const {
    return std::exp(-z);
  }
  template <class T>
  T derivative(T z) const {
    return -std::exp(-z);
  }
  /// z = beta + s with s = kappa exp(-beta - s), that is x + exp(x) = q for x = log s, q = log kappa - beta. The function is
  /// convex and increasing and the start lies right of its zero, so Newton's iterates fall to it; nothing overflows.
  double prox(double kappa, double beta) const {
    if (!std::isfinite(beta)) return beta;
    const double q = std::log(kappa) - beta;
    double x = q > 1 ? std::log(q) : q;
    for (int k = 0; k < 100; ++k) {
      const double e = std::exp(x), step = (x + e - q) / (1 + e);
      x -= step;
      if (std::abs(step) <= kEpsilon * std::max(1.0, std::abs(x))) break;
    }
    double s = std::exp(x);
    if (s > 1) s -= (s + std::log(s) - q) / (1 + 1 / s);  // restores the digits that exp takes from a large x
    return beta + s;
  }
};

template <class Body>
auto with_margin(Kind kind, Body&& body) {
  switch (kind) {
    case Kind::logistic:
      return body(Logistic{});
    case Kind::hinge:
      return body(Hinge{});
    case Kind::squared_hinge:
      return body(SquaredHinge{});
    case Kind::exponential:
      return body(Exponential{});
    default:
      throw std::logic_error("not a margin loss");
  }
}

// ---- softmax cross-entropy of one column: l(v) = S log sum_j exp(v_j) - <y, v>, S = sum_j y_j (1 for a distribution) ----

/// p = softmax(v); returns log sum_j exp(v_j - max v). The maximum is taken out so that nothing overflows, and its own term,
/// 1, is kept out of the sum so that a tiny loss keeps its digits.
double softmax(const Array& v, Array& p) {
  Index top = 0;
  p = (v - v.maxCoeff(&top)).exp();
  p(top) = 0;
  const double others = p.sum();
  p(top) = 1;
  p /= 1 + others;
  return std::log1p(others);
}

double cross_entropy(const Array& v, const Array& y, Array& p) {
  const double log_total = softmax(v, p);
  return (y * (log_total - (v - v.maxCoeff()))).sum();
}

/// argmin_v l(v, y) + kappa/2 |v - b|^2 by a damped Newton iteration. The gradient is r = S p - y + kappa (v - b), the Hessian
/// D - S p p' with D = S diag(p) + kappa I. Sherman and Morrison's formula needs 1 - S <p, D^-1 p>, which equals
/// kappa <p, D^-1 1> because the entries of p add up to 1: no cancellation.
class CrossEntropyProx {
 public:
  explicit CrossEntropyProx(Index d) : v_(d), p_(d), r_(d), diagonal_(d), step_(d), trial_(d), scratch_(d) {}

  const Array& solve(double kappa, const Array& b, const Array& y) {
    const double S = y.sum();
    v_ = b;
    double value = cross_entropy(v_, y, p_);  // the quadratic is zero at the start
    double last_residual = kInfinity;
    for (int k = 0; k < 200; ++k) {
      r_ = (S * p_ - y) + kappa * (v_ - b);
      const double residual = r_.abs().maxCoeff();
      const double rounding = kEpsilon * (S + kappa * (v_.abs().maxCoeff() + b.abs().maxCoeff()));
      // Below the rounding of r itself the iteration goes on only as long as it still gains.
      if (!(residual > 0) || (residual <= 8 * rounding && residual >= 0.5 * last_residual)) break;
      last_residual = residual;
      newton_step(kappa, S);
      value = line_search(kappa, b, y, value, r_.matrix().dot(step_.matrix()));
    }
    return v_;
  }

 private:
  void newton_step(double kappa, double S) {
    diagonal_ = S * p_ + kappa;
    scratch_ = p_ / diagonal_;
    const double shift = S * (p_ * r_ / diagonal_).sum() / (kappa * scratch_.sum());
    step_ = -(r_ / diagonal_ + shift * scratch_);
  }

  /// Halves the step until the objective falls by a fraction of what the slope foretells, up to rounding; moves v, p.
  double line_search(double kappa, const Array& b, const Array& y, double value, double slope) {
    const double S = y.sum();
    double t = 1;
    for (int k = 0; k < 60; ++k, t /= 2) {
      trial_ = v_ + t * step_;
      const double loss = cross_entropy(trial_, y, scratch_), next = loss + 0.5 * kappa * (trial_ - b).square().sum();
      // An entry of v is rounded by eps |v|, which moves both terms by their gradients.
      const double gradients = (S * scratch_ - y).abs().sum() + kappa * (trial_ - b).abs().sum();
      const double rounding = 8 * kEpsilon * (next + value + trial_.abs().maxCoeff() * gradients);
      if (next <= value + 1e-4 * t * slope + rounding) {
        v_.swap(trial_);
        p_.swap(scratch_);
        return next;
      }
    }
    return value;
  }

  Array v_, p_, r_, diagonal_, step_, trial_, scratch_;
};

std::list<OwnLoss>& own_list() {
  static std::list<OwnLoss> list;
  return list;
}

/// The zero of the increasing v - b + kappa l'(v, y), which lies between b and b - kappa l'(b, y). Where it jumps over 0, at a
/// kink of l, one of the two neighbouring numbers that are left is the kink.
double bisected_prox(const OwnLoss& loss, double kappa, double b, double y) {
  const double far = b - kappa * loss.derivative(b, y);
  if (!std::isfinite(far)) return far - far;  // NaN
  double lo = std::min(b, far), hi = std::max(b, far);
  for (double v = lo + (hi - lo) / 2; lo < v && v < hi; v = lo + (hi - lo) / 2)
    (v - b + kappa * loss.derivative(v, y) < 0 ? lo : hi) = v;
  if (loss.smooth) return hi;
  const auto [least, greatest] = loss.subdifferential(lo, y);
  return lo - b + kappa * least <= 0 && lo - b + kappa * greatest >= 0 ? lo : hi;
}

double own_prox(const OwnLoss& loss, double kappa, double b, double y) {
  return loss.prox ? loss.prox(kappa, b, y) : bisected_prox(loss, kappa, b, y);
}

template <class Derived>
Array to_double(const Eigen::MatrixBase<Derived>& column) {
  return column.template cast<double>().array();
}

}  // namespace

Loss Loss::parse(const std::string& name, bool mean) {
  for (const auto& [text, kind] : kNames)
    if (text == name) return {kind, mean};
  for (const OwnLoss& own : own_losses())
    if (own.name == name) return {Kind::own, mean, &own};
  throw UsageError(unknown_name("loss", name, loss_names()));
}

std::string Loss::name() const {
  if (kind == Kind::own) return own->name;
  for (const auto& [text, candidate] : kNames)
    if (candidate == kind) return text;
  throw std::logic_error("loss of unknown kind");
}

TargetCode Loss::target_code() const {
  if (kind == Kind::own) return own->target_code;
  return kind == Kind::squared || kind == Kind::cross_entropy ? TargetCode::real : TargetCode::signed_one;
}

template <class T>
double Loss::sum(ConstRef<T> V, ConstRef<T> Y) const {
  double total = 0;
  if (kind == Kind::squared) {
    for (Index j = 0; j < V.cols(); ++j)
      total += 0.5 * (V.col(j).template cast<double>() - Y.col(j).template cast<double>()).squaredNorm();
  } else if (kind == Kind::cross_entropy) {
    Array p(V.rows());
    for (Index j = 0; j < V.cols(); ++j) total += cross_entropy(to_double(V.col(j)), to_double(Y.col(j)), p);
  } else if (kind == Kind::own) {
    for (Index j = 0; j < V.cols(); ++j)
      for (Index i = 0; i < V.rows(); ++i) total += own->value(static_cast<double>(V(i, j)), static_cast<double>(Y(i, j)));
  } else {
    with_margin(kind, [&](auto phi) {
      for (Index j = 0; j < V.cols(); ++j)
        for (Index i = 0; i < V.rows(); ++i) total += phi.value(static_cast<double>(Y(i, j)) * static_cast<double>(V(i, j)));
    });
  }
  return total;
}

template <class T>
void Loss::gradient(ConstRef<T> V, ConstRef<T> Y, MutRef<T> G) const {
  if (kind == Kind::squared) {
    transform<T>(V, Y, G, [](T v, T y) { return v - y; });
  } else if (kind == Kind::cross_entropy) {
    Array p(V.rows());
    for (Index j = 0; j < V.cols(); ++j) {
      const Array y = to_double(Y.col(j));
      softmax(to_double(V.col(j)), p);
      G.col(j) = (y.sum() * p - y).matrix().template cast<T>();
    }
  } else if (kind == Kind::own) {
    transform<T>(V, Y, G,
                 [this](T v, T y) { return static_cast<T>(own->derivative(static_cast<double>(v), static_cast<double>(y))); });
  } else {
    with_margin(kind, [&](auto phi) { transform<T>(V, Y, G, [phi](T v, T y) { return y * phi.derivative(y * v); }); });
  }
}

template <class T>
void Loss::prox(double w, double g, ConstRef<T> B, ConstRef<T> Y, MutRef<T> V) const {
  if (!(g > 0) || !(w > 0)) throw std::logic_error("proximal operator of a loss: w and g must be > 0");
  const double kappa = w / g;
  if (kind == Kind::squared) {
    transform<T>(B, Y, V, [w_ = static_cast<T>(w), g_ = static_cast<T>(g)](T b, T y) { return (w_ * y + g_ * b) / (w_ + g_); });
  } else if (kind == Kind::cross_entropy) {
    CrossEntropyProx solver(B.rows());
    for (Index j = 0; j < B.cols(); ++j)
      V.col(j) = solver.solve(1 / kappa, to_double(B.col(j)), to_double(Y.col(j))).matrix().template cast<T>();
  } else if (kind == Kind::own) {
    if (!own->convex) throw std::logic_error("proximal operator of a loss that is not convex: " + own->name);
    transform<T>(B, Y, V, [this, kappa](T b, T y) {
      return static_cast<T>(own_prox(*own, kappa, static_cast<double>(b), static_cast<double>(y)));
    });
  } else if (kind == Kind::hinge || kind == Kind::squared_hinge) {
    const auto closed_form = [&](auto phi) {
      transform<T>(B, Y, V, [phi, k = static_cast<T>(kappa)](T b, T y) { return y * phi.prox(k, y * b); });
    };
    kind == Kind::hinge ? closed_form(Hinge{}) : closed_form(SquaredHinge{});
  } else {
    const auto iterative = [&](auto phi) {  // in double, whatever T
      transform<T>(B, Y, V, [phi, kappa](T b, T y) {
        return static_cast<T>(y * phi.prox(kappa, static_cast<double>(y) * static_cast<double>(b)));
      });
    };
    kind == Kind::logistic ? iterative(Logistic{}) : iterative(Exponential{});
  }
}

double Loss::gradient_lipschitz() const {
  switch (kind) {
    case Kind::squared:
      return 1;
    case Kind::cross_entropy:
      return 0.5;  // <x, (diag(p) - p p') x> is the variance of x under p: at most (max x - min x)^2/4 <= |x|^2/2
    case Kind::logistic:
      return 0.25;
    case Kind::squared_hinge:
      return 2;
    case Kind::hinge:
    case Kind::exponential:
      return kInfinity;
    case Kind::own:
      return own->gradient_lipschitz;
  }
  throw std::logic_error("loss of unknown kind");
}

std::pair<double, double> Loss::entry_subdifferential(double v, double y) const {
  if (kind == Kind::cross_entropy)
    throw std::logic_error("cross_entropy couples the entries: it has no entrywise subdifferential");
  if (kind == Kind::squared) return {v - y, v - y};
  if (kind == Kind::own && !own->smooth) return own->subdifferential(v, y);
  if (kind == Kind::own) return {own->derivative(v, y), own->derivative(v, y)};
  if (kind == Kind::hinge && y * v == 1) return {std::min(-y, 0.0), std::max(-y, 0.0)};
  const double d = with_margin(kind, [&](auto phi) { return y * phi.derivative(y * v); });
  return {d, d};
}

std::string OwnLoss::fault() const {
  const std::string whose = "the loss '" + name + "' ";
  if (!is_snake_case(name)) return whose + "must have a name in snake case: a letter, then a-z, 0-9 and _";
  if (!value || !derivative) return whose + "has no " + (value ? "derivative" : "value");
  if (!smooth && !subdifferential) return whose + "is not smooth and has no subdifferential";
  if (!(gradient_lipschitz > 0)) return whose + "must have a gradient_lipschitz above 0, or infinity where there is none";
  if (!smooth && std::isfinite(gradient_lipschitz)) return whose + "is not smooth, so its gradient_lipschitz is infinity";
  return {};
}

void add_loss(OwnLoss own) {
  std::string fault = own.fault();
  for (const auto& [name, kind] : kNames)
    if (name == own.name) fault = "the loss name '" + name + "' is taken by the program; choose another one";
  for (const OwnLoss& other : own_list())
    if (other.name == own.name)
      fault = "the loss name '" + own.name + "' is taken by " + other.library + "; choose another one";
  if (!fault.empty()) throw UsageError(fault);
  own_list().push_back(std::move(own));
}

const std::list<OwnLoss>& own_losses() { return own_list(); }

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kNames) names.push_back(name);
  for (const OwnLoss& own : own_list()) names.push_back(own.name);
  return names;
}

template double Loss::sum<float>(ConstRef<float>, ConstRef<float>) const;
template double Loss::sum<double>(ConstRef<double>, ConstRef<double>) const;
template void Loss::gradient<float>(ConstRef<float>, ConstRef<float>, MutRef<float>) const;
template void Loss::gradient<double>(ConstRef<double>, ConstRef<double>, MutRef<double>) const;
template void Loss::prox<float>(double, double, ConstRef<float>, ConstRef<float>, MutRef<float>) const;
template void Loss::prox<double>(double, double, ConstRef<double>, ConstRef<double>, MutRef<double>) const;

}  // namespace bcd
