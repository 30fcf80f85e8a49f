#include "algorithms/baselines/ridge.hpp"

#include "algorithms/core/gram.hpp"
#include "algorithms/core/linear_algebra.hpp"

namespace bcd::baselines {

void RidgeParameters::fields(ParameterList& list) {
  list.number("lambda", lambda, Range::positive(), "weight of |[W_N b_N]|^2");
}

template <class T>
std::string Ridge<T>::not_applicable(const Problem<T>& problem) const {
  if (problem.loss.kind != Loss::Kind::squared) return "ridge regression is for the squared loss, not " + problem.loss.name();
  if (problem.net.sigma(problem.net.N()).kind != Activation::Kind::linear) return "the output layer must be linear";
  return {};
}

template <class T>
void Ridge<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  problem_ = &problem;
  weights_ = w0;
  Network hidden = problem.net;
  hidden.layers.pop_back();
  forward<T>(hidden, w0, *problem.X, features_);
}

/// [W_N b_N] = w Y A^T (lambda I + w A A^T)^{-1}, A = [V_{N-1}; 1]: argmin w/2 |[W b] A - Y|^2 + lambda/2 |[W b]|^2.
/// Further steps change nothing.
template <class T>
void Ridge<T>::step(BlockObserver* observer) {
  const int N = problem_->net.N();
  const bool bias = problem_->net.bias;
  const T w = static_cast<T>(problem_->loss.weight(problem_->n()));
  SampleSum<T> sums;
  Matrix<T> system = w * gram<T>(features_, bias, sums), solution = w * cross_moments<T>(*problem_->Y, features_, bias, sums);
  system.diagonal().array() += static_cast<T>(parameters_.lambda);
  cholesky<T>(system);
  cholesky_solve_right<T>(system, solution);
  const Index d = features_.rows();
  weights_.W[static_cast<std::size_t>(N)] = solution.leftCols(d);
  if (bias) weights_.b[static_cast<std::size_t>(N)] = solution.col(d);
  if (observer) observer->after({"W", N});
}

template class Ridge<float>;
template class Ridge<double>;

}  // namespace bcd::baselines
