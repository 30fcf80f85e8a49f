// Threads by blocks of columns: the one place where samples are split and where sums over samples are formed.
// Distribution over machines would split the same blocks and all-reduce exactly the sums made by sum_over_samples.
#pragma once

#include <algorithm>
#include <exception>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// Number of threads used by for_columns; set once by the program.
int threads();
void set_threads(int count);

/// Columns per block: small enough that a block of a hidden layer stays in cache, large enough for the matrix product.
inline constexpr Index kColumnBlock = 256;

/// Calls body(first_column, number_of_columns, thread) for every block of columns of 0..n-1. Blocks are dealt out in a fixed
/// way (block b to thread b mod threads), so results do not depend on timing. Exceptions of a body are rethrown here.
template <class Body>
void for_columns(Index n, Body&& body, Index block = kColumnBlock) {
  const Index blocks = (n + block - 1) / block;
  const int workers = static_cast<int>(std::clamp<Index>(blocks, 1, threads()));
  std::exception_ptr error;
#pragma omp parallel num_threads(workers) if (workers > 1)
  {
#pragma omp for schedule(static, 1)
    for (int t = 0; t < workers; ++t) {
      try {
        for (Index b = t; b < blocks; b += workers) body(b * block, std::min(block, n - b * block), t);
      } catch (...) {
#pragma omp critical
        error = std::current_exception();
      }
    }
  }
  if (error) std::rethrow_exception(error);
}

/// sum over column blocks of body(first, count), added up in block order, so that it does not depend on the thread count.
template <class Body>
double sum_over_samples(Index n, Body&& body, Index block = kColumnBlock) {
  std::vector<double> part(static_cast<std::size_t>((n + block - 1) / block), 0.0);
  for_columns(
      n, [&](Index first, Index count, int) { part[static_cast<std::size_t>(first / block)] = body(first, count); }, block);
  double total = 0;
  for (const double p : part) total += p;
  return total;
}

}  // namespace bcd
