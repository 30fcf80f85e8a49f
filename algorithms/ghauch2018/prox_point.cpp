// The proximal-point surrogate (14): D = argmin f_j(W) + gamma_j/2 |W - W_j|^2.
#include <cmath>

#include "algorithms/ghauch2018/bsum.hpp"

namespace bcd::ghauch2018 {

/// Gradient descent with Barzilai and Borwein's length, halved until the objective of (14) falls by 1e-4 of what the slope
/// predicts; so D is never worse than W_j, whatever the accuracy.
template <class T>
void Bsum<T>::prox_point_direction(int j) {
  const auto gamma = static_cast<double>(gamma_(0, j - 1));
  Matrix<T>&x = D_[at(j)], &next = trial_[at(j)], &g = inner_[at(j)], &g_next = inner_next_[at(j)];
  x = W_[at(j)];
  g = G_[at(j)];
  double phi = f_old_, length = 1 / (gamma + 1);
  const double start = static_cast<double>(g.norm());
  for (std::int64_t k = 0; k < parameters_.inner_iterations; ++k) {
    const auto slope = static_cast<double>(g.squaredNorm());
    if (!(std::sqrt(slope) > parameters_.inner_tolerance * start)) break;
    double value = phi;
    bool fell = false;
    for (int halving = 0; halving < 60 && !fell; ++halving) {
      next = x - static_cast<T>(length) * g;
      value = value_at(j, next) + 0.5 * gamma * static_cast<double>((next - W_[at(j)]).squaredNorm());
      fell = value <= phi - 1e-4 * length * slope;
      if (!fell) length /= 2;
    }
    if (!fell) break;  // no descent left above rounding
    model_.gradient(weights_, batch_.X(), batch_.Y(), j, g_next);
    g_next += static_cast<T>(2 * parameters_.lambda) * next + static_cast<T>(gamma) * (next - W_[at(j)]);
    const auto turn = static_cast<double>((next - x).cwiseProduct(g_next - g).sum());
    length = turn > 0 ? static_cast<double>((next - x).squaredNorm()) / turn : 2 * length;
    x.swap(next);
    g.swap(g_next);
    phi = value;
  }
  store(j, W_[at(j)]);
}

template void Bsum<float>::prox_point_direction(int);
template void Bsum<double>::prox_point_direction(int);

}  // namespace bcd::ghauch2018
