#include "algorithms/core/backprop.hpp"

#include "algorithms/core/parallel.hpp"

namespace bcd {

namespace {
template <class T>
void set_zero(const Network& net, Weights<T>& weights) {
  for (int i = 1; i <= net.N(); ++i) {
    weights.W[at(i)].setZero();
    if (net.bias) weights.b[at(i)].setZero();
  }
}
}  // namespace

double forward_work(const Network& net) {
  double work = 0;
  for (int i = 1; i <= net.N(); ++i) work += product_work(net.d(i), net.d(i - 1)) + kEntryWork * static_cast<double>(net.d(i));
  return work;
}

template <class T>
Backprop<T>::Backprop(const Network& net, Index columns) : net_(net), room_(std::min(columns, kChunk)) {
  U_.resize(at(net.N() + 1));
  V_.resize(U_.size());
  D_.resize(U_.size());
  for (int i = 1; i <= net.N(); ++i) {
    U_[at(i)].resize(net.d(i), room_);
    V_[at(i)].resize(net.d(i), room_);
    D_[at(i)].resize(net.d(i), room_);
  }
}

template <class T>
double Backprop<T>::gradient(const Weights<T>& weights, const Loss& loss, ConstRef<T> X, ConstRef<T> Y, double scale,
                             Weights<T>& gradient) {
  set_zero(net_, gradient);
  const int N = net_.N();
  double total = 0;
  for (Index first = 0; first < X.cols(); first += room_) {
    const Index m = std::min(room_, X.cols() - first);
    forward(weights, X.middleCols(first, m));
    const auto Yc = Y.middleCols(first, m);
    total += sum_over_samples(m, kEntryWork * static_cast<double>(net_.d(N)), [&](Index c, Index count) {
      const auto V = V_[at(N)].middleCols(c, count);
      auto D = D_[at(N)].middleCols(c, count);
      loss.gradient<T>(V, Yc.middleCols(c, count), D);
      D *= static_cast<T>(scale);
      return loss.sum<T>(V, Yc.middleCols(c, count));
    });
    backward(weights, X.middleCols(first, m), gradient);
  }
  return scale * total;
}

/// U_i = W_i V_{i-1} + b_i, V_i = sigma_i(U_i) [+ V_{i-1}] for the m columns of X.
template <class T>
void Backprop<T>::forward(const Weights<T>& weights, ConstRef<T> X) {
  const Index m = X.cols();
  for (int i = 1; i <= net_.N(); ++i) {
    const ConstRef<T> Vp = i == 1 ? X : ConstRef<T>(V_[at(i - 1)].leftCols(m));  // V_{i-1}
    for_columns(m, product_work(net_.d(i), net_.d(i - 1)) + kEntryWork * static_cast<double>(net_.d(i)),
                [&](Index c, Index count, int) {
                  auto U = U_[at(i)].middleCols(c, count);
                  auto V = V_[at(i)].middleCols(c, count);
                  U.noalias() = weights.W[at(i)] * Vp.middleCols(c, count);
                  if (net_.bias) U.colwise() += weights.b[at(i)];
                  net_.sigma(i).template apply<T>(U, V);
                  if (net_.skip(i)) V += Vp.middleCols(c, count);
                });
  }
}

/// From D_N: G_i = D_i .* sigma_i'(U_i), dW_i += G_i V_{i-1}^T, db_i += G_i 1, D_{i-1} = W_i^T G_i [+ D_i].
/// G_i takes the place of D_i.
template <class T>
void Backprop<T>::backward(const Weights<T>& weights, ConstRef<T> X, Weights<T>& gradient) {
  const Index m = X.cols();
  for (int i = net_.N(); i >= 1; --i) {
    const ConstRef<T> Vp = i == 1 ? X : ConstRef<T>(V_[at(i - 1)].leftCols(m));  // V_{i-1}
    const double below_work = i > 1 ? product_work(net_.d(i), net_.d(i - 1)) : 0;
    for_columns(m, below_work + kEntryWork * static_cast<double>(net_.d(i)), [&](Index c, Index count, int) {
      auto D = D_[at(i)].middleCols(c, count);
      if (i > 1 && net_.skip(i)) D_[at(i - 1)].middleCols(c, count) = D;
      net_.sigma(i).template multiply_by_derivative<T>(U_[at(i)].middleCols(c, count), D);
      if (i == 1) return;
      auto below = D_[at(i - 1)].middleCols(c, count);
      if (net_.skip(i))
        below.noalias() += weights.W[at(i)].transpose() * D;
      else
        below.noalias() = weights.W[at(i)].transpose() * D;
    });
    // The sum over the samples, shared out by the columns of dW_i.
    const auto G = D_[at(i)].leftCols(m);
    for_columns(
        Vp.rows(), product_work(net_.d(i), m),
        [&](Index c, Index count, int) {
          gradient.W[at(i)].middleCols(c, count).noalias() += G * Vp.middleRows(c, count).transpose();
        },
        kMatrixPiece);
    if (net_.bias) gradient.b[at(i)].noalias() += G.rowwise().sum();
  }
}

template class Backprop<float>;
template class Backprop<double>;

}  // namespace bcd
