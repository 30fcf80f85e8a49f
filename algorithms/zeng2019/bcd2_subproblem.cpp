#include "algorithms/zeng2019/bcd2_subproblem.hpp"

#include <cmath>
#include <limits>

#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/core/parallel.hpp"

namespace bcd::zeng2019 {

namespace {

constexpr double kSufficient = 1e-4;       // share of the predicted decrease that a step must achieve
constexpr double kSmallestStep = 0x1p-40;  // a column whose step was halved down to here is finished
constexpr double kLargestStep = 0x1p20;
constexpr double kSteps = 20;  // descent steps of a column, roughly: how much work it is
constexpr Index kBlock = 64;   // columns solved together: their K X (m x kBlock) should stay in cache

/// H = diag(c) + gamma K^T K: the Hessian for sigma = Id, and a bound of the Gauss-Newton matrix where |sigma'| <= 1.
template <class T>
Matrix<T> curvature(const Subproblem<T>& p) {
  Matrix<T> H = static_cast<T>(p.gamma) * (p.K.transpose() * p.K);
  H.diagonal() += p.c;
  return H;
}

/// The metric of the descent steps: H itself when h = none, else a diagonal matrix >= H (row sums of |H|), in which the
/// proximal step stays entrywise.
template <class T>
struct Metric {
  Matrix<T> factor;    // Cholesky factor of H, or empty
  Vector<T> diagonal;  // row sums of |H|, or empty

  explicit Metric(const Subproblem<T>& p) {
    factor = curvature(p);
    if (p.h.kind == Regulariser::Kind::none) {
      cholesky<T>(factor);
    } else {
      diagonal = factor.cwiseAbs().rowwise().sum();
      factor.resize(0, 0);
    }
  }
};

/// Objective of the columns first, first + 1, ... at X; leaves P = K X + o and E = sigma(P) - D.
template <class T>
Vector<double> evaluate(const Subproblem<T>& p, Index first, const Matrix<T>& X, Matrix<T>& P, Matrix<T>& E) {
  P.noalias() = p.K * X;
  if (p.offset) P.colwise() += *p.offset;
  E.resize(P.rows(), P.cols());
  p.sigma.template apply<T>(P, E);
  E -= p.D.middleCols(first, X.cols());
  Vector<double> f(X.cols());
  const Vector<double> c = p.c.template cast<double>();
  for (Index j = 0; j < X.cols(); ++j) {
    const Vector<double> d = X.col(j).template cast<double>() - p.B.col(first + j).template cast<double>();
    f(j) = 0.5 * c.dot(d.cwiseAbs2()) + 0.5 * p.gamma * E.col(j).template cast<double>().squaredNorm();
    if (p.h.kind != Regulariser::Kind::none) f(j) += p.h.template value<T>(X.col(j).head(p.rows));
  }
  return f;
}

/// One block of columns with its workspace.
template <class T>
class ColumnBlock {
 public:
  ColumnBlock(const Subproblem<T>& p, const Metric<T>& metric, Index first, Index count)
      : problem_(p), metric_(metric), first_(first), count_(count) {}

  void descend(const Accuracy& accuracy, Matrix<T>& X);

 private:
  void gradient(const Matrix<T>& X, const Matrix<T>& P, const Matrix<T>& E);
  void propose(const Matrix<T>& X);
  bool accept(const Accuracy& accuracy, Matrix<T>& X);
  void adapt_steps();

  const Subproblem<T>& problem_;
  const Metric<T>& metric_;
  Index first_, count_;
  Matrix<T> P_, E_, P_new_, E_new_;  // K X + o and sigma(K X + o) - D, at X and at the proposal; m x count
  Matrix<T> G_, G_old_, S_, R_;      // gradient of all but h, before the step; the step; p x count. R_: m x count
  Matrix<T> X_new_;
  Vector<double> f_, f_new_, t_, q_;  // objective, step lengths, q = |step|^2 in the metric, per column
  std::vector<char> moved_, done_;
};

/// G = c (X - B) + gamma K^T (E .* sigma'(P)).
template <class T>
void ColumnBlock<T>::gradient(const Matrix<T>& X, const Matrix<T>& P, const Matrix<T>& E) {
  R_ = E;
  problem_.sigma.template multiply_by_derivative<T>(P, R_);
  G_.noalias() = static_cast<T>(problem_.gamma) * (problem_.K.transpose() * R_);
  G_ += problem_.c.asDiagonal() * (X - problem_.B.middleCols(first_, count_));
}

/// S = (proximal) gradient step of length t in the metric; q = |S|^2 in the metric. The model predicts that the objective falls
/// by at least q/(2t).
template <class T>
void ColumnBlock<T>::propose(const Matrix<T>& X) {
  if (metric_.diagonal.size() == 0) {
    S_ = -G_;
    cholesky_solve_left<T>(metric_.factor, S_);
    for (Index j = 0; j < count_; ++j) {
      q_(j) = -t_(j) * t_(j) * S_.col(j).template cast<double>().dot(G_.col(j).template cast<double>());
      S_.col(j) *= static_cast<T>(t_(j));
    }
    X_new_ = X + S_;
    return;
  }
  for (Index j = 0; j < count_; ++j) {
    q_(j) = 0;
    for (Index k = 0; k < X.rows(); ++k) {
      const double m = static_cast<double>(metric_.diagonal(k));
      const double x = static_cast<double>(X(k, j)) - t_(j) * static_cast<double>(G_(k, j)) / m;
      X_new_(k, j) = static_cast<T>(k < problem_.rows ? problem_.h.prox(m / t_(j), x) : x);
      const double s = static_cast<double>(X_new_(k, j)) - static_cast<double>(X(k, j));
      S_(k, j) = static_cast<T>(s);
      q_(j) += m * s * s;
    }
  }
}

/// Moves the columns whose objective falls enough and shortens the step of the others. False when every column is finished.
template <class T>
bool ColumnBlock<T>::accept(const Accuracy& accuracy, Matrix<T>& X) {
  bool active = false;
  for (Index j = 0; j < count_; ++j) {
    const auto at = static_cast<std::size_t>(j);
    moved_[at] = 0;
    if (done_[at]) continue;
    if (f_new_(j) <= f_(j) - kSufficient * q_(j) / t_(j)) {
      // The squared (proximal) gradient in the metric, q/t^2, measures how far from stationary the column was.
      done_[at] = q_(j) <= accuracy.tolerance * t_(j) * t_(j) * f_(j) && std::isfinite(f_(j));
      moved_[at] = 1;
      X.col(j) = X_new_.col(j);
      P_.col(j) = P_new_.col(j);
      E_.col(j) = E_new_.col(j);
      f_(j) = f_new_(j);
    } else {
      t_(j) *= 0.5;
      done_[at] = t_(j) < kSmallestStep;
    }
    active = active || !done_[at];
  }
  return active;
}

/// Barzilai and Borwein: t = <S, S>_metric / <S, change of gradient> for the columns that moved; doubled on negative curvature.
template <class T>
void ColumnBlock<T>::adapt_steps() {
  for (Index j = 0; j < count_; ++j) {
    if (!moved_[static_cast<std::size_t>(j)]) continue;
    const double sy = S_.col(j).template cast<double>().dot((G_.col(j) - G_old_.col(j)).template cast<double>());
    const double t = sy > 0 ? q_(j) / sy : 2 * t_(j);
    t_(j) = std::clamp(t, kSmallestStep, kLargestStep);
  }
}

template <class T>
void ColumnBlock<T>::descend(const Accuracy& accuracy, Matrix<T>& X) {
  f_ = evaluate(problem_, first_, X, P_, E_);
  t_ = Vector<double>::Ones(count_);
  q_.resize(count_);
  S_.resize(X.rows(), count_);
  X_new_.resize(X.rows(), count_);
  moved_.assign(static_cast<std::size_t>(count_), 0);
  done_.assign(static_cast<std::size_t>(count_), 0);
  gradient(X, P_, E_);
  for (std::int64_t k = 0; k < accuracy.iterations; ++k) {
    propose(X);
    f_new_ = evaluate(problem_, first_, X_new_, P_new_, E_new_);
    if (!accept(accuracy, X)) return;
    G_old_ = G_;
    gradient(X, P_, E_);
    adapt_steps();
  }
}

/// sigma = Id: H X = c B + gamma K^T (D - o), by Cholesky, or by coordinate descent when h is not none.
template <class T>
void minimise_linear(const Subproblem<T>& p, const Accuracy& accuracy, Matrix<T>& X) {
  Matrix<T> H = curvature(p);
  Matrix<T> rest = p.D;
  if (p.offset) rest.colwise() -= *p.offset;
  Matrix<T> rhs = static_cast<T>(p.gamma) * (p.K.transpose() * rest);
  rhs += p.c.asDiagonal() * p.B;
  if (p.h.kind == Regulariser::Kind::none) {
    cholesky<T>(H);
    cholesky_solve_left<T>(H, rhs);
    X = rhs;  // a copy, not a swap: others hold windows on X
    return;
  }
  const double scale = static_cast<double>(rhs.cwiseAbs().maxCoeff());
  Matrix<T> G = H * X - rhs;
  const auto prox = [&](Index k, double g, double b) { return k < p.rows ? p.h.prox(g, b) : b; };
  coordinate_descent<T>(H, G, X, prox, accuracy.tolerance * scale, static_cast<int>(accuracy.iterations));
}

template <class T>
void minimise_by_columns(const Subproblem<T>& p, const Accuracy& accuracy, Matrix<T>& X) {
  const Metric<T> metric(p);
  for_columns(
      X.cols(), kSteps * 2 * product_work(p.K.rows(), p.K.cols()),
      [&](Index first, Index count, int) {
        Matrix<T> part = X.middleCols(first, count);
        ColumnBlock<T>(p, metric, first, count).descend(accuracy, part);
        X.middleCols(first, count) = part;
      },
      kBlock);
}

}  // namespace

template <class T>
void minimise(const Subproblem<T>& p, const Accuracy& accuracy, Matrix<T>& X) {
  if (p.sigma.kind == Activation::Kind::linear)
    minimise_linear(p, accuracy, X);
  else
    minimise_by_columns(p, accuracy, X);
}

template <class T>
Vector<double> objective(const Subproblem<T>& p, const Matrix<T>& X) {
  Matrix<T> P, E;
  return evaluate<T>(p, 0, X, P, E);
}

template void minimise<float>(const Subproblem<float>&, const Accuracy&, Matrix<float>&);
template void minimise<double>(const Subproblem<double>&, const Accuracy&, Matrix<double>&);
template Vector<double> objective<float>(const Subproblem<float>&, const Matrix<float>&);
template Vector<double> objective<double>(const Subproblem<double>&, const Matrix<double>&);

}  // namespace bcd::zeng2019
