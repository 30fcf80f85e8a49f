#include "algorithms/sgd/sgd.hpp"

namespace bcd::sgd {

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

Plugin plugin() {
  Plugin p;
  p.name = "sgd";
  p.title = "Stochastic gradient descent (mini-batches, momentum, Nesterov)";
  p.citation = "Robbins and Monro 1951; momentum: Polyak 1964, Nesterov 1983; the baseline of Zeng et al. 2019, Figure 1";
  p.make_f32 = [] { return std::make_unique<Sgd<float>>(); };
  p.make_f64 = [] { return std::make_unique<Sgd<double>>(); };
  return p;
}

}  // namespace bcd::sgd
