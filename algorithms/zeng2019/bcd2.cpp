#include "algorithms/zeng2019/bcd2.hpp"

#include "algorithms/core/output_prox.hpp"
#include "algorithms/core/parallel.hpp"

namespace bcd::zeng2019 {

void Bcd2Parameters::fields(ParameterList& list) {
  list.number("gamma", gamma, Range::positive(), "weight of the penalties |V_i - sigma_i(W_i V_{i-1} + b_i)|^2");
  list.number("alpha", alpha, Range::positive(), "weight of the proximal terms");
  list.choice<Order>("order", order, {{"backward", Order::backward}, {"forward", Order::forward}},
                     "order of the blocks: backward from the output (the paper) or forward from the input");
  list.choice<OutputUpdate>("output_update", output_update,
                            {{"prox", OutputUpdate::prox}, {"proxlinear", OutputUpdate::proxlinear}},
                            "V_N-update: exact proximal step, or (3.1) with the loss linearised");
  list.parsed("r", r, "none, l2:0.1, l1:0.01, elastic:0.01,0.1, nonnegative or box:0,1", "regulariser of every W_i");
  list.parsed("s", s, "none, l2:0.1, l1:0.01, elastic:0.01,0.1, nonnegative or box:0,1", "regulariser of every V_i");
  list.integer("inner_iterations", inner.iterations, Range::at_least(1),
               "most inner iterations of a block without closed form");
  list.number("inner_tolerance", inner.tolerance, Range::nonnegative(),
              "an inner iteration stops when the squared stationarity residual falls below this share of the objective");
  list.number("start_noise", start_noise, Range::nonnegative(),
              "V_i starts on a forward pass plus this multiple of standard normal numbers");
}

template <class T>
std::string Bcd2<T>::not_applicable(const Problem<T>& problem) const {
  if (problem.net.any_skip()) return "the two-splitting formulation (2.3) has no skip connections; see bcd_resnet_zeng2019";
  if (problem.net.sigma(problem.net.N()).kind != Activation::Kind::linear)
    return "the output layer must be linear: the paper takes sigma_N = Id";
  if (parameters_.output_update == Bcd2Parameters::OutputUpdate::proxlinear) {
    if (!problem.loss.smooth()) return "the prox-linear V_N-update needs a smooth loss, " + problem.loss.name() + " is not";
  } else if (problem.loss.kind == Loss::Kind::cross_entropy && !parameters_.s.is_quadratic()) {
    return "cross_entropy with s = " + parameters_.s.text() +
           " has no separable V_N-subproblem; use output_update = proxlinear";
  } else if (!problem.loss.convex()) {
    return "the V_N-update needs a convex loss, " + problem.loss.name() + " is not said to be; use output_update = proxlinear";
  }
  return {};
}

template <class T>
void Bcd2<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) {
  problem_ = &problem;
  weights_ = w0;
  V_.assign(static_cast<std::size_t>(problem.net.N() + 1), Matrix<T>());
  for (int i = 1; i <= problem.net.N(); ++i) layer(i, V_[static_cast<std::size_t>(i)]);
  if (parameters_.start_noise > 0)
    for (int i = 1; i <= problem.net.N(); ++i) {
      Matrix<T>& V_i = V_[static_cast<std::size_t>(i)];
      Matrix<T> noise(V_i.rows(), V_i.cols());
      rng.fill_normal(noise, parameters_.start_noise);
      V_i += noise;
    }
}

template <class T>
State<T> Bcd2<T>::state() {
  State<T> state = weight_state(problem_->net, weights_);
  for (int i = 1; i <= problem_->net.N(); ++i) {
    Matrix<T>& V_i = V_[static_cast<std::size_t>(i)];
    state.add("V", i, V_i);
  }
  return state;
}

template <class T>
void Bcd2<T>::step(BlockObserver* observer) {
  const int N = problem_->net.N();
  const auto V_step = [&](int i) {
    if (i == N)
      update_V_N();
    else
      update_V(i);
    if (observer) observer->after({"V", i});
  };
  const auto Wb_step = [&](int i) {
    update_Wb(i);
    if (observer) observer->after({"Wb", i});
  };
  if (parameters_.order == Bcd2Parameters::Order::backward) {
    for (int i = N; i >= 1; --i) V_step(i), Wb_step(i);
  } else {
    for (int i = 1; i <= N; ++i) Wb_step(i), V_step(i);
  }
}

template <class T>
void Bcd2<T>::measure(Measurements& row) const {
  const double sum = sum_over_samples(problem_->n(), kEntryWork * static_cast<double>(problem_->net.d(problem_->net.N())),
                                      [&](Index first, Index count) {
                                        return problem_->loss.template sum<T>(V(problem_->net.N()).middleCols(first, count),
                                                                              problem_->Y->middleCols(first, count));
                                      });
  row.emplace_back("output_loss", problem_->loss.weight(problem_->n()) * sum);
}

template <class T>
void Bcd2<T>::layer(int i, Matrix<T>& out) {
  out.resize(problem_->net.d(i), problem_->n());
  out.noalias() = W(i) * V(i - 1);
  for_columns(problem_->n(), kEntryWork * static_cast<double>(problem_->net.d(i)), [&](Index first, Index count, int) {
    auto block = out.middleCols(first, count);
    if (problem_->net.bias) block.colwise() += b(i);
    problem_->net.sigma(i).template apply<T>(block, block);
  });
}

/// V_N = argmin s + R + gamma/2 |V_N - W_N V_{N-1} - b_N|^2 + alpha/2 |V_N - V_N_old|^2;
/// (3.1): R replaced by <grad R(V_N_old), V_N>.
template <class T>
void Bcd2<T>::update_V_N() {
  const int N = problem_->net.N();
  Matrix<T>& V_N = V_[static_cast<std::size_t>(N)];
  const double g = parameters_.gamma + parameters_.alpha;
  Matrix<T> B;
  layer(N, B);
  B = (static_cast<T>(parameters_.gamma) * B + static_cast<T>(parameters_.alpha) * V_N) / static_cast<T>(g);
  const double w = problem_->loss.weight(problem_->n());
  if (parameters_.output_update == Bcd2Parameters::OutputUpdate::prox)
    return output_prox<T>(problem_->loss, parameters_.s, w, g, B, *problem_->Y, V_N);
  Matrix<T> gradient(V_N.rows(), V_N.cols());
  problem_->loss.template gradient<T>(V_N, *problem_->Y, gradient);
  V_N = B - static_cast<T>(w / g) * gradient;
  parameters_.s.template prox<T>(g, V_N);
}

/// V_i = argmin s + gamma/2 |V_i - C|^2 + gamma/2 |V_{i+1} - sigma_{i+1}(W_{i+1} V_i + b_{i+1})|^2 + alpha/2 |V_i - V_i_old|^2,
/// C = sigma_i(W_i V_{i-1} + b_i).
template <class T>
void Bcd2<T>::update_V(int i) {
  const double gamma = parameters_.gamma, alpha = parameters_.alpha, c = gamma + alpha + parameters_.s.quadratic();
  Matrix<T>& X = V_[static_cast<std::size_t>(i)];
  Matrix<T> B;
  layer(i, B);
  B = static_cast<T>(gamma / c) * B + static_cast<T>(alpha / c) * X;
  const Subproblem<T> subproblem{problem_->net.sigma(i + 1),
                                 gamma,
                                 W(i + 1),
                                 problem_->net.bias ? &b(i + 1) : nullptr,
                                 V(i + 1),
                                 Vector<T>::Constant(X.rows(), static_cast<T>(c)),
                                 std::move(B),
                                 parameters_.s.without_quadratic(),
                                 X.rows()};
  minimise(subproblem, parameters_.inner, X);
}

/// [W_i b_i] = argmin r(W_i) + gamma/2 |V_i - sigma_i([W_i b_i] A)|^2 + alpha/2 |[W_i b_i] - old|^2, A = [V_{i-1}; 1].
/// Solved for the transpose, whose columns (the units of layer i) are independent.
template <class T>
void Bcd2<T>::update_Wb(int i) {
  const bool bias = problem_->net.bias;
  const Index d = W(i).cols(), p = d + (bias ? 1 : 0), n = problem_->n();
  const T alpha = static_cast<T>(parameters_.alpha), quadratic = static_cast<T>(parameters_.r.quadratic());
  Matrix<T> K(n, p), X(p, W(i).rows());  // A^T, [W_i b_i]^T
  K.leftCols(d) = V(i - 1).transpose();
  X.topRows(d) = W(i).transpose();
  if (bias) {
    K.col(d).setOnes();
    X.row(d) = b(i).transpose();
  }
  Vector<T> c = Vector<T>::Constant(p, alpha);
  c.head(d).array() += quadratic;
  Matrix<T> B = X;
  B.topRows(d) *= alpha / (alpha + quadratic);
  const Matrix<T> D = V(i).transpose();
  const Subproblem<T> subproblem{problem_->net.sigma(i),
                                 parameters_.gamma,
                                 K,
                                 nullptr,
                                 D,
                                 std::move(c),
                                 std::move(B),
                                 parameters_.r.without_quadratic(),
                                 d};
  minimise(subproblem, parameters_.inner, X);
  W(i) = X.topRows(d).transpose();
  if (bias) b(i) = X.row(d).transpose();
}

template <class T>
std::optional<StepCost> Bcd2<T>::cost() const {
  const Network& net = problem_->net;
  bool closed_form = parameters_.r.is_quadratic() && parameters_.s.is_quadratic();
  for (int i = 1; i < net.N(); ++i) closed_form = closed_form && net.sigma(i).kind == Activation::Kind::linear;
  if (!closed_form) return std::nullopt;
  const double n = static_cast<double>(problem_->n());
  StepCost cost;
  for (int i = 1; i <= net.N(); ++i) {
    const double d = static_cast<double>(net.d(i)), p = static_cast<double>(net.d(i - 1) + (net.bias ? 1 : 0));
    cost.products += 3;  // V_i: W_i V_{i-1}; [W_i b_i]: A A^T, which is formed in full, and V_i A^T
    cost.flops += 2 * d * static_cast<double>(net.d(i - 1)) * n + 2 * p * p * n + 2 * p * d * n;
    cost.flops += p * p * p / 3 + 2 * p * p * d;
    if (i == net.N()) break;
    const double after = static_cast<double>(net.d(i + 1));
    cost.products += 1;  // V_i: W_{i+1}^T V_{i+1}
    cost.flops += 2 * d * after * n + 2 * d * d * after + d * d * d / 3 + 2 * d * d * n;
  }
  return cost;
}

template class Bcd2<float>;
template class Bcd2<double>;

}  // namespace bcd::zeng2019
