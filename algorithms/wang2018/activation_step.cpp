// a_l by a quadratic model with backtracking inside the box: Wang et al. 2018, (6) and Algorithm 3.
// With D = a - abar the test phi(a) <= Q(a; tau) reads rho |W_{l+1} D|^2 <= sum tau_ij D_ij^2.
//
// Algorithm 3 as printed looks for t with abar - g/t inside the box: an entry on its bound with g pointing outwards has none.
// (6) itself asks for the minimiser over the box, which is the projection; a_update = printed keeps the letter.
#include <cmath>

#include "algorithms/core/parallel.hpp"
#include "algorithms/wang2018/dlam.hpp"

namespace bcd::wang2018 {

namespace {

constexpr Index kChunk = 16 * kColumnBlock;  // columns between two looks at the sum so far
constexpr int kPrintedTrials = 60;           // Algorithm 3, line 1: trials for a feasible t before a_l stays

}  // namespace

// gradient_ = g = -rho W' (z_{l+1} - W a - b) at a = from, with the next layer's old W, b, z.
template <class T>
void Dlam<T>::activation_gradient(int l, const Matrix<T>& from) {
  const Matrix<T>& W = weights_.W[at(l + 1)];
  for_columns(problem_->n(), 2 * product_work(W.rows(), W.cols()), [&](Index first, Index count, int thread) {
    auto r = block(0, thread, W.rows(), count);
    r.noalias() = W * from.middleCols(first, count);
    r.colwise() += weights_.b[at(l + 1)];
    r -= z_[at(l + 1)].middleCols(first, count);
    gradient(l).middleCols(first, count).noalias() = static_cast<T>(parameters_.rho) * (W.transpose() * r);
  });
}

template <class T>
void Dlam<T>::activation_trial(int l, const Matrix<T>& from, T t, Index first, Index count, MutRef<T> trial) const {
  const T eps = eps_(0, 0);
  net_->sigma(l).template apply<T>(z_[at(l)].middleCols(first, count), trial);  // the centre of the box
  const auto project = [eps](Index entries, T* x, const T* start, const T* g, const T* inverse, Index stride) {
#pragma omp simd
    for (Index i = 0; i < entries; ++i) {
      const T moved = start[i] - g[i] * inverse[i * stride], lo = x[i] - eps, hi = x[i] + eps;
      const T raised = moved < lo ? lo : moved;
      x[i] = raised > hi ? hi : raised;
    }
  };
  const Index d = trial.rows();
  const T *start = from.data() + first * d, *g = gradient_.data() + first * d;
  if (parameters_.tau != DlamParameters::Tau::entry && trial.outerStride() == d) {
    const T inverse = 1 / t;
    return project(d * count, trial.data(), start, g, &inverse, 0);
  }
  const Vector<T> inverse = (t * tau_shape_).cwiseInverse();
  for (Index j = 0; j < count; ++j) project(d, trial.col(j).data(), start + j * d, g + j * d, inverse.data(), 1);
}

// The test, without the pass over all samples where it fails: |W D|^2 only grows while it is summed up.
template <class T>
bool Dlam<T>::activation_accepts(int l, const Matrix<T>& from, T t) {
  const Matrix<T>& W = weights_.W[at(l + 1)];
  const Index n = problem_->n(), d = net_->d(l);
  std::vector<Vector<T>>&trials = blocks_[0], &images = blocks_[1];
  const auto move = [&](Index first, Index count, int thread) {
    auto D = Eigen::Map<Matrix<T>>(trials[at(thread)].data(), d, count);
    activation_trial(l, from, t, first, count, D);
    D -= from.middleCols(first, count);
    return D;
  };
  const double work = kEntryWork * static_cast<double>(d);
  const double size = sum_over_samples(n, work, [&](Index first, Index count, int thread) {
    const auto D = move(first, count, thread);
    return static_cast<double>(parameters_.tau == DlamParameters::Tau::entry ? tau_shape_.dot(D.cwiseAbs2().rowwise().sum())
                                                                             : D.squaredNorm());
  });
  const double limit = static_cast<double>(t) * size;
  double curvature = 0;
  for (Index start = 0; start < n && !(curvature > limit); start += kChunk) {
    curvature += parameters_.rho * sum_over_samples(std::min(kChunk, n - start), work + product_work(W.rows(), d),
                                                    [&](Index first, Index count, int thread) {
                                                      const auto D = move(start + first, count, thread);
                                                      auto image =
                                                          Eigen::Map<Matrix<T>>(images[at(thread)].data(), W.rows(), count);
                                                      image.noalias() = W * D;
                                                      return static_cast<double>(image.squaredNorm());
                                                    });
  }
  return !(curvature > limit);
}

// a_l <- the projected step from `from`, tau the first mu rho eta^j that passes the test; gradient_ holds the gradient there.
template <class T>
void Dlam<T>::activation_step(int l, const Matrix<T>& from) {
  T t = static_cast<T>(parameters_.mu * parameters_.rho);
  while (!activation_accepts(l, from, t)) t *= static_cast<T>(parameters_.eta);
  for_columns(problem_->n(), kEntryWork * static_cast<double>(net_->d(l)), [&](Index first, Index count, int thread) {
    auto trial = block(0, thread, net_->d(l), count);
    activation_trial(l, from, t, first, count, trial);
    a_[at(l)].middleCols(first, count) = trial;
  });
  if (parameters_.tau == DlamParameters::Tau::entry)
    tau_[at(l)] = t * tau_shape_;
  else
    tau_[at(l)](0, 0) = t;
}

// phi splits into samples, so each may have its own tau.
template <class T>
void Dlam<T>::activation_step_by_sample(int l, const Matrix<T>& from) {
  const Matrix<T>& W = weights_.W[at(l + 1)];
  const T rho = static_cast<T>(parameters_.rho);
  for_columns(problem_->n(), 20 * product_work(W.rows(), W.cols()), [&](Index first, Index count, int thread) {
    auto trial = block(0, thread, net_->d(l), count);
    auto image = block(1, thread, W.rows(), count);
    for (Index j = 0; j < count; ++j) {
      const auto start = from.col(first + j);
      T t = static_cast<T>(parameters_.mu) * rho;
      for (;; t *= static_cast<T>(parameters_.eta)) {
        activation_trial(l, from, t, first + j, 1, trial.middleCols(j, 1));
        image.col(j).noalias() = W * (trial.col(j) - start);
        if (!(rho * image.col(j).squaredNorm() > t * (trial.col(j) - start).squaredNorm())) break;
      }
      tau_[at(l)](0, first + j) = t;
    }
    a_[at(l)].middleCols(first, count) = trial;
  });
}

// Algorithm 3 to the letter: t grows until a - g/t is feasible in EVERY entry, then until the test holds. False without such t.
template <class T>
bool Dlam<T>::activation_step_printed(int l) {
  const Matrix<T>& a = a_[at(l)];
  const auto g = gradient(l);
  T t = static_cast<T>(parameters_.mu * parameters_.rho);
  for (int trial = 0; trial < kPrintedTrials; ++trial, t *= static_cast<T>(parameters_.eta)) {
    Matrix<T> h(a.rows(), a.cols());
    net_->sigma(l).template apply<T>(z_[at(l)], h);
    const Matrix<T> moved = a - g / t, D = moved - a;
    const bool feasible = ((moved - h).cwiseAbs().array() <= eps_(0, 0)).all();
    if (!feasible || parameters_.rho * (weights_.W[at(l + 1)] * D).squaredNorm() > t * D.squaredNorm()) continue;
    a_[at(l)] = moved;
    tau_[at(l)].setConstant(t);
    return true;
  }
  return false;
}

/// F now minus F with a_l = old.
template <class T>
double Dlam<T>::activation_gain(int l, const Matrix<T>& old) const {
  const Matrix<T>& W = weights_.W[at(l + 1)];
  return parameters_.rho * sum_over_samples(problem_->n(), 2 * product_work(W.rows(), W.cols()), [&](Index first, Index count) {
           const auto before = old.middleCols(first, count);
           const Matrix<T> r = (z_[at(l + 1)].middleCols(first, count) - W * before).colwise() - weights_.b[at(l + 1)];
           const Matrix<T> moved = W * (a_[at(l)].middleCols(first, count) - before);
           return 0.5 * static_cast<double>(moved.squaredNorm()) - static_cast<double>(r.cwiseProduct(moved).sum());
         });
}

template <class T>
void Dlam<T>::update_a(int l) {
  using Tau = DlamParameters::Tau;
  const Matrix<T>& next = weights_.W[at(l + 1)];
  if (parameters_.tau == Tau::entry)  // diag(s) - W'W is positive semidefinite
    tau_shape_ = scaled_shape<T>((next.transpose() * next).cwiseAbs().rowwise().sum());
  else
    tau_shape_ = Vector<T>::Ones(net_->d(l));
  const auto step_from = [&](const Matrix<T>& from) {
    activation_gradient(l, from);
    parameters_.tau == Tau::sample ? activation_step_by_sample(l, from) : activation_step(l, from);
  };
  Matrix<T>& a = a_[at(l)];
  if (parameters_.a_update == DlamParameters::ActivationUpdate::printed) {
    activation_gradient(l, a);
    if (!activation_step_printed(l)) tau_[at(l)].setConstant(std::numeric_limits<T>::infinity());
  } else if (!accelerated_ || omega_ == 0) {
    if (accelerated_) a_before_[at(l)] = a;
    step_from(a);
  } else {
    auto& from = extrapolated_;
    from.resize(a.rows(), a.cols());
    from = a + static_cast<T>(omega_) * (a - a_before_[at(l)]);
    a_before_[at(l)] = a;
    step_from(from);
    if (activation_gain(l, a_before_[at(l)]) >= 0) {
      ++safeguards_;
      step_from(a_before_[at(l)]);
    }
  }
}

template void Dlam<float>::update_a(int);
template void Dlam<double>::update_a(int);

}  // namespace bcd::wang2018
