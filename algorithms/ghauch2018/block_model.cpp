#include "algorithms/ghauch2018/block_model.hpp"

#include <cmath>

namespace bcd::ghauch2018 {

namespace {}  // namespace

template <class T>
void activate(const Activation& sigma, ConstRef<T> U, MutRef<T> Z, MutRef<T> S) {
  const auto u = U.array();
  auto z = Z.array();
  auto s = S.array();
  switch (sigma.kind) {
    case Activation::Kind::linear:
      z = u;
      s.setOnes();
      return;
    case Activation::Kind::sigmoid:
      z = (T(1) + (-u).exp()).inverse();
      s = z * (T(1) - z);
      return;
    case Activation::Kind::softplus:
      s = (T(1) + (-u).exp()).inverse();
      z = u.max(T(0)) + (-u.abs()).exp().log1p();
      return;
    case Activation::Kind::tanh:
      z = u.tanh();
      s = T(1) - z * z;
      return;
    default:
      sigma.apply<T>(U, Z);
      s.setOnes();
      sigma.multiply_by_derivative<T>(U, S);
  }
}

template <class T>
BlockModel<T>::BlockModel(const Network& net, const LossFunction& loss, Index columns) : net_(net), loss_(loss) {
  for (std::vector<Matrix<T>>* part : {&U_, &Z_, &S_, &Delta_}) {
    part->resize(at(net.N() + 1));
    for (int l = 1; l <= net.N(); ++l) (*part)[at(l)].resize(net.d(l), columns);
  }
}

template <class T>
ConstRef<T> BlockModel<T>::Z(int l, ConstRef<T> X) const {
  return l == 0 ? X : ConstRef<T>(Z_[at(l)].leftCols(m_));
}

template <class T>
void BlockModel<T>::forward(const Weights<T>& weights, ConstRef<T> X, int from) {
  m_ = X.cols();
  for (int l = from; l <= net_.N(); ++l) {
    auto U = U_[at(l)].leftCols(m_);
    U.noalias() = weights.W[at(l)] * Z(l - 1, X);
    if (net_.bias) U.colwise() += weights.b[at(l)];
    activate<T>(net_.sigma(l), U, Z_[at(l)].leftCols(m_), S_[at(l)].leftCols(m_));
  }
}

template <class T>
double BlockModel<T>::loss(ConstRef<T> Y) const {
  return loss_.value<T>(output(), Y);
}

template <class T>
double BlockModel<T>::squared_error(ConstRef<T> Y) const {
  return static_cast<double>((output() - Y).squaredNorm());
}

/// (A.7): Delta_J = dl/dH o sigma_J'(U_J), Delta_l = (W_{l+1}^T Delta_{l+1}) o sigma_l'(U_l).
template <class T>
void BlockModel<T>::backward(const Weights<T>& weights, ConstRef<T> Y, int to) {
  for (int l = net_.N(); l >= to; --l) {
    auto Delta = Delta_[at(l)].leftCols(m_);
    if (l == net_.N())
      loss_.gradient<T>(output(), Y, Delta);
    else
      Delta.noalias() = weights.W[at(l + 1)].transpose() * Delta_[at(l + 1)].leftCols(m_);
    Delta.array() *= S_[at(l)].leftCols(m_).array();
  }
}

/// (A.6) without the regulariser: Delta_j [Z_{j-1}; 1]^T. The one sum over the samples.
template <class T>
void BlockModel<T>::block_gradient(ConstRef<T> X, int j, MutRef<T> G) const {
  const auto Delta = Delta_[at(j)].leftCols(m_);
  G.leftCols(net_.d(j - 1)).noalias() = Delta * Z(j - 1, X).transpose();
  if (net_.bias) G.col(net_.d(j - 1)) = Delta.rowwise().sum();
}

template <class T>
void BlockModel<T>::gradient(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, MutRef<T> G) {
  backward(weights, Y, j);
  block_gradient(X, j, G);
}

template <class T>
void BlockModel<T>::gradients(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, std::vector<Matrix<T>>& G) {
  backward(weights, Y, 1);
  for (int j = 1; j <= net_.N(); ++j) block_gradient(X, j, G[at(j)]);
}

template void activate<float>(const Activation&, ConstRef<float>, MutRef<float>, MutRef<float>);
template void activate<double>(const Activation&, ConstRef<double>, MutRef<double>, MutRef<double>);
template class BlockModel<float>;
template class BlockModel<double>;

}  // namespace bcd::ghauch2018
