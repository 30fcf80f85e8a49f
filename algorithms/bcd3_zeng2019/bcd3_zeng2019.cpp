#include "algorithms/bcd3_zeng2019/bcd3_zeng2019.hpp"

namespace bcd::bcd3_zeng2019 {

template <class T>
std::string Bcd3<T>::not_applicable(const Problem<T>& problem) const {
  if (problem.net.any_skip()) return "Algorithm 2 has no skip connections; bcd_resnet_zeng2019 (Algorithm 3) has";
  return ThreeSplitting<T>::not_applicable(problem);
}

template class Bcd3<float>;
template class Bcd3<double>;

Plugin plugin() {
  Plugin p;
  p.name = "bcd3_zeng2019";
  p.title = "Proximal block coordinate descent, three-splitting (Algorithm 2)";
  p.citation =
      "Zeng, Lau, Lin, Yao: Global Convergence of Block Coordinate Descent in Deep Learning, ICML 2019, arXiv 1803.00225, "
      "Algorithm 2";
  p.make_f32 = [] { return std::make_unique<Bcd3<float>>(); };
  p.make_f64 = [] { return std::make_unique<Bcd3<double>>(); };
  p.promises = three_splitting_promises();
  p.make_audit = make_three_splitting_audit;
  p.studies = studies();
  return p;
}

}  // namespace bcd::bcd3_zeng2019
