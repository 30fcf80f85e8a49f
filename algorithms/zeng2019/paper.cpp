#include "algorithms/core/plugin.hpp"
#include "algorithms/zeng2019/bcd2.hpp"
#include "algorithms/zeng2019/bcd3.hpp"

namespace bcd::zeng2019 {

std::vector<Plugin> paper() {
  std::vector<Study> studies = lemma14_studies();
  for (Study& study : statement_studies()) studies.push_back(std::move(study));
  const std::string citation =
      "Zeng, Lau, Lin, Yao: Global Convergence of Block Coordinate Descent in Deep Learning, ICML 2019, arXiv 1803.00225, ";
  return {
      describe<Bcd2>("bcd2_zeng2019", "Block coordinate descent, two-splitting formulation", citation + "Algorithm 1")
          .promises(bcd2_promises(), make_bcd2_audit)
          .studies(algorithm1_studies()),
      describe<Bcd3>("bcd3_zeng2019", "Proximal block coordinate descent, three-splitting (Algorithm 2)",
                     citation + "Algorithm 2")
          .promises(three_splitting_promises(), make_three_splitting_audit)
          .studies(studies),
      describe<BcdResnet>("bcd_resnet_zeng2019", "Proximal block coordinate descent for residual networks (Algorithm 3)",
                          citation + "(3.4) and Algorithm 3 (reconstructed from (3.4): its listing is in an appendix)")
          .promises(three_splitting_promises(), make_three_splitting_audit),
  };
}

}  // namespace bcd::zeng2019
