// AdaGrad: gradient descent scaled, entry by entry, by the root of all squared gradients so far.
#pragma once

#include "algorithms/baselines/minibatch.hpp"

namespace bcd::baselines {

template <class T>
class Adagrad final : public MiniBatch<T> {
 public:
  Adagrad() : MiniBatch<T>(0.01) {}

 private:
  void add_parameters(ParameterList& list) override;
  void start(const Network& net) override;
  void add_state(const Network& net, State<T>& state) override;
  void update(std::int64_t t, const Network& net, const Weights<T>& g, Weights<T>& w) override;

  double initial_ = 0, epsilon_ = 1e-7;
  Weights<T> s_;  // sum of squared gradients
};

}  // namespace bcd::baselines
