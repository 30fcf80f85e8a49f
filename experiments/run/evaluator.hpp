// The ONE evaluator: training loss, test loss and accuracies from the weights, the same for every algorithm.
#pragma once

#include "algorithms/core/audit.hpp"
#include "algorithms/core/problem.hpp"
#include "datasets/dataset.hpp"

namespace bcd {

/// Sums over the columns of one set of samples.
struct Evaluation {
  double loss_sum = 0;  ///< sum_j l(Phi(x_j; W), y_j), without the loss's weight
  Index correct = 0;    ///< columns whose largest output is their class; for one output: on the right side of the codes' middle
};

/// Forward pass by blocks of columns, threaded; scratch memory is one block per thread. labels may be empty (correct stays 0).
template <class T>
Evaluation evaluate(const Network& net, const Loss& loss, const Weights<T>& weights, const Matrix<T>& X, const Matrix<T>& Y,
                    const std::vector<int>& labels);

/// Adds train_loss (the training risk R_n as the loss defines it), and as far as the data has them train_accuracy, test_loss
/// (mean over the test columns) and test_accuracy. Returns train_loss.
template <class T>
double measure_weights(const Problem<T>& problem, const Dataset<T>& data, const Weights<T>& weights, Measurements& row);

}  // namespace bcd
