#include "algorithms/baselines/adam.hpp"

namespace bcd::baselines {

template <class T>
void Adam<T>::add_parameters(ParameterList& list) {
  list.number("beta1", beta1_, Range{0, 1, false, true}, "decay of the first moment");
  list.number("beta2", beta2_, Range{0, 1, false, true}, "decay of the second moment");
  list.number("epsilon", epsilon_, Range::positive(), "added to the root of the corrected second moment");
}

template <class T>
void Adam<T>::start(const Network& net) {
  m_ = zero_weights<T>(net);
  v_ = zero_weights<T>(net);
}

template <class T>
void Adam<T>::add_state(const Network& net, State<T>& state) {
  add_weight_state("m_", net, m_, state);
  add_weight_state("v_", net, v_, state);
}

/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
/// w -= eta (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)   (Kingma and Ba, Algorithm 1)
template <class T>
void Adam<T>::update(std::int64_t t, const Network& net, const Weights<T>& g, Weights<T>& w) {
  const double k = static_cast<double>(t);
  const T beta1 = static_cast<T>(beta1_), beta2 = static_cast<T>(beta2_), epsilon = static_cast<T>(epsilon_);
  const T gain1 = static_cast<T>(1 - beta1_), gain2 = static_cast<T>(1 - beta2_);
  const T eta = static_cast<T>(this->learning_rate() / (1 - std::pow(beta1_, k)));
  const T correct2 = static_cast<T>(1 / (1 - std::pow(beta2_, k)));
  update_entries(
      net,
      [=](auto wi, auto gi, auto mi, auto vi) {
        mi = beta1 * mi + gain1 * gi;
        vi = beta2 * vi + gain2 * gi.square();
        wi -= eta * mi / ((correct2 * vi).sqrt() + epsilon);
      },
      w, g, m_, v_);
}

template class Adam<float>;
template class Adam<double>;

}  // namespace bcd::baselines
