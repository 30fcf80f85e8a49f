#include "algorithms/core/plugin.hpp"
#include "algorithms/zeng2021/admm.hpp"

namespace bcd::zeng2021 {

std::vector<Plugin> paper() {
  return {describe<Admm>("admm_zeng2021", "ADMM with a multiplier for every layer, sigmoid networks",
                         "Zeng, Lin, Yao and Zhou, On ADMM in Deep Learning: Convergence and Saturation-Avoidance, JMLR 2021; "
                         "Example 3.2 of Xu, Bao and Xing, Optimization Letters 2024")
              .promises(promises(), make_audit)
              .studies(rate_studies())};
}

}  // namespace bcd::zeng2021
