#include "algorithms/ghauch2018/batch.hpp"

#include <numeric>

namespace bcd::ghauch2018 {

namespace {

/// splitmix64
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace

template <class T>
Batch<T>::Batch(const Problem<T>& problem, std::int64_t size, bool growing, std::uint64_t seed)
    : problem_(&problem), size_(size), growing_(growing), seed_(seed) {
  if (whole()) return;
  X_.resize(problem.X->rows(), problem.n());
  Y_.resize(problem.Y->rows(), problem.n());
  order_.resize(static_cast<std::size_t>(problem.n()));
}

template <class T>
void Batch<T>::draw(std::uint64_t k) {
  if (whole()) return;
  const Index n = problem_->n();
  drawn_ = std::min<Index>(n, growing_ ? static_cast<Index>(k) : size_);
  std::iota(order_.begin(), order_.end(), Index{0});
  for (Index i = 0; i < drawn_; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const std::uint64_t bits = mix(mix(seed_ + k) + static_cast<std::uint64_t>(i));
    std::swap(order_[place], order_[place + bits % static_cast<std::uint64_t>(n - i)]);
    X_.col(i) = problem_->X->col(order_[place]);
    Y_.col(i) = problem_->Y->col(order_[place]);
  }
}

template class Batch<float>;
template class Batch<double>;

}  // namespace bcd::ghauch2018
