// The W_l-update: least squares by the eigenvalues of the inputs' Gram matrix.

#include "algorithms/core/gram.hpp"
#include "algorithms/core/rounding.hpp"
#include "algorithms/core/symmetric_eigen.hpp"
#include "algorithms/taylor2016/admm.hpp"

namespace bcd::taylor2016 {

/// A A^T with A = [a_{l-1}; 1] (no row of ones without a bias), by its eigenvalues. Those below d eps times the largest are
/// rounding: the pseudo-inverse has 0 there.
template <class T>
typename Admm<T>::Spectrum Admm<T>::spectrum(int l) const {
  const Matrix<T> M = gram<T>(a(l - 1), problem_->net.bias, sums_);
  const Index p = M.rows();
  if (!M.allFinite()) {  // a run that overflows is seen as diverged
    return {Matrix<double>::Constant(p, p, kNaN), Vector<double>::Constant(p, kNaN)};
  }
  const SymmetricEigen eigen = symmetric_eigen(M.template cast<double>());
  const double cut = static_cast<double>(p) * std::numeric_limits<T>::epsilon() * eigen.eigenvalues().maxCoeff();
  return {eigen.eigenvectors(), eigen.eigenvalues().unaryExpr([cut](double x) { return x > cut ? 1 / x : 0.0; })};
}

/// W_l = argmin |z_l - W a_{l-1}|^2: W = z_l A^T (A A^T)^+.
template <class T>
void Admm<T>::update_W(int l) {
  const Index d = a(l - 1).rows();
  const Spectrum hidden = l == 1 ? Spectrum{} : spectrum(l);
  const Spectrum& M = l == 1 ? inputs_ : hidden;
  const Matrix<T> cross = cross_moments<T>(z(l), a(l - 1), problem_->net.bias, sums_);
  // In this order the residual of the normal equations stays at rounding level, however ill-conditioned A A^T is.
  Matrix<double> solution = cross.template cast<double>() * M.Q;
  solution = solution * M.inverse.asDiagonal() * M.Q.transpose();
  W(l) = solution.leftCols(d).template cast<T>();
  if (problem_->net.bias) weights_.b[static_cast<std::size_t>(l)] = solution.col(d).template cast<T>();
}

template Admm<float>::Spectrum Admm<float>::spectrum(int) const;
template Admm<double>::Spectrum Admm<double>::spectrum(int) const;
template void Admm<float>::update_W(int);
template void Admm<double>::update_W(int);

}  // namespace bcd::taylor2016
