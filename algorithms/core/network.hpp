// The network: widths, activations, skip connections, biases; its weights; and the plain forward pass.
#pragma once

#include <vector>

#include "algorithms/core/activation.hpp"

namespace bcd {

/// Layer i = 1..N maps V_{i-1} (d_{i-1} x n) to V_i = sigma_i(W_i V_{i-1} + b_i) [+ V_{i-1} with a skip connection].
struct Network {
  struct Layer {
    Index width = 0;
    Activation activation;
    bool skip = false;  ///< residual connection around the layer; needs d_i == d_{i-1}
  };
  Index input = 0;
  std::vector<Layer> layers;
  bool bias = true;

  int N() const { return static_cast<int>(layers.size()); }
  /// d_0 .. d_N
  Index d(int i) const { return i == 0 ? input : layers[static_cast<std::size_t>(i - 1)].width; }
  const Activation& sigma(int i) const { return layers[static_cast<std::size_t>(i - 1)].activation; }
  bool skip(int i) const { return layers[static_cast<std::size_t>(i - 1)].skip; }
  bool any_skip() const {
    for (const Layer& layer : layers)
      if (layer.skip) return true;
    return false;
  }
};

/// Weights by the papers' index: W[1..N] (d_i x d_{i-1}), b[1..N] (d_i); entry 0 is unused.
template <class T>
struct Weights {
  std::vector<Matrix<T>> W;
  std::vector<Vector<T>> b;

  Weights() = default;
  /// Shapes as in `net`, every entry NaN, so that a missing update shows.
  explicit Weights(const Network& net);
};

/// out = the network's output for the columns of X. Scratch memory is two layer-width blocks; callers split X by columns.
template <class T>
void forward(const Network& net, const Weights<T>& weights, ConstRef<T> X, Matrix<T>& out);

}  // namespace bcd
