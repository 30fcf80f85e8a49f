// Three-splitting block coordinate descent (Zeng et al. 2019, Algorithms 2 and 3) for the problems (2.5) and (3.4):
//
//   F(W, b, V, U) = R(V_N; Y) + sum_i r(W_i) + sum_i s(V_i)
//                   + gamma/2 sum_i |V_i - t_i V_{i-1} - sigma_i(U_i)|^2 + rho/2 sum_i |U_i - W_i V_{i-1} - b_i|^2
//
// with V_0 = X, t_i = 1 where layer i has a skip connection and 0 elsewhere (t = 0 everywhere: Algorithm 2).
// The paper absorbs b_i into W_i and takes rho = gamma.
#pragma once

#include <algorithm>
#include <vector>

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/plugin.hpp"
#include "algorithms/core/regulariser.hpp"
#include "algorithms/core/restorable.hpp"

namespace bcd::zeng2019 {

struct ThreeSplittingParameters {
  enum class Order { backward, forward };
  enum class WeightUpdate { joint, jacobi };
  enum class OutputUpdate { prox, proxlinear };

  double gamma = 1;
  double rho = 0;
  double alpha = 1;
  Regulariser r, s;
  Order order = Order::backward;
  WeightUpdate weight_update = WeightUpdate::joint;
  OutputUpdate output_update = OutputUpdate::prox;
  std::int64_t inner_iterations = 10000;
  double inner_tolerance = 1e-13;
  double start_noise = 0;

  void fields(ParameterList& list);
  /// The weight of |U - W V - b|^2.
  double rho_or_gamma() const { return rho > 0 ? rho : gamma; }
};

/// State: W_l, b_l, U_l, V_l; where r or s leaves no closed form also "inner", the residual that the inner method has left so far in
/// the last sweep, as a share of its tolerance: above 1 a subproblem is not solved.
/// Blocks reported to the observer: "V", "U" and "Wb" with their layer.
template <class T>
class ThreeSplitting : public Algorithm<T>, public Restorable {
 public:
  using Parameters = ThreeSplittingParameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// output_loss = R(V_N); "inner" where r or s leaves no closed form.
  void measure(Measurements& row) const override;
  /// Whether the inner method ended above its tolerance.
  std::string messages() const override;
  void members(Members& members) override { members(sweeps_, unsolved_, first_unsolved_); }

  /// Of a sweep; nothing where r or s needs an inner iteration.
  std::optional<StepCost> cost() const override;

 private:
  const Matrix<T>& V(int i) const { return i == 0 ? *problem_->X : V_[static_cast<std::size_t>(i)]; }
  Matrix<T>& V(int i) { return V_[static_cast<std::size_t>(i)]; }
  const Matrix<T>& U(int i) const { return U_[static_cast<std::size_t>(i)]; }
  Matrix<T>& U(int i) { return U_[static_cast<std::size_t>(i)]; }
  const Matrix<T>& W(int i) const { return weights_.W[static_cast<std::size_t>(i)]; }
  Matrix<T>& W(int i) { return weights_.W[static_cast<std::size_t>(i)]; }
  const Vector<T>& b(int i) const { return weights_.b[static_cast<std::size_t>(i)]; }
  Vector<T>& b(int i) { return weights_.b[static_cast<std::size_t>(i)]; }
  T skip(int i) const { return net_->skip(i) ? T(1) : T(0); }
  bool closed_form() const { return parameters_.r.is_quadratic() && parameters_.s.is_quadratic(); }
  void note_inner(double share) { inner_(0, 0) = std::max(inner_(0, 0), static_cast<T>(share)); }
  int N() const { return net_->N(); }

  // One function per block, in the order of Algorithm 2; then what they share.
  void update_V_output();
  void update_U(int i);
  void update_Wb(int i);
  void update_V(int i);

  void v_center(int i, Index first, Index count, int thread);
  void v_gain(int i);
  void v_constrained(int i);
  /// The moments of layer i, sums over the samples: cross = residual [V_{i-1}; 1]' and, for i > 1, gram = [V_{i-1}; 1]
  /// [V_{i-1}; 1]'. residual_of(first, count, thread) makes the residual U_i - W_i V_{i-1} - b_i of these samples; `work`: of it.
  template <class Residual>
  void sum_moments(int i, double work, Residual&& residual_of);
  void gather_moments(int i);
  /// The Gram matrix G of a layer's input (with the row of ones where there is a bias) becomes alpha I + rho G [+ lambda on W],
  /// factorised where that solves the block.
  void finish_system(Eigen::Map<Matrix<T>> M) const;

  Index inputs(int i) const { return net_->d(i - 1) + (net_->bias ? 1 : 0); }
  /// Columns of the weight system that are solved together: all of [W b] (joint) or W alone (Jacobi).
  Index solved(int i) const {
    return parameters_.weight_update == ThreeSplittingParameters::WeightUpdate::joint ? inputs(i) : net_->d(i - 1);
  }
  Index cross_room(int i) const { return room_of<T>(net_->d(i) * inputs(i)); }
  double entries_work(int i) const { return kEntryWork * static_cast<double>(net_->d(i)); }
  static Eigen::Map<Matrix<T>> view(std::vector<Vector<T>>& buffers, int thread, Index rows, Index cols) {
    return {buffers[static_cast<std::size_t>(thread)].data(), rows, cols};
  }

  ThreeSplittingParameters parameters_;
  const Problem<T>* problem_ = nullptr;
  const Network* net_ = nullptr;
  Weights<T> weights_;
  std::vector<Matrix<T>> U_, V_;  // U_i, V_i: d_i x n, entry 0 unused

  Matrix<T> inner_;  // 1 x 1, state
  std::int64_t sweeps_ = 0, unsolved_ = 0, first_unsolved_ = 0;

  // Workspace; no part of it is as large as a state matrix.
  SampleSum<T> sums_;
  T* moments_ = nullptr;    // cross, d_i x inputs(i), and behind cross_room(i) gram, inputs(i) square
  int moments_of_ = 0;      // the layer that moments_ belongs to; 0: none
  Matrix<T> first_system_;  // layer 1: X never changes, so its system (factorised if r is quadratic) is made once
  std::vector<Vector<T>> block_a_, block_b_;  // column blocks, max d x kColumnBlock, one a thread
  Matrix<T> gain_system_, gain_transposed_;   // of the V-update: the smaller system, and K', d_{i+1} x d_i
};

template <class T>
template <class Residual>
void ThreeSplitting<T>::sum_moments(int i, double work, Residual&& residual_of) {
  const Index d = net_->d(i - 1), p = inputs(i);
  work += product_work(net_->d(i), d) + (i > 1 ? product_work(d, d) / 2 : 0);
  moments_ = sums_(problem_->n(), work, cross_room(i) + (i > 1 ? p * p : 0), [&](Index first, Index count, int thread, T* sum) {
    const auto input = static_cast<const ThreeSplitting&>(*this).V(i - 1).middleCols(first, count);
    const auto residual = residual_of(first, count, thread);
    Eigen::Map<Matrix<T>> C(sum, net_->d(i), p);
    C.leftCols(d).noalias() += residual * input.transpose();
    if (net_->bias) C.col(d) += residual.rowwise().sum();
    if (i == 1) return;
    Eigen::Map<Matrix<T>> G(sum + cross_room(i), p, p);
    G.topLeftCorner(d, d).template selfadjointView<Eigen::Lower>().rankUpdate(input);
    if (net_->bias) G.row(d).head(d) += input.rowwise().sum().transpose();
  });
  if (i > 1 && net_->bias) moments_[cross_room(i) + p * p - 1] = static_cast<T>(problem_->n());
  moments_of_ = i;
}

/// Algorithm 2: no skip connections.
template <class T>
class Bcd3 final : public ThreeSplitting<T> {
 public:
  std::string not_applicable(const Problem<T>& problem) const override {
    if (problem.net.any_skip()) return "Algorithm 2 has no skip connections; bcd_resnet_zeng2019 (Algorithm 3) has";
    return ThreeSplitting<T>::not_applicable(problem);
  }
};

/// Algorithm 3: t_i = 1 where the network has a skip connection; without any it is Algorithm 2.
template <class T>
class BcdResnet final : public ThreeSplitting<T> {};

/// What the paper promises about both algorithms, and the independent judge: bcd3_audit.cpp.
std::vector<Promise> three_splitting_promises();
std::unique_ptr<Audit> make_three_splitting_audit(const ThreeSplittingParameters& parameters, const Problem<double>& problem);
/// Lemma 14: studies_lemma14.cpp.
std::vector<Study> lemma14_studies();
/// Sentences of the paper that need no run: studies_statements.cpp.
std::vector<Study> statement_studies();

}  // namespace bcd::zeng2019
