#include "algorithms/baselines/adadelta.hpp"

namespace bcd::baselines {

template <class T>
void Adadelta<T>::add_parameters(ParameterList& list) {
  list.number("rho", rho_, Range{0, 1, false, true}, "decay of both averages");
  list.number("epsilon", epsilon_, Range::positive(), "added to both averages under the roots");
}

template <class T>
void Adadelta<T>::start(const Network& net) {
  s_ = zero_weights<T>(net);
  u_ = zero_weights<T>(net);
}

template <class T>
void Adadelta<T>::add_state(const Network& net, State<T>& state) {
  add_weight_state("s_", net, s_, state);
  add_weight_state("u_", net, u_, state);
}

/// s = rho s + (1 - rho) g^2, d = -sqrt((u + epsilon)/(s + epsilon)) g, u = rho u + (1 - rho) d^2, w += eta d   (Zeiler, Algorithm 1)
template <class T>
void Adadelta<T>::update(std::int64_t, const Network& net, const Weights<T>& g, Weights<T>& w) {
  const T eta = static_cast<T>(this->learning_rate()), rho = static_cast<T>(rho_), epsilon = static_cast<T>(epsilon_);
  update_entries(
      net,
      [eta, rho, epsilon](auto wi, auto gi, auto si, auto ui) {
        si = rho * si + (1 - rho) * gi.square();
        wi -= eta * gi * ((ui + epsilon) / (si + epsilon)).sqrt();
        ui = rho * ui + (1 - rho) * gi.square() * (ui + epsilon) / (si + epsilon);
      },
      w, g, s_, u_);
}

template class Adadelta<float>;
template class Adadelta<double>;

}  // namespace bcd::baselines
