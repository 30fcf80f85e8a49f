#include "algorithms/akiyama2025/gradient_bcd.hpp"

#include <Eigen/Cholesky>
#include <cmath>

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd::akiyama2025 {

namespace {

template <class T>
std::vector<Matrix<double>> as_double(const std::vector<Matrix<T>>& list) {
  std::vector<Matrix<double>> out;
  for (const Matrix<T>& m : list) out.push_back(m.template cast<double>());
  return out;
}

/// Q = sigma'(U) .* H in place of H.
template <class T>
void backpropagate(const Activation& sigma, const Matrix<T>& U, Matrix<T>& H) {
  sigma.multiply_by_derivative<T>(U, H);
}

}  // namespace

void GradientBcdParameters::fields(ParameterList& list) {
  list.number("gamma", gamma, Range::positive(), "weight of the hidden layers' losses");
  list.choice<Steps>(
      "steps", steps,
      {{"given", Steps::given}, {"practical", Steps::practical}, {"printed", Steps::printed}, {"corrected", Steps::corrected}},
      "eta_V, eta_W1, eta_W2, K_V, K_W as given; stable practical steps; the theorem's constants as printed; as derived "
      "('bcdbench help akiyama2025'). Only given steps follow gradient and average");
  list.number("eta_V", eta_V, Range::nonnegative(), "step size of every V_j (steps = given)");
  list.number("eta_W1", eta_W1, Range::nonnegative(), "step size eta_W^(1) of W_2 .. W_L (steps = given)");
  list.number("eta_W2", eta_W2, Range::nonnegative(), "step size eta_W^(2) of W_1 (steps = given)");
  list.number("practical_W1", practical_W1, Range::nonnegative(),
              "steps = practical: eta_W1 is this over the largest lambda_max(V_j V_j^T) of the start");
  list.integer("K_V", K_V, Range::nonnegative(), "inner steps on each V_1 .. V_{L-2} (steps = given or practical)");
  list.integer("K_W", K_W, Range::nonnegative(), "inner steps on W_1 (steps = given or practical)");
  list.choice<Gradient>("gradient", gradient, {{"squared", Gradient::squared}, {"half", Gradient::half}},
                        "steps follow the gradient of |.|^2 (as printed) or of 1/2 |.|^2");
  list.choice<Average>("average", average,
                       {{"sum", Average::sum},
                        {"mean_weights", Average::mean_weights},
                        {"mean", Average::mean},
                        {"mean_entries", Average::mean_entries}},
                       "gradients of sums over samples (as printed); the weights' of means; all of means over samples; "
                       "all of means over samples and the layer's entries");
  list.flag("svb", svb, "apply singular value bounding (Algorithm 2) to the first weights");
  list.number("s1", s1, Range::nonnegative(), "lower bound of the singular values");
  list.number("s2", s2, Range::positive(), "upper bound of the singular values");
  list.number("epsilon", epsilon, Range::positive(), "the accuracy that the theorem's constants aim at");
  list.number("C_V", C_V, Range::nonnegative(), "bound on lambda_max(V_j V_j^T) in the theorem's eta_W1; 0: the derived one");
  list.choice<FirstLayer>("first_layer", first_layer, {{"steps", FirstLayer::steps}, {"exact", FirstLayer::exact}},
                          "W_1 by its K_W gradient steps, or in closed form: Algorithm 1 the limit of infinitely many, "
                          "Algorithm 3 the result of exactly K_W");
  list.choice<Loops>("loops", loops, {{"gram", Loops::gram}, {"plain", Loops::plain}},
                     "inner loops on U = W X with the Gram matrix (same result to rounding), or as printed");
}

template <class T>
std::string GradientBcd<T>::formulation_mismatch(const Problem<T>& problem) const {
  const Network& net = problem.net;
  if (net.bias) return "the paper's network has no biases; set network.bias = false";
  if (net.N() < 2) return "the method needs at least one hidden layer";
  if (problem.loss.kind != Loss::Kind::squared)
    return "the method is defined for the squared loss, not for " + problem.loss.name();
  if (net.sigma(net.N()).kind != Activation::Kind::linear) return "the output layer must be linear";
  const GradientBcdParameters& p = parameters_;
  if (p.svb && p.s1 > p.s2)
    return "singular value bounding needs s1 <= s2, got " + number_text(p.s1) + " and " + number_text(p.s2);
  return {};
}

template <class T>
std::string GradientBcd<T>::theorem_mismatch(const Problem<T>& problem) const {
  if (!theorem_steps() && !exact_first_layer()) return {};
  const Network& net = problem.net;
  if (theorem_steps()) {
    for (int j = 1; j < net.N(); ++j)
      if (net.d(j) != net.d(1)) return "the theorem needs hidden layers of one width";
    if (net.d(net.N()) > net.d(1)) return "the theorem needs no more outputs than hidden units";
  }
  const DataSpectrum X = data_spectrum(problem.X->template cast<double>());
  if (X.smin > 0) return {};
  return "Assumption 1: X must have full column rank; its numerical rank is " + std::to_string(X.rank) +
         " for n = " + std::to_string(problem.n()) + " samples in dimension " + std::to_string(net.d(0));
}

template <class T>
void GradientBcd<T>::start(const Problem<T>& problem, const Weights<T>& w0, int last) {
  problem_ = &problem;
  weights_ = w0;
  for (int j = 2; parameters_.svb && j <= last; ++j)
    W(j) = bound_singular_values(W(j).template cast<double>(), parameters_.s1, parameters_.s2).template cast<T>();
  V_.assign(at(L()), Matrix<T>());
  for (int j = 1; j < L(); ++j) V(j) = layer(j);
  steps_ = resolve_steps(kind_, parameters_, problem.net, problem.X->template cast<double>(),
                         problem.Y->template cast<double>(), as_double(weights_.W), as_double(V_));
  const bool gram_pays = problem.n() <= 2 * problem.net.d(0);
  if (!exact_first_layer() && parameters_.loops == GradientBcdParameters::Loops::gram && gram_pays)
    gram_ = PackedMatrix<T>(Matrix<T>(problem.X->transpose() * *problem.X));
}

template <class T>
void GradientBcd<T>::form_pseudo_inverse(const std::function<double(double)>& filter) {
  const Matrix<double> X = problem_->X->template cast<double>();
  const SymmetricEigen eigen = symmetric_eigen(X.transpose() * X);
  const Vector<double> filtered = eigen.eigenvalues().unaryExpr(filter);
  pseudo_inverse_.noalias() = eigen.eigenvectors() * filtered.asDiagonal() * eigen.eigenvectors().transpose() * X.transpose();
}

template <class T>
State<T> GradientBcd<T>::state() {
  State<T> state = weight_state(problem_->net, weights_);
  for (int j = 1; j < L(); ++j) state.add("V", j, V(j));
  return state;
}

/// sigma(U) + t_j V_{j-1}: d_j x n
template <class T>
Matrix<T> GradientBcd<T>::layer(int j, Matrix<T> U) const {
  sigma(j).template apply<T>(U, U);
  if (problem_->net.skip(j)) U += V(j - 1);
  return U;
}

template <class T>
Matrix<T> GradientBcd<T>::layer(int j) const {
  return layer(j, W(j) * V(j - 1));
}

template <class T>
void GradientBcd<T>::update_V_last() {
  const Matrix<T> residual = W(L()) * V(L() - 1) - *problem_->Y;
  V(L() - 1).noalias() -= static_cast<T>(steps_.V_output) * W(L()).transpose() * residual;
}

// The printed index sigma(W_j V_j) - V_{j+1} does not fit the shapes and the text.
template <class T>
void GradientBcd<T>::update_W(int j) {
  const Matrix<T> U = W(j) * V(j - 1);
  Matrix<T> H = U;
  sigma(j).template apply<T>(H, H);
  H -= V(j);
  if (problem_->net.skip(j)) H += V(j - 1);
  backpropagate(sigma(j), U, H);
  W(j).noalias() -= static_cast<T>(steps_.W[at(j)]) * H * V(j - 1).transpose();
}

template <class T>
void GradientBcd<T>::update_V_inner(int j) {
  const T a = static_cast<T>(steps_.V_hidden[at(j)]);
  if (parameters_.loops == GradientBcdParameters::Loops::plain) {
    update_V_plain(j);
  } else if (problem_->net.skip(j)) {
    Matrix<T> A = V(j - 1).transpose();
    descend_skip<T>(sigma(j), A, Matrix<T>(V(j).transpose()), PackedMatrix<T>(Matrix<T>(W(j).transpose())),
                    PackedMatrix<T>(W(j)), a, steps_.K_V);
    V(j - 1) = A.transpose();
  } else {
    const Matrix<T> Z = (W(j) * V(j - 1)).transpose();
    const PackedMatrix<T> G(Matrix<T>(W(j) * W(j).transpose()));
    const Matrix<T> sum = descend_gram<T>(sigma(j), Z, Matrix<T>(V(j).transpose()), G, a, steps_.K_V);
    V(j - 1).noalias() -= a * W(j).transpose() * sum.transpose();
  }
}

/// The same steps as printed, one product at a time.
template <class T>
void GradientBcd<T>::update_V_plain(int j) {
  const T a = static_cast<T>(steps_.V_hidden[at(j)]);
  for (std::int64_t k = 0; k < steps_.K_V; ++k) {
    const Matrix<T> U = W(j) * V(j - 1);
    Matrix<T> H = layer(j, U) - V(j), Q = H;
    backpropagate(sigma(j), U, Q);
    V(j - 1).noalias() -= a * W(j).transpose() * Q;
    if (problem_->net.skip(j)) V(j - 1) -= a * H;
  }
}

template <class T>
void GradientBcd<T>::update_W_1(const Activation& fit) {
  if (gram_.rows() == 0) return update_W_1_plain(fit);
  const T a = static_cast<T>(steps_.W[1]);
  const Matrix<T> U = W(1) * *problem_->X;
  const Matrix<T> sum = descend_gram<T>(fit, U, V(1), gram_, a, steps_.K_W);
  W(1).noalias() -= a * sum * problem_->X->transpose();
}

template <class T>
void GradientBcd<T>::update_W_1_plain(const Activation& fit) {
  const Matrix<T>& X = *problem_->X;
  for (std::int64_t k = 0; k < steps_.K_W; ++k) {
    const Matrix<T> U = W(1) * X;
    Matrix<T> H = U;
    fit.template apply<T>(H, H);
    H -= V(1);
    backpropagate(fit, U, H);
    W(1).noalias() -= static_cast<T>(steps_.W[1]) * H * X.transpose();
  }
}

template <class T>
void GradientBcd<T>::update_W_1_exact(const Matrix<double>& target) {
  const Matrix<double> U = (W(1) * *problem_->X).template cast<double>();
  const Matrix<double> E = target - U;
  W(1) += (E * pseudo_inverse_).template cast<T>();
}

template <class T>
void GradientBcd<T>::measure(Measurements& row) const {
  const auto n = static_cast<double>(problem_->n());
  Matrix<T> f;
  forward<T>(problem_->net, weights_, *problem_->X, f);
  row.emplace_back("train_error", static_cast<double>((f - *problem_->Y).squaredNorm()) / n);
  row.emplace_back("output_loss", static_cast<double>((W(L()) * V(L() - 1) - *problem_->Y).squaredNorm()));
  for (int j = 1; j < L(); ++j)
    row.emplace_back("layer_loss_" + std::to_string(j), static_cast<double>((layer(j) - V(j)).squaredNorm()));
}

template <class T>
void GradientBcd<T>::add_products(int j, double count, StepCost& cost) const {
  const Network& net = problem_->net;
  cost.products += count;
  cost.flops += count * 2 * static_cast<double>(net.d(j) * net.d(j - 1) * problem_->n());
}

/// With Z = W V and G = W W^T: Z, W^T sum, and Q G for every step but the last; else W V and W^T Q for every step.
template <class T>
void GradientBcd<T>::add_V_inner(int j, StepCost& cost) const {
  const auto K_V = static_cast<double>(steps_.K_V);
  if (parameters_.loops == GradientBcdParameters::Loops::plain || problem_->net.skip(j)) return add_products(j, 2 * K_V, cost);
  const auto width = static_cast<double>(problem_->net.d(j)), steps = std::max(K_V - 1, 0.0);
  add_products(j, 2, cost);
  cost.products += steps;
  cost.flops += steps * 2 * width * width * static_cast<double>(problem_->n());
}

/// With U = W_1 X and G = X^T X: U, sum X^T, and Q G for every step but the last; else U and H X^T for every step. The closed
/// form is one step.
template <class T>
void GradientBcd<T>::add_W_1(StepCost& cost) const {
  const auto K_W = static_cast<double>(steps_.K_W);
  if (gram_.rows() == 0) return add_products(1, exact_first_layer() ? 2 : 2 * K_W, cost);
  const auto n = static_cast<double>(problem_->n()), steps = std::max(K_W - 1, 0.0);
  add_products(1, 2, cost);
  cost.products += steps;
  cost.flops += steps * 2 * static_cast<double>(problem_->net.d(1)) * n * n;
}

template class GradientBcd<float>;
template class GradientBcd<double>;

}  // namespace bcd::akiyama2025
