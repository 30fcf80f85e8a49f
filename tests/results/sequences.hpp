// Sequences whose limit, rate, KL exponent and constants are known.
#pragma once

#include <cmath>

#include "algorithms/core/rng.hpp"
#include "results/rates/laboratory.hpp"

namespace bcd::test {

/// Gradient descent with step s on |x|^m from x = 1: theta = 1 - 1/m; linear for m = 2, f ~ k^(-m/(m-2)) beyond.
inline rates::Sequence gradient_descent(int m, double s, int K) {
  rates::Sequence sequence;
  sequence.first_k = 0;
  double x = 1, moved = kNaN;
  for (int k = 0; k <= K; ++k) {
    const double slope = m * std::pow(x, m - 1);
    sequence.f.push_back(std::pow(x, m));
    sequence.g.push_back(slope);
    sequence.step.push_back(moved);
    moved = s * slope;
    x -= moved;
  }
  return sequence;
}

/// f_k = f* + e_k, g_k = e_k^theta, e_k = base(k) times a log-normal first-order autoregression; k = 1, ..., K.
template <class Base>
rates::Sequence noisy(Base&& base, double theta, double f_star, double sigma, double correlation, int K, std::uint64_t seed) {
  Rng rng(seed, "noise of a sequence");
  rates::Sequence sequence;
  const double fresh = std::sqrt(1 - correlation * correlation);
  double of_gap = rng.normal(), of_gradient = rng.normal();
  for (int k = 1; k <= K; ++k) {
    const double gap = base(k) * std::exp(sigma * of_gap);
    sequence.f.push_back(f_star + gap);
    sequence.g.push_back(std::pow(gap, theta) * std::exp(sigma * of_gradient));
    sequence.step.push_back(kNaN);
    of_gap = correlation * of_gap + fresh * rng.normal();
    of_gradient = correlation * of_gradient + fresh * rng.normal();
  }
  return sequence;
}

inline rates::Options from_zero() {
  rates::Options options;
  options.limit = rates::LimitKind::zero;
  return options;
}

}  // namespace bcd::test
