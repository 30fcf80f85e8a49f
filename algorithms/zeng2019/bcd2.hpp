// Two-splitting block coordinate descent (Zeng et al. 2019, Algorithm 1).
//
//   L(W, b, V) = w sum_j l(v_Nj, y_j) + sum_i r(W_i) + sum_i s(V_i) + gamma/2 sum_i |V_i - sigma_i(W_i V_{i-1} + b_i)|^2 (2.3)
//
// with V_0 = X, sigma_N = Id and w = 1/n or 1. The paper absorbs b_i into W_i; r does not act on it here.
#pragma once

#include "algorithms/core/plugin.hpp"
#include "algorithms/zeng2019/bcd2_subproblem.hpp"

namespace bcd::zeng2019 {

struct Bcd2Parameters {
  enum class Order { backward, forward };
  enum class OutputUpdate { prox, proxlinear };

  double gamma = 1;
  double alpha = 1;
  Order order = Order::backward;
  OutputUpdate output_update = OutputUpdate::prox;
  Regulariser r, s;
  Accuracy inner;
  double start_noise = 0;

  void fields(ParameterList& list);
};

/// State: W1, b1, ..., WN, bN, V1, ..., VN. V_i starts by a forward pass. Blocks: "V" and "Wb" with their layer.
template <class T>
class Bcd2 final : public Algorithm<T> {
 public:
  using Parameters = Bcd2Parameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// "output_loss": w sum l(V_N, Y), the loss of the auxiliary output.
  void measure(Measurements& row) const override;
  /// Where every block is solved in closed form; else nothing, as the inner iterations depend on the data.
  std::optional<StepCost> cost() const override;

  /// Algorithm 1, first line, or its prox-linear form (3.1).
  void update_V_N();
  /// V_i, i < N: the third line.
  void update_V(int i);
  /// [W_i b_i]: the second line (i = N) and the fourth.
  void update_Wb(int i);

 private:
  const Matrix<T>& V(int i) const { return i == 0 ? *problem_->X : V_[static_cast<std::size_t>(i)]; }
  Matrix<T>& W(int i) { return weights_.W[static_cast<std::size_t>(i)]; }
  Vector<T>& b(int i) { return weights_.b[static_cast<std::size_t>(i)]; }
  /// out = sigma_i(W_i V_{i-1} + b_i): d_i x n
  void layer(int i, Matrix<T>& out);

  Bcd2Parameters parameters_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_;
  std::vector<Matrix<T>> V_;  // V_i: d_i x n, entry 0 unused
};

/// What Theorem 1 promises for Algorithm 1, and its judge: bcd2_audit.cpp.
std::vector<Promise> bcd2_promises();
std::unique_ptr<Audit> make_bcd2_audit(const Bcd2Parameters& parameters, const Problem<double>& problem);
/// The counter-example to Theorem 1 for Algorithm 1 with ReLU and its smooth counterpart: studies_algorithm1.cpp.
std::vector<Study> algorithm1_studies();

}  // namespace bcd::zeng2019
