// Theorem 1 for Algorithm 1: a counter-example with ReLU, and the same problem with a smooth activation.
//
// Two layers, one sample, d hidden units: W_1 is held by W_1 X = q (r_1 an indicator), the output v_2 = -1 by s_2, the output
// layer is w^T, r_2 = 1/2 |w - p|^2. In (2.3) with gamma = 1 and V_1 = v there remains
//   F(w, v) = 1/2 (1 + sigma(w.v))^2 + 1/2 |w - p|^2 + 1/2 |v - q|^2.
// Both block problems are convex, and are solved exactly.
#include <algorithm>
#include <cmath>

#include "algorithms/zeng2019/bcd2.hpp"

namespace bcd::zeng2019 {

namespace {

using Vec = Vector<double>;

constexpr double kKink = 1e-9;      // |w.v| below this counts as on the kink
constexpr double kCritical = 1e-6;  // distances below this count as critical
constexpr int kSweeps = 200000;
constexpr int kStarts = 200;  // per dimension and alpha

struct Relu {
  /// t = w.v at the minimiser of 1/2 (1 + sigma(w.v))^2 + k/2 |w - c|^2, from c.v and |v|^2. With w = c - xi v/k,
  /// t = c.v - xi |v|^2/k and xi in d[1/2 (1 + relu)^2](t): 0 for t < 0, [0, 1] at t = 0, 1 + t for t > 0.
  static double inner_product(double cv, double vv, double k) {
    if (cv <= 0) return cv;
    return std::max(0.0, (cv - vv / k) / (1 + vv / k));
  }
  static double value(double t) { return std::max(0.0, t); }
};

struct Softplus {
  static double value(double t) { return std::max(t, 0.0) + std::log1p(std::exp(-std::abs(t))); }
  static double derivative(double t) { return 1 / (1 + std::exp(-t)); }
  /// t solves the increasing equation t - c.v + |v|^2/k (1 + sigma(t)) sigma'(t) = 0; bisection to the last bit.
  static double inner_product(double cv, double vv, double k) {
    const auto slope = [&](double t) { return (1 + value(t)) * derivative(t); };
    double lo = cv - vv / k * slope(cv), hi = cv;
    for (int step = 0; step < 200 && lo < hi; ++step) {
      const double mid = lo + (hi - lo) / 2;
      if (mid <= lo || mid >= hi) break;
      (mid - cv + vv / k * slope(mid) > 0 ? hi : lo) = mid;
    }
    return lo + (hi - lo) / 2;
  }
};

/// argmin_w 1/2 (1 + sigma(w.v))^2 + 1/2 |w - p|^2 + alpha/2 |w - old|^2; the v-step is the same by symmetry.
template <class Sigma>
Vec block_step(const Vec& p, const Vec& old, const Vec& v, double alpha) {
  const double k = 1 + alpha, vv = v.squaredNorm();
  const Vec c = (p + alpha * old) / k;
  if (vv == 0) return c;
  const double cv = c.dot(v);
  return c - (cv - Sigma::inner_product(cv, vv, k)) / vv * v;
}

struct Case {
  Vec p, q, w, v;

  template <class Sigma>
  double F() const {
    const double one = 1 + Sigma::value(w.dot(v));
    return 0.5 * (one * one + (w - p).squaredNorm() + (v - q).squaredNorm());
  }
  /// Iterates to a fixed point; false if it is not reached.
  template <class Sigma>
  bool solve(double alpha) {
    for (int k = 0; k < kSweeps; ++k) {
      const Vec w_new = block_step<Sigma>(p, w, v, alpha), v_new = block_step<Sigma>(q, v, w_new, alpha);
      const double step = (w_new - w).norm() + (v_new - v).norm();
      w = w_new;
      v = v_new;
      if (step <= 1e-14 * (w.norm() + v.norm())) return true;
    }
    return false;
  }
};

/// Random normal data and start, q's sign chosen so that p.q > 0: otherwise w = p, v = q with w.v <= 0 is a solution to which
/// relu adds nothing. The share of non-critical limits depends on this choice (README.md).
Case draw(Index d, Rng& rng) {
  Case c{Vec(d), Vec(d), Vec(d), Vec(d)};
  for (Vec* x : {&c.p, &c.q, &c.w, &c.v}) rng.fill_normal(*x, 1.0);
  if (c.p.dot(c.q) < 0) c.q = -c.q;
  return c;
}

/// Point of the segment a + xi b, xi in [lo, hi], nearest to 0.
Vec nearest(const Vec& a, const Vec& b, double lo, double hi) {
  const double bb = b.squaredNorm();
  return a + (bb > 0 ? std::clamp(-a.dot(b) / bb, lo, hi) : lo) * b;
}

Vec stacked(const Vec& x, const Vec& y) {
  Vec z(x.size() + y.size());
  z << x, y;
  return z;
}

struct Tally {
  int runs = 0, kink = 0, noncritical = 0, blockwise = 0, lowered = 0, unsettled = 0;
  std::vector<double> distances;
};

void judge_relu(const Case& c, Tally& tally) {
  const double t = c.w.dot(c.v);
  const bool kink = std::abs(t) <= kKink;
  const double lo = t > kKink ? 1 + t : 0, hi = kink ? 1 : lo;
  // The subdifferential of F has ONE xi for both blocks; a block alone may choose its own.
  const Vec g = nearest(stacked(c.w - c.p, c.v - c.q), stacked(c.v, c.w), lo, hi);
  const double blockwise = std::max(nearest(c.w - c.p, c.v, lo, hi).norm(), nearest(c.v - c.q, c.w, lo, hi).norm());
  tally.kink += kink;
  tally.blockwise += blockwise <= kCritical;
  if (g.norm() <= kCritical) return;
  ++tally.noncritical;
  tally.distances.push_back(g.norm());
  const double h = 1e-4;  // a step along -g lowers F by h |g|^2 to first order; half of it is asked for
  Case moved = c;
  moved.w -= h * g.head(c.w.size());
  moved.v -= h * g.tail(c.v.size());
  tally.lowered += c.F<Relu>() - moved.F<Relu>() >= 0.5 * h * g.squaredNorm();
}

void judge_smooth(const Case& c, Tally& tally) {
  const double t = c.w.dot(c.v), xi = (1 + Softplus::value(t)) * Softplus::derivative(t);
  const double g = stacked(c.w - c.p + xi * c.v, c.v - c.q + xi * c.w).norm();
  tally.distances.push_back(g);
  tally.noncritical += g > kCritical;
}

template <class Sigma, class Judge>
Tally run_cases(const std::string& stream, Judge&& judge, std::string* medians) {
  Tally tally;
  for (const Index d : {2, 5})
    for (const double alpha : {1.0, 0.1}) {
      Rng rng(2019, stream + " d=" + std::to_string(d) + " alpha=" + number_text(alpha));
      const std::size_t first = tally.distances.size();
      for (int start = 0; start < kStarts; ++start) {
        Case c = draw(d, rng);
        ++tally.runs;
        if (c.template solve<Sigma>(alpha))
          judge(c, tally);
        else
          ++tally.unsettled;
      }
      std::vector<double> part(tally.distances.begin() + static_cast<std::ptrdiff_t>(first), tally.distances.end());
      if (part.empty()) continue;
      const auto middle = part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2);
      std::nth_element(part.begin(), middle, part.end());
      *medians += (medians->empty() ? "" : ", ") + std::string("d = ") + std::to_string(d) + " alpha = " + number_text(alpha) +
                  ": " + number_text(std::round(*middle * 1e4) / 1e4);
    }
  return tally;
}

StudyResult relu_study() {
  std::string medians;
  const Tally t = run_cases<Relu>("algorithm1-relu", judge_relu, &medians);
  StudyResult result;
  result.measured = static_cast<double>(t.noncritical) / t.runs;
  result.holds = t.noncritical > 0 && t.unsettled == 0 && t.blockwise == t.runs && t.lowered == t.noncritical;
  result.evidence = std::to_string(t.noncritical) + " of " + std::to_string(t.runs) +
                    " limits for data with p.q > 0 are not critical (" + std::to_string(t.kink) + " lie on the kink, " +
                    std::to_string(t.blockwise) + " are blockwise critical, " + std::to_string(t.unsettled) +
                    " not settled); median distance to dF: " + medians +
                    "; a joint step along the nearest subgradient lowers F in " + std::to_string(t.lowered) + ".";
  return result;
}

StudyResult smooth_study() {
  std::string medians;
  const Tally t = run_cases<Softplus>("algorithm1-smooth", judge_smooth, &medians);
  StudyResult result;
  result.measured = t.distances.empty() ? 0.0 : *std::max_element(t.distances.begin(), t.distances.end());
  result.holds = t.noncritical == 0 && t.unsettled == 0;
  result.evidence = "largest |grad F| at " + std::to_string(t.runs) + " limits: " + number_text(result.measured) + " (" +
                    std::to_string(t.unsettled) + " not settled).";
  return result;
}

}  // namespace

std::vector<Study> algorithm1_studies() {
  const std::string source = "Zeng et al. 2019, Theorem 1(b), Algorithm 1";
  return {
      {"zeng2019.theorem1.algorithm1-relu", source,
       "With ReLU, Algorithm 1 with exact subproblems can stop at blockwise critical points that are not critical points of L.",
       relu_study},
      {"zeng2019.theorem1.algorithm1-smooth", source,
       "With softplus (Lipschitz continuous derivative) the limits of the same runs are critical points.", smooth_study}};
}

}  // namespace bcd::zeng2019
