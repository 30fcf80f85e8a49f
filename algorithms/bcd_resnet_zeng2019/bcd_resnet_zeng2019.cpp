#include "algorithms/bcd_resnet_zeng2019/bcd_resnet_zeng2019.hpp"

namespace bcd::bcd_resnet_zeng2019 {

Plugin plugin() {
  Plugin p;
  p.name = "bcd_resnet_zeng2019";
  p.title = "Proximal block coordinate descent for residual networks (Algorithm 3)";
  p.citation =
      "Zeng, Lau, Lin, Yao: Global Convergence of Block Coordinate Descent in Deep Learning, ICML 2019, arXiv 1803.00225, "
      "(3.4) and "
      "Algorithm 3 (reconstructed from (3.4): its listing is in an appendix)";
  p.make_f32 = [] { return std::make_unique<BcdResnet<float>>(); };
  p.make_f64 = [] { return std::make_unique<BcdResnet<double>>(); };
  p.promises = three_splitting_promises();
  p.make_audit = make_three_splitting_audit;
  return p;
}

}  // namespace bcd::bcd_resnet_zeng2019
