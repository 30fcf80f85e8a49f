#include "algorithms/core/plugin.hpp"
#include "algorithms/taylor2016/admm.hpp"

namespace bcd::taylor2016 {

std::vector<Plugin> paper() {
  return {describe<Admm>("admm_taylor2016", "ADMM without gradients, one multiplier on the output",
                         "Taylor, Burmeister, Xu, Singh, Patel and Goldstein, Training Neural Networks Without Gradients: A "
                         "Scalable ADMM Approach, ICML 2016; the baseline of Wang, Yu, Chen and Zhao 2018")
              .promises(promises(), make_audit)};
}

}  // namespace bcd::taylor2016
