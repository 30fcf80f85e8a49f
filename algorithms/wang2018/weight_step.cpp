// W_l by a quadratic model with backtracking: Wang et al. 2018, (1) and Algorithm 2. With D = W - Wbar,
//   phi(W) = phi(Wbar) + <G, D> + rho/2 |D a|^2,
// so phi(W) <= P(W; theta) reads rho |D a|^2 <= sum theta_ij D_ij^2: no difference of large numbers. |D a|^2 = <D gram, D>
// needs no pass over the samples, and splits into rows.
#include <cmath>

#include "algorithms/wang2018/dlam.hpp"

namespace bcd::wang2018 {

// change = D = prox_{Omega/theta}(Wbar - G/theta) - Wbar with theta_ij = t_i s_j; curved = D gram. The proximal point itself is kept:
// Wbar + D misses a kink or a bound of Omega by rounding.
template <class T>
void Dlam<T>::weight_trial(int l, const Matrix<T>& from, const Matrix<T>& G, const Vector<T>& t) {
  Matrix<T>& D = change_[at(l)];
  const Vector<T>& s = shape_[at(l)];
  for (Index j = 0; j < D.cols(); ++j) {
    D.col(j) = -G.col(j).cwiseQuotient(t * s(j));
    if (parameters_.omega.kind == Regulariser::Kind::none) continue;
    for (Index i = 0; i < D.rows(); ++i) {
      const double moved = parameters_.omega.prox(static_cast<double>(t(i) * s(j)), static_cast<double>(from(i, j) + D(i, j)));
      minimiser_[at(l)](i, j) = static_cast<T>(moved);
      D(i, j) = minimiser_[at(l)](i, j) - from(i, j);
    }
  }
  curved_[at(l)].noalias() = D * moments_[at(l)].gram;
}

// Raises t_i from nu rho by factors gamma until the test holds, row by row or for the whole block. Without a regulariser D is
// proportional to 1/t, so one trial serves all t.
template <class T>
void Dlam<T>::weight_step(int l, const Matrix<T>& from, const Matrix<T>& G) {
  const T rho = static_cast<T>(parameters_.rho), gamma = static_cast<T>(parameters_.gamma);
  const bool by_row = parameters_.theta == DlamParameters::Theta::row,
             scales = parameters_.omega.kind == Regulariser::Kind::none;
  const Matrix<T>& D = change_[at(l)];
  Vector<T> t = Vector<T>::Constant(D.rows(), static_cast<T>(parameters_.nu) * rho), curvature(D.rows()), size(D.rows()),
            t_at_trial = t;
  const auto try_t = [&] {
    weight_trial(l, from, G, t);
    t_at_trial = t;
    curvature = rho * curved_[at(l)].cwiseProduct(D).rowwise().sum();
    size = D.cwiseAbs2() * shape_[at(l)];
    if (!by_row) curvature.setConstant(curvature.sum()), size.setConstant(size.sum());
  };
  try_t();
  for (bool again = true; again;) {
    again = false;
    for (Index i = 0; i < t.size(); ++i)
      while (curvature(i) > t(i) * size(i)) {
        t(i) *= gamma;
        again = !scales;
        if (!scales) break;
      }
    if (again) try_t();
  }
  if (scales) {
    const Vector<T> factor = t_at_trial.cwiseQuotient(t);
    change_[at(l)].array().colwise() *= factor.array();
    curved_[at(l)].array().colwise() *= factor.array();
  }
  if (parameters_.theta == DlamParameters::Theta::entry)
    theta_[at(l)] = t(0) * shape_[at(l)].transpose();
  else
    theta_[at(l)] = t.head(theta_[at(l)].rows());
}

/// F after W_l <- W_l + change, minus F before; G the gradient of phi at W_l.
template <class T>
double Dlam<T>::weight_gain(int l, const Matrix<T>& G) const {
  const Matrix<T>& change = change_[at(l)];
  const Matrix<T> curved = change * moments_[at(l)].gram;
  const Matrix<T> moved = exact_minimiser() ? minimiser_[at(l)] : Matrix<T>(weights_.W[at(l)] + change);
  const double phi =
      static_cast<double>(G.cwiseProduct(change).sum()) + 0.5 * parameters_.rho * curved.cwiseProduct(change).sum();
  return phi + parameters_.omega.value<T>(moved) - parameters_.omega.value<T>(weights_.W[at(l)]);
}

template <class T>
void Dlam<T>::update_W(int l) {
  gather(l);
  Moments& m = moments_[at(l)];
  Matrix<T>& W = weights_.W[at(l)];
  const Matrix<T> G = static_cast<T>(-parameters_.rho) * m.cross;
  if (!accelerated_ || omega_ == 0) {
    if (accelerated_) W_before_[at(l)] = W;
    weight_step(l, W, G);
  } else {  // Wang et al. 2022: from the extrapolated point, unless F would not fall
    const Matrix<T> ahead = static_cast<T>(omega_) * (W - W_before_[at(l)]), from = W + ahead;
    W_before_[at(l)] = W;
    weight_step(l, from, G + static_cast<T>(parameters_.rho) * (ahead * m.gram));
    change_[at(l)] += ahead;
    if (weight_gain(l, G) >= 0) {
      ++safeguards_;
      weight_step(l, W, G);
    }
  }
  if (exact_minimiser())
    W = minimiser_[at(l)];
  else
    W += change_[at(l)];
  m.rows -= change_[at(l)] * m.sums;  // of the residual with the new W, for b_l
}

template void Dlam<float>::update_W(int);
template void Dlam<double>::update_W(int);

}  // namespace bcd::wang2018
