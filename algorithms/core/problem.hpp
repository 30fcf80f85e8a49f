// What an algorithm is asked to solve: a network, a loss and the training data.
#pragma once

#include "algorithms/core/loss.hpp"
#include "algorithms/core/network.hpp"

namespace bcd {

/// min over the weights of R(Phi(X; W), Y). X and Y outlive the problem; samples are columns.
template <class T>
struct Problem {
  Network net;
  Loss loss;
  const Matrix<T>* X = nullptr;  ///< d_0 x n
  const Matrix<T>* Y = nullptr;  ///< d_N x n, coded as loss.target_code() asks

  Index n() const { return X->cols(); }
};

}  // namespace bcd
