#include "algorithms/wang2018/preimage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "algorithms/core/elementwise.hpp"
#include "algorithms/core/rounding.hpp"

namespace bcd::wang2018 {

namespace {

// least(y) = min {z : h(z) >= y} and greatest(y) = max {z : h(z) <= y}; without such a bound -infinity and +infinity.

struct LinearInverse {
  template <class T>
  T least(T y) const {
    return y;
  }
  template <class T>
  T greatest(T y) const {
    return y;
  }
};

struct ReluInverse {
  template <class T>
  T least(T y) const {
    return y > T(0) ? y : -std::numeric_limits<T>::infinity();
  }
  template <class T>
  T greatest(T y) const {
    return y;  // y < 0: the set is empty
  }
};

struct LeakyInverse {
  double slope;
  template <class T>
  T least(T y) const {
    return y < T(0) ? y / static_cast<T>(slope) : y;
  }
  template <class T>
  T greatest(T y) const {
    return least(y);
  }
};

/// A strictly increasing function with values in an open interval.
template <class Inverse>
struct BoundedInverse {
  double lowest, highest;
  Inverse inverse;
  template <class T>
  bool attained(T y) const {
    return y > static_cast<T>(lowest) && y < static_cast<T>(highest);
  }
  template <class T>
  T least(T y) const {
    return attained(y) ? inverse(y) : -std::numeric_limits<T>::infinity();
  }
  template <class T>
  T greatest(T y) const {
    return attained(y) ? inverse(y) : std::numeric_limits<T>::infinity();
  }
};
template <class Inverse>
BoundedInverse(double, double, Inverse) -> BoundedInverse<Inverse>;

template <class Body>
auto with_inverse(const Activation& h, Body&& body) {
  using Kind = Activation::Kind;
  switch (h.kind) {
    case Kind::linear:
      return body(LinearInverse{});
    case Kind::relu:
      return body(ReluInverse{});
    case Kind::leaky_relu:
      return body(LeakyInverse{h.slope});
    case Kind::sigmoid:
      return body(BoundedInverse{0, 1, [](auto y) { return std::log(y) - std::log1p(-y); }});
    case Kind::tanh:
      return body(BoundedInverse{-1, 1, [](auto y) { return std::atanh(y); }});
    case Kind::softplus:
      return body(BoundedInverse{0, kInfinity, [](auto y) { return y + std::log(-std::expm1(-y)); }});
    case Kind::polynomial:
    case Kind::own:
      break;
  }
  throw std::logic_error("preimage of an activation that is not quasilinear");
}

/// The closure of h's values.
Preimage values(const Activation& h) {
  using Kind = Activation::Kind;
  if (h.kind == Kind::relu || h.kind == Kind::softplus) return {0, kInfinity};
  if (h.kind == Kind::sigmoid) return {0, 1};
  if (h.kind == Kind::tanh) return {-1, 1};
  return {-kInfinity, kInfinity};
}

}  // namespace

bool is_quasilinear(const Activation& h) { return h.kind != Activation::Kind::polynomial && h.kind != Activation::Kind::own; }

Preimage preimage(const Activation& h, double a, double eps) {
  const auto [lowest, highest] = values(h);
  const bool closed = h.kind == Activation::Kind::relu;  // the only one that attains an end of its values
  const bool below = closed ? a + eps < lowest : a + eps <= lowest;
  if (below || a - eps >= highest) return {kInfinity, -kInfinity};
  return with_inverse(h, [=](auto inverse) { return Preimage{inverse.least(a - eps), inverse.greatest(a + eps)}; });
}

template <class T>
void project_on_preimage(const Activation& h, ConstRef<T> A, double eps, MutRef<T> Z) {
  const T e = static_cast<T>(eps);
  with_inverse(h, [&](auto inverse) {
    transform<T>(A, Z, Z, [inverse, e](T a, T z) {
      const T lo = inverse.least(a - e), hi = inverse.greatest(a + e);
      const T raised = z < lo ? lo : z;  // comparisons that let NaN pass
      return raised > hi ? hi : raised;
    });
  });
}

template void project_on_preimage<float>(const Activation&, ConstRef<float>, double, MutRef<float>);
template void project_on_preimage<double>(const Activation&, ConstRef<double>, double, MutRef<double>);

}  // namespace bcd::wang2018
