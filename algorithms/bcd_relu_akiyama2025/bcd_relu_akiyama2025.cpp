#include "algorithms/bcd_relu_akiyama2025/bcd_relu_akiyama2025.hpp"

namespace bcd::bcd_relu_akiyama2025 {

Plugin plugin() {
  Plugin p;
  p.name = "bcd_relu_akiyama2025";
  p.title = "Block coordinate descent by gradient steps for ReLU with skip connections and projection";
  p.citation = "Akiyama, Block Coordinate Descent for Neural Networks Provably Finds Global Minima, 2025, Algorithm 3";
  p.make_f32 = [] { return std::make_unique<BcdRelu<float>>(); };
  p.make_f64 = [] { return std::make_unique<BcdRelu<double>>(); };
  p.promises = gradient_bcd_promises(GradientBcdKind::relu);
  p.make_audit = [](const ParameterList& parameters, const Problem<double>& problem) {
    return make_gradient_bcd_audit(GradientBcdKind::relu, parameters, problem);
  };
  p.studies = studies();
  return p;
}

}  // namespace bcd::bcd_relu_akiyama2025
