// The samples of one update: all of them, or the batch B of the stochastic surrogate (13).
#pragma once

#include "algorithms/core/problem.hpp"

namespace bcd::ghauch2018 {

template <class T>
class Batch {
 public:
  Batch() = default;
  /// size 0: all samples, or min(k, N) at update k if `growing`. `problem` outlives the batch.
  Batch(const Problem<T>& problem, std::int64_t size, bool growing, std::uint64_t seed);

  bool whole() const { return size_ == 0 && !growing_; }
  /// The batch of update k, without replacement; it depends on seed and k only, so a restart repeats it. Allocates nothing.
  void draw(std::uint64_t k);
  ConstRef<T> X() const { return whole() ? ConstRef<T>(*problem_->X) : ConstRef<T>(X_.leftCols(drawn_)); }
  ConstRef<T> Y() const { return whole() ? ConstRef<T>(*problem_->Y) : ConstRef<T>(Y_.leftCols(drawn_)); }

 private:
  const Problem<T>* problem_ = nullptr;
  std::int64_t size_ = 0;
  bool growing_ = false;
  std::uint64_t seed_ = 0;
  Index drawn_ = 0;
  Matrix<T> X_, Y_;
  std::vector<Index> order_;
};

}  // namespace bcd::ghauch2018
