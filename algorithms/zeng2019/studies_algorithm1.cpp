// Theorem 1 for Algorithm 1: a counter-example with ReLU, and the same problem with a smooth activation.
//
// Three layers, one sample x = 1, widths 1-d-1-1, gamma = 1, the output layer linear, every r_i coercive (hypothesis (ii)):
//   layer 1: sigma_1 = sigma, r_1 the indicator of {sigma(W_1) = q} (for ReLU: of {W_1 = q}, q >= 0), V_1 = v;
//   layer 2: sigma_2 = sigma, W_2 = w^T with r_2 = 1/2 |w - p|^2, V_2 held at -1 by s_2, an indicator;
//   layer 3: sigma_3 = Id, r_3 squared l2. It sees V_2 = -1 only, and decouples.
// In (2.3) there remains, besides layer 3,
//   F(w, v) = 1/2 (1 + sigma(w.v))^2 + 1/2 |w - p|^2 + 1/2 |v - q|^2.
// Both block problems are convex, and are solved exactly, w before v as in Algorithm 1.
#include <algorithm>
#include <cmath>
#include <limits>

#include "algorithms/zeng2019/bcd2.hpp"

namespace bcd::zeng2019 {

namespace {

using Vec = Vector<double>;

constexpr double kKink = 1e-9;      // |w.v| below this counts as on the kink
constexpr double kCritical = 1e-6;  // distances below this count as critical
constexpr int kMostSweeps = 200000;
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
  /// One sweep; the length of the step.
  template <class Sigma>
  double sweep(double alpha) {
    const Vec w_new = block_step<Sigma>(p, w, v, alpha), v_new = block_step<Sigma>(q, v, w_new, alpha);
    const double step = (w_new - w).norm() + (v_new - v).norm();
    w = w_new;
    v = v_new;
    return step;
  }
  /// Iterates to a fixed point; false if it is not reached.
  template <class Sigma>
  bool solve(double alpha) {
    for (int k = 0; k < kMostSweeps; ++k)
      if (sweep<Sigma>(alpha) <= 1e-14 * (w.norm() + v.norm())) return true;
    return false;
  }
};

/// Random normal data and start, q >= 0 as an output of sigma_1 is, p's sign chosen so that p.q > 0: otherwise w = p, v = q with
/// w.v <= 0 is a solution to which relu adds nothing. The share of non-critical limits depends on this choice (README.md).
Case draw(Index d, Rng& rng) {
  Case c{Vec(d), Vec(d), Vec(d), Vec(d)};
  for (Vec* x : {&c.p, &c.q, &c.w, &c.v}) rng.fill_normal(*x, 1.0);
  c.q = c.q.cwiseAbs();
  if (c.p.dot(c.q) < 0) c.p = -c.p;
  return c;
}

Vec pair(double a, double b) {
  Vec x(2);
  x << a, b;
  return x;
}
/// A point at which every block is optimal: on the kink w.v = 0, with xi = 1/2 in the w-problem and 1/4 in the v-problem.
Case by_hand() { return {pair(1.5, -0.5), pair(1.25, 0.75), pair(1, -1), pair(1, 1)}; }
const char* const kByHand =
    "Algorithm 1, N = 3, one sample x = 1, widths 1-2-1-1, gamma = 1, sigma_1 = sigma_2 = ReLU, sigma_3 = Id. V_1 = v, W_2 = w^T;\n"
    "r_1: indicator of {W_1 = q}; r_2: 1/2 |w - p|^2; s_2: indicator of {V_2 = -1}; r_3: squared l2. Layer 3 sees V_2 = -1 only. "
    "There remains\n"
    "F(w, v) = 1/2 (1 + relu(w.v))^2 + 1/2 |w - p|^2 + 1/2 |v - q|^2,  p = (3/2, -1/2), q = (5/4, 3/4)\n"
    "Start at w = (1, -1), v = (1, 1): w.v = 0, F = 1/2 + 1/4 + 1/16 = 13/16.\n"
    "w-step: 0 = w - p + xi v with xi = 1/2, allowed since the derivative of 1/2 (1 + relu(t))^2 at t = 0 is [0, 1]; convex, so "
    "w stays.\n"
    "v-step: 0 = v - q + xi w with xi = 1/4: v stays. Algorithm 1 never moves, for any alpha > 0.\n"
    "dF(w, v) = {((xi - 1/2) v, (xi - 1/4) w), 0 <= xi <= 1}: one xi for both; nearest to 0 at xi = 3/8, distance 1/4.\n"
    "Both at once, w + h v and v - h w: (w + h v).(v - h w) = 0 still, F = 1/2 + (h - 1/2)^2 + (h + 1/4)^2; at h = 1/8 it is "
    "25/32 < 13/16.";

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
  result.instance = kByHand;
  return result;
}

/// The nearest element of dF to 0, one xi for both blocks.
double distance2(const Case& c) {
  const double t = c.w.dot(c.v);
  const double lo = t > kKink ? 1 + t : 0, hi = std::abs(t) <= kKink ? 1 : lo;
  return nearest(stacked(c.w - c.p, c.v - c.q), stacked(c.v, c.w), lo, hi).squaredNorm();
}

/// Theorem 1(c) along the same runs: the smallest dist(0, dF)^2 of the later sweeps bounds every average from below in the end.
StudyResult relu_rate_study() {
  constexpr int K = 2000;
  const auto smallest = [](Case c, double alpha) {
    double least = std::numeric_limits<double>::infinity();
    for (int k = 1; k <= 2 * K; ++k) {
      c.sweep<Relu>(alpha);
      if (k > K) least = std::min(least, distance2(c));
    }
    return least;
  };
  StudyResult result;
  std::vector<double> least;
  for (const Index d : {2, 5}) {
    Rng rng(2019, "algorithm1-relu-rate d=" + std::to_string(d));
    for (int start = 0; start < 50; ++start) least.push_back(smallest(draw(d, rng), 1.0));
  }
  const double by_hand_least = smallest(by_hand(), 1.0);
  std::sort(least.begin(), least.end());
  result.measured = least[least.size() / 2];
  result.holds = least.front() > kCritical * kCritical && std::abs(by_hand_least - 0.0625) < 1e-15;
  result.evidence = "the smallest dist(0, dF(Q^k))^2 over the sweeps " + std::to_string(K + 1) + " to " +
                    std::to_string(2 * K) + " of " + std::to_string(least.size()) + " runs: median " +
                    show(result.measured, 3) + ", smallest " + show(least.front(), 3) + "; from the start by hand " +
                    number_text(by_hand_least) + ".";
  result.instance = std::string(kByHand) + "\nSo every g^k in dF(Q^k) has |g^k|^2 >= 1/16, and so has the average over any K.";
  return result;
}

/// The same limits with dF taken as the tuple of the partial subdifferentials, as Lemma 2 writes it.
StudyResult blockwise_study() {
  std::string medians;
  const Tally t = run_cases<Relu>("algorithm1-relu", judge_relu, &medians);
  StudyResult result;
  result.measured = static_cast<double>(t.blockwise) / t.runs;
  result.holds = t.unsettled == 0 && t.blockwise == t.runs;
  result.evidence =
      std::to_string(t.blockwise) + " of " + std::to_string(t.runs) + " limits have 0 in both partial subdifferentials.";
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
      {"zeng2019.theorem1.algorithm1-relu-rate", "Zeng et al. 2019, Theorem 1(c), Algorithm 1",
       "With ReLU, the averages of |g^k|^2 with g^k in the limiting subdifferential of L stay above a positive constant.",
       relu_rate_study},
      {"zeng2019.theorem1.algorithm1-blockwise", source,
       "With ReLU, the limits are critical in the sense of the tuple of partial subdifferentials.", blockwise_study},
      {"zeng2019.theorem1.algorithm1-smooth", source,
       "With softplus (Lipschitz continuous derivative) the limits of the same runs are critical points.", smooth_study}};
}

}  // namespace bcd::zeng2019
