// Threads, and sums over samples: the one place where samples are split and added up. No bit of a result depends on the number
// of threads: what a piece is depends on the sizes alone, and sums are formed in a fixed order.
// Distribution over machines would split the same leaves and all-reduce exactly these sums.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// Threads that share the work; 1 until a program asks for more.
int threads();
void set_threads(int count);

/// Columns per block: small enough that a block of a hidden layer stays in cache, large enough for the matrix product.
inline constexpr Index kColumnBlock = 256;
/// Rows or columns per piece where not samples but a matrix's own rows or columns are shared out: a multiple of every register
/// tile of Eigen's products, so that no piece has a ragged edge but the last.
inline constexpr Index kMatrixPiece = 96;

/// Work is counted in floating-point operations, roughly. A thread that gets less than this is taken to cost more than it brings
/// (an estimate: some 0.1 ms of work; tests/benchmarks/threads.py checks it). Tests set it to 0 to have everything shared out.
double work_of_a_thread();
void set_work_of_a_thread(double work);
/// Work of an activation, its prox or a loss, an entry.
inline constexpr double kEntryWork = 20;
/// Work of a product with a rows x depth matrix, a column.
inline double product_work(Index rows, Index depth) { return 2.0 * static_cast<double>(rows) * static_cast<double>(depth); }

/// A function for the time of one call: nothing is copied or allocated, as std::function would.
struct PieceBody {
  const void* self;
  void (*call)(const void* self, Index piece, int thread);
  void operator()(Index piece, int thread) const { call(self, piece, thread); }
};
void share_out_pieces(Index pieces, double work, PieceBody body);

/// Calls body(piece, thread) for every piece of 0..pieces-1 on as many threads as `work` is worth; thread 0 is the caller. A
/// thread takes the next piece when it is ready, so a piece must not depend on who does it. Waiting threads sleep. The
/// exception of the first piece that throws is rethrown here.
template <class Body>
void share_out(Index pieces, double work, const Body& body) {
  share_out_pieces(pieces, work, {&body, [](const void* self, Index piece, int thread) {
                                    (*static_cast<const Body*>(self))(piece, thread);
                                  }});
}

/// Calls body(first_column, number_of_columns, thread) for every block of columns of 0..n-1. `work`: of one column.
template <class Body>
void for_columns(Index n, double work, Body&& body, Index block = kColumnBlock) {
  share_out((n + block - 1) / block, static_cast<double>(n) * work,
            [&](Index piece, int thread) { body(piece * block, std::min(block, n - piece * block), thread); });
}

/// sum over column blocks of body(first, count) or body(first, count, thread), added up in block order. `work`: of one column.
template <class Body>
double sum_over_samples(Index n, double work, Body&& body) {
  std::vector<double> part(static_cast<std::size_t>((n + kColumnBlock - 1) / kColumnBlock), 0.0);
  for_columns(n, work, [&](Index first, Index count, int thread) {
    double& sum = part[static_cast<std::size_t>(first / kColumnBlock)];
    if constexpr (std::is_invocable_v<Body&, Index, Index, int>)
      sum = body(first, count, thread);
    else
      sum = body(first, count);
  });
  double total = 0;
  for (const double p : part) total += p;
  return total;
}

/// Samples of a leaf of a SampleSum: a power of two times kColumnBlock, at most 16, such that there are at least 64 leaves.
inline Index leaf_columns(Index n) {
  Index columns = kColumnBlock;
  while (columns < 16 * kColumnBlock && n >= 64 * 2 * columns) columns *= 2;
  return columns;
}

/// Entries to leave for a part of a sum, so that the next one is aligned as Eigen's own memory is: bits depend on it.
template <class T>
constexpr Index room_of(Index entries) {
  constexpr Index line = 64 / static_cast<Index>(sizeof(T));
  return (entries + line - 1) / line * line;
}

/// Sums of matrices over the samples. Each leaf is summed by itself, block by block; the leaves are added along the binary tree
/// over their numbers. Keeps its buffers: a few a thread and the logarithm of the number of leaves.
template <class T>
class SampleSum {
 public:
  /// body(first, count, thread, T* sum) adds the samples first.. to the `size` numbers at sum. Returns the total, which may be
  /// written to and lives until the next call. `work`: of one sample.
  template <class Body>
  T* operator()(Index n, double work, Index size, Body&& body) {
    const Index leaf = leaf_columns(n), leaves = std::max<Index>(1, (n + leaf - 1) / leaf);
    begin(leaves, size);
    share_out(leaves, static_cast<double>(n) * work, [&](Index number, int thread) {
      Vector<T>& sum = take();
      sum.head(size).setZero();
      const Index end = std::min(n, (number + 1) * leaf);
      for (Index first = number * leaf; first < end; first += kColumnBlock)
        body(first, std::min(kColumnBlock, end - first), thread, sum.data());
      climb(number, leaves, sum);
    });
    return total_->data();
  }

 private:
  using Buffer = Vector<T>;
  void begin(Index leaves, Index size) {
    size_ = size;
    waiting_.assign(static_cast<std::size_t>(2 * leaves + 64), nullptr);
    free_.clear();
    for (const auto& buffer : buffers_) free_.push_back(buffer.get());
  }
  Buffer& take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      buffers_.push_back(std::make_unique<Buffer>());
      free_.push_back(buffers_.back().get());
    }
    Buffer& buffer = *free_.back();
    free_.pop_back();
    if (buffer.size() < size_) buffer.resize(size_);
    return buffer;
  }
  /// From a leaf towards the root, as far as the other branch is done: who comes second adds the two up.
  void climb(Index node, Index nodes, Buffer& sum) {
    Buffer* here = &sum;
    for (std::size_t level = 0; nodes > 1; node /= 2, level += static_cast<std::size_t>(nodes), nodes = (nodes + 1) / 2) {
      if (node % 2 == 0 && node + 1 == nodes) continue;  // the odd one out has no other branch
      Buffer* other = nullptr;
      {
        const std::lock_guard lock(mutex_);
        other = std::exchange(waiting_[level + static_cast<std::size_t>(node / 2)], here);
      }
      if (!other) return;
      here->head(size_) += other->head(size_);
      const std::lock_guard lock(mutex_);
      free_.push_back(other);
    }
    total_ = here;
  }

  std::mutex mutex_;
  Index size_ = 0;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::vector<Buffer*> free_, waiting_;
  Buffer* total_ = nullptr;
};

}  // namespace bcd
