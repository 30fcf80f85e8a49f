// Block successive upper-bound minimisation for neural networks, Algorithm 1 of Ghauch, Shokri-Ghadikolaei, Fischione and
// Skoglund 2018.
//
//   f(W) = l(H(X; W), Y) + sum_j r_j(W_j),  r_j = lambda |W_j|_F^2 or lambda |W_j|_1                                     (2)
//
// Update k works on block j = k mod J (j = J for 0): D = argmin over the set W_j of a surrogate g_j at W^(k) (6), then
// W_j <- (1 - alpha) W_j + alpha D (7). With biases the block is [W_j b_j]; r_j acts on all of it, the set on W_j.
#pragma once

#include "algorithms/core/counter.hpp"
#include "algorithms/core/plugin.hpp"
#include "algorithms/core/restorable.hpp"
#include "algorithms/ghauch2018/batch.hpp"
#include "algorithms/ghauch2018/deep_linear.hpp"
#include "algorithms/ghauch2018/feasible_set.hpp"
#include "algorithms/ghauch2018/second_order.hpp"

namespace bcd::ghauch2018 {

enum class Surrogate { first_order, second_order, gauss_newton, prox_point, linear };
enum class Order { cyclic, joint };
enum class LossChoice { problem, exponential };
enum class Penalty { l2, l1 };
enum class GammaRule { fixed, backtracking };
enum class StepRule { constant, inverse_sqrt, inverse, recursive, armijo, adagrad, adadelta };
enum class StepIndex { update, sweep };

struct Parameters {
  Surrogate surrogate = Surrogate::first_order;
  Order order = Order::cyclic;
  LossChoice loss = LossChoice::problem;
  double c = 1;
  Penalty penalty = Penalty::l2;
  double lambda = 1e-5;
  double gamma = 1;
  GammaRule gamma_rule = GammaRule::backtracking;
  double gamma_shrink = 0.5;
  StepRule step = StepRule::constant;
  StepIndex step_index = StepIndex::update;
  double alpha = 1;
  double t = 0.99;
  std::int64_t batch_size = 0;
  bool growing = false;
  FeasibleSet feasible;
  bool feasible_output = false;
  std::int64_t updates = 0;
  std::int64_t inner_iterations = 200;
  double inner_tolerance = 1e-10;

  void fields(ParameterList& list);
  LossFunction loss_function(const Loss& problem_loss) const;
  /// Which of the conditions (8) fails, alpha(k) -> 0, sum alpha = infinity, sum alpha^2 < infinity and 0 <= alpha < 1; empty
  /// if all of them hold from some k on, which is all that a limit sees.
  std::string breaks_condition_8() const;
};

/// r(x) of one block.
template <class T>
double penalty_value(const Parameters& p, ConstRef<T> block);
/// argmin_x tau |x| + 1/2 (x - a)^2: the soft threshold, whose third case the paper prints with the wrong sign of lambda/gamma.
template <class T>
T soft_threshold(T a, T tau) {
  return a > tau ? a - tau : a < -tau ? a + tau : T(0) * a;  // 0 * a: NaN stays visible
}

/// State: W1, [b1,] ..., "k" (updates so far), "alpha" (of the recursive rule), "gamma" (1 x J), adagrad's sums "s1", ...; adadelta's averages
/// "s1", ... of the squared gradients and "u1", ... of the squared steps.
template <class T>
class Bsum final : public Algorithm<T>, public Restorable {
 public:
  using Parameters = ghauch2018::Parameters;
  ParameterList parameters() override { return list_of(parameters_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// "updates", "objective" f, "nmse" |Y - H|^2/|Y|^2, "stationarity2" |W - prox(W - grad)|^2 (the squared gradient norm
  /// without set and l1), "gamma_max"; second-order surrogates: shares of the updates whose block Hessian was "indefinite",
  /// whose H + gamma I was "not_positive", whose direction was an "ascent" direction; l1: the share of "zeros".
  void measure(Measurements& row) const override;
  /// Of the surrogates (9) and (A.3) without line searches; nothing for (14), which iterates, for the block Hessians, and where
  /// one step is not as the next.
  std::optional<StepCost> cost() const override;
  void members(Members& members) override { members(hessians_, indefinite_, not_positive_, ascent_); }

 private:
  int J() const { return problem_->net.N(); }
  /// Whether the feasible set holds for block j.
  bool restricted(int j) const;
  std::int64_t updates_per_step() const {
    return parameters_.updates > 0 ? parameters_.updates : parameters_.order == Order::joint ? 1 : J();
  }
  bool exact_linear() const;
  bool second_order() const {
    return parameters_.surrogate == Surrogate::second_order || parameters_.surrogate == Surrogate::gauss_newton;
  }

  void update(int j);
  void update_joint();
  void begin_block(int j);
  void descent_direction(int j);
  void first_order_direction(int j);
  void newton_direction(int j);
  void prox_point_direction(int j);
  double step_size(int j);
  double armijo(int j, double alpha);
  void advance_step();
  bool bound_holds(int j, double alpha);

  void load(int j, Matrix<T>& block) const;
  void store(int j, const Matrix<T>& block);
  void refresh_forward();
  double value_at(int j, const Matrix<T>& block);
  double surrogate_at(int j, const Matrix<T>& block);
  void project(int j, Matrix<T>& block) const;

  Parameters parameters_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_;
  BlockModel<T> model_;
  mutable BlockModel<T> report_;  // measure()'s own passes, so that the iteration's are kept
  Counter<T> k_;                  // state
  Matrix<T> alpha_, gamma_;       // state: 1 x 1, 1 x J
  std::vector<Matrix<T>> s_, u_;  // by block: adagrad's sums of squares; adadelta's averages of squared gradients and steps

  std::vector<Matrix<T>> W_, G_, D_, trial_;   // per block, d_j x p_j: W_j^(k), gradient, descent direction, scratch
  std::vector<Matrix<T>> inner_, inner_next_;  // gradients of (14)'s inner descent
  std::vector<Vector<double>> vector_;         // per block, d_j p_j: scratch of the second-order surrogates
  double f_old_ = 0;                           // loss + r_j at W^(k)
  int stale_from_ = 1;                         // lowest layer whose forward pass is out of date
  Batch<T> batch_;
  SecondOrder<T> curvature_;
  DeepLinear<T> deep_linear_;
  double hessians_ = 0, indefinite_ = 0, not_positive_ = 0, ascent_ = 0;
};

/// What the paper promises, and its judge: audit.cpp.
std::vector<Promise> promises();
std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem);
/// Counter-examples, errata and readings: studies*.cpp.
std::vector<Study> studies();

}  // namespace bcd::ghauch2018
