#include "algorithms/bcd_akiyama2025/bcd_akiyama2025.hpp"

namespace bcd::bcd_akiyama2025 {

Plugin plugin() {
  Plugin p;
  p.name = "bcd_akiyama2025";
  p.title = "Block coordinate descent by gradient steps for strictly increasing activations";
  p.citation = "Akiyama, Block Coordinate Descent for Neural Networks Provably Finds Global Minima, 2025, Algorithms 1 and 2";
  p.make_f32 = [] { return std::make_unique<BcdMonotone<float>>(); };
  p.make_f64 = [] { return std::make_unique<BcdMonotone<double>>(); };
  p.promises = gradient_bcd_promises(GradientBcdKind::monotone);
  p.make_audit = [](const ParameterList& parameters, const Problem<double>& problem) {
    return make_gradient_bcd_audit(GradientBcdKind::monotone, parameters, problem);
  };
  p.studies = studies();
  return p;
}

}  // namespace bcd::bcd_akiyama2025
