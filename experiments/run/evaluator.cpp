#include "experiments/run/evaluator.hpp"

#include <limits>
#include <numeric>

#include "algorithms/core/backprop.hpp"
#include "algorithms/core/parallel.hpp"

namespace bcd {

namespace {

/// The class an output column stands for: the index of its largest entry (-1 if none is a number); with one output, class 1
/// above the middle of the two target codes (0 and 1, or -1 and +1).
template <class T>
int predicted(const Matrix<T>& out, Index column, TargetCode code) {
  if (out.rows() == 1) return out(0, column) > (code == TargetCode::signed_one ? T(0) : T(0.5)) ? 1 : 0;
  int best = -1;
  T largest = -std::numeric_limits<T>::infinity();
  for (Index i = 0; i < out.rows(); ++i)
    if (out(i, column) > largest) {
      largest = out(i, column);
      best = static_cast<int>(i);
    }
  return best;
}

}  // namespace

template <class T>
Evaluation evaluate(const Network& net, const Loss& loss, const Weights<T>& weights, const Matrix<T>& X, const Matrix<T>& Y,
                    const std::vector<int>& labels) {
  const Index n = X.cols();
  std::vector<Index> correct(static_cast<std::size_t>((n + kColumnBlock - 1) / kColumnBlock), 0);
  Evaluation result;
  result.loss_sum = sum_over_samples(n, forward_work(net), [&](Index first, Index count) {
    Matrix<T> out;  // d_N x count
    forward<T>(net, weights, X.middleCols(first, count), out);
    if (!labels.empty())
      for (Index j = 0; j < count; ++j)
        correct[static_cast<std::size_t>(first / kColumnBlock)] +=
            predicted(out, j, loss.target_code()) == labels[static_cast<std::size_t>(first + j)];
    return loss.sum<T>(out, Y.middleCols(first, count));
  });
  result.correct = std::accumulate(correct.begin(), correct.end(), Index{0});
  return result;
}

template <class T>
double measure_weights(const Problem<T>& problem, const Dataset<T>& data, const Weights<T>& weights, Measurements& row) {
  const auto n = static_cast<double>(problem.n());
  const Evaluation train = evaluate(problem.net, problem.loss, weights, data.X, data.Y, data.labels);
  const double train_loss = problem.loss.weight(problem.n()) * train.loss_sum;
  row.emplace_back("train_loss", train_loss);
  if (data.classification()) row.emplace_back("train_accuracy", static_cast<double>(train.correct) / n);
  if (data.X_test.cols() == 0) return train_loss;

  const auto n_test = static_cast<double>(data.X_test.cols());
  const Evaluation test = evaluate(problem.net, problem.loss, weights, data.X_test, data.Y_test, data.labels_test);
  row.emplace_back("test_loss", test.loss_sum / n_test);
  if (!data.labels_test.empty()) row.emplace_back("test_accuracy", static_cast<double>(test.correct) / n_test);
  return train_loss;
}

template Evaluation evaluate<float>(const Network&, const Loss&, const Weights<float>&, const Matrix<float>&,
                                    const Matrix<float>&, const std::vector<int>&);
template Evaluation evaluate<double>(const Network&, const Loss&, const Weights<double>&, const Matrix<double>&,
                                     const Matrix<double>&, const std::vector<int>&);
template double measure_weights<float>(const Problem<float>&, const Dataset<float>&, const Weights<float>&, Measurements&);
template double measure_weights<double>(const Problem<double>&, const Dataset<double>&, const Weights<double>&, Measurements&);

}  // namespace bcd
