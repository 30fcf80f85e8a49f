#include "algorithms/akiyama2025/inner_loops.hpp"

#include <cstring>

#include "algorithms/core/activation_functors.hpp"
#include "algorithms/core/parallel.hpp"

namespace bcd::akiyama2025 {

namespace {

#ifdef __AVX512F__
constexpr Index kVectorBytes = 64;
#else
constexpr Index kVectorBytes = 32;
#endif

/// Rows of a block: two vectors.
template <class T>
constexpr Index kRows = 2 * kVectorBytes / static_cast<Index>(sizeof(T));

/// Aligned scratch of m lines of kRows numbers.
template <class T>
class Lines {
 public:
  explicit Lines(Index m) : data_(Matrix<T>::Zero(kRows<T>, m)) {}
  T* line(Index k) { return data_.data() + k * kRows<T>; }
  const T* line(Index k) const { return data_.data() + k * kRows<T>; }
  /// Rows first.. of A; lines past the last row stay zero.
  void load(ConstRef<T> A, Index first, Index count) { data_.topRows(count) = A.middleRows(first, count); }
  void store(MutRef<T> A, Index first, Index count) const { A.middleRows(first, count) = data_.topRows(count); }

 private:
  Matrix<T> data_;  // kRows x m
};

/// tile = Q B_p: kRows x kPanel for one panel of m lines; all accumulators live in registers.
template <class T>
void multiply_panel(const Lines<T>& Q, const T* panel, Index m, T* tile) {
  typedef T Vec __attribute__((vector_size(kVectorBytes)));
  constexpr Index kPanel = PackedMatrix<T>::kPanel;
  constexpr Index kLanes = kRows<T> / 2;
  Vec sum[kPanel][2] = {};
  for (Index k = 0; k < m; ++k) {
    Vec low, high;
    std::memcpy(&low, Q.line(k), sizeof low);
    std::memcpy(&high, Q.line(k) + kLanes, sizeof high);
    const T* b = panel + k * kPanel;
#pragma GCC unroll 16
    for (Index c = 0; c < kPanel; ++c) {
      sum[c][0] += low * b[c];
      sum[c][1] += high * b[c];
    }
  }
  std::memcpy(tile, sum, sizeof sum);
}

/// out = Q B, one panel at a time: use(line, column of the product) sees each column of it once, in order.
template <class T, class Use>
void multiply(const Lines<T>& Q, const PackedMatrix<T>& B, Use&& use) {
  constexpr Index kPanel = PackedMatrix<T>::kPanel;
  alignas(kVectorBytes) T tile[kRows<T> * kPanel];
  for (Index p = 0; p < B.panels(); ++p) {
    multiply_panel(Q, B.panel(p), B.rows(), tile);
    const Index columns = std::min(kPanel, B.cols() - p * kPanel);
    for (Index c = 0; c < columns; ++c) use(p * kPanel + c, tile + c * kRows<T>);
  }
}

/// One block of rows of descend_gram; `next` holds the Q of the next step, since all of Q enters every column of Q G.
template <class T, class Sigma>
void descend_block(const Sigma& sigma, const PackedMatrix<T>& G, T a, std::int64_t steps, Lines<T>& U, const Lines<T>& V,
                   Lines<T>& Q, Lines<T>& next, Lines<T>& S) {
  const auto residual = [&](Index k, T* out) {
    const T *u = U.line(k), *v = V.line(k);
    T* s = S.line(k);
#pragma omp simd
    for (Index i = 0; i < kRows<T>; ++i) {
      out[i] = sigma.derivative(u[i]) * (sigma.value(u[i]) - v[i]);
      s[i] += out[i];
    }
  };
  for (Index k = 0; k < G.rows(); ++k) residual(k, Q.line(k));
  for (std::int64_t step = 1; step < steps; ++step) {  // the last step's U is not needed
    multiply(Q, G, [&](Index k, const T* product) {
      T* u = U.line(k);
#pragma omp simd
      for (Index i = 0; i < kRows<T>; ++i) u[i] -= a * product[i];
      residual(k, next.line(k));
    });
    std::swap(Q, next);
  }
}

template <class T, class Sigma>
void descend_skip_block(const Sigma& sigma, const PackedMatrix<T>& Wt, const PackedMatrix<T>& W, T a, std::int64_t steps,
                        Lines<T>& A, const Lines<T>& V, Lines<T>& H, Lines<T>& Q) {
  for (std::int64_t step = 0; step < steps; ++step) {
    multiply(A, Wt, [&](Index k, const T* z) {
      const T *x = A.line(k), *v = V.line(k);
      T *h = H.line(k), *q = Q.line(k);
#pragma omp simd
      for (Index i = 0; i < kRows<T>; ++i) {
        h[i] = sigma.value(z[i]) + x[i] - v[i];
        q[i] = sigma.derivative(z[i]) * h[i];
      }
    });
    multiply(Q, W, [&](Index k, const T* product) {
      T* x = A.line(k);
      const T* h = H.line(k);
#pragma omp simd
      for (Index i = 0; i < kRows<T>; ++i) x[i] -= a * (product[i] + h[i]);
    });
  }
}

}  // namespace

template <class T>
PackedMatrix<T>::PackedMatrix(ConstRef<T> B)
    : rows_(B.rows()), cols_(B.cols()), data_(static_cast<std::size_t>(rows_ * panels() * kPanel), T(0)) {
  for (Index j = 0; j < cols_; ++j)
    for (Index k = 0; k < rows_; ++k) data_[static_cast<std::size_t>((j / kPanel * rows_ + k) * kPanel + j % kPanel)] = B(k, j);
}

template <class T>
Matrix<T> descend_gram(const Activation& sigma, ConstRef<T> U, ConstRef<T> V, const PackedMatrix<T>& G, T a,
                       std::int64_t steps) {
  const Index m = U.cols();
  if (V.rows() != U.rows() || V.cols() != m || G.rows() != m || G.cols() != m)
    throw std::logic_error("descend_gram: shapes do not fit");
  Matrix<T> sum = Matrix<T>::Zero(U.rows(), m);
  if (steps < 1) return sum;
  functors::with_activation(sigma, [&](auto f) {
    for_columns(
        U.rows(), static_cast<double>(steps) * product_work(m, m),
        [&](Index first, Index count, int) {
          Lines<T> u(m), v(m), q(m), next(m), s(m);
          u.load(U, first, count);
          v.load(V, first, count);
          descend_block(f, G, a, steps, u, v, q, next, s);
          s.store(sum, first, count);
        },
        kRows<T>);
  });
  return sum;
}

template <class T>
void descend_skip(const Activation& sigma, MutRef<T> A, ConstRef<T> V, const PackedMatrix<T>& Wt, const PackedMatrix<T>& W, T a,
                  std::int64_t steps) {
  const Index m = A.cols();
  if (V.rows() != A.rows() || V.cols() != m || Wt.rows() != m || Wt.cols() != m || W.rows() != m || W.cols() != m)
    throw std::logic_error("descend_skip: shapes do not fit");
  functors::with_activation(sigma, [&](auto f) {
    for_columns(
        A.rows(), 2 * static_cast<double>(steps) * product_work(m, m),
        [&](Index first, Index count, int) {
          Lines<T> x(m), v(m), h(m), q(m);
          x.load(A, first, count);
          v.load(V, first, count);
          descend_skip_block(f, Wt, W, a, steps, x, v, h, q);
          x.store(A, first, count);
        },
        kRows<T>);
  });
}

template class PackedMatrix<float>;
template class PackedMatrix<double>;
template Matrix<float> descend_gram<float>(const Activation&, ConstRef<float>, ConstRef<float>, const PackedMatrix<float>&,
                                           float, std::int64_t);
template Matrix<double> descend_gram<double>(const Activation&, ConstRef<double>, ConstRef<double>, const PackedMatrix<double>&,
                                             double, std::int64_t);
template void descend_skip<float>(const Activation&, MutRef<float>, ConstRef<float>, const PackedMatrix<float>&,
                                  const PackedMatrix<float>&, float, std::int64_t);
template void descend_skip<double>(const Activation&, MutRef<double>, ConstRef<double>, const PackedMatrix<double>&,
                                   const PackedMatrix<double>&, double, std::int64_t);

}  // namespace bcd::akiyama2025
