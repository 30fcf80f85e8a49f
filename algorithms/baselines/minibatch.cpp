#include "algorithms/baselines/minibatch.hpp"

#include <numeric>

namespace bcd::baselines {

void MiniBatchParameters::add_to(ParameterList& list) {
  list.number("learning_rate", learning_rate, Range::positive(), "step length");
  list.integer("batch_size", batch_size, Range::at_least(1), "samples in a mini-batch; n or more: full batch");
  list.flag("shuffle", shuffle, "new random order of the samples in every epoch");
  list.choice("gradient", objective, {{"mean_outputs", BatchObjective::mean_outputs}, {"loss", BatchObjective::loss}},
              "objective of a batch: mean over samples and outputs of (v - y)^2, or mean over samples of the loss l");
}

template <class T>
Weights<T> zero_weights(const Network& net) {
  Weights<T> weights(net);
  for (auto& W : weights.W) W.setZero();
  for (auto& b : weights.b) b.setZero();
  return weights;
}

template <class T>
ParameterList MiniBatch<T>::parameters() {
  ParameterList list;
  common_.add_to(list);
  add_parameters(list);
  return list;
}

template <class T>
std::string MiniBatch<T>::not_applicable(const Problem<T>& problem) const {
  if (common_.objective == BatchObjective::mean_outputs && problem.loss.kind != Loss::Kind::squared)
    return "gradient = mean_outputs is the mean squared error; for the loss " + problem.loss.name() + " set gradient = loss";
  return {};
}

template <class T>
void MiniBatch<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) {
  problem_ = &problem;
  weights_ = w0;
  gradient_ = zero_weights<T>(problem.net);
  const Index batch = std::min<Index>(common_.batch_size, problem.n());
  backprop_.emplace(problem.net, batch);
  if (common_.shuffle) {
    Xb_.resize(problem.X->rows(), batch);
    Yb_.resize(problem.Y->rows(), batch);
  }
  seed_ = rng.bits();
  t_ = 0;
  epoch_objective_ = 0;
  start(problem.net);
}

template <class T>
State<T> MiniBatch<T>::state() {
  State<T> state = weight_state(problem_->net, weights_);
  add_state(problem_->net, state);
  t_.add_to(state, "t");
  return state;
}

template <class T>
void MiniBatch<T>::step(BlockObserver* observer) {
  const Index n = problem_->n(), batch = std::min<Index>(common_.batch_size, n);
  const Index batches = (n + batch - 1) / batch;
  if (common_.shuffle) draw_order(t_.value() / batches);
  double sum = 0;
  for (Index first = 0; first < n; first += batch) sum += train_on(first, std::min(batch, n - first));
  epoch_objective_ = sum / static_cast<double>(batches);
  if (observer) observer->after({"epoch", 0});
}

template <class T>
std::optional<StepCost> MiniBatch<T>::cost() const {
  StepCost cost;
  for (int i = 1; i <= problem_->net.N(); ++i) {
    const double product = 2.0 * static_cast<double>(problem_->net.d(i) * problem_->net.d(i - 1) * problem_->n());
    const int products = i > 1 ? 3 : 2;
    cost.products += products;
    cost.flops += products * product;
  }
  return cost;
}

/// Fisher-Yates permutation of the samples; the same for the same seed and epoch.
template <class T>
void MiniBatch<T>::draw_order(std::int64_t epoch) {
  Rng rng(seed_, "epoch " + std::to_string(epoch));
  order_.resize(static_cast<std::size_t>(problem_->n()));
  std::iota(order_.begin(), order_.end(), Index{0});
  for (std::size_t j = order_.size(); j > 1; --j) std::swap(order_[j - 1], order_[rng.below(j)]);
}

/// One update from `count` samples; returns the batch's objective before it.
template <class T>
double MiniBatch<T>::train_on(Index first, Index count) {
  const Network& net = problem_->net;
  const double m = static_cast<double>(count);
  // (v - y)^2 is twice the squared loss 1/2 |v - y|^2, and its mean runs over the d_N outputs too.
  const double scale =
      common_.objective == BatchObjective::loss ? 1.0 / m : 2.0 / (m * static_cast<double>(problem_->Y->rows()));
  if (common_.shuffle)
    for (Index j = 0; j < count; ++j) {
      const Index sample = order_[static_cast<std::size_t>(first + j)];
      Xb_.col(j) = problem_->X->col(sample);
      Yb_.col(j) = problem_->Y->col(sample);
    }
  const Index from = common_.shuffle ? 0 : first;
  const Matrix<T>&X = common_.shuffle ? Xb_ : *problem_->X, &Y = common_.shuffle ? Yb_ : *problem_->Y;
  const double value =
      backprop_->gradient(weights_, problem_->loss, X.middleCols(from, count), Y.middleCols(from, count), scale, gradient_);
  ++t_;
  update(t_.value(), net, gradient_, weights_);
  return value;
}

template class MiniBatch<float>;
template class MiniBatch<double>;
template Weights<float> zero_weights<float>(const Network&);
template Weights<double> zero_weights<double>(const Network&);

}  // namespace bcd::baselines
