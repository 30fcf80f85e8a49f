// Activations and losses as a library brings them: some that the program has too, by other formulas, and some that it lacks.
#pragma once

#include <cmath>

#include "algorithms/core/activation.hpp"
#include "algorithms/core/loss.hpp"

namespace bcd::test {

inline OwnActivation own_tanh() {
  OwnActivation own;
  own.name = "own_tanh";
  own.title = "The hyperbolic tangent again";
  own.value = [](double u) { return std::tanh(u); };
  own.derivative = [](double u) { return 1 / (std::cosh(u) * std::cosh(u)); };
  own.second_derivative = [](double u) { return -2 * std::tanh(u) / (std::cosh(u) * std::cosh(u)); };
  own.lipschitz = [](double) { return 1.0; };
  own.derivative_lipschitz = [](double) { return 0.77; };  // 4/(3 sqrt 3) = 0.7698
  return own;
}

/// u s(u), s the sigmoid; not monotone. |sigma'| < 1.1, |sigma''| <= 1/2.
inline OwnActivation swish() {
  OwnActivation own;
  own.name = "swish";
  own.title = "u times its sigmoid";
  const auto s = [](double u) { return 1 / (1 + std::exp(-u)); };
  own.value = [s](double u) { return u * s(u); };
  own.derivative = [s](double u) { return s(u) * (1 + u * s(-u)); };
  own.second_derivative = [s](double u) { return s(u) * s(-u) * (2 + u * (s(-u) - s(u))); };
  own.lipschitz = [](double) { return 1.1; };
  own.derivative_lipschitz = [](double) { return 0.5; };
  return own;
}

/// A kinked one: |u|.
inline OwnActivation modulus() {
  OwnActivation own;
  own.name = "modulus";
  own.title = "The absolute value";
  own.smooth = false;
  own.value = [](double u) { return std::abs(u); };
  own.derivative = [](double u) { return u > 0 ? 1.0 : u <= 0 ? -1.0 : u; };
  own.subdifferential = [](double u) {
    return u == 0 ? std::pair{-1.0, 1.0} : std::pair{std::copysign(1.0, u), std::copysign(1.0, u)};
  };
  own.lipschitz = [](double) { return 1.0; };
  return own;
}

inline OwnLoss own_logistic() {
  OwnLoss own;
  own.name = "own_logistic";
  own.title = "The logistic loss again";
  own.value = [](double v, double y) { return y * v > 0 ? std::log1p(std::exp(-y * v)) : std::log1p(std::exp(y * v)) - y * v; };
  own.derivative = [](double v, double y) { return -y / (1 + std::exp(y * v)); };
  own.target_code = TargetCode::signed_one;
  own.convex = true;
  own.gradient_lipschitz = 0.25;
  return own;
}

/// r^2/2 for |r| <= 1, |r| - 1/2 beyond, r = v - y.
inline OwnLoss huber() {
  OwnLoss own;
  own.name = "huber";
  own.title = "Huber's loss with width 1";
  own.value = [](double v, double y) {
    const double r = std::abs(v - y);
    return r > 1 ? r - 0.5 : 0.5 * r * r;
  };
  own.derivative = [](double v, double y) {
    const double r = v - y;
    return r > 1 ? 1.0 : r < -1 ? -1.0 : r;
  };
  own.convex = true;
  own.gradient_lipschitz = 1;
  return own;
}

/// |v - y|: kinked, with its proximal operator.
inline OwnLoss absolute() {
  OwnLoss own;
  own.name = "absolute";
  own.title = "The absolute error";
  own.smooth = false;
  own.convex = true;
  own.value = [](double v, double y) { return std::abs(v - y); };
  own.derivative = [](double v, double y) { return v > y ? 1.0 : v < y ? -1.0 : v - y; };
  own.subdifferential = [](double v, double y) {
    return v > y ? std::pair{1.0, 1.0} : v < y ? std::pair{-1.0, -1.0} : std::pair{-1.0, 1.0};
  };
  own.prox = [](double kappa, double b, double y) { return b > y + kappa ? b - kappa : b < y - kappa ? b + kappa : y; };
  return own;
}

/// 1 - exp(-r^2/2): not convex, of bounded influence.
inline OwnLoss welsch() {
  OwnLoss own;
  own.name = "welsch";
  own.title = "Welsch's loss";
  own.value = [](double v, double y) { return -std::expm1(-0.5 * (v - y) * (v - y)); };
  own.derivative = [](double v, double y) { return (v - y) * std::exp(-0.5 * (v - y) * (v - y)); };
  own.gradient_lipschitz = 1;
  return own;
}

inline Loss as_loss(const OwnLoss& own, bool mean = false) {
  Loss loss;
  loss.kind = Loss::Kind::own;
  loss.mean = mean;
  loss.own = &own;
  return loss;
}

}  // namespace bcd::test
