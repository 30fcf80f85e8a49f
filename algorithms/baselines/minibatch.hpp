// What the gradient baselines share: epochs, mini-batches, the objective's scaling. A method adds its update rule.
#pragma once

#include <optional>

#include "algorithms/core/algorithm.hpp"
#include "algorithms/core/backprop.hpp"
#include "algorithms/core/counter.hpp"
#include "algorithms/core/parallel.hpp"

namespace bcd::baselines {

/// Which objective a mini-batch of m samples stands for.
enum class BatchObjective {
  mean_outputs,  ///< 1/(m d_N) sum_j |v_j - y_j|^2: Keras' mean_squared_error, used for the SGD curves of Zeng et al. 2019
  loss           ///< 1/m sum_j l(v_j, y_j)
};

struct MiniBatchParameters {
  double learning_rate = 0.001;
  std::int64_t batch_size = 512;
  bool shuffle = false;
  BatchObjective objective = BatchObjective::loss;

  void add_to(ParameterList& list);
};

/// One step() is one epoch: every sample once, in batches; the last batch may be smaller and is averaged over its own size.
/// With `shuffle`, the order of epoch k is drawn from a stream of its own, so a restart from a dump repeats it.
template <class T>
class MiniBatch : public Algorithm<T> {
 public:
  ParameterList parameters() final;
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) final;
  void step(BlockObserver* observer) final;
  const Weights<T>& weights() const final { return weights_; }
  State<T> state() final;
  /// "epoch_objective": mean over the epoch's batches of the objective, each before its update.
  void measure(Measurements& row) const override { row.emplace_back("epoch_objective", epoch_objective_); }
  /// Of an epoch: W V forwards, the weights' gradients, and W' D backwards (not into the data).
  std::optional<StepCost> cost() const final;

 protected:
  explicit MiniBatch(double learning_rate) { common_.learning_rate = learning_rate; }

  /// The method's own parameters.
  virtual void add_parameters(ParameterList& list) { (void)list; }
  /// Sizes and fills the method's memory (moments, velocities), shaped as `weights`.
  virtual void start(const Network& net) = 0;
  /// Adds windows on that memory.
  virtual void add_state(const Network& net, State<T>& state) = 0;
  /// Update number t = 1, 2, ... of the weights along the gradient g.
  virtual void update(std::int64_t t, const Network& net, const Weights<T>& g, Weights<T>& w) = 0;

  double learning_rate() const { return common_.learning_rate; }

 private:
  void draw_order(std::int64_t epoch);
  double train_on(Index first, Index count);

  MiniBatchParameters common_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_, gradient_;
  std::optional<Backprop<T>> backprop_;
  Counter<T> t_;  // updates so far
  std::vector<Index> order_;
  Matrix<T> Xb_, Yb_;  // the shuffled batch
  std::uint64_t seed_ = 0;
  double epoch_objective_ = 0;
};

/// Zero weights in the shapes of `net`.
template <class T>
Weights<T> zero_weights(const Network& net);

/// Adds windows named W1, b1, ... behind a prefix ("velocity_W1").
template <class T>
void add_weight_state(const std::string& prefix, const Network& net, Weights<T>& weights, State<T>& state) {
  for (NamedMatrix<T>& window : weight_state(net, weights)) {
    window.name = prefix + window.name;
    state.add(std::move(window));
  }
}

/// Calls rule(array, array, ...) on matching pieces of several sets of weights, threaded by columns.
template <class Rule, class First, class... Others>
void update_entries(const Network& net, Rule&& rule, First& first, Others&... others) {
  for (int layer = 1; layer <= net.N(); ++layer) {
    const auto i = static_cast<std::size_t>(layer);
    for_columns(
        first.W[i].cols(), kEntryWork * static_cast<double>(first.W[i].rows()),
        [&](Index c, Index count, int) {
          rule(first.W[i].middleCols(c, count).array(), others.W[i].middleCols(c, count).array()...);
        },
        64);
    if (net.bias) rule(first.b[i].array(), others.b[i].array()...);
  }
}

}  // namespace bcd::baselines
