// Second derivatives of the loss in one block: the Hessian, and the roots of its Gauss-Newton part.
#include <cmath>

#include "algorithms/core/parallel.hpp"
#include "algorithms/ghauch2018/block_model.hpp"

namespace bcd::ghauch2018 {

namespace {

using Window = Eigen::Map<Matrix<double>>;
/// Symmetric d x d matrices are packed by the columns of their lower triangle: entry (i, k), i >= k, is at
/// packed(k, d) + i - k.
Index packed(Index k, Index d) { return k * d - k * (k - 1) / 2; }
Index pairs(Index d) { return d * (d + 1) / 2; }

/// Rows b d.. and columns a d.. of H, b >= a, from a packed symmetric matrix; of the diagonal block the lower triangle only.
void place(const double* block, Index d, Index b, Index a, MutRef<double> H) {
  for (Index k = 0; k < d; ++k) {
    double* column = &H(b * d, a * d + k);
    const double* lower = block + packed(k, d);
    for (Index i = k; i < d; ++i) column[i] = lower[i - k];
    if (b == a) continue;
    for (Index i = 0; i < k; ++i) column[i] = block[packed(i, d) + k - i];
  }
}

}  // namespace

template <class T>
void BlockModel<T>::reserve_curvature(Curvature curvature) {
  CurvatureMemory& c = memory_;
  const int J = net_.N();
  const Index room = Z_[at(J)].cols(), r = loss_.root_columns(net_.d(J));
  if (c.threads == threads() && (curvature == Curvature::exact || !c.roots.empty())) return;
  c.threads = threads();
  c.W.resize(at(J + 1));
  c.M = c.WM = c.W;
  c.s.resize(at(J + 1));
  c.slope = c.s;
  Index phi = 0, inputs_max = 0, part = 0, gradient = 0;
  for (int l = 0; l <= J; ++l) {
    const Index d = net_.d(l);
    c.slope[at(l)].resize(d);
    c.M[at(l)].resize(d, l == 0 ? 0 : d);
    if (l == 0) continue;
    c.W[at(l)].resize(d, net_.d(l - 1));
    c.WM[at(l)].resize(net_.d(l - 1), d);
    c.s[at(l)].resize(d);
    phi = std::max(phi, pairs(d));
    inputs_max = std::max(inputs_max, inputs(l));
    part = std::max(part, pairs(d) * inputs(l));
    gradient = std::max(gradient, d * inputs(l));
  }
  c.loss_slope.resize(net_.d(J), room);
  c.G.resize(gradient, 1);
  c.C.resize(net_.d(J), r);
  c.h.resize(net_.d(J));
  c.y.resize(net_.d(J));
  c.Phi.resize(phi * room);
  c.z.resize(inputs_max * room);
  c.weighted.resize(inputs_max * room * c.threads);
  c.part.resize(part * c.threads);
  if (curvature == Curvature::exact) return;
  c.roots.resize(at(J + 1));
  for (int l = 1; l <= J; ++l) c.roots[at(l)].resize(net_.d(l), room * r);
}

/// exp(|R|^2/(cN)) of the exponential loss.
template <class T>
double BlockModel<T>::outer_scale(ConstRef<T> Y) const {
  return loss_.has_outer_term() ? std::exp(squared_error(Y) / (loss_.c * static_cast<double>(m_))) : 1;
}

/// Phi(:, n) = the second derivative of sample n's loss in u_jn (d_j x d_j, packed), by the recursion
///   Phi_l = D M_l D + diag(sigma_l''(u_l) o dl/dz_l),  M_{l-1} = W_l^T Phi_l W_l,  D = diag(sigma_l'(u_l)),
/// from M_J, the loss's own second derivative; Gauss-Newton leaves the diagonal term out. dl/dz_l = W_{l+1}^T Delta_{l+1}.
template <class T>
void BlockModel<T>::sample_curvatures(const Weights<T>& weights, ConstRef<T> Y, int j, Curvature curvature,
                                      MutRef<double> Phi) {
  CurvatureMemory& c = memory_;
  const int J = net_.N();
  const double scale = outer_scale(Y);
  loss_.gradient<T>(output(), Y, c.loss_slope.leftCols(m_));
  for (int l = j + 1; l <= J; ++l) c.W[at(l)] = weights.W[at(l)].template cast<double>();
  for (Index n = 0; n < m_; ++n) {
    c.h = Z_[at(J)].col(n).template cast<double>();
    c.y = Y.col(n).template cast<double>();
    loss_.curvature_root(c.h, c.y, static_cast<double>(m_), scale, c.C);
    c.M[at(J)].noalias() = c.C * c.C.transpose();
    c.slope[at(J)] = c.loss_slope.col(n).template cast<double>();
    for (int l = J; l >= j; --l) {
      Matrix<double>& M = c.M[at(l)];
      Vector<double>&s = c.s[at(l)], &slope = c.slope[at(l)];
      s = S_[at(l)].col(n).template cast<double>();
      M.array().colwise() *= s.array();
      M.array().rowwise() *= s.transpose().array();
      if (curvature == Curvature::exact)
        for (Index i = 0; i < M.rows(); ++i)
          M(i, i) += net_.sigma(l).second_derivative(static_cast<double>(U_[at(l)](i, n))) * slope(i);
      if (l == j) break;
      const Matrix<double>& W = c.W[at(l)];
      c.WM[at(l)].noalias() = W.transpose() * M;
      c.M[at(l - 1)].noalias() = c.WM[at(l)] * W;
      s.array() *= slope.array();
      c.slope[at(l - 1)].noalias() = W.transpose() * s;
    }
    const Matrix<double>& M = c.M[at(j)];
    const Index d = M.rows();
    for (Index k = 0; k < d; ++k) Phi.col(n).segment(packed(k, d), d - k) = M.col(k).tail(d - k);
  }
}

template <class T>
ConstRef<double> BlockModel<T>::block_inputs(ConstRef<T> X, int j) {
  Window z(memory_.z.data(), inputs(j), m_);
  z.topRows(net_.d(j - 1)) = Z(j - 1, X).template cast<double>();
  if (net_.bias) z.bottomRows(1).setOnes();
  return z;
}

/// H[(i,a),(k,b)] = sum_n z_n[a] z_n[b] Phi_n[i,k], z_n the input of layer j (with the bias's 1). Both factors are symmetric:
/// for each a the packed Phi (d (d + 1)/2 x N) is multiplied with z[b] z[a], b >= a. These are d^2 p^2 N/4 multiplications, a
/// quarter of the full sum's.
template <class T>
void BlockModel<T>::hessian_lower(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Curvature curvature,
                                  MutRef<double> H) {
  reserve_curvature(Curvature::exact);
  const Index d = net_.d(j), p = inputs(j);
  Window Phi(memory_.Phi.data(), pairs(d), m_);
  sample_curvatures(weights, Y, j, curvature, Phi);
  const ConstRef<double> z = block_inputs(X, j);
  const Index weighted_room = memory_.weighted.size() / memory_.threads, part_room = memory_.part.size() / memory_.threads;
  for_columns(
      p, product_work(pairs(d), m_) * static_cast<double>(p) / 2,
      [&](Index first, Index count, int thread) {
        for (Index a = first; a < first + count; ++a) {
          Window weighted(memory_.weighted.data() + thread * weighted_room, p - a, m_);
          Window part(memory_.part.data() + thread * part_room, pairs(d), p - a);
          weighted = z.bottomRows(p - a).array().rowwise() * z.row(a).array();
          part.noalias() = Phi * weighted.transpose();
          for (Index b = a; b < p; ++b) place(part.col(b - a).data(), d, b, a, H);
        }
      },
      1);
  if (loss_.has_outer_term()) {
    Eigen::Map<Vector<double>> g(memory_.part.data(), d * p);
    outer_root(weights, X, Y, j, g);
    H.template selfadjointView<Eigen::Lower>().rankUpdate(g);
  }
}

template <class T>
void BlockModel<T>::hessian(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Curvature curvature,
                            Matrix<double>& H) {
  H.resize(net_.d(j) * inputs(j), net_.d(j) * inputs(j));
  hessian_lower(weights, X, Y, j, curvature, H);
  for (Index k = 1; k < H.cols(); ++k) H.col(k).head(k) = H.row(k).head(k).transpose();
}

/// A_J = sigma_J'(U_J) o C, A_{l-1} = (W_l^T A_l) o sigma_{l-1}'(U_{l-1}): back-propagation of the loss's curvature roots.
template <class T>
ConstRef<double> BlockModel<T>::curvature_roots(const Weights<T>& weights, ConstRef<T> Y, int j) {
  reserve_curvature(Curvature::gauss_newton);
  CurvatureMemory& c = memory_;
  const int J = net_.N();
  const Index r = loss_.root_columns(net_.d(J));
  const double scale = outer_scale(Y);
  for (Index n = 0; n < m_; ++n) {
    c.h = Z_[at(J)].col(n).template cast<double>();
    c.y = Y.col(n).template cast<double>();
    loss_.curvature_root(c.h, c.y, static_cast<double>(m_), scale, c.C);
    for (Index o = 0; o < r; ++o) c.roots[at(J)].col(o * m_ + n) = c.C.col(o);
  }
  for (int l = J; l >= j; --l) {
    auto A = c.roots[at(l)].leftCols(r * m_);
    if (l < J) {
      c.W[at(l + 1)] = weights.W[at(l + 1)].template cast<double>();
      A.noalias() = c.W[at(l + 1)].transpose() * c.roots[at(l + 1)].leftCols(r * m_);
    }
    for (Index o = 0; o < r; ++o) A.middleCols(o * m_, m_).array() *= S_[at(l)].leftCols(m_).template cast<double>().array();
  }
  return c.roots[at(j)].leftCols(r * m_);
}

template <class T>
void BlockModel<T>::outer_root(const Weights<T>& weights, ConstRef<T> X, ConstRef<T> Y, int j, Eigen::Ref<Vector<double>> g) {
  Eigen::Map<Matrix<T>> G(memory_.G.data(), net_.d(j), inputs(j));
  gradient(weights, X, Y, j, G);
  g = G.reshaped().template cast<double>() / std::sqrt(loss(Y));
}

#define BCD_INSTANTIATE(T)                                                                                                 \
  template void BlockModel<T>::reserve_curvature(Curvature);                                                               \
  template void BlockModel<T>::hessian_lower(const Weights<T>&, ConstRef<T>, ConstRef<T>, int, Curvature, MutRef<double>); \
  template void BlockModel<T>::hessian(const Weights<T>&, ConstRef<T>, ConstRef<T>, int, Curvature, Matrix<double>&);      \
  template ConstRef<double> BlockModel<T>::curvature_roots(const Weights<T>&, ConstRef<T>, int);                           \
  template ConstRef<double> BlockModel<T>::block_inputs(ConstRef<T>, int);                                                 \
  template void BlockModel<T>::outer_root(const Weights<T>&, ConstRef<T>, ConstRef<T>, int, Eigen::Ref<Vector<double>>);
BCD_INSTANTIATE(float)
BCD_INSTANTIATE(double)
#undef BCD_INSTANTIATE

}  // namespace bcd::ghauch2018
