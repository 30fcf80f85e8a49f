// Deep linear networks (Section 5.2): every block problem is a linear least-squares problem with a closed form.
#pragma once

#include <Eigen/Eigenvalues>

#include "algorithms/ghauch2018/block_model.hpp"

namespace bcd::ghauch2018 {

/// A = V diag(values) V^T without allocation after construction, where Eigen's solver allocates to form its orthogonal factor.
class SymmetricEigen {
 public:
  SymmetricEigen() = default;
  explicit SymmetricEigen(Index n);
  void compute(const Matrix<double>& A);
  const Vector<double>& values() const { return values_; }
  const Matrix<double>& vectors() const { return vectors_; }

 private:
  Eigen::Tridiagonalization<Matrix<double>> tridiagonal_{2};
  Eigen::SelfAdjointEigenSolver<Matrix<double>> solver_;
  Matrix<double> Q_, vectors_;
  Vector<double> values_, diagonal_, subdiagonal_, workspace_;
};

template <class T>
class DeepLinear {
 public:
  DeepLinear() = default;
  /// Room for `columns` samples; solve() allocates nothing.
  DeepLinear(const Network& net, Index columns);
  /// D (d_j x d_{j-1}) = argmin |Y - H|^2/N + lambda |W|^2 + gamma/2 |W - W_j|^2 over block j; B = Z_{j-1} (d_{j-1} x N).
  void solve(const Weights<T>& weights, ConstRef<T> B, ConstRef<T> Y, int j, double gamma, double lambda, MutRef<T> D);

 private:
  struct Memory {
    Memory(Index d, Index p, Index outputs)
        : W(d, p), A(outputs, d), gram(d, d), YB(outputs, p), C(d, p), Q(d, p), left(d), right(p) {}
    Matrix<double> W, A, gram, YB, C, Q;  // d_l x d_{l-1}, d_J x d_l, d_l x d_l, d_J x d_{l-1}, twice d_l x d_{l-1}
    SymmetricEigen left, right;           // of d_l and of d_{l-1}
  };
  std::vector<Memory> layers_;  // 1..J, and 0 for the inputs' Gram matrix
  Matrix<double> B_, Y_;
};

}  // namespace bcd::ghauch2018
