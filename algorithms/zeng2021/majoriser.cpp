#include "algorithms/zeng2021/majoriser.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/bracketed_newton.hpp"

namespace bcd::zeng2021 {

namespace {

/// For the sigmoid phi'' = p(s) = s (1-s) (-3 s^2 + 2 (1+b) s - b), s = sigma(u) in (0, 1): the largest value of a quartic,
/// taken at a zero of p' or at an end, where it is 0. p'' is a parabola, so p' is monotone between its zeros.
double sigmoid_curvature(double b) {
  const auto p = [b](double s) { return s * (1 - s) * (-3 * s * s + 2 * (1 + b) * s - b); };
  const auto d1 = [b](double s) { return ((12 * s - 3 * (5 + 2 * b)) * s + 2 * (2 + 3 * b)) * s - b; };
  const auto d2 = [b](double s) { return (36 * s - 6 * (5 + 2 * b)) * s + 2 * (2 + 3 * b); };
  // Zeros of p'' = 36 s^2 - 6 (5 + 2b) s + 2 (2 + 3b); the discriminant 36 (4 b^2 - 4 b + 9) is positive for every b.
  const double middle = (5 + 2 * b) / 12, half = std::sqrt(4 * b * b - 4 * b + 9) / 12;
  const double ends[] = {0, std::clamp(middle - half, 0.0, 1.0), std::clamp(middle + half, 0.0, 1.0), 1};
  double best = 0;
  for (int k = 0; k < 3; ++k) {
    const double lo = ends[k], hi = ends[k + 1];
    if (!(d1(lo) > 0 && d1(hi) < 0)) continue;  // a maximum inside needs p' to fall through 0
    const double s = bracketed_newton([&](double x) { return ValueSlope{-d1(x), -d2(x)}; }, lo, hi, lo + (hi - lo) / 2);
    best = std::max(best, p(s));
  }
  return best;
}

}  // namespace

double fit_curvature(const Activation& sigma, double b) {
  if (!std::isfinite(b)) return std::numeric_limits<double>::quiet_NaN();
  switch (sigma.kind) {
    case Activation::Kind::linear:
      return 1;
    case Activation::Kind::sigmoid:
      return sigmoid_curvature(b);
    case Activation::Kind::tanh:  // tanh(u) = 2 s(2u) - 1: 1/2 (tanh(u) - b)^2 = 4 * 1/2 (s(2u) - (1+b)/2)^2
      return 16 * sigmoid_curvature((1 + b) / 2);
    default:
      throw std::logic_error("no majoriser for the activation " + sigma.text());
  }
}

double fit_curvature(const Activation& sigma, double lo, double hi) {
  return std::max(fit_curvature(sigma, lo), fit_curvature(sigma, hi));
}

}  // namespace bcd::zeng2021
