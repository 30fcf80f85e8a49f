// TEMPLATE_METHOD: say in one sentence what it does, and where it comes from. See README.md.
#pragma once

#include <optional>

#include "algorithms/core/plugin.hpp"
#include "algorithms/core/backprop.hpp"

namespace bcd::template_method {

/// A plain struct with the defaults; fields() is the one place that names, bounds and explains them.
struct Parameters {
  double step = 1;     ///< longest step length t
  double slope = 0.5;  ///< share of the linear decrease that a step must reach

  void fields(ParameterList& list);
};

/// Gradient descent with backtracking, as a start: w+ = w - t g with g = grad R(w), where t is halved until
/// R(w+) <= R(w) - slope t |g|^2.
template <class T>
class TemplateMethod final : public Algorithm<T> {
 public:
  using Parameters = template_method::Parameters;
  ParameterList parameters() override { return list_of(p_); }
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return w_; }
  State<T> state() override { return weight_state(problem_->net, w_); }
  void measure(Measurements& row) const override;

 private:
  /// R(w) = sum_j l(Phi(x_j; w), y_j), times the loss's weight; `gradient` becomes grad R(w).
  double risk(const Weights<T>& w, Weights<T>& gradient);

  Parameters p_;
  const Problem<T>* problem_ = nullptr;
  std::optional<Backprop<T>> backprop_;
  Weights<T> w_, next_, g_, unused_;
  double t_ = 0;
};

/// What is promised about a run, and its judge, which shares nothing with the updates.
std::vector<Promise> promises();
std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem);

/// What this folder exports.
std::vector<Plugin> paper();

}  // namespace bcd::template_method
