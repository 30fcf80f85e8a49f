// Adam: gradient descent scaled by bias-corrected running moments.
#pragma once

#include "algorithms/baselines/minibatch.hpp"

namespace bcd::baselines {

template <class T>
class Adam final : public MiniBatch<T> {
 public:
  Adam() : MiniBatch<T>(0.001) {}

 private:
  void add_parameters(ParameterList& list) override;
  void start(const Network& net) override;
  void add_state(const Network& net, State<T>& state) override;
  void update(std::int64_t t, const Network& net, const Weights<T>& g, Weights<T>& w) override;

  double beta1_ = 0.9, beta2_ = 0.999, epsilon_ = 1e-8;
  Weights<T> m_, v_;  // first and second moment of the gradient
};

}  // namespace bcd::baselines
