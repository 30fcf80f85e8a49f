// ADADELTA: gradient descent whose steps have the size of the steps before, entry by entry, without a rate to be chosen.
#pragma once

#include "algorithms/baselines/minibatch.hpp"

namespace bcd::baselines {

template <class T>
class Adadelta final : public MiniBatch<T> {
 public:
  Adadelta() : MiniBatch<T>(1) {}

 private:
  void add_parameters(ParameterList& list) override;
  void start(const Network& net) override;
  void add_state(const Network& net, State<T>& state) override;
  void update(std::int64_t t, const Network& net, const Weights<T>& g, Weights<T>& w) override;

  double rho_ = 0.95, epsilon_ = 1e-6;
  Weights<T> s_, u_;  // running averages of the squared gradients and of the squared steps
};

}  // namespace bcd::baselines
