// Akiyama 2025, Algorithm 3: ReLU networks with skip connections, nonnegative V_j and a fixed W_L.
//
//   F(W, V) = |W_L V_{L-1} - Y|^2 + gamma sum_{j<L} |h_j|^2,   h_j = relu(W_j V_{j-1}) + t_j V_{j-1} - V_j,   V_0 = X       (2)
//
// with t_1 = 0 and t_j = 1 where layer j >= 2 has a skip connection (the paper: everywhere).
#include <cmath>

#include "algorithms/akiyama2025/gradient_bcd.hpp"

namespace bcd::akiyama2025 {

template <class T>
BcdRelu<T>::BcdRelu() : GradientBcd<T>(GradientBcdKind::relu) {
  parameters_.s1 = 0;
  parameters_.s2 = 0.25;
}

template <class T>
std::string BcdRelu<T>::not_applicable(const Problem<T>& problem) const {
  if (const std::string reason = this->formulation_mismatch(problem); !reason.empty()) return reason;
  const Network& net = problem.net;
  if (net.skip(1)) return "the first layer has no skip connection, because W_1 is fitted linearly";
  for (int j = 1; j < net.N(); ++j)
    if (net.sigma(j).kind != Activation::Kind::relu)
      return "Algorithm 3 is for ReLU networks, layer " + std::to_string(j) + " has " + net.sigma(j).text();
  return this->theorem_mismatch(problem);
}

/// SVB (Algorithm 2) on W_2 .. W_{L-1}; line 3, V by a forward pass.
template <class T>
void BcdRelu<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  this->start(problem, w0, problem.net.N() - 1);
  if (!this->exact_first_layer()) return;
  const auto K_W = static_cast<double>(steps_.K_W);
  this->form_pseudo_inverse([K_W, a = steps_.W[1]](double lambda) {  // (1 - (1 - a lambda)^K_W)/lambda
    const double x = a * lambda, left = std::pow(1 - x, K_W);
    return (left > 0.5 && x < 1 ? -std::expm1(K_W * std::log1p(-x)) : 1 - left) / lambda;
  });
}

/// Lines 4 to 15.
template <class T>
void BcdRelu<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int j) {
    if (observer) observer->after({name, j});
  };
  this->update_V_last(), project(L() - 1), done("V", L() - 1);
  if (L() > 2) this->update_W(L() - 1), done("W", L() - 1);  // line 7; for L = 2 that is W_1, which is fitted linearly below
  for (int j = L() - 1; j >= 2; --j) {
    this->update_W(j), done("W", j);
    this->update_V_inner(j), project(j - 1), done("V", j - 1);
  }
  update_W_1(), done("W", 1);
}

/// V_j <- max(V_j, 0)
template <class T>
void BcdRelu<T>::project(int j) {
  V(j) = V(j).cwiseMax(T(0));
}

/// K_W steps on the linear fit |W_1 X - V_1|^2, one by one or in closed form: W_1 + (V_1 - W_1 X) p(X^T X) X^T.
template <class T>
void BcdRelu<T>::update_W_1() {
  if (this->exact_first_layer())
    this->update_W_1_exact(V(1).template cast<double>());
  else
    GradientBcd<T>::update_W_1(Activation());
}

template <class T>
std::optional<StepCost> BcdRelu<T>::cost() const {
  StepCost cost;
  this->add_products(L(), 2, cost);                   // V_{L-1}: the residual and the gradient
  if (L() > 2) this->add_products(L() - 1, 2, cost);  // W_{L-1} a first time
  for (int j = 2; j < L(); ++j) {
    this->add_products(j, 2, cost);
    this->add_V_inner(j, cost);
  }
  this->add_W_1(cost);
  return cost;
}

template class BcdRelu<float>;
template class BcdRelu<double>;

}  // namespace bcd::akiyama2025
