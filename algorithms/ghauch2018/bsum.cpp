#include "algorithms/ghauch2018/bsum.hpp"

#include <cmath>

#include "algorithms/core/rounding.hpp"

namespace bcd::ghauch2018 {

namespace {
constexpr double kAdagradEpsilon = 1e-8;
constexpr double kAdadeltaDecay = 0.95, kAdadeltaEpsilon = 1e-6;  // as its author suggests
constexpr double kArmijoSlope = 1e-4;
constexpr int kHalvings = 60;
/// Where along the step the backtracking rule compares f with its surrogate.
constexpr double kSamples[] = {0.25, 0.5, 0.75, 1.0};
}  // namespace

template <class T>
double penalty_value(const Parameters& p, ConstRef<T> block) {
  return p.lambda * static_cast<double>(p.penalty == Penalty::l2 ? block.squaredNorm() : block.cwiseAbs().sum());
}

template <class T>
bool Bsum<T>::restricted(int j) const {
  return parameters_.feasible.kind != FeasibleSet::Kind::all && (j < J() || parameters_.feasible_output);
}

/// Deep linear networks with (16): every block problem is a linear least-squares problem with a closed form.
template <class T>
bool Bsum<T>::exact_linear() const {
  for (int l = 1; l <= J(); ++l)
    if (problem_->net.sigma(l).kind != Activation::Kind::linear) return false;
  return parameters_.loss == LossChoice::problem && problem_->loss.kind == Loss::Kind::squared && !problem_->net.bias &&
         parameters_.penalty == Penalty::l2;
}

template <class T>
void Bsum<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) {
  problem_ = &problem;
  weights_ = w0;
  const LossFunction loss = parameters_.loss_function(problem.loss);
  model_ = BlockModel<T>(problem.net, loss, problem.n());
  report_ = BlockModel<T>(problem.net, loss, problem.n());
  k_ = 0;
  alpha_ = Matrix<T>::Constant(1, 1, static_cast<T>(parameters_.alpha));
  gamma_ = Matrix<T>::Constant(1, J(), static_cast<T>(parameters_.gamma));
  for (std::vector<Matrix<T>>* part : {&W_, &G_, &D_, &trial_, &s_, &u_, &inner_, &inner_next_}) {
    part->resize(at(J() + 1));
    for (int j = 1; j <= J(); ++j) (*part)[at(j)] = Matrix<T>::Zero(problem.net.d(j), model_.inputs(j));
  }
  for (int j = 1; j <= J(); ++j) {  // W^(0) has to be feasible
    load(j, W_[at(j)]);
    project(j, W_[at(j)]);
    store(j, W_[at(j)]);
  }
  batch_ = Batch<T>(problem, parameters_.batch_size, parameters_.growing, rng.bits());
  vector_.resize(at(J() + 1));
  if (second_order()) {
    const Curvature kind = parameters_.surrogate == Surrogate::second_order ? Curvature::exact : Curvature::gauss_newton;
    curvature_ = SecondOrder<T>(problem.net, loss, model_, kind, parameters_.gamma + parameters_.lambda > 0);
    for (int j = 1; j <= J(); ++j) vector_[at(j)].resize(W_[at(j)].size());
  }
  if (parameters_.surrogate == Surrogate::prox_point && exact_linear()) deep_linear_ = DeepLinear<T>(problem.net, problem.n());
  hessians_ = indefinite_ = not_positive_ = ascent_ = 0;
}

template <class T>
State<T> Bsum<T>::state() {
  State<T> state = weight_state(problem_->net, weights_);
  k_.add_to(state, "k");
  state.add("alpha", 0, alpha_);
  state.add("gamma", 0, gamma_);
  const bool adadelta = parameters_.step == StepRule::adadelta;
  for (int j = 1; j <= J() && (adadelta || parameters_.step == StepRule::adagrad); ++j) {
    state.add("s", j, s_[at(j)]);
    if (adadelta) state.add("u", j, u_[at(j)]);
  }
  return state;
}

/// Algorithm 1.
template <class T>
void Bsum<T>::step(BlockObserver* observer) {
  stale_from_ = 1;  // the state may have been written through its windows
  for (std::int64_t u = 0; u < updates_per_step(); ++u) {
    ++k_;
    const int remainder = static_cast<int>(k_.value() % J());
    const int j = remainder == 0 ? J() : remainder;
    if (!batch_.whole()) {
      batch_.draw(static_cast<std::uint64_t>(k_.value()));
      stale_from_ = 1;
    }
    if (parameters_.order == Order::joint)
      update_joint();
    else
      update(j);
    advance_step();
    if (observer) observer->after(parameters_.order == Order::joint ? Block{"W", 0} : Block{"W", j});
  }
}

/// One pass of Algorithm 1's loop. With backtracking, gamma_j doubles until the surrogate lies above f at the sampled points.
template <class T>
void Bsum<T>::update(int j) {
  const bool backtracking = parameters_.gamma_rule == GammaRule::backtracking;
  refresh_forward();
  begin_block(j);
  if (backtracking)
    gamma_(0, j - 1) =
        static_cast<T>(std::max(parameters_.gamma * kEps, static_cast<double>(gamma_(0, j - 1)) * parameters_.gamma_shrink));
  for (int doubling = 0;; ++doubling) {
    descent_direction(j);
    const double alpha = step_size(j);
    if (backtracking && doubling < kHalvings && !bound_holds(j, alpha)) {
      gamma_(0, j - 1) *= T(2);
      continue;
    }
    trial_[at(j)] = (T(1) - static_cast<T>(alpha)) * W_[at(j)] + static_cast<T>(alpha) * D_[at(j)];  // (7)
    store(j, trial_[at(j)]);
    return;
  }
}

/// All blocks move at once from the gradient at W^(k): back-propagation and ADAGRAD as they are usually meant.
template <class T>
void Bsum<T>::update_joint() {
  refresh_forward();
  model_.gradients(weights_, batch_.X(), batch_.Y(), G_);
  for (int j = 1; j <= J(); ++j) {
    load(j, W_[at(j)]);
    if (parameters_.penalty == Penalty::l2) G_[at(j)] += static_cast<T>(2 * parameters_.lambda) * W_[at(j)];
    first_order_direction(j);
    const T alpha = static_cast<T>(step_size(j));
    trial_[at(j)] = (T(1) - alpha) * W_[at(j)] + alpha * D_[at(j)];
  }
  for (int j = 1; j <= J(); ++j) store(j, trial_[at(j)]);
}

template <class T>
void Bsum<T>::refresh_forward() {
  if (stale_from_ > J()) return;
  model_.forward(weights_, batch_.X(), stale_from_);
  stale_from_ = J() + 1;
}

/// W_j^(k), f and its gradient in the block (of l alone with the l1 penalty).
template <class T>
void Bsum<T>::begin_block(int j) {
  load(j, W_[at(j)]);
  model_.gradient(weights_, batch_.X(), batch_.Y(), j, G_[at(j)]);
  if (parameters_.penalty == Penalty::l2) G_[at(j)] += static_cast<T>(2 * parameters_.lambda) * W_[at(j)];
  if (parameters_.gamma_rule == GammaRule::backtracking || parameters_.step == StepRule::armijo ||
      parameters_.surrogate == Surrogate::prox_point)
    f_old_ = model_.loss(batch_.Y()) + penalty_value<T>(parameters_, W_[at(j)]);
  if (second_order()) {
    curvature_.compute(weights_, batch_.X(), batch_.Y(), j, parameters_.lambda);
    hessians_ += 1;
    indefinite_ += curvature_.indefinite();
  }
}

template <class T>
void Bsum<T>::descent_direction(int j) {
  switch (parameters_.surrogate) {
    case Surrogate::first_order:
      return first_order_direction(j);
    case Surrogate::second_order:
    case Surrogate::gauss_newton:
      return newton_direction(j);
    case Surrogate::prox_point:
      if (!exact_linear()) return prox_point_direction(j);
      return deep_linear_.solve(weights_, model_.input(batch_.X(), j), batch_.Y(), j, static_cast<double>(gamma_(0, j - 1)),
                                parameters_.lambda, D_[at(j)]);
    case Surrogate::linear:  // (A.3): as printed on the whole space; the surrogate's minimiser on a bounded set
      if (!restricted(j)) {
        D_[at(j)] = -G_[at(j)];
        return;
      }
      D_[at(j)] = W_[at(j)] - G_[at(j)];
      parameters_.feasible.minimise_linear<T>(G_[at(j)].leftCols(problem_->net.d(j - 1)),
                                              D_[at(j)].leftCols(problem_->net.d(j - 1)));
      return;
  }
}

/// (10), (A.5) and their projection on the feasible set. Entry by entry gamma_j becomes sqrt(s) + epsilon with ADAGRAD and
/// sqrt(s + epsilon)/sqrt(u + epsilon) with ADADELTA (Zeiler 2012, Algorithm 1).
template <class T>
void Bsum<T>::first_order_direction(int j) {
  Matrix<T>&D = D_[at(j)], &s = s_[at(j)];
  const Matrix<T>& G = G_[at(j)];
  const T gamma = gamma_(0, j - 1);
  if (parameters_.step == StepRule::adagrad) {
    s.array() += G.array().square();
    D.array() = W_[at(j)].array() - G.array() / (s.array().sqrt() + static_cast<T>(kAdagradEpsilon));
  } else if (parameters_.step == StepRule::adadelta) {
    const T rho = static_cast<T>(kAdadeltaDecay), epsilon = static_cast<T>(kAdadeltaEpsilon);
    auto u = u_[at(j)].array();
    s.array() = rho * s.array() + (1 - rho) * G.array().square();
    D.array() = G.array() * ((u + epsilon) / (s.array() + epsilon)).sqrt();  // minus the step
    u = rho * u + (1 - rho) * D.array().square();
    D = W_[at(j)] - D;
  } else {
    D = W_[at(j)] - G / gamma;
  }
  if (parameters_.penalty == Penalty::l1) {
    const T tau = static_cast<T>(parameters_.lambda) / gamma;
    D = D.unaryExpr([tau](T a) { return soft_threshold(a, tau); });
  }
  project(j, D);
}

/// (A.2): W_j - [H + gamma_j I]^{-1} grad, whether or not the matrix is positive definite; how often it is not is counted.
template <class T>
void Bsum<T>::newton_direction(int j) {
  const Matrix<T>& G = G_[at(j)];
  Vector<double>& step = vector_[at(j)];
  step = G.template cast<double>().reshaped();
  not_positive_ += !curvature_.solve(static_cast<double>(gamma_(0, j - 1)), step);
  ascent_ += step.dot(G.template cast<double>().reshaped()) < 0;
  D_[at(j)] = W_[at(j)] - step.reshaped(G.rows(), G.cols()).template cast<T>();
}

/// alpha_j^(k) of the chosen rule.
template <class T>
double Bsum<T>::step_size(int j) {
  const auto k = static_cast<double>(k_.value());
  const double index = parameters_.step_index == StepIndex::update ? k : std::ceil(k / J());
  switch (parameters_.step) {
    case StepRule::constant:
    case StepRule::adagrad:
    case StepRule::adadelta:
      return parameters_.alpha;
    case StepRule::inverse_sqrt:
      return parameters_.alpha / std::sqrt(index);
    case StepRule::inverse:
      return parameters_.alpha / (2 * index);
    case StepRule::recursive:
      return static_cast<double>(alpha_(0, 0));
    case StepRule::armijo:
      return armijo(j, parameters_.alpha);
  }
  throw std::logic_error("step rule of unknown kind");
}

/// alpha^(k+1) = alpha^(k) (1 - t alpha^(k)), per update or per sweep.
template <class T>
void Bsum<T>::advance_step() {
  if (parameters_.step != StepRule::recursive) return;
  const bool due = parameters_.step_index == StepIndex::update || parameters_.order == Order::joint || k_.value() % J() == 0;
  if (due) alpha_(0, 0) *= T(1) - static_cast<T>(parameters_.t) * alpha_(0, 0);
}

/// Halves alpha until f falls by a share of what the slope predicts; 0 if it never does.
template <class T>
double Bsum<T>::armijo(int j, double alpha) {
  const Matrix<T>&W = W_[at(j)], &D = D_[at(j)];
  double slope = static_cast<double>(G_[at(j)].cwiseProduct(D - W).sum());
  if (parameters_.penalty == Penalty::l1) slope += penalty_value<T>(parameters_, D) - penalty_value<T>(parameters_, W);
  for (int trial = 0; trial < kHalvings; ++trial, alpha /= 2) {
    trial_[at(j)] = (T(1) - static_cast<T>(alpha)) * W + static_cast<T>(alpha) * D;
    if (value_at(j, trial_[at(j)]) <= f_old_ + kArmijoSlope * alpha * slope) return alpha;
  }
  return 0;
}

/// f <= g at D_j and at the sampled points of the step from W_j to the new point, up to the rounding of f.
template <class T>
bool Bsum<T>::bound_holds(int j, double alpha) {
  const auto above = [&](double s) {
    trial_[at(j)] = (T(1) - static_cast<T>(s)) * W_[at(j)] + static_cast<T>(s) * D_[at(j)];
    const double f = value_at(j, trial_[at(j)]), g = surrogate_at(j, trial_[at(j)]);
    const double rounding = 64 * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::abs(f_old_);
    return f <= g + rounding;
  };
  if (alpha != 1 && !above(1)) return false;
  for (const double s : kSamples)
    if (!above(s * alpha)) return false;
  return true;
}

/// g_j: (9) or (A.1), plus the l1 penalty where there is one.
template <class T>
double Bsum<T>::surrogate_at(int j, const Matrix<T>& block) {
  const Matrix<T>& G = G_[at(j)];
  const auto gamma = static_cast<double>(gamma_(0, j - 1));
  const auto step2 = static_cast<double>((block - W_[at(j)]).squaredNorm());
  double g = f_old_ + static_cast<double>(G.cwiseProduct(block - W_[at(j)]).sum()) + 0.5 * gamma * step2;
  if (parameters_.penalty == Penalty::l1) g += penalty_value<T>(parameters_, block) - penalty_value<T>(parameters_, W_[at(j)]);
  if (second_order()) {
    vector_[at(j)] = (block - W_[at(j)]).template cast<double>().reshaped();
    g += 0.5 * curvature_.quadratic(vector_[at(j)]);
  }
  return g;
}

template <class T>
void Bsum<T>::load(int j, Matrix<T>& block) const {
  block.leftCols(problem_->net.d(j - 1)) = weights_.W[at(j)];
  if (problem_->net.bias) block.col(problem_->net.d(j - 1)) = weights_.b[at(j)];
}

template <class T>
void Bsum<T>::store(int j, const Matrix<T>& block) {
  weights_.W[at(j)] = block.leftCols(problem_->net.d(j - 1));
  if (problem_->net.bias) weights_.b[at(j)] = block.col(problem_->net.d(j - 1));
  stale_from_ = std::min(stale_from_, j);
}

/// l + r_j with block j replaced, which it stays.
template <class T>
double Bsum<T>::value_at(int j, const Matrix<T>& block) {
  store(j, block);
  refresh_forward();
  return model_.loss(batch_.Y()) + penalty_value<T>(parameters_, block);
}

template <class T>
void Bsum<T>::project(int j, Matrix<T>& block) const {
  if (restricted(j)) parameters_.feasible.project<T>(block.leftCols(problem_->net.d(j - 1)));
}

template <class T>
void Bsum<T>::measure(Measurements& row) const {
  const Matrix<T>&X = *problem_->X, &Y = *problem_->Y;
  report_.forward(weights_, X);
  double objective = report_.loss(Y), stationarity2 = 0;
  Index zeros = 0, entries = 0;
  std::vector<Matrix<T>> G = G_;
  report_.gradients(weights_, X, Y, G);
  Matrix<T> W, moved;
  for (int j = 1; j <= J(); ++j) {
    W.resizeLike(G[at(j)]);
    load(j, W);
    objective += penalty_value<T>(parameters_, W);
    if (parameters_.penalty == Penalty::l2) G[at(j)] += static_cast<T>(2 * parameters_.lambda) * W;
    moved = W - G[at(j)];
    if (parameters_.penalty == Penalty::l1)
      moved = moved.unaryExpr([this](T a) { return soft_threshold(a, static_cast<T>(parameters_.lambda)); });
    project(j, moved);
    stationarity2 += static_cast<double>((W - moved).squaredNorm());
    zeros += (W.array() == T(0)).count();
    entries += W.size();
  }
  row.emplace_back("updates", static_cast<double>(k_.value()));
  row.emplace_back("objective", objective);
  row.emplace_back("nmse", report_.squared_error(Y) / static_cast<double>(Y.squaredNorm()));
  row.emplace_back("stationarity2", stationarity2);
  row.emplace_back("gamma_max", static_cast<double>(gamma_.maxCoeff()));
  if (second_order()) {
    const double updates = std::max(1.0, hessians_);
    row.emplace_back("indefinite", indefinite_ / updates);
    row.emplace_back("not_positive", not_positive_ / updates);
    row.emplace_back("ascent", ascent_ / updates);
  }
  if (parameters_.penalty == Penalty::l1) row.emplace_back("zeros", static_cast<double>(zeros) / static_cast<double>(entries));
}

/// An update of block j: the forward pass from the lowest layer that has moved, back-propagation to block j, its gradient.
template <class T>
std::optional<StepCost> Bsum<T>::cost() const {
  const Parameters& p = parameters_;
  const bool one_gradient = p.surrogate == Surrogate::first_order || p.surrogate == Surrogate::linear;
  if (!one_gradient || p.gamma_rule != GammaRule::fixed || p.step == StepRule::armijo) return std::nullopt;
  const bool joint = p.order == Order::joint;
  if (p.growing || (!joint && updates_per_step() % J() != 0)) return std::nullopt;  // batches, or blocks, change
  const Index n = problem_->n(), batch = batch_.whole() ? n : std::min<Index>(n, p.batch_size);
  StepCost cost;
  const auto product = [&](int l) {  // of the size of W_l Z_{l-1}
    cost.products += static_cast<double>(batch) / static_cast<double>(n);
    cost.flops += 2 * static_cast<double>(problem_->net.d(l) * problem_->net.d(l - 1) * batch);
  };
  int stale_from = 1;
  for (std::int64_t u = 0; u < updates_per_step(); ++u) {
    const int j = joint ? 1 : 1 + static_cast<int>(u % J());
    for (int l = stale_from; l <= J(); ++l) product(l);
    for (int l = J(); l > j; --l) product(l);
    for (int l = j; l <= (joint ? J() : j); ++l) product(l);
    stale_from = batch_.whole() ? j : 1;
  }
  return cost;
}

template class Bsum<float>;
template class Bsum<double>;
template double penalty_value<float>(const Parameters&, ConstRef<float>);
template double penalty_value<double>(const Parameters&, ConstRef<double>);

}  // namespace bcd::ghauch2018
