// Ridge regression on random features: only the last layer is fitted, the others keep their first weights.
#pragma once

#include "algorithms/core/algorithm.hpp"

namespace bcd::baselines {

struct RidgeParameters {
  double lambda = 1e-6;

  void fields(ParameterList& list);
};

template <class T>
class Ridge final : public Algorithm<T> {
 public:
  using Parameters = RidgeParameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override { return weight_state(problem_->net, weights_); }

 private:
  RidgeParameters parameters_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_;
  Matrix<T> features_;  // V_{N-1}: d_{N-1} x n
};

}  // namespace bcd::baselines
