#include "algorithms/core/output_prox.hpp"

namespace bcd {

// The quadratic part of s joins the last term. What remains of s, h, acts on a convex function of one variable: an indicator
// projects that function's minimiser; h = lambda |v| shifts its centre by lambda/g towards 0 on each side, and the entry is 0
// if the minimisers of both sides' problems lie on the wrong side.
template <class T>
void output_prox(const Loss& loss, const Regulariser& s, double w, double g, ConstRef<T> B, ConstRef<T> Y, MutRef<T> V) {
  const double total = g + s.quadratic();
  const Regulariser h = s.without_quadratic();
  V = B;
  if (total != g) V *= static_cast<T>(g / total);
  if (h.kind == Regulariser::Kind::l1) {
    const T shift = static_cast<T>(h.lambda / total);
    Matrix<T> below = V.array() + shift;
    loss.template prox<T>(w, total, below, Y, below);
    V.array() -= shift;
    loss.template prox<T>(w, total, V, Y, V);
    V = V.cwiseMax(T(0)) + below.cwiseMin(T(0));  // at most one of the two is not 0
    return;
  }
  loss.template prox<T>(w, total, V, Y, V);
  if (h.kind != Regulariser::Kind::none) h.template prox<T>(1.0, V);
}

template void output_prox<float>(const Loss&, const Regulariser&, double, double, ConstRef<float>, ConstRef<float>,
                                 MutRef<float>);
template void output_prox<double>(const Loss&, const Regulariser&, double, double, ConstRef<double>, ConstRef<double>,
                                  MutRef<double>);

}  // namespace bcd
