#include "algorithms/template_method/template_method.hpp"

namespace bcd::template_method {

void Parameters::fields(ParameterList& list) {
  list.number("step", step, Range::positive(), "longest step length t");
  list.number("slope", slope, Range{0, 1, true, true}, "share of the linear decrease that a step must reach");
}

/// Everything that a step needs is allocated here.
template <class T>
void TemplateMethod<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  problem_ = &problem;
  backprop_.emplace(problem.net, problem.n());
  w_ = next_ = g_ = unused_ = w0;
}

template <class T>
double TemplateMethod<T>::risk(const Weights<T>& w, Weights<T>& gradient) {
  return backprop_->gradient(w, problem_->loss, *problem_->X, *problem_->Y, problem_->loss.weight(problem_->n()), gradient);
}

/// Where no t gives a decrease that rounding lets one see, the weights stay.
template <class T>
void TemplateMethod<T>::step(BlockObserver* observer) {
  const double R = risk(w_, g_);
  const State<T> w = state(), g = weight_state(problem_->net, g_);
  State<T> next = weight_state(problem_->net, next_);
  double g2 = 0;
  for (const NamedMatrix<T>& part : g) g2 += static_cast<double>(part.value.squaredNorm());
  for (t_ = p_.step; t_ > 1e-12 * p_.step; t_ /= 2) {
    for (std::size_t j = 0; j < w.size(); ++j) next[j].value = w[j].value - static_cast<T>(t_) * g[j].value;
    if (risk(next_, unused_) <= R - p_.slope * t_ * g2) {
      w_ = next_;
      break;
    }
  }
  if (observer) observer->after({"w", 0});  // the only block, and not tied to a layer
}

template <class T>
void TemplateMethod<T>::measure(Measurements& row) const {
  row.emplace_back("step_length", t_);
}

template class TemplateMethod<float>;
template class TemplateMethod<double>;

std::vector<Plugin> paper() {
  return {describe<TemplateMethod>("template_method", "TEMPLATE_METHOD: gradient descent with backtracking, to be replaced",
                                   "Authors: Title, journal, year, algorithm number")
              .promises(promises(), make_audit)};
}

}  // namespace bcd::template_method
