#include "algorithms/mdlam_wang2022/mdlam_wang2022.hpp"

namespace bcd::mdlam_wang2022 {

Plugin plugin() {
  Plugin p;
  p.name = "mdlam_wang2022";
  p.title = "DLAM with extrapolation and a monotone safeguard (mDLAM)";
  p.citation =
      "Wang, Li, Zhao: Accelerated Gradient-free Neural Network Training by Multi-convex Alternating Optimization, "
      "Neurocomputing 487, 2022, arXiv 1811.04187v4";
  p.make_f32 = [] { return std::make_unique<Mdlam<float>>(); };
  p.make_f64 = [] { return std::make_unique<Mdlam<double>>(); };
  p.promises = mdlam_promises();
  p.make_audit = make_mdlam_audit;
  return p;
}

}  // namespace bcd::mdlam_wang2022
