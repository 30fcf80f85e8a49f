// Stochastic gradient descent with mini-batches, momentum and Nesterov's variant.
#pragma once

#include "algorithms/baselines/minibatch.hpp"

namespace bcd::baselines {

template <class T>
class Sgd final : public MiniBatch<T> {
 public:
  Sgd() : MiniBatch<T>(0.001) {}

 private:
  void add_parameters(ParameterList& list) override;
  void start(const Network& net) override;
  void add_state(const Network& net, State<T>& state) override;
  void update(std::int64_t t, const Network& net, const Weights<T>& g, Weights<T>& w) override;

  double momentum_ = 0;
  bool nesterov_ = false;
  Weights<T> velocity_;  // empty without momentum
};

}  // namespace bcd::baselines
