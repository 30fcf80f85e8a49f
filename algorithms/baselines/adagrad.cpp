#include "algorithms/baselines/adagrad.hpp"

namespace bcd::baselines {

template <class T>
void Adagrad<T>::add_parameters(ParameterList& list) {
  list.number("initial_accumulator", initial_, Range::nonnegative(), "start value of the sum of squared gradients");
  list.number("epsilon", epsilon_, Range::positive(), "added to the root of the sum");
}

template <class T>
void Adagrad<T>::start(const Network& net) {
  s_ = zero_weights<T>(net);
  update_entries(
      net, [this](auto si) { si = static_cast<T>(initial_); }, s_);
}

template <class T>
void Adagrad<T>::add_state(const Network& net, State<T>& state) {
  add_weight_state("s_", net, s_, state);
}

/// s += g^2, w -= eta g / (sqrt(s) + epsilon)   (Duchi, Hazan and Singer, diagonal form)
template <class T>
void Adagrad<T>::update(std::int64_t, const Network& net, const Weights<T>& g, Weights<T>& w) {
  const T eta = static_cast<T>(this->learning_rate()), epsilon = static_cast<T>(epsilon_);
  update_entries(
      net,
      [eta, epsilon](auto wi, auto gi, auto si) {
        si += gi.square();
        wi -= eta * gi / (si.sqrt() + epsilon);
      },
      w, g, s_);
}

template class Adagrad<float>;
template class Adagrad<double>;

}  // namespace bcd::baselines
