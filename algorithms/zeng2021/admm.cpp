#include "algorithms/zeng2021/admm.hpp"

#include <cmath>

#include "algorithms/core/gram.hpp"
#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/core/parallel.hpp"
#include "algorithms/core/spec_text.hpp"
#include "algorithms/zeng2021/majoriser.hpp"

namespace bcd::zeng2021 {

PerLayer PerLayer::parse(const std::string& text) {
  const PerLayer parsed{split_spec("weights by layer", ":" + text).numbers};
  for (const double value : parsed.values)
    if (!(value > 0 && std::isfinite(value))) throw UsageError("every weight must be > 0, got '" + text + "'");
  return parsed;
}

std::string PerLayer::text() const { return join_spec("", values).substr(1); }

void Parameters::fields(ParameterList& list) {
  list.parsed("beta", beta, "a number > 0, or one for each layer 1..N with commas",
              "weights of the constraints |sigma_i(W_i V_{i-1} + b_i) - V_i|^2");
  list.number("lambda", lambda, Range::positive(), "weight of |[W_i b_i]|^2 in every layer");
  list.choice(
      "majoriser", majoriser, {{"sharp", Majoriser::sharp}, {"published", Majoriser::published}},
      "curvature of the quadratic model of a sigmoid layer: the smallest that lies above, or the published code's max|B|/2");
  list.number("xi", xi, Range::nonnegative(),
              "weight of |V_i - V_i^{previous}|^2 in the judged function (4); the updates do not depend on it");
}

double model_curvature(const Parameters& parameters, const Activation& sigma, double lo, double hi) {
  if (parameters.majoriser == Majoriser::sharp || sigma.kind == Activation::Kind::linear) return fit_curvature(sigma, lo, hi);
  return std::max(std::abs(lo), std::abs(hi)) / 2;
}

template <class T>
std::string Admm<T>::not_applicable(const Problem<T>& problem) const {
  const Network& net = problem.net;
  if (net.any_skip()) return "the method's constraints have no skip connections";
  if (problem.loss.kind != Loss::Kind::squared) return "the method is for the squared loss, not " + problem.loss.name();
  if (net.sigma(net.N()).kind != Activation::Kind::linear) return "the output layer must be linear: V_N = W_N V_{N-1}";
  const std::size_t given = parameters_.beta.values.size();
  if (given != 1 && given != static_cast<std::size_t>(net.N()))
    return "beta has " + std::to_string(given) + " values, the network " + std::to_string(net.N()) + " layers";
  for (int i = 1; i < net.N(); ++i) {
    const Activation::Kind kind = net.sigma(i).kind;
    if (kind == Activation::Kind::sigmoid || kind == Activation::Kind::linear) continue;
    if (kind != Activation::Kind::tanh)
      return "the quadratic models need sigmoid, tanh or linear, layer " + std::to_string(i) + " has " + net.sigma(i).text();
    if (parameters_.majoriser == Majoriser::published)
      return "the published majoriser is for the sigmoid; use majoriser = sharp with tanh";
  }
  return {};
}

template <class T>
void Admm<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  problem_ = &problem;
  weights_ = start_ = w0;
  const Network& net = problem.net;
  const Index n = problem.n();
  V_.assign(static_cast<std::size_t>(N() + 1), {});
  Lambda_.assign(static_cast<std::size_t>(N() + 1), {});
  Index widest = 0;
  for (int i = 1; i <= N(); ++i) {
    widest = std::max(widest, net.d(i));
    Matrix<T>& V_i = V_[static_cast<std::size_t>(i)];
    V_i.resize(net.d(i), n);
    Lambda(i) = Matrix<T>::Zero(net.d(i), n);
    for_columns(n, layer_work(i), [&](Index first, Index count, int) { layer(i, first, count, V_i.middleCols(first, count)); });
  }
  scratch_.assign(static_cast<std::size_t>(threads()), Matrix<T>(widest, kColumnBlock));
  E_.resize(widest, n);
  input_gram_ = gram<T>(*problem.X, net.bias, sums_);
}

template <class T>
State<T> Admm<T>::state() {
  State<T> state = weight_state(problem_->net, weights_);
  for (int i = 1; i <= N(); ++i) state.add("V", i, V_[static_cast<std::size_t>(i)]);
  for (int i = 1; i <= N(); ++i) state.add("Lambda", i, Lambda(i));
  return state;
}

template <class T>
void Admm<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int i) {
    if (observer) observer->after({name, i});
  };
  for (int i = N(); i >= 1; --i) update_W(i), done("W", i);
  for (int i = 1; i < N(); ++i) update_V(i), done("V", i);
  update_V_N(), done("V", N());
  for (int i = 1; i <= N(); ++i) update_Lambda(i), done("Lambda", i);
}

template <class T>
void Admm<T>::measure(Measurements& row) const {
  double total = 0;
  for (int i = 1; i <= N(); ++i) {
    const double squared = sum_over_samples(problem_->n(), layer_work(i), [&](Index first, Index count) {
      Matrix<T> r(problem_->net.d(i), count);
      layer(i, first, count, r);
      return (r - V(i).middleCols(first, count)).template cast<double>().squaredNorm();
    });
    row.emplace_back("residual" + std::to_string(i), std::sqrt(squared));
    total += squared;
  }
  row.emplace_back("residual", std::sqrt(total));
  for (int i = 1; i <= N(); ++i) {
    const Matrix<double> W_i = W(i).template cast<double>(),
                         W_0 = start_.W[static_cast<std::size_t>(i)].template cast<double>();
    const double norm = W_0.norm();
    row.emplace_back("moved_W" + std::to_string(i), (W_i - W_0).norm() / (norm > 0 ? norm : 1));
  }
}

template <class T>
double Admm<T>::layer_work(int i) const {
  const Network& net = problem_->net;
  return product_work(net.d(i), net.d(i - 1)) + kEntryWork * static_cast<double>(net.d(i));
}

/// out = W_i V_{i-1} + b_i for `count` columns from `first`
template <class T>
void Admm<T>::affine(int i, Index first, Index count, MutRef<T> out) const {
  out.noalias() = W(i) * V(i - 1).middleCols(first, count);
  if (problem_->net.bias) out.colwise() += b(i);
}

template <class T>
void Admm<T>::layer(int i, Index first, Index count, MutRef<T> out) const {
  affine(i, first, count, out);
  problem_->net.sigma(i).template apply<T>(out, out);
}

/// Curvature c of the model of layer i's fit at B = V_i - Lambda_i/beta_i.
template <class T>
double Admm<T>::curvature(int i) const {
  const auto B = V(i) - Lambda_[static_cast<std::size_t>(i)] / beta(i);
  return model_curvature(parameters_, problem_->net.sigma(i), static_cast<double>(B.template minCoeff<Eigen::PropagateNaN>()),
                         static_cast<double>(B.template maxCoeff<Eigen::PropagateNaN>()));
}

/// The fit 1/2 |sigma_i(Z) - B|^2 at Z = P [+ b_i] has the model <G, Z> + c/2 |Z - Z_old|^2 with G = (sigma_i - B) sigma_i' at
/// Z_old: up to a constant c/2 |P - (c P_old - G)/c|^2. Leaves c P_old - G in E.
/// P_old = W_i V_{i-1}, plus b_i if the bias is among the unknowns.
template <class T>
void Admm<T>::model_target(int i, double c, bool with_bias) {
  const Activation& sigma = problem_->net.sigma(i);
  const Matrix<T>& Lambda_i = Lambda(i);
  const Index d = problem_->net.d(i);
  for_columns(problem_->n(), layer_work(i), [&](Index first, Index count, int thread) {
    auto z = scratch_[static_cast<std::size_t>(thread)].topLeftCorner(d, count);
    auto E = E_.block(0, first, d, count);
    affine(i, first, count, z);
    sigma.template apply<T>(z, E);
    E += Lambda_i.middleCols(first, count) / beta(i) - V(i).middleCols(first, count);
    sigma.template multiply_by_derivative<T>(z, E);
    if (!with_bias && problem_->net.bias) z.colwise() -= b(i);
    E = static_cast<T>(c) * z - E;
  });
}

/// [W_i b_i] = beta_i E A^T (lambda I + beta_i c A A^T)^{-1}: argmin lambda/2 |[W b]|^2 + beta_i (model of the fit).
template <class T>
void Admm<T>::update_W(int i) {
  const double c = curvature(i);
  model_target(i, c, true);
  const Index d = V(i - 1).rows();
  Matrix<T> system = i == 1 ? input_gram_ : gram<T>(V(i - 1), problem_->net.bias, sums_);
  system *= static_cast<T>(parameters_.beta(i) * c);
  system.diagonal().array() += static_cast<T>(parameters_.lambda);
  Matrix<T> solution = cross_moments<T>(beta(i) * E_.topRows(problem_->net.d(i)), V(i - 1), problem_->net.bias, sums_);
  cholesky<T>(system);
  cholesky_solve_right<T>(system, solution);
  weights_.W[static_cast<std::size_t>(i)] = solution.leftCols(d);
  if (problem_->net.bias) weights_.b[static_cast<std::size_t>(i)] = solution.col(d);
}

/// V_i = (beta_i I + beta_{i+1} c W^T W)^{-1} (beta_i sigma_i(W_i V_{i-1} + b_i) + Lambda_i + beta_{i+1} W^T E), W = W_{i+1}.
template <class T>
void Admm<T>::update_V(int i) {
  const double c = curvature(i + 1);
  model_target(i + 1, c, false);
  const Matrix<T>& next = W(i + 1);
  Matrix<T> system = beta(i) * Matrix<T>::Identity(next.cols(), next.cols());
  system.template selfadjointView<Eigen::Lower>().rankUpdate(next.transpose(), static_cast<T>(parameters_.beta(i + 1) * c));
  cholesky<T>(system);
  const Matrix<T> back = beta(i + 1) * next.transpose();  // d_i x d_{i+1}
  Matrix<T>& V_i = V_[static_cast<std::size_t>(i)];
  for_columns(problem_->n(), layer_work(i) + product_work(next.rows(), next.cols()) + product_work(next.cols(), next.cols()),
              [&](Index first, Index count, int) {
                auto block = V_i.middleCols(first, count);
                layer(i, first, count, block);
                block = beta(i) * block + Lambda(i).middleCols(first, count);
                block.noalias() += back * E_.block(0, first, next.rows(), count);
                cholesky_solve<T>(system, block);
              });
}

/// V_N = (w Y + Lambda_N + beta_N (W_N V_{N-1} + b_N))/(w + beta_N).
template <class T>
void Admm<T>::update_V_N() {
  const T weight = static_cast<T>(w()), total = static_cast<T>(w() + parameters_.beta(N()));
  for_columns(problem_->n(), layer_work(N()), [&](Index first, Index count, int) {
    auto block = V_[static_cast<std::size_t>(N())].middleCols(first, count);
    affine(N(), first, count, block);
    block = (weight * problem_->Y->middleCols(first, count) + Lambda(N()).middleCols(first, count) + beta(N()) * block) / total;
  });
}

/// Lambda_i <- Lambda_i + beta_i (sigma_i(W_i V_{i-1} + b_i) - V_i).
template <class T>
void Admm<T>::update_Lambda(int i) {
  const Index d = problem_->net.d(i);
  for_columns(problem_->n(), layer_work(i), [&](Index first, Index count, int thread) {
    auto out = scratch_[static_cast<std::size_t>(thread)].topLeftCorner(d, count);
    layer(i, first, count, out);
    Lambda(i).middleCols(first, count) += beta(i) * (out - V(i).middleCols(first, count));
  });
}

template <class T>
std::optional<StepCost> Admm<T>::cost() const {
  const double n = static_cast<double>(problem_->n());
  StepCost cost;
  for (int i = 1; i <= N(); ++i) {
    const double d = static_cast<double>(problem_->net.d(i)), before = static_cast<double>(problem_->net.d(i - 1)),
                 p = before + (problem_->net.bias ? 1 : 0);
    // W_i: W V and E A^T; V_{i-1}: W V and W^T E; V_i and Lambda_i: W V.
    const double products = i > 1 ? 6 : 4;
    cost.products += products;
    cost.flops += products * 2 * d * before * n + p * p * p / 3 + 2 * p * p * d;  // and the system of W_i
    if (i > 1) {  // the Gram matrix by half; the system of V_{i-1}: W^T W by half, its factor, two triangular solves
      cost.products += 1;
      cost.flops += before * before * n + before * before * d + before * before * before / 3 + 2 * before * before * n;
    }
  }
  return cost;
}

template class Admm<float>;
template class Admm<double>;

}  // namespace bcd::zeng2021
