// Xu, Bao and Xing 2024, for which this method is an example: what its theorems say of sequences in one variable.
#include <algorithm>
#include <cmath>

#include "algorithms/core/text.hpp"
#include "algorithms/zeng2021/admm.hpp"

namespace bcd::zeng2021 {

namespace {

/// A1 with j = 2 and not with j = 1: f = x^2/2 at 1, -1.1, 1/2, -.55, 1/4, ...
StudyResult oscillation_study() {
  const auto x = [](int k) { return std::pow(0.5, k / 2) * (k % 2 == 0 ? 1 : -1.1); };
  const auto f = [](double t) { return t * t / 2; };
  double c2 = 1e300;
  int rises = 0;
  constexpr int K = 60;
  for (int k = 0; k + 2 <= K; ++k) {
    c2 = std::min(c2, (f(x(k)) - f(x(k + 2))) / (x(k + 2) * x(k + 2)));
    rises += f(x(k + 1)) > f(x(k)) ? 1 : 0;
  }
  StudyResult result;
  result.measured = c2;
  result.holds = rises == K / 2 && std::abs(c2 - 1.5) < 1e-12;
  result.evidence = "f = x^2/2 at 1, -1.1, 1/2, -.55, ...: f rises in " + std::to_string(rises) + " of " +
                    std::to_string(K - 1) + " steps; over two steps c_2 = " + number_text(c2) + " at each k.";
  result.instance =
      "f(x) = x^2/2, X = 1, -1.1, 1/2, -.55, 1/4, ...: f(1) = .5 < f(-1.1) = .605, a rise, so that no c_1 > 0 will do for j = 1.\n"
      "j = 2: X_{k+2} = X_k/2, f(X_k) - f(X_{k+2}) = 3/8 X_k^2 = 3/2 f'(X_{k+2})^2: A1 with c_1 = 3/2.";
  return result;
}

/// The rate of the proof of (ii) for gradient steps x -> q x on x^2/2.
StudyResult proof_rate_study() {
  StudyResult result;
  for (const double q : {0.1, 0.5, 0.9, 0.99}) {
    const double c = std::sqrt(0.5), c1 = (1 - q * q) / (2 * q * q);  // (f - f*)^(1/2) = c |f'|; f - f+ = c1 |f'(x+)|^2
    result.measured = std::max(result.measured, std::abs(c * c / (c1 + c * c) - q * q));
  }
  result.holds = result.measured < 1e-15;
  result.evidence = "largest |c^2/(c_1 + c^2) - q^2| for q = .1, .5, .9, .99: " + show(result.measured, 2);
  result.instance =
      "f(x) = x^2/2, X_{k+1} = q X_k. KL at 0 with theta = 1/2: f^(1/2) = c |f'|, c = 1/sqrt 2. A1: f(X_k) - f(X_{k+1}) = (1 - q^2)/2 "
      "X_k^2 = c_1 (q X_k)^2 with c_1 = (1 - q^2)/(2 q^2).\n"
      "The proof's factor: c^2/(c_1 + c^2) = 1/((1 - q^2)/q^2 + 1) = q^2, and f(X_{k+1}) = q^2 f(X_k).";
  return result;
}

/// (i): the proximal point method for |x|, X_{k+1} = argmin |x| + |x - X_k|^2/(2 t).
StudyResult finite_study() {
  StudyResult result;
  result.holds = true;
  for (const double start : {0.3, 1.0, 7.5}) {
    double x = start;
    int k = 0;
    for (; x > 0 && k < 1000; ++k) x = std::max(0.0, x - 0.25);
    result.holds = result.holds && x == 0 && k == static_cast<int>(std::ceil(start / 0.25));
    result.measured = k;
  }
  result.evidence =
      "from 7.5 with steps of 1/4 the minimum is reached after " + number_text(result.measured) + " steps, exactly.";
  result.instance =
      "f(x) = |x|, theta = 0 at 0: 1 <= 1 dist(0, df(x)) for x != 0. X_{k+1} = max(0, X_k - 1/4) for X_k > 0, with f(X_k) - f(X_{k+1}) = "
      "1/4 >= 1/4 dist^2: A1. From 1: 1, 3/4, 1/2, 1/4, 0, 0, ...";
  return result;
}

/// Theorem 4.2 beyond theta = 1/2: f = x^4 with X_{k+1} = X_k/2, against gradient steps of fixed length.
StudyResult power4_study() {
  const auto f = [](double x) { return x * x * x * x; };
  const auto slope = [](double x) { return 4 * x * x * x; };
  const auto constant = [&](double x, double next) { return (f(x) - f(next)) / std::pow(slope(next), 4.0 / 3); };
  double lowest = 1e300, highest = 0, x = 1;
  for (int k = 0; k < 100; ++k, x /= 2) {
    lowest = std::min(lowest, constant(x, x / 2));
    highest = std::max(highest, constant(x, x / 2));
  }
  double y = 1, early = 0, late = 0;
  for (int k = 1; k <= 100000; ++k) {
    const double next = y - 0.05 * slope(y);
    if (k == 100) early = constant(y, next);
    late = constant(y, next);
    y = next;
  }
  StudyResult result;
  result.measured = lowest;
  result.holds = highest - lowest < 1e-12 * highest && late < early / 100;
  result.evidence = "X_{k+1} = X_k/2: c_2 = " + show(lowest, 4) +
                    " at each k, f falls by 1/16 in each step. Gradient steps of .05: c_2 = " + show(early, 3) +
                    " at k = 100 and " + show(late, 3) + " at k = 100000: it shrinks.";
  result.instance =
      "f(x) = x^4, |f'| = 4 f^(3/4), theta = 3/4. A2 with alpha = 3/4 asks for c_2 |f'(X_{k+1})|^(4/3) <= f(X_k) - f(X_{k+1}).\n"
      "X_{k+1} = X_k/2: f(X_k) - f(X_{k+1}) = 15/16 X_k^4 and |f'(X_{k+1})|^(4/3) = 4^(4/3) X_k^4/16, so c_2 = 15/4^(4/3) = 2.362; f(X_k) = "
      "16^-k f(X_0).\n"
      "X_{k+1} = X_k - t 4 X_k^3: f(X_k) - f(X_{k+1}) is about 16 t X_k^6, smaller than any multiple of X_k^4 as X_k -> 0.";
  return result;
}

/// "only if" of Theorem 4.1's last claim, for a function that jumps down at 0.
StudyResult only_if_study() {
  const auto f = [](double x) { return x == 0 ? 0.0 : 1 + x * x * (x - 1) * (x - 1); };
  const auto slope = [](double x) { return 2 * x * (x - 1) * (2 * x - 1); };
  double x = 0.1, c1 = 1e300;
  for (int k = 0; k < 200; ++k) {
    const double next = x - 0.1 * slope(x), fall = x * x * (x - 1) * (x - 1) - next * next * (next - 1) * (next - 1);
    c1 = std::min(c1, fall / (slope(next) * slope(next)));
    x = next;
  }
  double kl = 0;  // (f - f*)^(1/2)/|f'| where 1 < f < 1 + 1/32, on U
  for (int i = 1; i < 6000; ++i) {
    const double y = -0.25 + 1.5 * i / 6000;
    if (f(y) > 1 && f(y) < 1 + 1.0 / 32) kl = std::max(kl, std::sqrt(f(y) - 1) / std::abs(slope(y)));
  }
  StudyResult result;
  result.measured = f(0);
  result.holds = x > 0 && x < 1e-12 && c1 > 0.01 && kl < 1 && f(1) == 1 && f(0) < 1;
  result.evidence = "gradient steps from .1 reach " + show(x, 2) + " after 200 steps with A1's c_1 >= " + show(c1, 3) +
                    "; KL at 1 with theta = 1/2, c = " + show(kl, 3) +
                    " on U = (-1/4, 5/4), 1 < f < 1 + 1/32; f(0) = 0 < f* = 1.";
  result.instance =
      "f(0) = 0, f(x) = 1 + x^2 (x - 1)^2 elsewhere: lower semicontinuous, f >= 0. Take Xbar = 1, f* = f(1) = 1, U = (-1/4, 5/4).\n"
      "KL at 1, theta = 1/2: where 1 < f(x) < 1 + 1/32, (f - 1)^(1/2) = |x (x - 1)| and |f'| = 2 |x (x - 1)| |2 x - 1| with |2 x - 1| > 1/2.\n"
      "Gradient steps X_{k+1} = X_k - f'(X_k)/10 from 1/10: f' = 2 x (x - 1)(2 x - 1) > 0 on (0, 1/2), so X_k falls to 0, f(X_k) -> 1 = f*, "
      "and A1 holds with j = 1.\n"
      "0 is an accumulation point in U. It is critical: f jumps down there, df(0) = R contains 0. But f(0) = 0 is not f* = 1.";
  return result;
}

}  // namespace

std::vector<Study> rate_studies() {
  const std::string paper = "Xu, Bao and Xing 2024, ";
  return {
      {"xu2024.oscillation", paper + "A1", "A sequence satisfies A1 with j = 2 and not with j = 1.", oscillation_study},
      {"xu2024.proof-rate", paper + "proof of Theorem 4.1 (ii)", "Gradient steps on a quadratic attain the proof's rate.",
       proof_rate_study},
      {"xu2024.theorem41.finite", paper + "Theorem 4.1 (i)",
       "Proximal point steps on |x| reach the minimum after finitely many steps.", finite_study},
      {"xu2024.theorem42.power4", paper + "Theorem 4.2",
       "On x^4 steps of length proportional to x satisfy A2 with alpha = theta = 3/4 and converge linearly; plain gradient steps do not.",
       power4_study},
      {"xu2024.theorem41.only-if", paper + "Theorem 4.1, last claim",
       "Where f is not continuous, an accumulation point in U can be critical with another value than f*.", only_if_study},
  };
}

}  // namespace bcd::zeng2021
