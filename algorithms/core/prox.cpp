#include "algorithms/core/prox.hpp"

#include <array>
#include <limits>

#include "algorithms/core/activation_functors.hpp"
#include "algorithms/core/bracketed_newton.hpp"
#include "algorithms/core/elementwise.hpp"

namespace bcd {

namespace {

using functors::Enclosure;
using functors::Interval;
using functors::Jet;
using Kind = Activation::Kind;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

template <class T>
struct LinearProx {
  T g;
  explicit LinearProx(double g_) : g(static_cast<T>(g_)) {}
  T operator()(T a, T b) const { return (a + g * b) / (T(1) + g); }
};

/// sigma(u) = u for u >= 0 and c u below. Each half line has one candidate, the minimiser of its parabola cut off at 0:
///   u+ = max(0, (a + g b)/(1 + g)),   u- = min(0, (c a + g b)/(c^2 + g))   (ReLU, c = 0: u- = min(0, b)).
/// Both differ from 0 only if b < 0 < a. Then the minima are g/2 (a - b)^2/(1 + g) and g/2 (a - c b)^2/(c^2 + g), and their
/// comparison, after the square root of both sides, is linear: it costs one product and loses no digits to cancellation.
/// A tie goes to u-, as in the published code. Written with selections only, so that the loop becomes vector instructions.
template <class T, bool leaky>
struct KinkProx {
  T g, c, ratio;
  KinkProx(double g_, double slope)
      : g(static_cast<T>(g_)), c(static_cast<T>(slope)), ratio(static_cast<T>(std::sqrt((slope * slope + g_) / (1 + g_)))) {}
  T operator()(T a, T b) const {
    const T x_plus = (a + g * b) / (T(1) + g);
    const T x_minus = leaky ? (c * a + g * b) / (c * c + g) : b;
    const T u_plus = x_plus < T(0) ? T(0) : x_plus;
    const T u_minus = x_minus > T(0) ? T(0) : x_minus;
    const T cb = leaky ? c * b : T(0);
    const T better = (a - b) * ratio >= a - cb ? T(0) : u_plus;  // u+, unless both differ from 0 and u- is as good
    // Every comparison with NaN is false, so a NaN in a or b comes out as NaN.
    const T both = better <= T(0) ? u_minus : better;
    return u_minus < T(0) ? both : u_plus;
  }
};

template <class F>
constexpr bool kIncreasing = requires {
  F::kSlope;
};  ///< sigma' in [0, kSlope]

/// Values a for which f'' = sigma'^2 + (sigma - a) sigma'' + g is certain to be positive for every u (so f is convex, whatever
/// b). That fails at some u exactly if a > sigma + (sigma'^2 + g)/sigma'' with sigma'' > 0 or a < the same with sigma'' < 0;
/// both bounds are enclosed on small pieces of the real line.
template <class F>
Interval convex_range(const F& sigma, double g) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr int kPieces = 1024;  // of [-16, 16]; beyond it sigma'' < 2e-7 for all three functions
  Interval range{-kInfinity, kInfinity};
  Jet l = sigma.jet(-kInfinity);
  for (int k = 0; k <= kPieces + 1; ++k) {
    const Jet h = sigma.jet(k <= kPieces ? -16 + k * (32.0 / kPieces) : kInfinity);
    const Enclosure e = sigma.enclose(l, h);
    const double numerator = e.d1.lo * e.d1.lo + g;
    if (e.d2.hi > 0) range.hi = std::min(range.hi, e.s.lo + numerator / e.d2.hi);
    if (e.d2.lo < 0) range.lo = std::max(range.lo, e.s.hi + numerator / e.d2.lo);
    l = h;
  }
  return range;
}

/// The smooth scalar problem f(u) = 1/2 (sigma(u) - a)^2 + g/2 (u - b)^2.
template <class F>
struct SmoothProx {
  F sigma;
  double a, b, g;

  double objective(const Jet& p) const {
    const double r = p.s - a, d = p.u - b;
    return 0.5 * r * r + 0.5 * g * d * d;
  }
  double slope(const Jet& p) const { return (p.s - a) * p.d1 + g * (p.u - b); }
  double curvature(const Jet& p) const { return p.d1 * p.d1 + (p.s - a) * p.d2 + g; }

  Interval curvature(const Enclosure& e) const { return square(e.d1) + (e.s + -a) * e.d2 + g; }
  double lower_bound(const Jet& l, const Jet& h, const Enclosure& e) const {
    const double r = (e.s + -a).mignitude(), d = Interval{l.u - b, h.u - b}.mignitude();
    return 0.5 * r * r + 0.5 * g * d * d;
  }

  /// An interval around b that holds every global minimiser u: f(u) <= f(b) gives |u - b| <= |sigma(b) - a|/sqrt(g). For an
  /// increasing sigma, u lies on the side of b where sigma approaches a, and f'(u) = 0 gives |u - b| <= |sigma(b) - a| L/g.
  Interval search_interval(const Jet& at_b) const {
    const double r = a - at_b.s;
    double radius = std::abs(r) / std::sqrt(g);
    if constexpr (kIncreasing<F>) radius = std::min(radius, std::abs(r) * F::kSlope / g);
    radius *= 1 + 8 * kEpsilon;
    if constexpr (kIncreasing<F>) return r > 0 ? Interval{b, b + radius} : Interval{b - radius, b};
    return {b - radius, b + radius};
  }

  /// The zero of f' between lo and hi, where f' is increasing and changes sign; sought from b where b is in between.
  double stationary_point(double lo, double hi) const {
    const auto f = [this](double u) {
      const Jet p = sigma.jet(u);
      return ValueSlope{slope(p), curvature(p)};
    };
    return bracketed_newton(f, lo, hi, b >= lo && b <= hi ? b : lo + (hi - lo) / 2);
  }

  /// The global minimiser. `convex`: values a known to make f convex.
  double minimiser(Interval convex) const {
    const Jet at_b = sigma.jet(b);
    if (!std::isfinite(objective(at_b))) return std::numeric_limits<double>::quiet_NaN();
    const Interval whole = search_interval(at_b);
    if (!(whole.lo < whole.hi)) return b;
    if (convex.lo < a && a < convex.hi) return stationary_point(whole.lo, whole.hi);
    return branch_and_bound(at_b, whole);
  }

  /// A piece of the search interval is settled when the enclosure of f'' over it is positive (one Newton search), negative (no
  /// minimum inside), when f' cannot vanish, or when f exceeds the best value known; else it is halved.
  double branch_and_bound(const Jet& at_b, const Interval& whole) const {
    struct Piece {
      Jet l, h;
    };
    std::array<Piece, 64> open;  // depth first: one waiting piece per halving, and 53 halvings reach rounding level
    std::size_t count = 0;
    open[count++] = {whole.lo == b ? at_b : sigma.jet(whole.lo), whole.hi == b ? at_b : sigma.jet(whole.hi)};
    const double finest = 4 * kEpsilon * whole.magnitude();

    double best_u = b, best = std::numeric_limits<double>::infinity(), bound = (1 + 64 * kEpsilon) * objective(at_b);
    const auto offer = [&](const Jet& p) {
      const double value = objective(p);
      if (value < best) best = value, best_u = p.u;
      bound = std::min(bound, (1 + 64 * kEpsilon) * best);
    };

    while (count > 0) {
      const auto [l, h] = open[--count];
      const Enclosure e = sigma.enclose(l, h);
      if (lower_bound(l, h, e) > bound) continue;
      const Interval f2 = curvature(e);
      if (f2.lo > 0) {
        if (slope(l) >= 0) {
          if (l.u == whole.lo || slope(l) == 0) offer(l);
        } else if (slope(h) <= 0) {
          if (h.u == whole.hi || slope(h) == 0) offer(h);
        } else {
          offer(sigma.jet(stationary_point(l.u, h.u)));
        }
        continue;
      }
      if (f2.hi < 0) continue;
      const Jet m = sigma.jet(l.u + (h.u - l.u) / 2);
      if (std::abs(slope(m)) > (h.u - l.u) * f2.magnitude()) continue;  // twice the mean value bound: safe against rounding
      if (h.u - l.u <= finest || count + 2 > open.size()) {
        offer(m);
        continue;
      }
      open[count++] = {l, m};
      open[count++] = {m, h};
    }
    return best_u;
  }
};

/// Calls body(prox) where prox(a, b) solves the scalar problem in the number type T. `many`: prepare for many entries by
/// finding the range of a where the problem is convex (about 1000 evaluations of sigma).
template <class T, class Body>
auto with_prox(const Activation& sigma, double g, bool many, Body&& body) {
  if (!(g > 0)) throw std::logic_error("proximal operator of an activation: g must be > 0");
  switch (sigma.kind) {
    case Kind::linear:
      return body(LinearProx<T>(g));
    case Kind::relu:
      return body(KinkProx<T, false>(g, 0));
    case Kind::leaky_relu:
      return body(KinkProx<T, true>(g, sigma.slope));
    default:
      break;
  }
  const auto smooth = [&](auto f) {
    using F = decltype(f);
    Interval convex{0, 0};  // empty
    if constexpr (kIncreasing<F>)
      if (many) convex = convex_range(f, g);
    return body([f, g, convex](T a, T b) {
      return static_cast<T>(SmoothProx<F>{f, static_cast<double>(a), static_cast<double>(b), g}.minimiser(convex));
    });
  };
  switch (sigma.kind) {
    case Kind::sigmoid:
      return smooth(functors::Sigmoid{});
    case Kind::tanh:
      return smooth(functors::Tanh{});
    case Kind::softplus:
      return smooth(functors::Softplus{});
    case Kind::polynomial:
      return smooth(functors::Polynomial{&sigma.coefficients});
    case Kind::own:
      if (!has_prox(sigma)) throw std::logic_error("no proximal operator of " + sigma.text());
      return smooth(functors::Own{sigma.own});
    default:
      throw std::logic_error("activation of unknown kind");
  }
}

}  // namespace

double activation_prox_objective(const Activation& sigma, double a, double b, double g, double u) {
  const double r = sigma.value(u) - a, d = u - b;
  return 0.5 * r * r + 0.5 * g * d * d;
}

double activation_prox(const Activation& sigma, double a, double b, double g) {
  return with_prox<double>(sigma, g, false, [a, b](auto prox) { return prox(a, b); });
}

template <class T>
void activation_prox(const Activation& sigma, ConstRef<T> A, ConstRef<T> B, double g, MutRef<T> U) {
  with_prox<T>(sigma, g, true, [&](auto prox) { transform<T>(A, B, U, prox); });
}

template void activation_prox<float>(const Activation&, ConstRef<float>, ConstRef<float>, double, MutRef<float>);
template void activation_prox<double>(const Activation&, ConstRef<double>, ConstRef<double>, double, MutRef<double>);

}  // namespace bcd
