#include "algorithms/ghauch2018/deep_linear.hpp"

namespace bcd::ghauch2018 {

namespace {}  // namespace

SymmetricEigen::SymmetricEigen(Index n)
    : tridiagonal_(n),
      solver_(n),
      Q_(n, n),
      vectors_(n, n),
      values_(n),
      diagonal_(n),
      subdiagonal_(n > 1 ? n - 1 : 0),
      workspace_(n) {}

void SymmetricEigen::compute(const Matrix<double>& A) {
  tridiagonal_.compute(A);
  tridiagonal_.matrixQ().evalTo(Q_, workspace_);
  diagonal_ = tridiagonal_.diagonal();
  subdiagonal_ = tridiagonal_.subDiagonal();
  solver_.computeFromTridiagonal(diagonal_, subdiagonal_);
  vectors_.noalias() = Q_ * solver_.eigenvectors();
  values_ = solver_.eigenvalues();
}

template <class T>
DeepLinear<T>::DeepLinear(const Network& net, Index columns) : Y_(net.d(net.N()), columns) {
  Index widest = 0;
  layers_.reserve(at(net.N() + 1));
  for (int l = 0; l <= net.N(); ++l) {
    const Index p = l == 0 ? 0 : net.d(l - 1);
    layers_.emplace_back(net.d(l), p, net.d(net.N()));
    widest = std::max(widest, p);
  }
  B_.resize(widest, columns);
}

/// f_j(W) = |Y - A W B|^2/N + lambda |W|^2 with A = W_J ... W_{j+1}, B = W_{j-1} ... W_1 X. With A^T A = U diag(a) U^T and
/// B B^T = V diag(b) V^T, the minimiser of f_j + gamma/2 |W - W_j|^2 is U Q V^T,
///   Q = [2/N U^T A^T Y B^T V + gamma U^T W_j V] / (2/N a b^T + 2 lambda + gamma)   entrywise;
/// a zero denominator (possible for lambda = gamma = 0 only) leaves that coordinate as it is.
template <class T>
void DeepLinear<T>::solve(const Weights<T>& weights, ConstRef<T> B, ConstRef<T> Y, int j, double gamma, double lambda,
                          MutRef<T> D) {
  const int J = static_cast<int>(layers_.size()) - 1;
  Memory &m = layers_[at(j)], &below = layers_[at(j - 1)];
  const double weight = 2.0 / static_cast<double>(B.cols());
  layers_[at(J)].A.setIdentity();
  for (int l = J; l >= j; --l) {
    layers_[at(l)].W = weights.W[at(l)].template cast<double>();
    if (l > j) layers_[at(l - 1)].A.noalias() = layers_[at(l)].A * layers_[at(l)].W;
  }
  auto b = B_.topLeftCorner(B.rows(), B.cols());
  auto y = Y_.leftCols(B.cols());
  b = B.template cast<double>();
  y = Y.template cast<double>();
  m.gram.noalias() = m.A.transpose() * m.A;
  m.left.compute(m.gram);
  below.gram.noalias() = b * b.transpose();
  m.right.compute(below.gram);
  const Matrix<double>&U = m.left.vectors(), &V = m.right.vectors();
  m.YB.noalias() = y * b.transpose();
  m.C.noalias() = m.A.transpose() * m.YB;
  m.C = weight * m.C + gamma * m.W;
  m.Q.noalias() = U.transpose() * m.C;
  m.C.noalias() = m.Q * V;  // 2/N U^T A^T Y B^T V + gamma U^T W_j V
  m.Q.noalias() = m.W * V;
  m.W.noalias() = U.transpose() * m.Q;  // U^T W_j V
  const Vector<double>&a_values = m.left.values(), &b_values = m.right.values();
  const double floor = 1e-14 * weight * a_values.maxCoeff() * b_values.maxCoeff();
  for (Index k = 0; k < m.C.cols(); ++k)
    for (Index i = 0; i < m.C.rows(); ++i) {
      const double curvature = weight * a_values(i) * b_values(k) + 2 * lambda + gamma;
      m.C(i, k) = curvature <= floor ? m.W(i, k) : m.C(i, k) / curvature;
    }
  m.Q.noalias() = U * m.C;
  m.W.noalias() = m.Q * V.transpose();
  D = m.W.template cast<T>();
}

template class DeepLinear<float>;
template class DeepLinear<double>;

}  // namespace bcd::ghauch2018
