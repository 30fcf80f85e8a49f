// Back-propagation: the gradient of the empirical risk of a network with respect to its weights, for the gradient baselines.
#pragma once

#include "algorithms/core/loss.hpp"
#include "algorithms/core/network.hpp"

namespace bcd {

/// Floating-point operations of a forward pass, a column, as core/parallel.hpp counts them.
double forward_work(const Network& net);

/// Owns the memory of the forward and the backward pass, so that a training loop allocates nothing.
///
/// The samples are taken in chunks of a bounded number of columns; the gradient is a sum over the chunks, and this class is the
/// one place where the baselines sum over samples. Within a chunk the work is shared out by blocks of columns, the sum over
/// the samples by columns of the gradient.
template <class T>
class Backprop {
 public:
  /// Most columns in work at once: large enough for the products, small enough that memory does not grow with the batch.
  static constexpr Index kChunk = 1024;

  /// Room for batches of `columns` samples (at most kChunk of them in work at once).
  Backprop(const Network& net, Index columns);

  /// f(W, b) = scale * sum_j l(Phi(x_j; W, b), y_j) over the columns of X (d_0 x m) and Y (d_N x m). Returns f, measured in
  /// double, and overwrites `gradient` (shaped as the weights) by its derivative. At a kink of an activation the left
  /// derivative is taken, at the hinge's kink the element 0, as automatic differentiation usually does.
  double gradient(const Weights<T>& weights, const Loss& loss, ConstRef<T> X, ConstRef<T> Y, double scale,
                  Weights<T>& gradient);

 private:
  void forward(const Weights<T>& weights, ConstRef<T> X);
  void backward(const Weights<T>& weights, ConstRef<T> X, Weights<T>& gradient);

  Network net_;
  Index room_;
  std::vector<Matrix<T>> U_, V_, D_;  // per layer i = 1..N: W_i V_{i-1} + b_i, V_i, df/dV_i; all d_i x room_
};

}  // namespace bcd
