// Many gradient steps on one layer's loss |sigma(U) - V|^2, without leaving the cache.
//
// Both inner loops of Akiyama 2025 have one form. With U = W X, K steps W <- W - a (sigma'(U) .* (sigma(U) - V)) X^T are
//   Q_k = sigma'(U_k) .* (sigma(U_k) - V),   U_{k+1} = U_k - a Q_k G,   G = X^T X,   W_K = W_0 - a (sum_k Q_k) X^T,
// and the steps V <- V - a W^T (...) of a hidden layer are the same for Z = (W V)^T, G = W W^T. The rows of U are independent.
#pragma once

#include <vector>

#include "algorithms/core/activation.hpp"
#include "algorithms/core/types.hpp"

namespace bcd::akiyama2025 {

/// The right factor of many products: its columns in panels, so that a panel is read in one stream.
template <class T>
class PackedMatrix {
 public:
  /// Columns of a panel: with two vectors of rows, as many accumulators as the processor has registers for.
#ifdef __AVX512F__
  static constexpr Index kPanel = 10;
#else
  static constexpr Index kPanel = 5;
#endif
  PackedMatrix() = default;
  explicit PackedMatrix(ConstRef<T> B);  ///< B: m x p

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Index panels() const { return (cols_ + kPanel - 1) / kPanel; }
  /// rows() lines of kPanel entries; columns past the last are zero.
  const T* panel(Index p) const { return data_.data() + p * rows_ * kPanel; }

 private:
  Index rows_ = 0, cols_ = 0;
  std::vector<T> data_;
};

/// `steps` times: Q = sigma'(U) .* (sigma(U) - V), U <- U - a Q G. Returns the sum of the Q (p x m; zero for steps = 0).
/// U, V: p x m with independent rows; G: m x m symmetric. Threads over blocks of rows. U itself is not changed.
template <class T>
Matrix<T> descend_gram(const Activation& sigma, ConstRef<T> U, ConstRef<T> V, const PackedMatrix<T>& G, T a,
                       std::int64_t steps);

/// `steps` times for a layer with a skip connection, samples in ROWS: H = sigma(A W^T) + A - V,
/// A <- A - a ((sigma'(A W^T) .* H) W + H). A, V: n x r; Wt = W^T and W packed, r x r. Threads over blocks of rows.
template <class T>
void descend_skip(const Activation& sigma, MutRef<T> A, ConstRef<T> V, const PackedMatrix<T>& Wt, const PackedMatrix<T>& W, T a,
                  std::int64_t steps);

}  // namespace bcd::akiyama2025
