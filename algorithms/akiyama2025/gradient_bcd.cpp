#include "algorithms/akiyama2025/gradient_bcd.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <cmath>

#include "algorithms/core/parallel.hpp"

namespace bcd::akiyama2025 {

namespace {

std::size_t at(int j) { return static_cast<std::size_t>(j); }

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
      "eta_V, eta_W1, eta_W2, K_V, K_W as given; stable practical steps; the theorem's constants as printed; as "
      "derived (README.md). Only given steps follow gradient and average");
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
                       "gradients of sums over samples (as printed); the weights' of means; all of means over samples; all of "
                       "means over samples and the layer's entries");
  list.flag("svb", svb, "apply singular value bounding (Algorithm 2) to the first weights");
  list.number("s1", s1, Range::nonnegative(), "lower bound of the singular values");
  list.number("s2", s2, Range::positive(), "upper bound of the singular values");
  list.number("epsilon", epsilon, Range::positive(), "the accuracy that the theorem's constants aim at");
  list.number("C_V", C_V, Range::nonnegative(), "bound on lambda_max(V_j V_j^T) in the theorem's eta_W1; 0: the derived one");
  list.choice<FirstLayer>(
      "first_layer", first_layer, {{"steps", FirstLayer::steps}, {"exact", FirstLayer::exact}},
      "W_1 by its K_W gradient steps, or in closed form: Algorithm 1 the limit of infinitely many, Algorithm "
      "3 the result of exactly K_W");
  list.choice<Loops>("loops", loops, {{"gram", Loops::gram}, {"plain", Loops::plain}},
                     "inner loops on U = W X with the Gram matrix (same result to rounding), or as printed");
}

template <class T>
GradientBcd<T>::GradientBcd(GradientBcdKind kind) : kind_(kind) {
  if (kind == GradientBcdKind::relu) p_.s1 = 0, p_.s2 = 0.25;
}

template <class T>
std::string GradientBcd<T>::not_applicable(const Problem<T>& problem) const {
  const Network& net = problem.net;
  if (net.bias) return "the paper's network has no biases; set network.bias = false";
  if (net.N() < 2) return "the method needs at least one hidden layer";
  if (problem.loss.kind != Loss::Kind::squared)
    return "the method is defined for the squared loss, not for " + problem.loss.name();
  if (net.sigma(net.N()).kind != Activation::Kind::linear) return "the output layer must be linear";
  if (p_.svb && p_.s1 > p_.s2)
    return "singular value bounding needs s1 <= s2, got " + number_text(p_.s1) + " and " + number_text(p_.s2);
  for (int j = 1; j < net.N(); ++j) {
    const Activation::Kind sigma = net.sigma(j).kind;
    if (net.skip(j) && (kind_ == GradientBcdKind::monotone || j == 1))
      return kind_ == GradientBcdKind::monotone ? "Algorithm 1 has no skip connections; see bcd_relu_akiyama2025"
                                                : "the first layer has no skip connection, because W_1 is fitted linearly";
    if (kind_ == GradientBcdKind::relu && sigma != Activation::Kind::relu)
      return "Algorithm 3 is for ReLU networks, sigma is " + net.sigma(j).text();
    if (kind_ == GradientBcdKind::monotone && p_.first_layer == GradientBcdParameters::FirstLayer::exact &&
        slope_bounds(net.sigma(j)).first <= 0)
      return "first_layer = exact needs an invertible activation (linear or leaky_relu), sigma is " + net.sigma(j).text();
    if (sigma == Activation::Kind::polynomial)
      return "the step sizes need a Lipschitz continuous activation; a polynomial is not";
  }
  const bool theorem = p_.steps == GradientBcdParameters::Steps::printed || p_.steps == GradientBcdParameters::Steps::corrected;
  if (!theorem && p_.first_layer == GradientBcdParameters::FirstLayer::steps) return {};
  for (int j = 1; j < net.N(); ++j) {
    if (theorem && net.d(j) != net.d(1)) return "the theorem needs hidden layers of one width";
    if (theorem && kind_ == GradientBcdKind::monotone && slope_bounds(net.sigma(j)).first <= 0)
      return "the theorem's constants need sigma' >= alpha > 0 (Assumption 2); " + net.sigma(j).text() + " has none";
  }
  if (theorem && net.d(net.N()) > net.d(1)) return "the theorem needs no more outputs than hidden units";
  const DataSpectrum X = data_spectrum(problem.X->template cast<double>());
  if (X.smin > 0) return {};
  return "Assumption 1: X must have full column rank; its numerical rank is " + std::to_string(X.rank) +
         " for n = " + std::to_string(problem.n()) + " samples in dimension " + std::to_string(net.d(0));
}

template <class T>
void GradientBcd<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  problem_ = &problem;
  P_ = w0;
  const int bounded = kind_ == GradientBcdKind::monotone ? L() : L() - 1;
  for (int j = 2; p_.svb && j <= bounded; ++j)
    W(j) = bound_singular_values(W(j).template cast<double>(), p_.s1, p_.s2).template cast<T>();
  V_.assign(at(L()), Matrix<T>());
  for (int j = 1; j < L(); ++j) V(j) = layer(j);
  const Matrix<double> X = problem.X->template cast<double>();
  steps_ = resolve_steps(kind_, p_, problem.net, X, problem.Y->template cast<double>(), as_double(P_.W), as_double(V_));
  if (p_.first_layer == GradientBcdParameters::FirstLayer::exact) {
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(X.transpose() * X);
    Vector<double> weight = eigen.eigenvalues();
    for (double& lambda : weight) {  // 1/lambda, or for exactly K_W steps (1 - (1 - a lambda)^K_W)/lambda
      const double K_W = static_cast<double>(steps_.K_W), x = steps_.W[1] * lambda;
      const double left = kind_ == GradientBcdKind::monotone ? 0.0 : std::pow(1 - x, K_W);
      lambda = (left > 0.5 && x < 1 ? -std::expm1(K_W * std::log1p(-x)) : 1 - left) / lambda;
    }
    pseudo_inverse_.noalias() = eigen.eigenvectors() * weight.asDiagonal() * eigen.eigenvectors().transpose() * X.transpose();
  } else if (p_.loops == GradientBcdParameters::Loops::gram && gram_pays()) {
    gram_ = PackedMatrix<T>(Matrix<T>(problem.X->transpose() * *problem.X));
  }
}

template <class T>
State<T> GradientBcd<T>::state() {
  State<T> state = weight_state(problem_->net, P_);
  for (int j = 1; j < L(); ++j) state.add("V", j, V(j));
  return state;
}

/// sigma(W_j V_{j-1}) + t_j V_{j-1}: d_j x n
template <class T>
Matrix<T> GradientBcd<T>::layer(int j) const {
  Matrix<T> out = W(j) * V(j - 1);
  sigma(j).template apply<T>(out, out);
  if (problem_->net.skip(j)) out += V(j - 1);
  return out;
}

/// Algorithm 1 and Algorithm 3, line by line.
template <class T>
void GradientBcd<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int j) {
    if (observer) observer->after({name, j});
  };
  const bool relu = kind_ == GradientBcdKind::relu;
  if (!relu) {
    update_W_L();
    done("W", L());
  }
  update_V_last();
  done("V", L() - 1);
  if (relu && L() > 2) {  // line 7; for L = 2 it would be the first layer, which is fitted linearly below
    update_W(L() - 1);
    done("W", L() - 1);
  }
  for (int j = L() - 1; j >= 2; --j) {
    update_W(j);
    done("W", j);
    update_V_inner(j);
    done("V", j - 1);
  }
  update_W_1();
  done("W", 1);
}

/// W_L <- W_L - eta_W1 grad |W_L V_{L-1} - Y|^2
template <class T>
void GradientBcd<T>::update_W_L() {
  const Matrix<T> residual = W(L()) * V(L() - 1) - *problem_->Y;
  W(L()).noalias() -= static_cast<T>(steps_.W_output) * residual * V(L() - 1).transpose();
}

/// (3): V_{L-1} <- V_{L-1} - eta_V grad |W_L V_{L-1} - Y|^2, in Algorithm 3 projected to V >= 0
template <class T>
void GradientBcd<T>::update_V_last() {
  const Matrix<T> residual = W(L()) * V(L() - 1) - *problem_->Y;
  V(L() - 1).noalias() -= static_cast<T>(steps_.V_output) * W(L()).transpose() * residual;
  if (kind_ == GradientBcdKind::relu) V(L() - 1) = V(L() - 1).cwiseMax(T(0));
}

/// W_j <- W_j - gamma eta_W1 grad |h_j|^2. The printed index sigma(W_j V_j) - V_{j+1} does not fit the shapes and the text.
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

/// K_V steps V_{j-1} <- V_{j-1} - gamma eta_V grad |h_j|^2, in Algorithm 3 projected to V >= 0 after the last
template <class T>
void GradientBcd<T>::update_V_inner(int j) {
  const T a = static_cast<T>(steps_.V_hidden[at(j)]);
  if (p_.loops == GradientBcdParameters::Loops::plain) {
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
  if (kind_ == GradientBcdKind::relu) V(j - 1) = V(j - 1).cwiseMax(T(0));
}

template <class T>
void GradientBcd<T>::update_V_plain(int j) {
  const T a = static_cast<T>(steps_.V_hidden[at(j)]);
  for (std::int64_t k = 0; k < steps_.K_V; ++k) {
    const Matrix<T> U = W(j) * V(j - 1);
    Matrix<T> H = layer(j) - V(j), Q = H;
    backpropagate(sigma(j), U, Q);
    V(j - 1).noalias() -= a * W(j).transpose() * Q;
    if (problem_->net.skip(j)) V(j - 1) -= a * H;
  }
}

/// K_W steps W_1 <- W_1 - gamma eta_W2 grad |sigma(W_1 X) - V_1|^2; Algorithm 3: grad |W_1 X - V_1|^2
template <class T>
void GradientBcd<T>::update_W_1() {
  const Activation fit = kind_ == GradientBcdKind::monotone ? sigma(1) : Activation();
  if (p_.first_layer == GradientBcdParameters::FirstLayer::exact) return update_W_1_exact();
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

/// Algorithm 1: W_1 + (sigma^{-1}(V_1) - W_1 X) X^+. Algorithm 3: W_1 + (V_1 - W_1 X) p(X^T X) X^T, the K_W-th iterate.
template <class T>
void GradientBcd<T>::update_W_1_exact() {
  const Matrix<double> target = V(1).template cast<double>();
  const Matrix<double> U = (W(1) * *problem_->X).template cast<double>();
  const Matrix<double> E = (kind_ == GradientBcdKind::monotone ? inverse(sigma(1), target) : target) - U;
  W(1) += (E * pseudo_inverse_).template cast<T>();
}

template <class T>
void GradientBcd<T>::measure(Measurements& row) const {
  const auto n = static_cast<double>(problem_->n());
  Matrix<T> f;
  forward<T>(problem_->net, P_, *problem_->X, f);
  row.emplace_back("train_error", static_cast<double>((f - *problem_->Y).squaredNorm()) / n);
  row.emplace_back("output_loss", static_cast<double>((W(L()) * V(L() - 1) - *problem_->Y).squaredNorm()));
  for (int j = 1; j < L(); ++j)
    row.emplace_back("layer_loss_" + std::to_string(j), static_cast<double>((layer(j) - V(j)).squaredNorm()));
}

template <class T>
double GradientBcd<T>::flops_per_sweep() const {
  const auto size = [&](int j) { return static_cast<double>(problem_->net.d(j)); };
  const double n = static_cast<double>(problem_->n()), K_V = static_cast<double>(steps_.K_V),
               K_W = static_cast<double>(steps_.K_W);
  double flops = 8 * size(L()) * size(L() - 1) * n;  // both updates on the output loss
  for (int j = 2; j < L(); ++j) {
    const double product = 2 * size(j) * size(j - 1) * n;
    const bool gram = p_.loops == GradientBcdParameters::Loops::gram && !problem_->net.skip(j);
    flops += 2 * product + (gram ? (K_V - 1) * 2 * size(j) * size(j) * n + 2 * product : K_V * 2 * product);
  }
  const double product = 2 * size(1) * size(0) * n;
  return flops + (gram_.rows() > 0 ? 2 * product + (K_W - 1) * 2 * size(1) * n * n : K_W * 2 * product);
}

template class GradientBcd<float>;
template class GradientBcd<double>;

}  // namespace bcd::akiyama2025
