// Matrices, vectors and the one rule of layout: samples are COLUMNS, so that W * V reads as on paper.
#pragma once

#include <Eigen/Core>
#include <stdexcept>
#include <string>

namespace bcd {

using Index = Eigen::Index;

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// Read-only and writable windows on a column-major matrix (no copy as long as the inner stride is 1).
template <class T>
using ConstRef = Eigen::Ref<const Matrix<T>, 0, Eigen::OuterStride<>>;
template <class T>
using MutRef = Eigen::Ref<Matrix<T>, 0, Eigen::OuterStride<>>;

/// Misuse by the caller: a wrong option, key, range, file or combination. The program prints the message and exits with 2.
/// The text says what is wrong, where, and what to do.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace bcd
