// Matrices, vectors and the one rule of layout: samples are COLUMNS, so that W * V reads as on paper.
#pragma once

#include <Eigen/Core>

#include "algorithms/core/usage_error.hpp"
#ifdef BCDBENCH_PRODUCTS_ONCE
#include "algorithms/core/eigen_products.hpp"
#endif

namespace bcd {

using Index = Eigen::Index;

/// A layer as a place in a std::vector: W[at(i)].
constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// Read-only and writable windows on a column-major matrix (no copy as long as the inner stride is 1).
template <class T>
using ConstRef = Eigen::Ref<const Matrix<T>, 0, Eigen::OuterStride<>>;
template <class T>
using MutRef = Eigen::Ref<Matrix<T>, 0, Eigen::OuterStride<>>;

}  // namespace bcd
