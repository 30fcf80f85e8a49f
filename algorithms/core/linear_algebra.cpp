#include "algorithms/core/linear_algebra.hpp"

#include <Eigen/Cholesky>

#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd {

template <class T>
void cholesky(MutRef<T> M) {
  Eigen::LLT<MutRef<T>, Eigen::Lower> llt(M);  // in place on the referenced memory
  if (llt.info() != Eigen::Success) throw std::runtime_error("Cholesky factorisation met a pivot that is not positive");
}

template <class T>
void cholesky_solve(ConstRef<T> L, MutRef<T> B) {
  L.template triangularView<Eigen::Lower>().solveInPlace(B);
  L.transpose().template triangularView<Eigen::Upper>().solveInPlace(B);
}

template <class T>
void cholesky_solve_left(ConstRef<T> L, MutRef<T> B) {
  for_columns(
      B.cols(), product_work(L.rows(), L.rows()),
      [&](Index first, Index count, int) { cholesky_solve<T>(L, B.middleCols(first, count)); }, kMatrixPiece);
}

template <class T>
void cholesky_solve_right(ConstRef<T> L, MutRef<T> B) {
  for_columns(
      B.rows(), product_work(L.rows(), L.rows()),
      [&](Index first, Index count, int) {
        auto part = B.middleRows(first, count);
        L.transpose().template triangularView<Eigen::Upper>().template solveInPlace<Eigen::OnTheRight>(part);
        L.template triangularView<Eigen::Lower>().template solveInPlace<Eigen::OnTheRight>(part);
      },
      kMatrixPiece);
}

template <class T>
int coordinate_descent(ConstRef<T> H, MutRef<T> G, MutRef<T> X, const RowProx& prox, double tolerance, int sweeps) {
  Eigen::Matrix<T, 1, Eigen::Dynamic> delta(X.cols());
  for (int sweep = 1; sweep <= sweeps; ++sweep) {
    double residual = 0;
    for (Index j = 0; j < X.rows(); ++j) {
      const double h = static_cast<double>(H(j, j));
      for (Index c = 0; c < X.cols(); ++c) {
        const double x = static_cast<double>(X(j, c));
        const T updated = static_cast<T>(prox(j, h, x - static_cast<double>(G(j, c)) / h));
        delta(c) = updated - X(j, c);
        X(j, c) = updated;
        residual = std::max(residual, h * std::abs(static_cast<double>(delta(c))));
      }
      if (delta.squaredNorm() > T(0)) G.noalias() += H.col(j) * delta;
    }
    if (residual <= tolerance) return sweep;
  }
  return sweeps;
}

SymmetricEigen symmetric_eigen(const Matrix<double>& A, int options) { return SymmetricEigen(A, options); }

#define BCD_INSTANTIATE(T)                                       \
  template void cholesky<T>(MutRef<T>);                          \
  template void cholesky_solve<T>(ConstRef<T>, MutRef<T>);       \
  template void cholesky_solve_left<T>(ConstRef<T>, MutRef<T>);  \
  template void cholesky_solve_right<T>(ConstRef<T>, MutRef<T>); \
  template int coordinate_descent<T>(ConstRef<T>, MutRef<T>, MutRef<T>, const RowProx&, double, int);
BCD_INSTANTIATE(float)
BCD_INSTANTIATE(double)
#undef BCD_INSTANTIATE

}  // namespace bcd
