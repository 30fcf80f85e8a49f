#include "algorithms/wang2018/fista.hpp"

#include <cmath>

namespace bcd::wang2018 {

namespace {

/// G = S softmax(Z) - Y with S the sum of a sample's targets. Samples are ROWS here: every operation runs over a contiguous
/// column of as many samples as the block has, where a sample's ten classes would not fill two vectors.
template <class T>
void cross_entropy_gradient(const Matrix<T>& Z, const Matrix<T>& Y, const Vector<T>& S, Vector<T>& scratch, Matrix<T>& G) {
  scratch = Z.col(0);
  for (Index c = 1; c < Z.cols(); ++c) scratch = scratch.cwiseMax(Z.col(c));
  for (Index c = 0; c < Z.cols(); ++c) G.col(c) = Z.col(c) - scratch;
  G.array() = G.array().exp();
  scratch = G.col(0);
  for (Index c = 1; c < Z.cols(); ++c) scratch += G.col(c);
  scratch = S.cwiseQuotient(scratch);
  for (Index c = 0; c < Z.cols(); ++c) G.col(c) = G.col(c).cwiseProduct(scratch) - Y.col(c);
}

}  // namespace

template <class T>
int fista(const Loss& loss, double w, double rho, ConstRef<T> P, ConstRef<T> Y, double tolerance, int iterations, MutRef<T> Z) {
  const double inverse_step = w * loss.gradient_lipschitz();  // 1/eta
  const T keep = static_cast<T>(inverse_step / (rho + inverse_step)), slope = static_cast<T>(w / (rho + inverse_step));
  // small: one block of columns, transposed; the other losses act entry by entry, whatever the layout
  const Matrix<T> pull = static_cast<T>(rho / (rho + inverse_step)) * P.transpose(), y = Y.transpose();
  const Vector<T> S = y.rowwise().sum();
  Matrix<T> z = Z.transpose(), point = z, zeta(z.rows(), z.cols()), G(z.rows(), z.cols());
  Vector<T> scratch(z.rows());
  double t = 1;
  int k = 0;
  while (k < iterations) {
    ++k;
    if (loss.kind == Loss::Kind::cross_entropy)
      cross_entropy_gradient<T>(point, y, S, scratch, G);
    else
      loss.template gradient<T>(point, y, G);
    zeta = pull + keep * point - slope * G;
    const T moved = (zeta - point).cwiseAbs().maxCoeff();
    const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
    point = zeta + static_cast<T>((t - 1) / next) * (zeta - z);
    z.swap(zeta);
    t = next;
    if (!(static_cast<double>(moved) > tolerance * (1 + static_cast<double>(z.cwiseAbs().maxCoeff())))) break;
  }
  Z = z.transpose();
  return k;
}

template int fista<float>(const Loss&, double, double, ConstRef<float>, ConstRef<float>, double, int, MutRef<float>);
template int fista<double>(const Loss&, double, double, ConstRef<double>, ConstRef<double>, double, int, MutRef<double>);

}  // namespace bcd::wang2018
