// DLAM (Wang, Yu, Chen, Zhao 2018, Algorithms 1-3) and mDLAM (Wang et al. 2022): the updates that both share.
//
//   F(W, b, z, a) = R(z_L; y) + sum_l Omega(W_l) + sum_l rho/2 |z_l - W_l a_{l-1} - b_l|^2
//                   + sum_{l<L} I(h_l(z_l) - eps <= a_l <= h_l(z_l) + eps),   a_0 = x                          (Problem 2)
//
// Here with n samples (columns) and widths d_l; the paper writes one neuron and one sample.
#pragma once

#include <vector>

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/plugin.hpp"
#include "algorithms/core/regulariser.hpp"

namespace bcd::wang2018 {

struct DlamParameters {
  enum class Theta { block, row, entry };
  enum class Tau { block, sample, entry };
  enum class OutputUpdate { fista, exact };
  enum class ActivationUpdate { projected, printed };

  double rho = 0.1;
  double eps = 0.1;
  double eps_factor = 1;
  double eps_min = 1e-3;
  Regulariser omega;
  Theta theta = Theta::block;
  double nu = 1e-3, gamma = 2;
  Tau tau = Tau::block;
  double mu = 1e-3, eta = 2;
  OutputUpdate output_update = OutputUpdate::fista;
  std::int64_t fista_iterations = 200;
  double fista_tolerance = 1e-5;
  ActivationUpdate a_update = ActivationUpdate::projected;
  double start_noise = 0;

  void fields(ParameterList& list);
};

/// State: W_l, b_l, z_l, a_l, theta_l, tau_l as they came out of the last sweep, eps; with acceleration also the iterates
/// before the last and s. theta_l is 1 x 1, d_l x 1 or 1 x d_{l-1} and tau_l 1 x 1, 1 x n or d_l x 1, to be repeated over the
/// block. Blocks: "W", "b", "z" and "a" with their layer.
template <class T>
class Dlam : public Algorithm<T> {
 public:
  using Parameters = DlamParameters;
  explicit Dlam(bool accelerated = false);

  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// eps; output_loss = R(z_L); with acceleration: safeguards, the block steps of the sweep that were done again.
  void measure(Measurements& row) const override;

  /// Of a sweep with one trial of every backtracking and no safeguard: how often these come depends on the data.
  std::optional<StepCost> cost() const override;
  /// Bytes of sample-sized matrices that a sweep has to move at least: the input once, each other array as often as a pass
  /// reads or writes it, one trial of every backtracking.
  double bytes_per_sweep() const;

 private:
  const Matrix<T>& A(int l) const { return l == 0 ? *problem_->X : a_[at(l)]; }
  int L() const { return net_->N(); }

  // One function per line of Algorithm 1, then what they share.
  void update_W(int l);
  void update_b(int l);
  void update_z(int l);
  void update_a(int l);

  void gather(int l);
  /// The moments of layer l. residual_of(first, count, thread) makes R of these samples; `work`: of it, a sample.
  template <class Residual>
  void sum_moments(int l, double work, Residual&& residual_of);
  static void add_input_moments(ConstRef<T> a, T* gram, T* sums);
  void take_input_moments(int l, const T* gram, const T* sums);

  void weight_step(int l, const Matrix<T>& from, const Matrix<T>& G);
  void weight_trial(int l, const Matrix<T>& from, const Matrix<T>& G, const Vector<T>& t);
  double weight_gain(int l, const Matrix<T>& G) const;
  bool exact_minimiser() const { return !parameters_.omega.is_quadratic(); }

  void activation_gradient(int l, const Matrix<T>& from);
  bool activation_accepts(int l, const Matrix<T>& from, T t);
  void activation_step(int l, const Matrix<T>& from);
  void activation_step_by_sample(int l, const Matrix<T>& from);
  bool activation_step_printed(int l);
  double activation_gain(int l, const Matrix<T>& old) const;
  /// trial = projection of from - g/(t s) on the box of z_l, for the columns first ..
  void activation_trial(int l, const Matrix<T>& from, T t, Index first, Index count, MutRef<T> trial) const;
  void start_auxiliaries(Rng& rng);

  Eigen::Map<Matrix<T>> gradient(int l) { return {gradient_.data(), net_->d(l), problem_->n()}; }
  Eigen::Map<Matrix<T>> block(int which, int thread, Index rows, Index cols) {
    return {blocks_[at(which)][at(thread)].data(), rows, cols};
  }

  const bool accelerated_;
  DlamParameters parameters_;
  const Problem<T>* problem_ = nullptr;
  const Network* net_ = nullptr;
  Weights<T> weights_;
  std::vector<Matrix<T>> z_, a_;                // z_l: d_l x n, l = 1..L; a_l: l < L; entry 0 unused
  std::vector<Matrix<T>> theta_, tau_;          // shapes above
  Matrix<T> eps_, s_;                           // 1 x 1
  std::vector<Matrix<T>> W_before_, a_before_;  // X^{k-1}, with acceleration
  double omega_ = 0;
  std::int64_t safeguards_ = 0;

  // Workspace. Moments of a layer: cross = R a', rows = R 1 with R = z - W a - b, gram = a a', sums = a 1.
  struct Moments {
    Matrix<T> cross, gram;
    Vector<T> rows, sums;
  };
  std::vector<Moments> moments_;  // by layer
  SampleSum<T> sums_;
  bool first_ready_ = false;                    // the moments of layer 1 belong to the present state
  bool shared_ = false;                         // state() was called: its windows may be written to at any time
  std::vector<Matrix<T>> change_, curved_;      // by layer: the trial step D of W_l and D gram
  std::vector<Matrix<T>> minimiser_;            // by layer: where the trial step ends, if omega has kinks or bounds
  std::vector<Vector<T>> shape_;                // by layer: s of theta = t s
  Vector<T> tau_shape_;                         // s of tau = t s
  Vector<T> gradient_;                          // d_l x n for the layer at work
  Matrix<T> extrapolated_;                      // likewise
  std::vector<std::vector<Vector<T>>> blocks_;  // column blocks, by use, then thread
};

/// Row sums as the shape s of theta = t s or tau = t s: scaled to max s = 1, with a floor for entries that are always zero, which
/// only a regulariser moves; ones where all are zero.
template <class T>
Vector<T> scaled_shape(const Vector<T>& sums) {
  const T top = sums.maxCoeff();
  if (top == T(0)) return Vector<T>::Ones(sums.size());
  return (sums / top).cwiseMax(T(1e-6));
}

/// DLAM with the extrapolation and the block-by-block safeguard of Wang et al. 2022.
template <class T>
class Mdlam final : public Dlam<T> {
 public:
  Mdlam() : Dlam<T>(true) {}
};

/// What the papers promise, and the independent judge: audit.cpp.
std::vector<Promise> dlam_promises();
std::vector<Promise> mdlam_promises();
std::unique_ptr<Audit> make_dlam_audit(const DlamParameters& parameters, const Problem<double>& problem);
std::unique_ptr<Audit> make_mdlam_audit(const DlamParameters& parameters, const Problem<double>& problem);
/// Counter-examples and demonstrations: studies.cpp.
std::vector<Study> studies();

}  // namespace bcd::wang2018
