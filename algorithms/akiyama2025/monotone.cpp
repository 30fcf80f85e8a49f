// Akiyama 2025, Algorithm 1: networks with strictly increasing activations.
//
//   F(W, V) = |W_L V_{L-1} - Y|^2 + gamma sum_{j<L} |h_j|^2,   h_j = sigma(W_j V_{j-1}) - V_j,   V_0 = X                   (2)
#include <cmath>

#include "algorithms/akiyama2025/gradient_bcd.hpp"

namespace bcd::akiyama2025 {

template <class T>
std::string BcdMonotone<T>::not_applicable(const Problem<T>& problem) const {
  if (const std::string reason = this->formulation_mismatch(problem); !reason.empty()) return reason;
  const Network& net = problem.net;
  for (int j = 1; j < net.N(); ++j) {
    const Activation& activation = net.sigma(j);
    if (net.skip(j)) return "Algorithm 1 has no skip connections; see bcd_relu_akiyama2025";
    if (this->exact_first_layer() && slope_bounds(activation).first <= 0)
      return "first_layer = exact needs an invertible activation (linear or leaky_relu), layer " + std::to_string(j) + " has " +
             activation.text();
    if (activation.kind == Activation::Kind::polynomial)
      return "the step sizes need a Lipschitz continuous activation; a polynomial is not";
    if (!std::isfinite(slope_bounds(activation).second))
      return "the step sizes need a Lipschitz continuous activation; " + activation.text() + " is not";
  }
  for (int j = 1; this->theorem_steps() && j < net.N(); ++j)
    if (slope_bounds(net.sigma(j)).first <= 0)
      return "the theorem's constants need sigma' >= alpha > 0 (Assumption 2); " + net.sigma(j).text() + " has none";
  return this->theorem_mismatch(problem);
}

/// Line 2, SVB (Algorithm 2) on W_2 .. W_L; line 3, V by a forward pass.
template <class T>
void BcdMonotone<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  this->start(problem, w0, problem.net.N());
  if (this->exact_first_layer()) this->form_pseudo_inverse([](double lambda) { return 1 / lambda; });
}

/// Lines 4 to 14.
template <class T>
void BcdMonotone<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int j) {
    if (observer) observer->after({name, j});
  };
  update_W_L(), done("W", L());
  this->update_V_last(), done("V", L() - 1);
  for (int j = L() - 1; j >= 2; --j) {
    this->update_W(j), done("W", j);
    this->update_V_inner(j), done("V", j - 1);
  }
  update_W_1(), done("W", 1);
}

/// W_L <- W_L - eta_W1 grad |W_L V_{L-1} - Y|^2
template <class T>
void BcdMonotone<T>::update_W_L() {
  const Matrix<T> residual = W(L()) * V(L() - 1) - *problem_->Y;
  W(L()).noalias() -= static_cast<T>(steps_.W_output) * residual * V(L() - 1).transpose();
}

/// K_W steps on |sigma(W_1 X) - V_1|^2, or their limit W_1 + (sigma^{-1}(V_1) - W_1 X) X^+.
template <class T>
void BcdMonotone<T>::update_W_1() {
  if (this->exact_first_layer())
    this->update_W_1_exact(inverse(sigma(1), V(1).template cast<double>()));
  else
    GradientBcd<T>::update_W_1(sigma(1));
}

template <class T>
std::optional<StepCost> BcdMonotone<T>::cost() const {
  StepCost cost;
  this->add_products(L(), 4, cost);  // W_L and V_{L-1}: a residual and a gradient each
  for (int j = 2; j < L(); ++j) {
    this->add_products(j, 2, cost);
    this->add_V_inner(j, cost);
  }
  this->add_W_1(cost);
  return cost;
}

template class BcdMonotone<float>;
template class BcdMonotone<double>;

}  // namespace bcd::akiyama2025
