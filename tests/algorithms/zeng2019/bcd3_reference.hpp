// Algorithms 2 and 3 of Zeng et al. 2019 once more, plainly and densely: the textbook form that the optimised engine is
// compared with, and the broken twins on which the audit must show its power.
#pragma once

#include <string>
#include <vector>

#include "algorithms/zeng2019/bcd3_oracle.hpp"

namespace bcd::test {

using namespace zeng2019;

/// One mistake each. The prefix names the block: VN, UN, V, U (hidden layers), W, b, or the whole sweep.
enum class Bug {
  none,
  VN_target_sign,
  VN_target_scaled,
  VN_pull_sign,
  VN_alpha_lost,
  VN_alpha_doubled,
  VN_gamma_lost,
  VN_frozen,
  UN_weights_swapped,
  UN_stale_V,
  UN_alpha_added,
  UN_bias_lost,
  V_coupling_sign,
  V_stale_U,
  V_stale_W,
  V_bias_lost,
  V_gamma_lost_in_target,
  V_gamma_lost,
  V_gamma_rho_swapped,
  V_alpha_added,
  V_activation_lost,
  V_s_lost,
  V_frozen,
  V_skip_lost,
  V_next_skip_lost,
  U_always_plus,
  U_always_minus,
  U_comparison_reversed,
  U_threshold_positive,
  U_threshold_negative,
  U_threshold_reversed,
  U_g_one,
  U_alpha_lost,
  U_gamma_rho_swapped,
  U_target_sign,
  U_stale_V,
  U_bias_lost,
  U_skip_lost,
  U_frozen,
  W_alpha_lost,
  W_alpha_doubled,
  W_alpha_sign,
  W_rho_lost,
  W_stale_U,
  W_stale_V,
  W_wrong_layer,
  W_gram_drops_last_sample,
  W_last_sample_lost,
  W_bias_lost,
  W_r_lost,
  W_r_on_bias,
  W_frozen,
  b_frozen,
  b_after_W,
  sweep_U_before_V,
  sweep_other_order,
  sweep_all_stale,
};
const std::vector<std::pair<Bug, std::string>>& bugs();  ///< all but `none`, with a sentence each

/// W, b, U, V by the paper's index; here V[0] holds X.
using Iterate = SplittingPoint;

/// Squared loss (or any smooth loss with the prox-linear V_N-update); r and s none or squared l2.
class ReferenceThreeSplitting final : public Algorithm<double> {
 public:
  explicit ReferenceThreeSplitting(Bug bug = Bug::none) : bug_(bug) {}
  ParameterList parameters() override;
  void initialise(const Problem<double>& problem, const Weights<double>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<double>& weights() const override;
  State<double> state() override;

 private:
  bool is(Bug bug) const { return bug_ == bug; }
  /// The newest point, or the one at the sweep's start where the twin is stale.
  const Iterate& read(Bug stale = Bug::none) const {
    return is(Bug::sweep_all_stale) || (stale != Bug::none && is(stale)) ? start_ : now_;
  }
  double skip(int i) const { return problem_->net.skip(i) ? 1.0 : 0.0; }
  Matrix<double> sigma(int i, const Matrix<double>& U) const;
  double U_entry(int i, double a, double b, double g) const;

  void update_V_output();
  void update_U_output();
  void update_V(int i);
  void update_U(int i);
  void update_Wb(int i);

  ThreeSplittingParameters p_;
  Bug bug_;
  const Problem<double>* problem_ = nullptr;
  int N_ = 0;
  Iterate now_, start_;
  mutable Weights<double> weights_;
};

/// Lemma 13, the four printed cases: argmin_u 1/2 (max(u, 0) - a)^2 + g/2 (u - b)^2.
double lemma13(double a, double b, double g);

/// F of (2.5)/(3.4) by loops over single entries.
double plain_potential(const Problem<double>& problem, const ThreeSplittingParameters& p, const Iterate& P);
/// Copies of the matrices of a state.
Iterate iterate_of(const Problem<double>& problem, const State<double>& state);

}  // namespace bcd::test
