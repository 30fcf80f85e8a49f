#include "algorithms/core/network.hpp"

#include <limits>

namespace bcd {

template <class T>
Weights<T>::Weights(const Network& net) : W(static_cast<std::size_t>(net.N() + 1)), b(static_cast<std::size_t>(net.N() + 1)) {
  constexpr T unset = std::numeric_limits<T>::quiet_NaN();
  for (int i = 1; i <= net.N(); ++i) {
    W[static_cast<std::size_t>(i)] = Matrix<T>::Constant(net.d(i), net.d(i - 1), unset);
    b[static_cast<std::size_t>(i)] = Vector<T>::Constant(net.d(i), net.bias ? unset : T(0));
  }
}

template <class T>
void forward(const Network& net, const Weights<T>& weights, ConstRef<T> X, Matrix<T>& out) {
  if (net.N() == 0) {
    out = X;
    return;
  }
  Matrix<T> previous;                       // V_{i-1}: d_{i-1} x n
  const auto layer = [&](int i, auto& V) {  // out = sigma_i(W_i V + b_i) [+ V]: d_i x n
    const auto k = static_cast<std::size_t>(i);
    out.resize(net.d(i), V.cols());
    out.noalias() = weights.W[k] * V;
    if (net.bias) out.colwise() += weights.b[k];
    net.sigma(i).template apply<T>(out, out);
    if (net.skip(i)) out += V;
  };
  layer(1, X);
  for (int i = 2; i <= net.N(); ++i) {
    previous.swap(out);
    layer(i, previous);
  }
}

template struct Weights<float>;
template struct Weights<double>;
template void forward<float>(const Network&, const Weights<float>&, ConstRef<float>, Matrix<float>&);
template void forward<double>(const Network&, const Weights<double>&, ConstRef<double>, Matrix<double>&);

}  // namespace bcd
