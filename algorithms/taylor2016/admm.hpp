// The alternating direction method of Taylor et al. 2016, the baseline of Wang et al. 2018.
//
//   L(W, b, a, z, lambda) = w sum_j l(z_Lj, y_j) + <z_L, lambda> + beta |z_L - W_L a_{L-1} - b_L|^2
//                           + sum_{l<L} ( gamma |a_l - h_l(z_l)|^2 + beta |z_l - W_l a_{l-1} - b_l|^2 ),   a_0 = X
//
// with w = 1/n or 1. No factors 1/2, and one multiplier, on the output. The papers have no b_l; the network's bias brings it.
#pragma once

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/plugin.hpp"
#include "algorithms/core/restorable.hpp"

namespace bcd::taylor2016 {

enum class Start { normal, forward };
enum class HingeCode { zero_one, signed_one };

struct Parameters {
  double beta = 1;
  double gamma = 10;
  std::int64_t warm_start = 5;
  double multiplier_step = 1;
  Start start = Start::normal;
  HingeCode hinge = HingeCode::zero_one;

  void fields(ParameterList& list);
};

/// State: W1, b1, ..., WL, bL, z1, ..., zL, a1, ..., a(L-1), lambdaL.
/// Blocks: "W" (with b), "a", "z", "lambda" with their layer.
template <class T>
class Admm final : public Algorithm<T>, public Restorable {
 public:
  using Parameters = taylor2016::Parameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// "residual_z<l>" = |z_l - W_l a_{l-1} - b_l|, "residual_a<l>" = |a_l - h_l(z_l)|, "residual" = root of the sum of their
  /// squares, "multiplier_norm" = |lambda|.
  void measure(Measurements& row) const override;
  std::optional<StepCost> cost() const override;
  void members(Members& members) override { members(sweeps_); }

  /// [W_l b_l] = z_l [a_{l-1}; 1]^+, the least squares solution of smallest norm.
  void update_W(int l);
  /// a_l, l < L, from the next layer's present weights and z_{l+1}.
  void update_a(int l);
  /// z_l, l < L: the global minimiser, entry by entry.
  void update_z(int l);
  void update_z_L();
  void update_lambda();

 private:
  int L() const { return problem_->net.N(); }
  Matrix<T>& W(int l) { return weights_.W[static_cast<std::size_t>(l)]; }
  const Matrix<T>& W(int l) const { return weights_.W[static_cast<std::size_t>(l)]; }
  const Vector<T>& b(int l) const { return weights_.b[static_cast<std::size_t>(l)]; }
  Matrix<T>& z(int l) { return z_[static_cast<std::size_t>(l)]; }
  const Matrix<T>& z(int l) const { return z_[static_cast<std::size_t>(l)]; }
  const Matrix<T>& a(int l) const { return l == 0 ? *problem_->X : a_[static_cast<std::size_t>(l)]; }
  /// out = W_l a_{l-1} + b_l for `count` columns from `first`
  void affine(int l, Index first, Index count, MutRef<T> out) const;
  double layer_work(int l) const;
  bool shifted_hinge() const;

  /// M = Q diag(values) Q^T; inverse: 1/values, or 0 for those that are 0 up to rounding.
  struct Spectrum {
    Matrix<double> Q;
    Vector<double> inverse;
  };
  Spectrum spectrum(int l) const;

  Parameters parameters_;
  const Problem<T>* problem_ = nullptr;
  std::int64_t sweeps_ = 0;
  Weights<T> weights_;
  std::vector<Matrix<T>> z_, a_;  // z_l, a_l: d_l x n, entries 0 unused, and a_L
  Matrix<T> lambda_, m_;          // d_L x n; m_ = W_L a_{L-1} + b_L of the last z_L-update
  mutable SampleSum<T> sums_;
  Spectrum inputs_;  // of [X; 1][X; 1]^T, which never changes
};

/// What holds for the method, and its judge: audit.cpp.
std::vector<Promise> promises();
std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem);

}  // namespace bcd::taylor2016
