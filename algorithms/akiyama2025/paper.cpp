#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "algorithms/core/plugin.hpp"

namespace bcd::akiyama2025 {

std::vector<Plugin> paper() {
  const std::string citation = "Akiyama, Block Coordinate Descent for Neural Networks Provably Finds Global Minima, 2025, ";
  const auto judge = [](GradientBcdKind kind) {
    return [kind](const GradientBcdParameters& parameters, const Problem<double>& problem) {
      return make_gradient_bcd_audit(kind, parameters, problem);
    };
  };
  return {
      describe<BcdMonotone>("bcd_akiyama2025", "Block coordinate descent by gradient steps for strictly increasing activations",
                            citation + "Algorithms 1 and 2")
          .promises(gradient_bcd_promises(GradientBcdKind::monotone), judge(GradientBcdKind::monotone))
          .studies(monotone_studies()),
      describe<BcdRelu>("bcd_relu_akiyama2025",
                        "Block coordinate descent by gradient steps for ReLU with skip connections and projection",
                        citation + "Algorithm 3")
          .promises(gradient_bcd_promises(GradientBcdKind::relu), judge(GradientBcdKind::relu))
          .studies(relu_studies()),
  };
}

}  // namespace bcd::akiyama2025
