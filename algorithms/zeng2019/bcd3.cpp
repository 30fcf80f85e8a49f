#include "algorithms/zeng2019/bcd3.hpp"

#include <cmath>

#include "algorithms/core/gram.hpp"
#include "algorithms/core/output_prox.hpp"
#include "algorithms/core/parallel.hpp"
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
               "most steps of the inner method where r or s leaves no closed form");
  list.number("inner_tolerance", inner_tolerance, Range::positive(),
              "the inner method stops at this residual, relative to the size of the subproblem's gradient at its start");
  list.number("start_noise", start_noise, Range::nonnegative(),
              "U_i and V_i start on a forward pass plus this multiple of standard normal numbers");
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
  if (!linearised && !problem.loss.convex())
    return "the V_N-update needs a convex loss, " + problem.loss.name() + " is not said to be; use output_update = proxlinear";
  for (int i = 1; i < problem.net.N(); ++i)
    if (!has_prox(problem.net.sigma(i)))
      return "the U-update has no solution here for a kinked activation of one's own: layer " + std::to_string(i) + " has " +
             problem.net.sigma(i).text();
  return {};
}

template <class T>
void ThreeSplitting<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) {
  problem_ = &problem;
  net_ = &problem.net;
  weights_ = w0;
  const Index n = problem.n();
  const auto layers = static_cast<std::size_t>(N()) + 1;
  Index widest = net_->d(0);
  for (int i = 1; i <= N(); ++i) widest = std::max(widest, net_->d(i));
  const auto workers = static_cast<std::size_t>(threads());
  block_a_.assign(workers, Vector<T>(widest * kColumnBlock));
  block_b_.assign(workers, Vector<T>(widest * kColumnBlock));
  moments_of_ = 0;
  inner_ = Matrix<T>::Zero(1, 1);
  sweeps_ = unsolved_ = first_unsolved_ = 0;

  // The state by a forward pass: every penalty term is zero at the start (but for the noise).
  U_.assign(layers, {});
  V_.assign(layers, {});
  for (int i = 1; i <= N(); ++i) {
    U(i).resize(net_->d(i), n);
    V(i).resize(net_->d(i), n);
    const auto& previous = static_cast<const ThreeSplitting&>(*this).V(i - 1);
    for_columns(n, product_work(net_->d(i), net_->d(i - 1)), [&](Index first, Index count, int) {
      auto u = U(i).middleCols(first, count);
      u.noalias() = W(i) * previous.middleCols(first, count);
      u.colwise() += b(i);
      net_->sigma(i).template apply<T>(u, V(i).middleCols(first, count));
      if (net_->skip(i)) V(i).middleCols(first, count) += previous.middleCols(first, count);
    });
  }

  const auto disturb = [&](Matrix<T>& M) {
    Matrix<T> noise(M.rows(), M.cols());
    rng.fill_normal(noise, parameters_.start_noise);
    M += noise;
  };
  if (parameters_.start_noise > 0)
    for (int i = 1; i <= N(); ++i) disturb(U(i)), disturb(V(i));

  const Index k = solved(1);
  first_system_ = gram<T>(*problem.X, net_->bias, sums_).topLeftCorner(k, k);
  finish_system({first_system_.data(), k, k});
}

template <class T>
void ThreeSplitting<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int i) {
    if (observer) observer->after({name, i});
  };
  ++sweeps_;
  inner_(0, 0) = 0;
  const auto V_step = [&](int i) { i == N() ? update_V_output() : update_V(i), done("V", i); };
  const auto U_step = [&](int i) { update_U(i), done("U", i); };
  const auto W_step = [&](int i) { update_Wb(i), done("Wb", i); };
  if (parameters_.order == Parameters::Order::backward)
    for (int i = N(); i >= 1; --i) V_step(i), U_step(i), W_step(i);
  else
    for (int i = 1; i <= N(); ++i) W_step(i), U_step(i), V_step(i);
  if (inner_(0, 0) > T(1) && unsolved_++ == 0) first_unsolved_ = sweeps_;
}

template <class T>
State<T> ThreeSplitting<T>::state() {
  State<T> all = weight_state(*net_, weights_);
  for (int i = 1; i <= N(); ++i) {
    all.add("U", i, U(i));
    all.add("V", i, V(i));
  }
  if (!closed_form()) all.add("inner", 0, inner_);
  return all;
}

template <class T>
void ThreeSplitting<T>::measure(Measurements& row) const {
  const double sum = sum_over_samples(problem_->n(), entries_work(N()), [&](Index first, Index count) {
    return problem_->loss.template sum<T>(V(N()).middleCols(first, count), problem_->Y->middleCols(first, count));
  });
  row.emplace_back("output_loss", problem_->loss.weight(problem_->n()) * sum);
  if (!closed_form()) row.emplace_back("inner", static_cast<double>(inner_(0, 0)));
}

template <class T>
std::string ThreeSplitting<T>::messages() const {
  if (unsolved_ == 0) return {};
  return "the inner method ended above its tolerance in " + std::to_string(unsolved_) + " sweeps, first in sweep " +
         std::to_string(first_unsolved_) + ": raise inner_iterations or inner_tolerance\n";
}

// ---- V_N: argmin s(V) + R(V) + gamma/2 |V - t V_{N-1} - U_N|^2 + alpha/2 |V - V_old|^2, or (3.2) with R linearised ----

template <class T>
void ThreeSplitting<T>::update_V_output() {
  const double w = problem_->loss.weight(problem_->n());
  const T g = static_cast<T>(parameters_.gamma), a = static_cast<T>(parameters_.alpha), t = skip(N());
  for_columns(problem_->n(), 2 * entries_work(N()), [&](Index first, Index count, int thread) {
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
  const auto update = [&](Index first, Index count, int thread) {
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
    z = u - z;  // the residual, for the moments
    return z;
  };
  const double work = product_work(net_->d(i), net_->d(i - 1)) + entries_work(i);
  if (moments)
    sum_moments(i, work, update);
  else
    for_columns(problem_->n(), work, update);
}

template <class T>
std::optional<StepCost> ThreeSplitting<T>::cost() const {
  if (!closed_form()) return std::nullopt;
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
