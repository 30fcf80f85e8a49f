// Block coordinate descent by gradient steps (Akiyama 2025, Algorithms 1, 2 and 3): what both plugins share.
//
//   F(W, V) = |W_L V_{L-1} - Y|^2 + gamma sum_{j<L} |h_j|^2,   h_j = sigma(W_j V_{j-1}) + t_j V_{j-1} - V_j           (2)
//
// with V_0 = X, t_j = 1 where layer j has a skip connection (Algorithm 3), no 1/2 and sums over the samples. A step size eta
// stands for the step a = c eta w on W or V, where c = 2 for the gradient of |.|^2 and 1 for that of 1/2 |.|^2, and w is 1,
// 1/n or 1/(n d_j) as `average` says.
#pragma once

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

/// The two algorithms' differences.
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

/// State: W1 .. WL, V1 .. V(L-1). Blocks: "W" and "V" with their layer, in the algorithm's order.
template <class T>
class GradientBcd : public Algorithm<T> {
 public:
  using Parameters = GradientBcdParameters;
  explicit GradientBcd(GradientBcdKind kind);
  ParameterList parameters() override { return list_of(p_); }
  std::string not_applicable(const Problem<T>& problem) const override;
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override;
  void step(BlockObserver* observer) override;
  const Weights<T>& weights() const override { return P_; }
  State<T> state() override;
  /// "train_error": 1/n |f(X) - Y|^2; "output_loss": |W_L V_{L-1} - Y|^2; "layer_loss_j": |h_j|^2.
  void measure(Measurements& row) const override;

  const ResolvedSteps& steps() const { return steps_; }
  /// Floating-point operations of one sweep as the loops run it (products only).
  double flops_per_sweep() const;

 private:
  int L() const { return problem_->net.N(); }
  const Matrix<T>& V(int j) const { return j == 0 ? *problem_->X : V_[static_cast<std::size_t>(j)]; }
  Matrix<T>& V(int j) { return V_[static_cast<std::size_t>(j)]; }
  const Matrix<T>& W(int j) const { return P_.W[static_cast<std::size_t>(j)]; }
  Matrix<T>& W(int j) { return P_.W[static_cast<std::size_t>(j)]; }
  const Activation& sigma(int j) const { return problem_->net.sigma(j); }
  Matrix<T> layer(int j) const;

  void update_W_L();
  void update_V_last();
  void update_W(int j);
  void update_V_inner(int j);
  void update_V_plain(int j);
  void update_W_1();
  void update_W_1_plain(const Activation& fit);
  void update_W_1_exact();
  bool gram_pays() const { return problem_->n() <= 2 * problem_->net.d(0); }

  GradientBcdKind kind_;
  GradientBcdParameters p_;
  const Problem<T>* problem_ = nullptr;
  Weights<T> P_;
  std::vector<Matrix<T>> V_;  // V_j: d_j x n, j = 1 .. L-1
  ResolvedSteps steps_;
  PackedMatrix<T> gram_;           // X^T X
  Matrix<double> pseudo_inverse_;  // X^+: n x d_0, or the polynomial of the closed form; first_layer = exact only
};

/// Algorithm 1, with Algorithm 2 for the start.
template <class T>
class BcdMonotone final : public GradientBcd<T> {
 public:
  BcdMonotone() : GradientBcd<T>(GradientBcdKind::monotone) {}
};

/// Algorithm 3.
template <class T>
class BcdRelu final : public GradientBcd<T> {
 public:
  BcdRelu() : GradientBcd<T>(GradientBcdKind::relu) {}
};

/// What both plugins promise, and the judge.
std::vector<Promise> gradient_bcd_promises(GradientBcdKind kind);
std::unique_ptr<Audit> make_gradient_bcd_audit(GradientBcdKind kind, const GradientBcdParameters& parameters,
                                               const Problem<double>& problem);
/// Demonstrations without a training run: studies_monotone.cpp, studies_relu.cpp.
std::vector<Study> monotone_studies();
std::vector<Study> relu_studies();

}  // namespace bcd::akiyama2025
