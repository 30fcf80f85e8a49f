#include "algorithms/core/dlam/fista.hpp"

#include <cmath>

namespace bcd {

namespace {

/// G = S softmax(Z) - Y per column, S the sum of the column of Y: the whole block at once, so that exp is vectorised.
template <class T>
void cross_entropy_gradient(const Matrix<T>& Z, ConstRef<T> Y, Matrix<T>& G) {
  for (Index j = 0; j < Z.cols(); ++j) G.col(j).array() = Z.col(j).array() - Z.col(j).maxCoeff();
  G.array() = G.array().exp();
  for (Index j = 0; j < Z.cols(); ++j) G.col(j) = G.col(j) * (Y.col(j).sum() / G.col(j).sum()) - Y.col(j);
}

}  // namespace

template <class T>
int fista(const Loss& loss, double w, double rho, ConstRef<T> P, ConstRef<T> Y, double tolerance, int iterations, MutRef<T> Z) {
  const double inverse_step = w * loss.gradient_lipschitz();  // 1/eta
  const T keep = static_cast<T>(inverse_step / (rho + inverse_step)), pull = static_cast<T>(rho / (rho + inverse_step));
  const T slope = static_cast<T>(w / (rho + inverse_step));
  Matrix<T> point = Z, zeta(Z.rows(), Z.cols()), G(Z.rows(), Z.cols());  // small: one block of columns
  double t = 1;
  int k = 0;
  while (k < iterations) {
    ++k;
    if (loss.kind == Loss::Kind::cross_entropy)
      cross_entropy_gradient<T>(point, Y, G);
    else
      loss.template gradient<T>(point, Y, G);
    zeta = pull * P + keep * point - slope * G;
    const T moved = (zeta - point).cwiseAbs().maxCoeff();
    const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    point = zeta + static_cast<T>((t - 1) / next) * (zeta - Z);
    Z = zeta;
    t = next;
    if (!(static_cast<double>(moved) > tolerance * (1 + static_cast<double>(Z.cwiseAbs().maxCoeff())))) break;
  }
  return k;
}

template int fista<float>(const Loss&, double, double, ConstRef<float>, ConstRef<float>, double, int, MutRef<float>);
template int fista<double>(const Loss&, double, double, ConstRef<double>, ConstRef<double>, double, int, MutRef<double>);

}  // namespace bcd
