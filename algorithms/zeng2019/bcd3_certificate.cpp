#include "algorithms/zeng2019/bcd3_certificate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bcd::zeng2019 {

namespace {

/// Distance of x to the interval [lo, hi].
double distance(double x, double lo, double hi) { return x < lo ? lo - x : x > hi ? x - hi : 0.0; }

}  // namespace

SplittingCertificate::SplittingCertificate(const ThreeSplittingParameters& parameters, const Problem<double>& problem,
                                           const SplittingOracle& oracle, const SplittingPoint& now, const SplittingPoint& then,
                                           const std::vector<Block>& order)
    : parameters_(parameters), problem_(problem), oracle_(oracle), now_(now), then_(then), order_(order) {}

SplittingCertificate::Norms SplittingCertificate::of(int position) const {
  const Block& block = order_[at(position)];
  const MixedPoint mixed(now_, then_, order_, position);
  if (block.name == "Wb") return weight_certificate(block.layer, mixed);
  return block.name == "U" ? u_certificate(block.layer, mixed) : v_certificate(block.layer, mixed);
}

SplittingCertificate::Norms SplittingCertificate::weight_certificate(int i, const MixedPoint& mixed) const {
  const std::size_t l = at(i);
  const Index d = now_.W[l].cols();
  Matrix<double> at_mixed = oracle_.gradient_Wb(i, mixed);
  if (jacobi()) {  // each half was optimal against the other half's OLD value
    at_mixed.leftCols(d) = oracle_.gradient_Wb(i, now_.W[l], then_.b[l], mixed).leftCols(d);
    at_mixed.col(d) = oracle_.gradient_Wb(i, then_.W[l], now_.b[l], mixed).col(d);
  }
  Matrix<double> e = -at_mixed;
  e.leftCols(d) -= parameters_.alpha * (now_.W[l] - then_.W[l]);
  if (problem_.net.bias) e.col(d) -= parameters_.alpha * (now_.b[l] - then_.b[l]);
  const Matrix<double> G = oracle_.gradient_Wb(i, MixedPoint(now_));
  Norms sum{0, 0};
  for (Index c = 0; c <= d; ++c)
    for (Index r = 0; r < e.rows(); ++r) {
      const auto [lo, hi] = c < d ? parameters_.r.subdifferential(now_.W[l](r, c)) : std::pair(0.0, 0.0);
      accumulate(e(r, c), lo, hi, G(r, c), sum);
    }
  return sum;
}

SplittingCertificate::Norms SplittingCertificate::v_certificate(int i, const MixedPoint& mixed) const {
  const std::size_t l = at(i);
  const Matrix<double>& V = now_.V[l];
  const bool output = i == N();
  Matrix<double> e = -oracle_.gradient_V(i, mixed), G = oracle_.gradient_V(i, MixedPoint(now_));
  bool interval_loss = false;
  if (output) {
    e -= parameters_.alpha * (V - then_.V[l]);
    interval_loss = !problem_.loss.smooth();
    if (!interval_loss) {
      const auto slope = [&](const Matrix<double>& point) {
        Matrix<double> g(point.rows(), point.cols());
        problem_.loss.gradient<double>(point, *problem_.Y, g);
        return Matrix<double>(w() * g);
      };
      const Matrix<double> at_new = slope(V);
      e -= proxlinear() ? slope(then_.V[l]) : at_new;  // what remains must lie in ds(V)
      G += at_new;
    }
  }
  Norms sum{0, 0};
  for (Index c = 0; c < V.cols(); ++c)
    for (Index r = 0; r < V.rows(); ++r) {
      auto [lo, hi] = parameters_.s.subdifferential(V(r, c));
      if (interval_loss) {
        const auto [l_lo, l_hi] = problem_.loss.entry_subdifferential(V(r, c), (*problem_.Y)(r, c));
        lo += w() * l_lo, hi += w() * l_hi;
      }
      accumulate(e(r, c), lo, hi, G(r, c), sum);
    }
  return sum;
}

SplittingCertificate::Norms SplittingCertificate::u_certificate(int i, const MixedPoint& mixed) const {
  const std::size_t l = at(i);
  const Matrix<double>& U = now_.U[l];
  Matrix<double> e = -oracle_.gradient_U(i, mixed);
  const Matrix<double> G = oracle_.gradient_U(i, MixedPoint(now_));
  Norms sum{0, 0};
  if (i == N()) return {G.squaredNorm(), e.squaredNorm()};
  e -= parameters_.alpha * (U - then_.U[l]);
  const Matrix<double> C_then = oracle_.target(i, mixed), C_now = oracle_.target(i, MixedPoint(now_));
  for (Index c = 0; c < U.cols(); ++c)
    for (Index r = 0; r < U.rows(); ++r) {
      const auto then = oracle_.activation_subdifferential(i, C_then(r, c), U(r, c));
      const auto now = oracle_.activation_subdifferential(i, C_now(r, c), U(r, c));
      const double element = then.nearest(e(r, c));
      sum.second += std::pow(e(r, c) - element, 2);
      // The same slope xi of sigma, carried over to the new target; at a kink that turned concave, the nearest end point.
      const double pull_then = -parameters_.gamma * C_then(r, c), pull_now = -parameters_.gamma * C_now(r, c);
      const bool kink = then.lo != then.hi || now.lo != now.hi;
      const double carried = !kink ? now.lo : now.nearest(pull_then == 0 ? 0.0 : pull_now * (element / pull_then));
      sum.first += std::pow(G(r, c) + carried, 2);
    }
  return sum;
}

void SplittingCertificate::accumulate(double e, double lo, double hi, double gradient, Norms& sum) {
  const double d = lo > hi ? std::numeric_limits<double>::infinity() : distance(e, lo, hi);
  sum.second += d * d;
  sum.first += std::pow(gradient + (lo > hi ? e : std::clamp(e, lo, hi)), 2);
}

}  // namespace bcd::zeng2019
