// Ridge regression on random features: only the last layer is fitted, the others keep their first weights.
#pragma once

#include "algorithms/core/algorithm.hpp"

namespace bcd::ridge {

struct Parameters {
  double lambda = 1e-6;

  ParameterList fields();
};

template <class T>
class Ridge final : public Algorithm<T> {
 public:
  ParameterList parameters() override { return parameters_.fields(); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return P_; }
  State<T> state() override { return weight_state(problem_->net, P_); }

 private:
  Parameters parameters_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> P_;
  Matrix<T> features_;  // V_{N-1}: d_{N-1} x n
};

Plugin plugin();

}  // namespace bcd::ridge
