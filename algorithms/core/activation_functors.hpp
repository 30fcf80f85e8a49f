// Internal: one small functor per activation, so that a loop over entries knows its function at compile time.
// The smooth ones also enclose sigma, sigma' and sigma'' over an interval, which the scalar proximal solver needs.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "algorithms/core/activation.hpp"

namespace bcd::functors {

struct Interval {
  double lo, hi;
  double magnitude() const { return std::max(std::abs(lo), std::abs(hi)); }
  double mignitude() const { return lo > 0 ? lo : hi < 0 ? -hi : 0.0; }  ///< smallest absolute value
};

inline Interval operator+(Interval x, double c) { return {x.lo + c, x.hi + c}; }
inline Interval operator+(Interval x, Interval y) { return {x.lo + y.lo, x.hi + y.hi}; }
inline Interval operator*(Interval x, Interval y) {
  const auto [lo, hi] = std::minmax({x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi});
  return {lo, hi};
}
inline Interval square(Interval x) { return {x.mignitude() * x.mignitude(), x.magnitude() * x.magnitude()}; }

/// sigma and its first two derivatives at u.
struct Jet {
  double u, s, d1, d2;
};
/// Ranges of sigma, sigma', sigma'' over an interval.
struct Enclosure {
  Interval s, d1, d2;
};

// Comparisons are written so that NaN passes through value(): a missing update must stay visible.

struct Linear {
  template <class T>
  T value(T u) const {
    return u;
  }
  template <class T>
  T derivative(T) const {
    return T(1);
  }
  template <class T>
  T second(T) const {
    return T(0);
  }
};

struct Relu {
  template <class T>
  T value(T u) const {
    return u < T(0) ? T(0) : u;
  }
  template <class T>
  T derivative(T u) const {
    return u > T(0) ? T(1) : T(0);
  }
  template <class T>
  T second(T) const {
    return T(0);
  }
};

struct LeakyRelu {
  double slope;
  template <class T>
  T value(T u) const {
    const T below = static_cast<T>(slope) * u;  // the larger of the two, because slope < 1
    return below > u ? below : u;
  }
  template <class T>
  T derivative(T u) const {
    return u > T(0) ? T(1) : static_cast<T>(slope);
  }
  template <class T>
  T second(T) const {
    return T(0);
  }
};

/// Enclosure for an increasing function whose slope is even, largest (top) at 0 and decreasing from there, and whose second
/// derivative is odd with extreme values +bend at -knee and -bend at +knee.
inline Enclosure enclose_s_shape(const Jet& l, const Jet& h, double top, double bend, double knee) {
  const auto inside = [&](double u) { return l.u <= u && u <= h.u; };
  return {{l.s, h.s},
          {std::min(l.d1, h.d1), inside(0) ? top : std::max(l.d1, h.d1)},
          {inside(knee) ? -bend : std::min(l.d2, h.d2), inside(-knee) ? bend : std::max(l.d2, h.d2)}};
}

/// 1/(1 + exp(-u)), with all quantities from e = exp(-|u|), so that nothing overflows or cancels.
struct Sigmoid {
  static constexpr double kSlope = 0.25;
  template <class T>
  T value(T u) const {
    const T e = std::exp(-std::abs(u));
    return (u < T(0) ? e : T(1)) / (T(1) + e);
  }
  template <class T>
  T derivative(T u) const {
    const T e = std::exp(-std::abs(u));
    return e / ((T(1) + e) * (T(1) + e));
  }
  template <class T>
  T second(T u) const {
    const T e = std::exp(-std::abs(u)), q = T(1) + e;
    return std::copysign(e * (T(1) - e) / (q * q * q), -u);
  }
  Jet jet(double u) const {
    const double e = std::exp(-std::abs(u)), q = 1 + e, d1 = e / (q * q);
    return {u, (u < 0 ? e : 1.0) / q, d1, std::copysign(d1 * (1 - e) / q, -u)};
  }
  /// sigma'' = s (1-s) (1-2s) is extreme where 6 s^2 - 6 s + 1 = 0: value sqrt(3)/18 at u = -+log(2 + sqrt 3).
  Enclosure enclose(const Jet& l, const Jet& h) const {
    return enclose_s_shape(l, h, kSlope, std::numbers::sqrt3 / 18, 1.3169578969248167);
  }
};

struct Tanh {
  static constexpr double kSlope = 1;
  template <class T>
  T value(T u) const {
    return std::tanh(u);
  }
  template <class T>
  T derivative(T u) const {
    const T e = std::exp(T(-2) * std::abs(u));
    return T(4) * e / ((T(1) + e) * (T(1) + e));
  }
  template <class T>
  T second(T u) const {
    return T(-2) * std::tanh(u) * derivative(u);
  }
  /// One transcendental function: e = exp(-2|u|), or m = e - 1 near 0, where 1 - e would cancel (1 + m does elsewhere).
  Jet jet(double u) const {
    const double w = -2 * std::abs(u);
    const bool near = w > -0.7;
    const double x = near ? std::expm1(w) : std::exp(w), m = near ? x : x - 1, e = near ? 1 + x : x, q = 1 + e;
    const double t = std::copysign(m / q, u), d1 = 4 * e / (q * q);
    return {u, t, d1, -2 * t * d1};
  }
  /// sigma'' = -2 t (1 - t^2) is extreme at t = -+1/sqrt(3): value 4/(3 sqrt 3) at u = -+log(2 + sqrt 3)/2.
  Enclosure enclose(const Jet& l, const Jet& h) const {
    return enclose_s_shape(l, h, kSlope, 4 / (3 * std::numbers::sqrt3), 0.65847894846240835);
  }
};

/// log(1 + exp(u)); its derivative is the sigmoid.
struct Softplus {
  static constexpr double kSlope = 1;
  template <class T>
  T value(T u) const {
    return (u < T(0) ? T(0) : u) + std::log1p(std::exp(-std::abs(u)));
  }
  template <class T>
  T derivative(T u) const {
    return Sigmoid{}.value(u);
  }
  template <class T>
  T second(T u) const {
    return Sigmoid{}.derivative(u);
  }
  Jet jet(double u) const {
    const double e = std::exp(-std::abs(u)), q = 1 + e;
    return {u, (u < 0 ? 0.0 : u) + std::log1p(e), (u < 0 ? e : 1.0) / q, e / (q * q)};
  }
  Enclosure enclose(const Jet& l, const Jet& h) const {
    const bool crosses_zero = l.u <= 0 && 0 <= h.u;
    return {{l.s, h.s}, {l.d1, h.d1}, {std::min(l.d2, h.d2), crosses_zero ? 0.25 : std::max(l.d2, h.d2)}};
  }
};

/// c0 + c1 u + c2 u^2 + ..., by Horner's rule; refers to the coefficients of the Activation it was made from.
struct Polynomial {
  const std::vector<double>* coefficients;

  /// Horner's rule for sigma, sigma' and sigma''/2 together, in any arithmetic with + and *.
  template <class X>
  void horner(X u, X& s, X& d1, X& half_d2) const {
    for (std::size_t k = coefficients->size(); k-- > 0;) {
      half_d2 = half_d2 * u + d1;
      d1 = d1 * u + s;
      s = s * u + static_cast<double>((*coefficients)[k]);
    }
  }
  Jet jet(double u) const {
    double s = 0, d1 = 0, half_d2 = 0;
    horner(u, s, d1, half_d2);
    return {u, s, d1, 2 * half_d2};
  }
  template <class T>
  T value(T u) const {
    return static_cast<T>(jet(static_cast<double>(u)).s);
  }
  template <class T>
  T derivative(T u) const {
    return static_cast<T>(jet(static_cast<double>(u)).d1);
  }
  template <class T>
  T second(T u) const {
    return static_cast<T>(jet(static_cast<double>(u)).d2);
  }
  Enclosure enclose(const Jet& l, const Jet& h) const {
    Interval s{0, 0}, d1{0, 0}, half_d2{0, 0};
    horner(Interval{l.u, h.u}, s, d1, half_d2);
    return {s, d1, {2 * half_d2.lo, 2 * half_d2.hi}};
  }
};

/// A library's. What it encloses follows from its Lipschitz constants L of sigma and M of sigma': at distance x from one end
/// and w - x from the other, sigma is at most the smaller of s_l + L x and s_h + L (w - x).
struct Own {
  const OwnActivation* own;

  template <class T>
  T value(T u) const {
    return static_cast<T>(own->value(static_cast<double>(u)));
  }
  template <class T>
  T derivative(T u) const {
    return static_cast<T>(own->derivative(static_cast<double>(u)));
  }
  template <class T>
  T second(T u) const {
    return own->smooth ? static_cast<T>(own->second_derivative(static_cast<double>(u))) : T(0);
  }
  Jet jet(double u) const { return {u, value(u), derivative(u), second(u)}; }
  Enclosure enclose(const Jet& l, const Jet& h) const {
    const double radius = std::max(std::abs(l.u), std::abs(h.u)), width = h.u - l.u;
    const double L = own->lipschitz(radius), M = own->derivative_lipschitz(radius);
    const auto between = [width](double a, double b, double slope) {
      const double reach = std::max(slope * width, std::abs(a - b));  // the larger where rounding has the ends further apart
      return Interval{(a + b - reach) / 2, (a + b + reach) / 2};
    };
    return {between(l.s, h.s, L), between(l.d1, h.d1, M), {-M, M}};
  }
};

/// Calls body(functor) with the functor of sigma's kind.
template <class Body>
auto with_activation(const Activation& sigma, Body&& body) {
  switch (sigma.kind) {
    case Activation::Kind::linear:
      return body(Linear{});
    case Activation::Kind::relu:
      return body(Relu{});
    case Activation::Kind::leaky_relu:
      return body(LeakyRelu{sigma.slope});
    case Activation::Kind::sigmoid:
      return body(Sigmoid{});
    case Activation::Kind::tanh:
      return body(Tanh{});
    case Activation::Kind::softplus:
      return body(Softplus{});
    case Activation::Kind::polynomial:
      return body(Polynomial{&sigma.coefficients});
    case Activation::Kind::own:
      return body(Own{sigma.own});
  }
  throw std::logic_error("activation of unknown kind");
}

}  // namespace bcd::functors
