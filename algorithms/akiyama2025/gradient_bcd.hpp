// Block coordinate descent by gradient steps (Akiyama 2025): parameters, state and block updates of Algorithms 1 and 3.
// The algorithms themselves are monotone.cpp and relu.cpp.
//
//   F(W, V) = |W_L V_{L-1} - Y|^2 + gamma sum_{j<L} |h_j|^2,   h_j = sigma(W_j V_{j-1}) + t_j V_{j-1} - V_j           (2)
//
// with V_0 = X, t_j = 1 where layer j has a skip connection (Algorithm 3), no 1/2 and sums over the samples. A step size eta
// stands for the step a = c eta w on W or V, where c = 2 for the gradient of |.|^2 and 1 for that of 1/2 |.|^2, and w is 1,
// 1/n or 1/(n d_j) as `average` says.
#pragma once

#include <functional>
#include <optional>

#include "algorithms/akiyama2025/constants.hpp"
#include "algorithms/akiyama2025/inner_loops.hpp"
#include "algorithms/core/plugin.hpp"

namespace bcd::akiyama2025 {

struct GradientBcdParameters {
  enum class Steps { given, practical, printed, corrected };
  enum class Gradient { squared, half };
  enum class Average { sum, mean_weights, mean, mean_entries };
  enum class FirstLayer { steps, exact };
  enum class Loops { gram, plain };

  double gamma = 1;
  Steps steps = Steps::practical;
  double eta_V = 1, eta_W1 = 1, eta_W2 = 1;  ///< steps = given
  double practical_W1 = 0.25;                ///< steps = practical: eta_W1 = practical_W1 / max_j lambda_max(V_j V_j^T)
  std::int64_t K_V = 100, K_W = 100;         ///< steps = given or practical
  Gradient gradient = Gradient::squared;
  Average average = Average::sum;
  bool svb = true;
  double s1 = 0.75, s2 = 1.25;
  double epsilon = 1e-6, C_V = 0;
  FirstLayer first_layer = FirstLayer::steps;
  Loops loops = Loops::gram;

  void fields(ParameterList& list);
};

/// Which algorithm's theorem the constants, the steps and the promises are taken from.
enum class GradientBcdKind {
  monotone,  ///< Algorithm 1: W_L moves, W_1 fits sigma(W_1 X), SVB on W_2 .. W_L
  relu,      ///< Algorithm 3: W_L fixed, V >= 0, W_{L-1} moves twice, W_1 fits W_1 X, SVB on W_2 .. W_{L-1}
};

/// The steps that a run takes, on W and V themselves (factor c and average included).
struct ResolvedSteps {
  double V_output = 0, W_output = 0;  ///< V_{L-1} and W_L on the output loss
  std::vector<double> V_hidden, W;    ///< by layer j: on |h_j|^2, gamma included
  std::int64_t K_V = 0, K_W = 0;
  std::optional<TheoremConstants> theorem;
};

/// Spectral norm squared of V, lambda_max(V V^T).
double lambda_max(ConstRef<double> V);
/// Algorithm 2: the singular values of W moved into [s1, s2].
Matrix<double> bound_singular_values(ConstRef<double> W, double s1, double s2);
/// The theorem's input from the initial weights and V (index 1..L-1), in double.
TheoremInput theorem_input(GradientBcdKind kind, const GradientBcdParameters& p, const Network& net, ConstRef<double> X,
                           ConstRef<double> Y, const std::vector<Matrix<double>>& W, const std::vector<Matrix<double>>& V);
ResolvedSteps resolve_steps(GradientBcdKind kind, const GradientBcdParameters& p, const Network& net, ConstRef<double> X,
                            ConstRef<double> Y, const std::vector<Matrix<double>>& W, const std::vector<Matrix<double>>& V);
/// Positive lower bound and Lipschitz constant of sigma'; alpha = 0 where there is none.
std::pair<double, double> slope_bounds(const Activation& sigma);
/// sigma^{-1} entrywise, for linear and leaky ReLU.
Matrix<double> inverse(const Activation& sigma, ConstRef<double> V);

/// Start, state and block updates; an algorithm adds its step() and what it alone does.
/// State: W1 .. WL, V1 .. V(L-1). Blocks: "W" and "V" with their layer, in the algorithm's order.
template <class T>
class GradientBcd : public Algorithm<T> {
 public:
  using Parameters = GradientBcdParameters;
  ParameterList parameters() override { return list_of(parameters_); }
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override;
  /// "train_error": 1/n |f(X) - Y|^2; "output_loss": |W_L V_{L-1} - Y|^2; "layer_loss_j": |h_j|^2.
  void measure(Measurements& row) const override;

  const ResolvedSteps& steps() const { return steps_; }

 protected:
  explicit GradientBcd(GradientBcdKind kind) : kind_(kind) {}

  int L() const { return problem_->net.N(); }
  const Matrix<T>& V(int j) const { return j == 0 ? *problem_->X : V_[static_cast<std::size_t>(j)]; }
  Matrix<T>& V(int j) { return V_[static_cast<std::size_t>(j)]; }
  const Matrix<T>& W(int j) const { return weights_.W[static_cast<std::size_t>(j)]; }
  Matrix<T>& W(int j) { return weights_.W[static_cast<std::size_t>(j)]; }
  const Activation& sigma(int j) const { return problem_->net.sigma(j); }

  /// Why problem (2) is not this one, whatever the activations; empty if it is.
  std::string formulation_mismatch(const Problem<T>& problem) const;
  /// Whether the steps are a theorem's.
  bool theorem_steps() const {
    return parameters_.steps == Parameters::Steps::printed || parameters_.steps == Parameters::Steps::corrected;
  }
  bool exact_first_layer() const { return parameters_.first_layer == Parameters::FirstLayer::exact; }
  /// Why the theorem's constants or the closed form of W_1 cannot be formed; empty if they can or are not asked for.
  std::string theorem_mismatch(const Problem<T>& problem) const;

  /// Weights with SVB (Algorithm 2) on W_2 .. W_last, V by a forward pass, the run's steps.
  void start(const Problem<T>& problem, const Weights<T>& w0, int last);
  /// X^+ with filter(lambda) in the place of 1/lambda, lambda the eigenvalues of X^T X: for update_W_1_exact().
  void form_pseudo_inverse(const std::function<double(double)>& filter);

  /// (3): V_{L-1} <- V_{L-1} - eta_V grad |W_L V_{L-1} - Y|^2
  void update_V_last();
  /// W_j <- W_j - gamma eta_W1 grad |h_j|^2
  void update_W(int j);
  /// K_V steps V_{j-1} <- V_{j-1} - gamma eta_V grad |h_j|^2
  void update_V_inner(int j);
  /// K_W steps W_1 <- W_1 - gamma eta_W2 grad |fit(W_1 X) - V_1|^2
  void update_W_1(const Activation& fit);
  /// W_1 <- W_1 + (target - W_1 X) X^+, with X^+ as form_pseudo_inverse() left it
  void update_W_1_exact(const Matrix<double>& target);

  // What these updates cost; `count` products of the size of W_j V_{j-1}.
  void add_products(int j, double count, StepCost& cost) const;
  void add_V_inner(int j, StepCost& cost) const;
  void add_W_1(StepCost& cost) const;

  GradientBcdParameters parameters_;
  const Problem<T>* problem_ = nullptr;
  ResolvedSteps steps_;

 private:
  Matrix<T> layer(int j) const;               // sigma(W_j V_{j-1}) + t_j V_{j-1}
  Matrix<T> layer(int j, Matrix<T> U) const;  // the same from U = W_j V_{j-1}
  void update_V_plain(int j);
  void update_W_1_plain(const Activation& fit);

  const GradientBcdKind kind_;
  Weights<T> weights_;
  std::vector<Matrix<T>> V_;       // V_j: d_j x n, j = 1 .. L-1
  PackedMatrix<T> gram_;           // X^T X, where it pays
  Matrix<double> pseudo_inverse_;  // n x d_0; first_layer = exact only
};

/// Algorithm 1, with Algorithm 2 for the start: monotone.cpp.
template <class T>
class BcdMonotone final : public GradientBcd<T> {
 public:
  BcdMonotone() : GradientBcd<T>(GradientBcdKind::monotone) {}
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  std::optional<StepCost> cost() const override;

 private:
  using GradientBcd<T>::L, GradientBcd<T>::V, GradientBcd<T>::W, GradientBcd<T>::sigma;
  using GradientBcd<T>::problem_, GradientBcd<T>::steps_;
  void update_W_L();
  void update_W_1();
};

/// Algorithm 3: relu.cpp.
template <class T>
class BcdRelu final : public GradientBcd<T> {
 public:
  BcdRelu();
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  std::optional<StepCost> cost() const override;

 private:
  using GradientBcd<T>::L, GradientBcd<T>::V, GradientBcd<T>::parameters_, GradientBcd<T>::steps_;
  void project(int j);
  void update_W_1();
};

/// What the paper's theorems promise for either algorithm (promises.cpp), and the judge (audit.cpp).
std::vector<Promise> gradient_bcd_promises(GradientBcdKind kind);
std::unique_ptr<Audit> make_gradient_bcd_audit(GradientBcdKind kind, const GradientBcdParameters& parameters,
                                               const Problem<double>& problem);
/// Demonstrations that need no run of an experiment: studies_section3, _theorem41, _theorem43 and _relu.cpp.
std::vector<Study> monotone_studies();
std::vector<Study> relu_studies();

}  // namespace bcd::akiyama2025
