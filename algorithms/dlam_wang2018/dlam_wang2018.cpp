#include "algorithms/dlam_wang2018/dlam_wang2018.hpp"

namespace bcd::dlam_wang2018 {

Plugin plugin() {
  Plugin p;
  p.name = "dlam_wang2018";
  p.title = "Alternating minimisation with inequality constraints (DLAM)";
  p.citation =
      "Wang, Yu, Chen, Zhao: The Global Convergence of the Alternating Minimization Algorithm for Deep Neural Network "
      "Problems, "
      "arXiv 1811.04187v1, 2018, Algorithms 1-3";
  p.make_f32 = [] { return std::make_unique<DlamWang<float>>(); };
  p.make_f64 = [] { return std::make_unique<DlamWang<double>>(); };
  p.promises = dlam_promises();
  p.make_audit = make_dlam_audit;
  p.studies = studies();
  return p;
}

}  // namespace bcd::dlam_wang2018
