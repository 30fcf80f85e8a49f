// Algorithms 1 and 3 of Akiyama 2025 written as printed, one matrix product at a time, with one deliberate fault if asked for.
#pragma once

#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "tests/support/tiny.hpp"

namespace bcd::test {

using namespace akiyama2025;

enum class Fault {
  none,
  output_sign,         // V_{L-1} climbs
  output_double,       // V_{L-1} step twice as long
  output_frozen,       // V_{L-1} stays
  W_L_sign,            // W_L climbs
  W_L_late,            // W_L after V_{L-1}
  W_hidden_sign,       // W_j climbs
  inner_no_slope,      // the V-loop forgets sigma'
  inner_no_transpose,  // the V-loop uses W instead of W^T
  inner_stale_target,  // the V-loop fits the V_j of the sweep's start
  inner_one_step,      // K_V = 1
  inner_long_step,     // V-step four times as long
  forward_order,       // j = 2 .. L-1 instead of L-1 .. 2
  first_no_slope,      // the W_1 loop forgets sigma'
  first_sign,          // W_1 climbs
  first_one_step,      // K_W = 1
  first_mean,          // the gradient of W_1 divided by n
  no_projection,       // Algorithm 3: V may be negative
  W_L_moves,           // Algorithm 3: W_L moves as in Algorithm 1
  skip_no_identity,    // Algorithm 3: the V-gradient forgets the skip connection
  W_last_once,         // Algorithm 3: W_{L-1} moves once
};

inline std::unique_ptr<GradientBcd<double>> engine_of(GradientBcdKind kind) {
  if (kind == GradientBcdKind::monotone) return std::make_unique<BcdMonotone<double>>();
  return std::make_unique<BcdRelu<double>>();
}

class Reference final : public Algorithm<double> {
 public:
  Reference(GradientBcdKind kind, const GradientBcd<double>& engine, Fault fault)
      : kind_(kind), steps_(engine.steps()), fault_(fault) {}

  ParameterList parameters() override { return {}; }
  void initialise(const Problem<double>& problem, const Weights<double>& bounded, Rng&) override {
    problem_ = &problem;
    P_ = bounded;
    V_.resize(at(L()));
    for (int j = 1; j < L(); ++j) V_[at(j)] = residual(j, Matrix<double>::Zero(problem.net.d(j), problem.n()));
  }
  const Weights<double>& weights() const override { return P_; }
  State<double> state() override {
    State<double> s = weight_state(problem_->net, P_);
    for (int j = 1; j < L(); ++j) s.add("V", j, V_[at(j)]);
    return s;
  }
  void step(BlockObserver*) override {
    old_ = V_;
    const bool relu = kind_ == GradientBcdKind::relu, late = fault_ == Fault::W_L_late;
    const bool moves = !relu || fault_ == Fault::W_L_moves;
    if (moves && !late) step_W_L();
    step_V_last();
    if (moves && late) step_W_L();
    if (relu && L() > 2 && fault_ != Fault::W_last_once) step_W(L() - 1);
    for (int i = L() - 1; i >= 2; --i) {
      const int j = fault_ == Fault::forward_order ? L() + 1 - i : i;
      step_W(j);
      loop_V(j);
    }
    loop_W_1();
  }

 private:
  int L() const { return problem_->net.N(); }
  const Matrix<double>& V(int j) const { return j == 0 ? *problem_->X : V_[at(j)]; }
  Matrix<double>& W(int j) { return P_.W[at(j)]; }
  const Activation& sigma(int j) const { return problem_->net.sigma(j); }
  void project(int j) {
    if (kind_ == GradientBcdKind::relu && fault_ != Fault::no_projection) V_[at(j)] = V_[at(j)].cwiseMax(0.0);
  }
  /// sigma(W_j V_{j-1}) + t_j V_{j-1} - target
  Matrix<double> residual(int j, const Matrix<double>& target) {
    Matrix<double> H = W(j) * V(j - 1);
    H = H.unaryExpr([&](double u) { return sigma(j).value(u); });
    if (problem_->net.skip(j)) H += V(j - 1);
    return H - target;
  }
  Matrix<double> slope(int j) {
    const Matrix<double> U = W(j) * V(j - 1);
    return U.unaryExpr([&](double u) { return sigma(j).derivative(u); });
  }
  void step_W_L() {
    const double sign = fault_ == Fault::W_L_sign ? -1 : 1, a = steps_.W_output > 0 ? steps_.W_output : 1e-3;
    W(L()) -= sign * a * (W(L()) * V(L() - 1) - *problem_->Y) * V(L() - 1).transpose();
  }
  void step_V_last() {
    const double factor = fault_ == Fault::output_sign     ? -1
                          : fault_ == Fault::output_double ? 2
                          : fault_ == Fault::output_frozen ? 0
                                                           : 1;
    const Matrix<double> R = W(L()) * V(L() - 1) - *problem_->Y;
    V_[at(L() - 1)] -= factor * steps_.V_output * W(L()).transpose() * R;
    project(L() - 1);
  }
  void step_W(int j) {
    const double sign = fault_ == Fault::W_hidden_sign ? -1 : 1;
    W(j) -= sign * steps_.W[at(j)] * residual(j, V(j)).cwiseProduct(slope(j)) * V(j - 1).transpose();
  }
  void loop_V(int j) {
    const Matrix<double> target = fault_ == Fault::inner_stale_target ? old_[at(j)] : V(j);
    const double a = (fault_ == Fault::inner_long_step ? 4 : 1) * steps_.V_hidden[at(j)];
    for (std::int64_t k = 0; k < (fault_ == Fault::inner_one_step ? 1 : steps_.K_V); ++k) {
      const Matrix<double> H = residual(j, target);
      const Matrix<double> Q = fault_ == Fault::inner_no_slope ? H : Matrix<double>(H.cwiseProduct(slope(j)));
      Matrix<double> gradient =
          fault_ == Fault::inner_no_transpose ? Matrix<double>(W(j) * Q) : Matrix<double>(W(j).transpose() * Q);
      if (problem_->net.skip(j) && fault_ != Fault::skip_no_identity) gradient += H;
      V_[at(j - 1)] -= a * gradient;
    }
    project(j - 1);
  }
  void loop_W_1() {
    const bool relu = kind_ == GradientBcdKind::relu;
    double a = steps_.W[1] * (fault_ == Fault::first_sign ? -1 : 1);
    if (fault_ == Fault::first_mean) a /= static_cast<double>(problem_->n());
    for (std::int64_t k = 0; k < (fault_ == Fault::first_one_step ? 1 : steps_.K_W); ++k) {
      Matrix<double> Q = relu ? Matrix<double>(W(1) * V(0) - V(1)) : residual(1, V(1));
      if (!relu && fault_ != Fault::first_no_slope) Q = Q.cwiseProduct(slope(1)).eval();
      W(1) -= a * Q * V(0).transpose();
    }
  }

  GradientBcdKind kind_;
  ResolvedSteps steps_;
  Fault fault_;
  const Problem<double>* problem_ = nullptr;
  Weights<double> P_;
  std::vector<Matrix<double>> V_, old_;
};

}  // namespace bcd::test
