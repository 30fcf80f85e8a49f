#include "algorithms/baselines/sgd.hpp"

namespace bcd::baselines {

template <class T>
void Sgd<T>::add_parameters(ParameterList& list) {
  list.number("momentum", momentum_, Range{0, 1, false, true}, "mu in v = mu v - learning_rate g; 0: plain descent");
  list.flag("nesterov", nesterov_, "look-ahead form of the momentum step");
}

template <class T>
void Sgd<T>::start(const Network& net) {
  if (momentum_ > 0) velocity_ = zero_weights<T>(net);
}

template <class T>
void Sgd<T>::add_state(const Network& net, State<T>& state) {
  if (momentum_ > 0) add_weight_state("velocity_", net, velocity_, state);
}

/// Plain: w -= eta g. Momentum: v = mu v - eta g, w += v. Nesterov: the same v, w += mu v - eta g.
template <class T>
void Sgd<T>::update(std::int64_t, const Network& net, const Weights<T>& g, Weights<T>& w) {
  const T eta = static_cast<T>(this->learning_rate()), mu = static_cast<T>(momentum_);
  if (momentum_ == 0) {
    update_entries(
        net, [eta](auto wi, auto gi) { wi -= eta * gi; }, w, g);
    return;
  }
  const bool look_ahead = nesterov_;
  update_entries(
      net,
      [eta, mu, look_ahead](auto wi, auto gi, auto vi) {
        vi = mu * vi - eta * gi;
        if (look_ahead)
          wi += mu * vi - eta * gi;
        else
          wi += vi;
      },
      w, g, velocity_);
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace bcd::baselines
