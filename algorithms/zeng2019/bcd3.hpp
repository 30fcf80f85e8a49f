// Three-splitting block coordinate descent (Zeng et al. 2019, Algorithms 2 and 3) for the problems (2.5) and (3.4):
//
//   F(W, b, V, U) = R(V_N; Y) + sum_i r(W_i) + sum_i s(V_i)
//                   + gamma/2 sum_i |V_i - t_i V_{i-1} - sigma_i(U_i)|^2 + rho/2 sum_i |U_i - W_i V_{i-1} - b_i|^2
//
// with V_0 = X, t_i = 1 where layer i has a skip connection and 0 elsewhere (t = 0 everywhere: Algorithm 2).
// The paper absorbs b_i into W_i and takes rho = gamma.
#pragma once

#include <vector>

#include "algorithms/core/plugin.hpp"
#include "algorithms/core/regulariser.hpp"

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

  void fields(ParameterList& list);
  /// The weight of |U - W V - b|^2.
  double rho_or_gamma() const { return rho > 0 ? rho : gamma; }
};

/// Blocks reported to the observer: "V", "U" and "Wb" with their layer.
template <class T>
class ThreeSplitting : public Algorithm<T> {
 public:
  using Parameters = ThreeSplittingParameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  void measure(Measurements& row) const override;

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
  int N() const { return net_->N(); }

  // One function per block, in the order of Algorithm 2; then what they share.
  void update_V_output();
  void update_U(int i);
  void update_Wb(int i);
  void update_V(int i);

  void v_center(int i, Index first, Index count, int thread);
  void v_gain(int i);
  void v_constrained(int i);
  /// Adds the samples first.. to the moments of layer i: cross += residual [V_{i-1}; 1]', gram += [V_{i-1}; 1] [V_{i-1}; 1]'.
  void add_moments(int i, Index first, Index count, ConstRef<T> residual, int thread);
  void clear_moments(int i);
  void finish_moments(int i);
  void gather_moments(int i);
  /// The Gram matrix G of a layer's input (with the row of ones where there is a bias) becomes alpha I + rho G [+ lambda on W],
  /// factorised where that solves the block.
  void finish_system(Eigen::Map<Matrix<T>> M) const;

  Index inputs(int i) const { return net_->d(i - 1) + (net_->bias ? 1 : 0); }
  /// Columns of the weight system that are solved together: all of [W b] (joint) or W alone (Jacobi).
  Index solved(int i) const {
    return parameters_.weight_update == ThreeSplittingParameters::WeightUpdate::joint ? inputs(i) : net_->d(i - 1);
  }
  Eigen::Map<Matrix<T>> square(int thread, Index k) { return {gram_[static_cast<std::size_t>(thread)].data(), k, k}; }
  Eigen::Map<Matrix<T>> cross(int thread, int i) {
    return {cross_[static_cast<std::size_t>(thread)].data(), net_->d(i), inputs(i)};
  }
  static Eigen::Map<Matrix<T>> view(std::vector<Vector<T>>& buffers, int thread, Index rows, Index cols) {
    return {buffers[static_cast<std::size_t>(thread)].data(), rows, cols};
  }

  ThreeSplittingParameters parameters_;
  const Problem<T>* problem_ = nullptr;
  const Network* net_ = nullptr;
  Weights<T> weights_;
  std::vector<Matrix<T>> U_, V_;  // U_i, V_i: d_i x n, entry 0 unused

  // Workspace, one buffer a thread, sized once for the widest layer; none is as large as a state matrix.
  int moments_of_ = 0;            // the layer whose moments are in gram_[0] and cross_[0]; 0: none
  Matrix<T> first_system_;        // layer 1: V_0 = X never changes, so its system (factorised if r is quadratic) is made once
  std::vector<Vector<T>> gram_;   // square matrices up to (max d + 1)^2
  std::vector<Vector<T>> cross_;  // d_i x (d_{i-1} + 1)
  std::vector<Vector<T>> block_a_, block_b_;  // column blocks, max d x kColumnBlock
  Matrix<T> gain_transposed_;                 // K' of the V-update, d_{i+1} x d_i
};

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

}  // namespace bcd::zeng2019
