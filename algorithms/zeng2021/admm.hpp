// ADMM for networks with sigmoid activations (Zeng, Lin, Yao and Zhou 2021), Example 3.2 of Xu, Bao and Xing 2024.
//
//   L(W, b, V, Lambda) = w/2 |V_N - Y|^2 + lambda/2 sum_i |[W_i b_i]|^2
//                        + sum_i ( <Lambda_i, r_i> + beta_i/2 |r_i|^2 ),   r_i = sigma_i(W_i V_{i-1} + b_i) - V_i,   V_0 = X
//
// with sigma_N = Id and w = 1 (the papers) or 1/n. Equation (4) of the second paper adds sum_i xi |V_i - V_i^{previous}|^2.
#pragma once

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/plugin.hpp"

namespace bcd::zeng2021 {

enum class Majoriser { sharp, published };

/// One number for all layers, or one for each: "1", "1000,100,10".
struct PerLayer {
  std::vector<double> values{1.0};

  static PerLayer parse(const std::string& text);
  std::string text() const;
  double operator()(int i) const { return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(i - 1)]; }
};

struct Parameters {
  PerLayer beta;
  double lambda = 1e-6;
  Majoriser majoriser = Majoriser::sharp;
  double xi = 0;

  void fields(ParameterList& list);
};

/// The quadratic model of layer i's fit uses B = V_i - Lambda_i/beta_i with entries in [lo, hi]: its curvature.
double model_curvature(const Parameters& parameters, const Activation& sigma, double lo, double hi);

/// State: W1, b1, ..., WN, bN, V1, ..., VN, Lambda1, ..., LambdaN. V_i starts by a forward pass, Lambda_i at 0.
/// Blocks: "W" (with b), "V", "Lambda" with their layer.
template <class T>
class Admm final : public Algorithm<T> {
 public:
  using Parameters = zeng2021::Parameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// "residual<i>" = |r_i|, "residual" = root of the sum of their squares, "moved_W<i>" = |W_i - W_i^0|/|W_i^0| (|W_i| from 0).
  void measure(Measurements& row) const override;
  std::optional<StepCost> cost() const override;

  /// [W_i b_i]: exact for i = N, else the minimiser of the fit's quadratic model.
  void update_W(int i);
  /// V_i, i < N: exact for i = N-1, else with the next layer's fit replaced by its model.
  void update_V(int i);
  void update_V_N();
  void update_Lambda(int i);

 private:
  int N() const { return problem_->net.N(); }
  double w() const { return problem_->loss.weight(problem_->n()); }
  T beta(int i) const { return static_cast<T>(parameters_.beta(i)); }
  const Matrix<T>& V(int i) const { return i == 0 ? *problem_->X : V_[static_cast<std::size_t>(i)]; }
  Matrix<T>& Lambda(int i) { return Lambda_[static_cast<std::size_t>(i)]; }
  const Matrix<T>& W(int i) const { return weights_.W[static_cast<std::size_t>(i)]; }
  const Vector<T>& b(int i) const { return weights_.b[static_cast<std::size_t>(i)]; }

  void affine(int i, Index first, Index count, MutRef<T> out) const;
  void layer(int i, Index first, Index count, MutRef<T> out) const;
  double layer_work(int i) const;
  double curvature(int i) const;
  void model_target(int i, double c, bool with_bias);

  Parameters parameters_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_, start_;
  std::vector<Matrix<T>> V_, Lambda_;  // d_i x n, entry 0 unused
  Matrix<T> E_;                        // c P - G of the present update: d_i x n
  SampleSum<T> sums_;
  Matrix<T> input_gram_;            // [X; 1][X; 1]^T, lower triangle
  std::vector<Matrix<T>> scratch_;  // one per thread: largest d_i x kColumnBlock
};

/// What holds along a run, and its judge: audit.cpp.
std::vector<Promise> promises();
std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem);
/// What Xu, Bao and Xing 2024 say of sequences, in one variable: studies_rates.cpp.
std::vector<Study> rate_studies();

}  // namespace bcd::zeng2021
