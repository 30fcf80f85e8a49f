#include "algorithms/baselines/adadelta.hpp"
#include "algorithms/baselines/adagrad.hpp"
#include "algorithms/baselines/adam.hpp"
#include "algorithms/baselines/ridge.hpp"
#include "algorithms/baselines/sgd.hpp"
#include "algorithms/core/plugin.hpp"

namespace bcd::baselines {

std::vector<Plugin> paper() {
  return {
      describe<Adadelta>("adadelta", "ADADELTA (mini-batches)", "Zeiler 2012, Algorithm 1"),
      describe<Adagrad>("adagrad", "AdaGrad (mini-batches)", "Duchi, Hazan and Singer 2011, diagonal form"),
      describe<Adam>("adam", "Adam (mini-batches)", "Kingma and Ba 2015, Algorithm 1"),
      describe<Ridge>("ridge", "Ridge regression on the features of the first weights (only the last layer is fitted)",
                      "random features; the baseline beside the demonstrations of admm_zeng2021"),
      describe<Sgd>("sgd", "Stochastic gradient descent (mini-batches, momentum, Nesterov)",
                    "Robbins and Monro 1951; momentum: Polyak 1964, Nesterov 1983; the baseline of Zeng et al. 2019, Figure 1"),
  };
}

}  // namespace bcd::baselines
