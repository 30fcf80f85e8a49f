#include "algorithms/zeng2019/bcd3.hpp"

#include <cmath>

#include "algorithms/core/gram.hpp"
#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/core/output_prox.hpp"
#include "algorithms/core/prox.hpp"

namespace bcd::zeng2019 {

using Parameters = ThreeSplittingParameters;

void ThreeSplittingParameters::fields(ParameterList& list) {
  list.number("gamma", gamma, Range::positive(), "weight of |V_i - sigma(U_i)|^2 (the paper's gamma)");
  list.number("rho", rho, Range::nonnegative(), "weight of |U_i - W_i V_{i-1}|^2; 0: the same as gamma (the paper)");
  list.number("alpha", alpha, Range::positive(), "proximal weight of the V_N, U_i (i < N) and W_i updates");
  list.parsed("r", r, "none, l2:L, l1:L, elastic:L,M, nonnegative or box:LO,HI", "regulariser r_i of every W_i");
  list.parsed("s", s, "none, l2:L, l1:L, elastic:L,M, nonnegative or box:LO,HI", "regulariser s_i of every V_i");
  list.choice("order", order, {{"backward", Order::backward}, {"forward", Order::forward}},
              "order of the blocks: backward from the output (the paper) or forward from the input");
  list.choice(
      "weight_update", weight_update, {{"joint", WeightUpdate::joint}, {"jacobi", WeightUpdate::jacobi}},
      "joint: exact minimiser over [W b] (the paper); jacobi: W and b each from the other's old value (the authors' code)");
  list.choice("output_update", output_update, {{"prox", OutputUpdate::prox}, {"proxlinear", OutputUpdate::proxlinear}},
              "V_N-update: exact proximal step, or (3.2) with the loss linearised");
  list.integer("inner_iterations", inner_iterations, Range::at_least(1),
               "most sweeps of coordinate descent where r or s leaves no closed form");
  list.number("inner_tolerance", inner_tolerance, Range::positive(),
              "coordinate descent stops at this residual, relative to the size of the subproblem's gradient at its start");
}

template <class T>
std::string ThreeSplitting<T>::not_applicable(const Problem<T>& problem) const {
  if (problem.net.sigma(problem.net.N()).kind != Activation::Kind::linear)
    return "the output layer must be linear: the paper takes sigma_N = Id";
  const bool linearised = parameters_.output_update == Parameters::OutputUpdate::proxlinear;
  if (linearised && !problem.loss.smooth())
    return "the prox-linear V_N-update needs a smooth loss, " + problem.loss.name() + " is not";
  if (!linearised && problem.loss.kind == Loss::Kind::cross_entropy && !parameters_.s.is_quadratic())
    return "cross-entropy with s = " + parameters_.s.text() +
           " has no separable V_N-subproblem; use output_update = proxlinear";
  return {};
}

template <class T>
void ThreeSplitting<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) {
  problem_ = &problem;
  net_ = &problem.net;
  weights_ = w0;
  const Index n = problem.n();
  const auto layers = static_cast<std::size_t>(N()) + 1;
  Index widest = net_->d(0), cross_size = 0;
  for (int i = 1; i <= N(); ++i) {
    widest = std::max(widest, net_->d(i));
    cross_size = std::max(cross_size, net_->d(i) * inputs(i));
  }
  Index widest_inner = 0;  // layer 1's own system lives in first_system_
  for (int i = 1; i <= N(); ++i) widest_inner = std::max(widest_inner, i < N() ? inputs(i + 1) : net_->d(i));
  const auto workers = static_cast<std::size_t>(threads());
  gram_.assign(workers, Vector<T>(std::max(widest_inner * widest_inner, Index{1})));
  cross_.assign(workers, Vector<T>(cross_size));
  block_a_.assign(workers, Vector<T>(widest * kColumnBlock));
  block_b_.assign(workers, Vector<T>(widest * kColumnBlock));
  moments_of_ = 0;

  // The state by a forward pass: every penalty term is zero at the start.
  U_.assign(layers, {});
  V_.assign(layers, {});
  for (int i = 1; i <= N(); ++i) {
    U(i).resize(net_->d(i), n);
    V(i).resize(net_->d(i), n);
    const auto& previous = static_cast<const ThreeSplitting&>(*this).V(i - 1);
    for_columns(n, [&](Index first, Index count, int) {
      auto u = U(i).middleCols(first, count);
      u.noalias() = W(i) * previous.middleCols(first, count);
      u.colwise() += b(i);
      net_->sigma(i).template apply<T>(u, V(i).middleCols(first, count));
      if (net_->skip(i)) V(i).middleCols(first, count) += previous.middleCols(first, count);
    });
  }

  const Index k = solved(1);
  first_system_ = gram<T>(*problem.X, net_->bias).topLeftCorner(k, k);
  finish_system({first_system_.data(), k, k});
}

template <class T>
void ThreeSplitting<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int i) {
    if (observer) observer->after({name, i});
  };
  const auto V_step = [&](int i) { i == N() ? update_V_output() : update_V(i), done("V", i); };
  const auto U_step = [&](int i) { update_U(i), done("U", i); };
  const auto W_step = [&](int i) { update_Wb(i), done("Wb", i); };
  if (parameters_.order == Parameters::Order::backward)
    for (int i = N(); i >= 1; --i) V_step(i), U_step(i), W_step(i);
  else
    for (int i = 1; i <= N(); ++i) W_step(i), U_step(i), V_step(i);
}

template <class T>
State<T> ThreeSplitting<T>::state() {
  State<T> all = weight_state(*net_, weights_);
  for (int i = 1; i <= N(); ++i) {
    all.add("U", i, U(i));
    all.add("V", i, V(i));
  }
  return all;
}

template <class T>
void ThreeSplitting<T>::measure(Measurements& row) const {
  const double sum = sum_over_samples(problem_->n(), [&](Index first, Index count) {
    return problem_->loss.template sum<T>(V(N()).middleCols(first, count), problem_->Y->middleCols(first, count));
  });
  row.emplace_back("output_loss", problem_->loss.weight(problem_->n()) * sum);
}

// ---- V_N: argmin s(V) + R(V) + gamma/2 |V - t V_{N-1} - U_N|^2 + alpha/2 |V - V_old|^2, or (3.2) with R linearised ----

template <class T>
void ThreeSplitting<T>::update_V_output() {
  const double w = problem_->loss.weight(problem_->n());
  const T g = static_cast<T>(parameters_.gamma), a = static_cast<T>(parameters_.alpha), t = skip(N());
  for_columns(problem_->n(), [&](Index first, Index count, int thread) {
    auto v = V(N()).middleCols(first, count);
    const auto y = problem_->Y->middleCols(first, count);
    auto center = view(block_a_, thread, net_->d(N()), count);
    center = g * U(N()).middleCols(first, count) + a * v;
    if (net_->skip(N())) center += (g * t) * V(N() - 1).middleCols(first, count);
    if (parameters_.output_update == Parameters::OutputUpdate::proxlinear) {
      auto gradient = view(block_b_, thread, net_->d(N()), count);
      problem_->loss.template gradient<T>(v, y, gradient);
      v = (center - static_cast<T>(w) * gradient) / (g + a);
      parameters_.s.template prox<T>(parameters_.gamma + parameters_.alpha, v);
    } else {
      center /= g + a;
      output_prox<T>(problem_->loss, parameters_.s, w, parameters_.gamma + parameters_.alpha, center, y, v);
    }
  });
}

// ---- U_N: argmin gamma/2 |C - U|^2 + rho/2 |U - Z|^2;  U_i: the scalar problem of Lemma 13 with a proximal term ----

template <class T>
void ThreeSplitting<T>::update_U(int i) {
  const double gamma = parameters_.gamma, rho = parameters_.rho_or_gamma();
  const bool output = i == N();
  const bool moments =
      parameters_.order == Parameters::Order::backward;  // W_i comes next and needs the sums over these residuals
  const double alpha = output ? 0 : parameters_.alpha;
  const Matrix<T>& previous = static_cast<const ThreeSplitting&>(*this).V(i - 1);
  if (moments) clear_moments(i);
  for_columns(problem_->n(), [&](Index first, Index count, int thread) {
    const auto input = previous.middleCols(first, count);
    auto u = U(i).middleCols(first, count);
    auto z = view(block_a_, thread, net_->d(i), count);  // Z = W_i V_{i-1} + b_i
    auto c = view(block_b_, thread, net_->d(i), count);  // the point that sigma(U) should meet, where layer i has a skip
    z.noalias() = W(i) * input;
    z.colwise() += b(i);
    if (net_->skip(i)) c = V(i).middleCols(first, count) - input;
    const ConstRef<T> target = net_->skip(i) ? ConstRef<T>(c) : ConstRef<T>(V(i).middleCols(first, count));
    if (output) {
      u = (static_cast<T>(gamma) * target + static_cast<T>(rho) * z) / static_cast<T>(gamma + rho);
    } else {
      u = (static_cast<T>(rho) * z + static_cast<T>(alpha) * u) / static_cast<T>(rho + alpha);
      activation_prox<T>(net_->sigma(i), target, u, (rho + alpha) / gamma, u);
    }
    if (moments) {
      z = u - z;
      add_moments(i, first, count, z, thread);
    }
  });
  if (moments) finish_moments(i);
}

// ---- [W b]: argmin r(W) + rho/2 |U - W V_{i-1} - b|^2 + alpha/2 |[W b] - old|^2, solved for the change of [W b] ----

template <class T>
void ThreeSplitting<T>::clear_moments(int i) {
  for (int t = 0; t < threads(); ++t) {
    cross(t, i).setZero();
    if (i > 1) square(t, inputs(i)).setZero();
  }
}

template <class T>
void ThreeSplitting<T>::add_moments(int i, Index first, Index count, ConstRef<T> residual, int thread) {
  const Index d = net_->d(i - 1);
  const auto input = static_cast<const ThreeSplitting&>(*this).V(i - 1).middleCols(first, count);
  auto C = cross(thread, i);
  C.leftCols(d).noalias() += residual * input.transpose();
  if (net_->bias) C.col(d) += residual.rowwise().sum();
  if (i == 1) return;
  auto G = square(thread, inputs(i));
  G.topLeftCorner(d, d).template selfadjointView<Eigen::Lower>().rankUpdate(input);
  if (net_->bias) G.row(d).head(d) += input.rowwise().sum().transpose();
}

template <class T>
void ThreeSplitting<T>::finish_moments(int i) {
  for (int t = 1; t < threads(); ++t) {
    cross(0, i) += cross(t, i);
    if (i > 1) square(0, inputs(i)).template triangularView<Eigen::Lower>() += square(t, inputs(i));
  }
  if (i > 1 && net_->bias) square(0, inputs(i))(inputs(i) - 1, inputs(i) - 1) = static_cast<T>(problem_->n());
  moments_of_ = i;
}

template <class T>
void ThreeSplitting<T>::gather_moments(int i) {
  const Matrix<T>& previous = static_cast<const ThreeSplitting&>(*this).V(i - 1);
  clear_moments(i);
  for_columns(problem_->n(), [&](Index first, Index count, int thread) {
    auto z = view(block_a_, thread, net_->d(i), count);
    z.noalias() = W(i) * previous.middleCols(first, count);
    z.colwise() += b(i);
    z = U(i).middleCols(first, count) - z;
    add_moments(i, first, count, z, thread);
  });
  finish_moments(i);
}

template <class T>
void ThreeSplitting<T>::finish_system(Eigen::Map<Matrix<T>> M) const {
  M *= static_cast<T>(parameters_.rho_or_gamma());
  M.diagonal().array() += static_cast<T>(parameters_.alpha);
  if (parameters_.r.is_quadratic()) {
    const bool bias_row = net_->bias && parameters_.weight_update == Parameters::WeightUpdate::joint;
    M.diagonal().head(M.rows() - (bias_row ? 1 : 0)).array() += static_cast<T>(parameters_.r.quadratic());
    cholesky<T>(M);
  } else {
    M.template triangularView<Eigen::StrictlyUpper>() = M.transpose();
  }
}

template <class T>
void ThreeSplitting<T>::update_Wb(int i) {
  if (moments_of_ != i) gather_moments(i);
  moments_of_ = 0;
  const T rho = static_cast<T>(parameters_.rho_or_gamma());
  const Index d = net_->d(i - 1), k = solved(i);
  auto D = cross(0, i);  // becomes the change of [W b]
  D *= rho;
  if (net_->bias && k == d)  // Jacobi: b from the old W, before W moves
    b(i) += D.col(d) / (rho * static_cast<T>(problem_->n()) + static_cast<T>(parameters_.alpha));
  Eigen::Map<Matrix<T>> M(first_system_.data(), k, k);
  if (i > 1) {
    if (k < inputs(i)) {  // drop the bias row: move the columns of the k x k corner together
      auto all = square(0, inputs(i));
      for (Index j = 0; j < k; ++j)
        for (Index l = 0; l < k; ++l) all.data()[j * k + l] = all.data()[j * inputs(i) + l];
    }
    new (&M) Eigen::Map<Matrix<T>>(gram_[0].data(), k, k);
    finish_system(M);
  }
  auto change = D.leftCols(k);
  if (parameters_.r.is_quadratic()) {
    if (parameters_.r.quadratic() > 0) D.leftCols(d) -= static_cast<T>(parameters_.r.quadratic()) * W(i);
    cholesky_solve_right<T>(M, change);
    W(i) += D.leftCols(d);
    if (net_->bias && k > d) b(i) += D.col(d);
    return;
  }
  // No closed form: coordinate descent over the columns of [W b], all rows at once, from the old point.
  Matrix<T> x(k, net_->d(i));
  x.topRows(d) = W(i).transpose();
  if (k > d) x.row(d) = b(i).transpose();
  Matrix<T> gradient = -change.transpose();
  const double scale = static_cast<double>(gradient.cwiseAbs().maxCoeff()) + static_cast<double>(M.cwiseAbs().maxCoeff());
  coordinate_descent<T>(
      M, gradient, x, [&](Index j, double h, double at) { return j < d ? parameters_.r.prox(h, at) : at; },
      parameters_.inner_tolerance * scale, static_cast<int>(parameters_.inner_iterations));
  W(i) = x.topRows(d).transpose();
  if (k > d) b(i) = x.row(d).transpose();
}

// ---- V_i, i < N: argmin s(V) + gamma/2 |V - t_i V_{i-1} - sigma(U_i)|^2 + rho/2 |U_{i+1} - W_{i+1} V - b|^2
//                                + gamma/2 |V_{i+1} - t_{i+1} V - sigma(U_{i+1})|^2 [the last one where t_{i+1} = 1] ----

// V_i <- the minimiser without the coupling through W_{i+1}: the weighted mean of the points it is pulled to.
template <class T>
void ThreeSplitting<T>::v_center(int i, Index first, Index count, int thread) {
  auto v = V(i).middleCols(first, count);
  net_->sigma(i).template apply<T>(U(i).middleCols(first, count), v);
  if (net_->skip(i)) v += static_cast<const ThreeSplitting&>(*this).V(i - 1).middleCols(first, count);
  if (net_->skip(i + 1)) {
    auto next = view(block_a_, thread, net_->d(i + 1), count);
    net_->sigma(i + 1).template apply<T>(U(i + 1).middleCols(first, count), next);
    v += V(i + 1).middleCols(first, count) - next;
  }
  const double c =
      parameters_.gamma * (1 + (net_->skip(i + 1) ? 1 : 0)) + (parameters_.s.is_quadratic() ? parameters_.s.quadratic() : 0);
  if (c != parameters_.gamma) v *= static_cast<T>(parameters_.gamma / c);
}

// K' = rho W (cI + rho W'W)^{-1} = rho (cI + rho W W')^{-1} W with W = W_{i+1}: the smaller of the two systems is solved.
template <class T>
void ThreeSplitting<T>::v_gain(int i) {
  const Matrix<T>& next = W(i + 1);
  const bool rows = next.rows() <= next.cols();
  const Index k = std::min(next.rows(), next.cols()), samples = std::max(next.rows(), next.cols());
  const T c = static_cast<T>(parameters_.gamma) * (T(1) + skip(i + 1)) + static_cast<T>(parameters_.s.quadratic());
  const T rho = static_cast<T>(parameters_.rho_or_gamma());
  for (int t = 0; t < threads(); ++t) square(t, k).setZero();
  const Index share = std::max<Index>(64, (samples + threads() - 1) / threads());
  for_columns(
      samples,
      [&](Index first, Index count, int thread) {
        auto part = square(thread, k).template selfadjointView<Eigen::Lower>();
        if (rows)
          part.rankUpdate(next.middleCols(first, count));
        else
          part.rankUpdate(next.middleRows(first, count).transpose());
      },
      share);
  auto S = square(0, k);
  for (int t = 1; t < threads(); ++t) S.template triangularView<Eigen::Lower>() += square(t, k);
  S *= rho;
  S.diagonal().array() += c;
  cholesky<T>(S);
  gain_transposed_ = rho * next;
  if (rows)
    cholesky_solve_left<T>(S, gain_transposed_);
  else
    cholesky_solve_right<T>(S, gain_transposed_);
}

template <class T>
void ThreeSplitting<T>::update_V(int i) {
  if (!parameters_.s.is_quadratic()) return v_constrained(i);
  v_gain(i);
  for_columns(problem_->n(), [&](Index first, Index count, int thread) {
    v_center(i, first, count, thread);
    auto v = V(i).middleCols(first, count);
    auto e = view(block_a_, thread, net_->d(i + 1), count);  // U_{i+1} - b - W_{i+1} V at the center
    e.noalias() = W(i + 1) * v;
    e = U(i + 1).middleCols(first, count) - e;
    e.colwise() -= b(i + 1);
    v.noalias() += gain_transposed_.transpose() * e;
  });
}

template <class T>
void ThreeSplitting<T>::v_constrained(int i) {
  const T rho = static_cast<T>(parameters_.rho_or_gamma()), c = static_cast<T>(parameters_.gamma) * (T(1) + skip(i + 1));
  Matrix<T> H = rho * (W(i + 1).transpose() * W(i + 1));
  H.diagonal().array() += c;
  for_columns(problem_->n(), [&](Index first, Index count, int thread) {
    Matrix<T> x = V(i).middleCols(first, count);  // coordinate descent starts at the old point: it never increases
    v_center(i, first, count, thread);
    const auto center = V(i).middleCols(first, count);
    Matrix<T> e = U(i + 1).middleCols(first, count);
    e.colwise() -= b(i + 1);
    Matrix<T> gradient = H * x - rho * (W(i + 1).transpose() * e) - c * center;
    const double scale = static_cast<double>(gradient.cwiseAbs().maxCoeff()) + static_cast<double>(H.cwiseAbs().maxCoeff());
    coordinate_descent<T>(
        H, gradient, x, [&](Index, double h, double at) { return parameters_.s.prox(h, at); },
        parameters_.inner_tolerance * scale, static_cast<int>(parameters_.inner_iterations));
    V(i).middleCols(first, count) = x;
  });
}

template <class T>
std::optional<StepCost> ThreeSplitting<T>::cost() const {
  if (!parameters_.r.is_quadratic() || !parameters_.s.is_quadratic()) return std::nullopt;
  const double n = static_cast<double>(problem_->n());
  const int passes =
      parameters_.order == Parameters::Order::forward ? 3 : 2;  // Z (for U, and again for W), residual times input
  StepCost cost;
  for (int i = 1; i <= N(); ++i) {
    const double d = static_cast<double>(net_->d(i)), before = static_cast<double>(net_->d(i - 1)),
                 k = static_cast<double>(solved(i));
    cost.products += passes;
    cost.flops += 2 * passes * d * before * n + 2 * k * k * d;  // and the solve for [W b]
    if (i > 1) {
      cost.products += 1;
      cost.flops += before * before * n + k * k * k / 3;  // Gram matrix by half, factorisation
    }
    if (i < N()) {
      const double after = static_cast<double>(net_->d(i + 1)), small = std::min(d, after), large = std::max(d, after);
      cost.products += 2;
      cost.flops += 4 * d * after * n + 3 * small * small * large + small * small * small / 3;
    }
  }
  return cost;
}

template class ThreeSplitting<float>;
template class ThreeSplitting<double>;

}  // namespace bcd::zeng2019
