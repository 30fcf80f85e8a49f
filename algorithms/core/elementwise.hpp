// Internal: loops over the entries of column-major windows. The functor is called on plain numbers, so that the compiler
// can turn the loop into vector instructions; the choice of the functor is made by the caller, outside the loop.
#pragma once

#include <stdexcept>

#include "algorithms/core/types.hpp"

namespace bcd {

/// Calls body(offsets..., count) for runs of contiguous entries: the whole window if it has no gaps, else column by column.
/// The windows must have the same shape.
template <class Body, class First, class... Rest>
void for_runs(Body&& body, First& first, Rest&... rest) {
  const Index rows = first.rows(), cols = first.cols();
  if (((rest.rows() != rows || rest.cols() != cols) || ...)) throw std::logic_error("elementwise operation on unequal shapes");
  const bool dense = first.outerStride() == rows && ((rest.outerStride() == rows) && ...);
  if (dense) return body(rows * cols, first.data(), rest.data()...);
  for (Index j = 0; j < cols; ++j)
    body(rows, first.data() + j * first.outerStride(), (rest.data() + j * rest.outerStride())...);
}

/// out = f(A) entrywise; out may be A itself.
template <class T, class F>
void transform(ConstRef<T> A, MutRef<T> out, F f) {
  const auto run = [f](Index count, const T* a, T* o) {
#pragma omp simd
    for (Index i = 0; i < count; ++i) o[i] = f(a[i]);
  };
  for_runs(run, A, out);
}

/// out = f(A, B) entrywise; out may be A or B itself.
template <class T, class F>
void transform(ConstRef<T> A, ConstRef<T> B, MutRef<T> out, F f) {
  const auto run = [f](Index count, const T* a, const T* b, T* o) {
#pragma omp simd
    for (Index i = 0; i < count; ++i) o[i] = f(a[i], b[i]);
  };
  for_runs(run, A, B, out);
}

}  // namespace bcd
