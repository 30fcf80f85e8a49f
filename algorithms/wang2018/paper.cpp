#include "algorithms/core/plugin.hpp"
#include "algorithms/wang2018/dlam.hpp"

namespace bcd::wang2018 {

std::vector<Plugin> paper() {
  return {
      describe<Dlam>("dlam_wang2018", "Alternating minimisation with inequality constraints (DLAM)",
                     "Wang, Yu, Chen, Zhao: The Global Convergence of the Alternating Minimization Algorithm for Deep Neural "
                     "Network Problems, arXiv 1811.04187v1, 2018, Algorithms 1-3")
          .promises(dlam_promises(), make_dlam_audit)
          .studies(studies()),
      describe<Mdlam>("mdlam_wang2022", "DLAM with extrapolation and a monotone safeguard (mDLAM)",
                      "Wang, Li, Zhao: Accelerated Gradient-free Neural Network Training by Multi-convex Alternating "
                      "Optimization, Neurocomputing 487, 2022, arXiv 1811.04187v4")
          .promises(mdlam_promises(), make_mdlam_audit),
  };
}

}  // namespace bcd::wang2018
