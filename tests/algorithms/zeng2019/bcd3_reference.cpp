#include "tests/algorithms/zeng2019/bcd3_reference.hpp"

#include <Eigen/Dense>
#include <cmath>

namespace bcd::test {

namespace {

using Order = ThreeSplittingParameters::Order;
using Dense = Matrix<double>;

Dense affine(const Dense& W, const Dense& V, const Vector<double>& b) { return (W * V).colwise() + b; }

/// Which of the two candidates of a kinked problem is taken. Where both are stationary, u_minus < 0 < u_plus, only the values
/// tell them apart: the twins "threshold" err there and nowhere else.
double pick(double u_plus, double u_minus, double at_plus, double at_minus, Bug bug) {
  const bool minus = at_minus <= at_plus, both = u_minus < 0 && u_plus > 0;
  if (bug == Bug::U_always_plus || (both && bug == Bug::U_threshold_positive)) return u_plus;
  if (bug == Bug::U_always_minus || (both && bug == Bug::U_threshold_negative)) return u_minus;
  const bool reversed = bug == Bug::U_comparison_reversed || (both && bug == Bug::U_threshold_reversed);
  return minus != reversed ? u_minus : u_plus;
}

bool picks(Bug bug) { return bug >= Bug::U_always_plus && bug <= Bug::U_threshold_reversed; }

/// A smooth scalar problem without cleverness: sign changes of the slope on a fine grid, each bisected, the best value wins.
double by_bisection(const Activation& f, double a, double b, double g) {
  const auto value = [&](double u) { return 0.5 * std::pow(f.value(u) - a, 2) + 0.5 * g * (u - b) * (u - b); };
  const auto slope = [&](double u) { return (f.value(u) - a) * f.derivative(u) + g * (u - b); };
  const double radius = 1.001 * std::abs(f.value(b) - a) / std::sqrt(g);
  double best = b;
  for (int m = 0; m < 400; ++m) {
    double lo = b + radius * (m - 200) / 200, hi = b + radius * (m - 199) / 200;
    if (slope(lo) > 0 || slope(hi) < 0) continue;
    for (int k = 0; k < 100; ++k) (slope(0.5 * (lo + hi)) < 0 ? lo : hi) = 0.5 * (lo + hi);
    if (value(0.5 * (lo + hi)) < value(best)) best = 0.5 * (lo + hi);
  }
  return best;
}

}  // namespace

double lemma13(double a, double b, double g) {
  const double x = (a + g * b) / (1 + g), s = std::sqrt(g * (g + 1)) - g;
  if (a + g * b < 0) return std::min(b, 0.0);
  if (b >= 0) return x;
  return g * b > -s * a ? x : b;
}

const std::vector<std::pair<Bug, std::string>>& bugs() {
  static const std::vector<std::pair<Bug, std::string>> table = {
      {Bug::VN_target_sign, "V_N: sign of Y"},
      {Bug::VN_target_scaled, "V_N: pulled to 1.1 Y"},
      {Bug::VN_pull_sign, "V_N: sign of gamma U_N"},
      {Bug::VN_alpha_lost, "V_N: no proximal term"},
      {Bug::VN_alpha_doubled, "V_N: alpha twice"},
      {Bug::VN_gamma_lost, "V_N: gamma = 1"},
      {Bug::VN_frozen, "V_N: frozen"},
      {Bug::UN_weights_swapped, "U_N: gamma and rho swapped"},
      {Bug::UN_stale_V, "U_N: stale V_N"},
      {Bug::UN_alpha_added, "U_N: a proximal term too many"},
      {Bug::UN_bias_lost, "U_N: b lost"},
      {Bug::V_coupling_sign, "V_i: sign of rho W'(U - b)"},
      {Bug::V_stale_U, "V_i: stale U_{i+1}"},
      {Bug::V_stale_W, "V_i: stale W_{i+1}"},
      {Bug::V_bias_lost, "V_i: b_{i+1} lost"},
      {Bug::V_gamma_lost_in_target, "V_i: gamma lost before sigma(U_i)"},
      {Bug::V_gamma_lost, "V_i: gamma = 1"},
      {Bug::V_gamma_rho_swapped, "V_i: gamma and rho swapped"},
      {Bug::V_alpha_added, "V_i: a proximal term too many"},
      {Bug::V_activation_lost, "V_i: pulled to U_i, not sigma(U_i)"},
      {Bug::V_s_lost, "V_i: s forgotten"},
      {Bug::V_frozen, "V_i: frozen"},
      {Bug::V_skip_lost, "V_i: own skip term lost"},
      {Bug::V_next_skip_lost, "V_i: next layer's skip term lost"},
      {Bug::U_always_plus, "U_i: always the branch u >= 0"},
      {Bug::U_always_minus, "U_i: always the branch u <= 0"},
      {Bug::U_comparison_reversed, "U_i: the worse branch"},
      {Bug::U_threshold_positive, "U_i: of two stationary points always the positive"},
      {Bug::U_threshold_negative, "U_i: of two stationary points always the negative"},
      {Bug::U_threshold_reversed, "U_i: of two stationary points the worse"},
      {Bug::U_g_one, "U_i: g = 1"},
      {Bug::U_alpha_lost, "U_i: no proximal term"},
      {Bug::U_gamma_rho_swapped, "U_i: gamma and rho swapped"},
      {Bug::U_target_sign, "U_i: sign of V_i"},
      {Bug::U_stale_V, "U_i: stale V_i"},
      {Bug::U_bias_lost, "U_i: b_i lost"},
      {Bug::U_skip_lost, "U_i: skip term lost"},
      {Bug::U_frozen, "U_i: frozen"},
      {Bug::W_alpha_lost, "W_i: no proximal term"},
      {Bug::W_alpha_doubled, "W_i: alpha twice"},
      {Bug::W_alpha_sign, "W_i: sign of alpha W_old"},
      {Bug::W_rho_lost, "W_i: rho = 1"},
      {Bug::W_stale_U, "W_i: stale U_i"},
      {Bug::W_stale_V, "W_i: stale V_{i-1}"},
      {Bug::W_wrong_layer, "W_i: V_i in place of V_{i-1}"},
      {Bug::W_gram_drops_last_sample, "W_i: last sample missing in the Gram matrix"},
      {Bug::W_last_sample_lost, "W_i: last sample missing altogether"},
      {Bug::W_bias_lost, "W_i: b taken for 0"},
      {Bug::W_r_lost, "W_i: r forgotten"},
      {Bug::W_r_on_bias, "W_i: r applied to b as well"},
      {Bug::W_frozen, "W_i: frozen, b moves"},
      {Bug::b_frozen, "b_i: frozen, W moves"},
      {Bug::b_after_W, "b_i: after W_i (neither joint nor Jacobi)"},
      {Bug::sweep_U_before_V, "sweep: U_i before V_i"},
      {Bug::sweep_other_order, "sweep: the other order"},
      {Bug::sweep_all_stale, "sweep: every block from the old point"},
  };
  return table;
}

ParameterList ReferenceThreeSplitting::parameters() {
  ParameterList list;
  p_.fields(list);
  return list;
}

Dense ReferenceThreeSplitting::sigma(int i, const Dense& U) const {
  return U.unaryExpr([&](double u) { return problem_->net.sigma(i).value(u); });
}

void ReferenceThreeSplitting::initialise(const Problem<double>& problem, const Weights<double>& w0, Rng&) {
  problem_ = &problem;
  N_ = problem.net.N();
  now_.W = w0.W, now_.b = w0.b;
  now_.U.assign(at(N_) + 1, {}), now_.V.assign(at(N_) + 1, {});
  now_.V[0] = *problem.X;
  for (int i = 1; i <= N_; ++i) {
    now_.U[at(i)] = affine(now_.W[at(i)], now_.V[at(i - 1)], now_.b[at(i)]);
    now_.V[at(i)] = sigma(i, now_.U[at(i)]);
    if (problem.net.skip(i)) now_.V[at(i)] += now_.V[at(i - 1)];
  }
}

void ReferenceThreeSplitting::step(BlockObserver* observer) {
  start_ = now_;
  const bool backward = (p_.order == Order::backward) != is(Bug::sweep_other_order);
  const auto run = [&](const std::string& name, int i) {
    if (name == "V") i == N_ ? update_V_output() : update_V(i);
    if (name == "U") i == N_ ? update_U_output() : update_U(i);
    if (name == "Wb") update_Wb(i);
    if (observer) observer->after({name, i});
  };
  std::vector<std::string> names = {"V", "U", "Wb"};
  if (!backward) names = {"Wb", "U", "V"};
  if (is(Bug::sweep_U_before_V)) std::swap(names[1], names[backward ? 0 : 2]);
  for (int k = 1; k <= N_; ++k)
    for (const std::string& name : names) run(name, backward ? N_ + 1 - k : k);
}

void ReferenceThreeSplitting::update_V_output() {
  if (is(Bug::VN_frozen)) return;
  const Iterate& P = read();
  const double w = problem_->loss.weight(problem_->n()), gamma = is(Bug::VN_gamma_lost) ? 1 : p_.gamma;
  const double alpha = is(Bug::VN_alpha_lost) ? 0 : is(Bug::VN_alpha_doubled) ? 2 * p_.alpha : p_.alpha;
  const double y = is(Bug::VN_target_sign) ? -1 : is(Bug::VN_target_scaled) ? 1.1 : 1;
  const Dense &Y = *problem_->Y, &V = P.V[at(N_)];
  Dense pull = P.U[at(N_)];
  if (problem_->net.skip(N_)) pull += P.V[at(N_ - 1)];
  pull *= is(Bug::VN_pull_sign) ? -gamma : gamma;
  if (p_.output_update == ThreeSplittingParameters::OutputUpdate::proxlinear) {
    Dense gradient(V.rows(), V.cols());
    problem_->loss.gradient<double>(V, y * Y, gradient);
    now_.V[at(N_)] = (pull + alpha * V - w * gradient) / (gamma + alpha + p_.s.quadratic());
  } else {
    now_.V[at(N_)] = (w * y * Y + pull + alpha * V) / (w + gamma + alpha + p_.s.quadratic());
  }
}

void ReferenceThreeSplitting::update_U_output() {
  const Iterate& P = read();
  double gamma = p_.gamma, rho = p_.rho_or_gamma();
  if (is(Bug::UN_weights_swapped)) std::swap(gamma, rho);
  Dense Z = affine(P.W[at(N_)], P.V[at(N_ - 1)], (is(Bug::UN_bias_lost) ? 0 : 1) * P.b[at(N_)]);
  Dense C = read(Bug::UN_stale_V).V[at(N_)];
  if (problem_->net.skip(N_)) C -= P.V[at(N_ - 1)];
  const double alpha = is(Bug::UN_alpha_added) ? p_.alpha : 0;
  now_.U[at(N_)] = (gamma * C + rho * Z + alpha * P.U[at(N_)]) / (gamma + rho + alpha);
}

void ReferenceThreeSplitting::update_V(int i) {
  if (is(Bug::V_frozen)) return;
  const Iterate& P = read();
  const Dense &W = read(Bug::V_stale_W).W[at(i + 1)], &U_next = read(Bug::V_stale_U).U[at(i + 1)];
  double gamma = is(Bug::V_gamma_lost) ? 1 : p_.gamma, rho = p_.rho_or_gamma();
  if (is(Bug::V_gamma_rho_swapped)) std::swap(gamma, rho);
  const double alpha = is(Bug::V_alpha_added) ? p_.alpha : 0, sign = is(Bug::V_coupling_sign) ? -1 : 1;
  const double t_next = is(Bug::V_next_skip_lost) ? 0 : skip(i + 1);
  Dense target = is(Bug::V_activation_lost) ? P.U[at(i)] : sigma(i, P.U[at(i)]);
  if (problem_->net.skip(i) && !is(Bug::V_skip_lost)) target += P.V[at(i - 1)];
  if (t_next > 0) target += P.V[at(i + 1)] - sigma(i + 1, P.U[at(i + 1)]);
  Dense rhs = (is(Bug::V_gamma_lost_in_target) ? 1 : gamma) * target + alpha * P.V[at(i)];
  rhs += sign * rho * W.transpose() * (is(Bug::V_bias_lost) ? U_next : Dense(U_next.colwise() - P.b[at(i + 1)]));
  Dense H = rho * W.transpose() * W;
  H.diagonal().array() += gamma * (1 + t_next) + alpha + (is(Bug::V_s_lost) ? 0 : p_.s.quadratic());
  now_.V[at(i)] = H.ldlt().solve(rhs);
}

double ReferenceThreeSplitting::U_entry(int i, double a, double b, double g) const {
  const Activation& f = problem_->net.sigma(i);
  if (f.kind == Activation::Kind::linear) return (a + g * b) / (1 + g);
  if (f.smooth()) return by_bisection(f, a, b, g);
  if (f.kind == Activation::Kind::relu && !picks(bug_)) return lemma13(a, b, g);
  const double s = f.kind == Activation::Kind::leaky_relu ? f.slope : 0;
  const double u_plus = std::max(0.0, (a + g * b) / (1 + g)), u_minus = std::min(0.0, (s * a + g * b) / (s * s + g));
  const auto value = [&](double u) { return 0.5 * std::pow(f.value(u) - a, 2) + 0.5 * g * (u - b) * (u - b); };
  return pick(u_plus, u_minus, value(u_plus), value(u_minus), bug_);
}

void ReferenceThreeSplitting::update_U(int i) {
  if (is(Bug::U_frozen)) return;
  const Iterate& P = read();
  double gamma = p_.gamma, rho = p_.rho_or_gamma();
  if (is(Bug::U_gamma_rho_swapped)) std::swap(gamma, rho);
  const double alpha = is(Bug::U_alpha_lost) ? 0 : p_.alpha, g = is(Bug::U_g_one) ? 1 : (rho + alpha) / gamma;
  const Dense Z = affine(P.W[at(i)], P.V[at(i - 1)], (is(Bug::U_bias_lost) ? 0 : 1) * P.b[at(i)]);
  Dense A = (is(Bug::U_target_sign) ? -1 : 1) * read(Bug::U_stale_V).V[at(i)];
  if (problem_->net.skip(i) && !is(Bug::U_skip_lost)) A -= P.V[at(i - 1)];
  const Dense B = (rho * Z + alpha * P.U[at(i)]) / (rho + alpha);
  for (Index e = 0; e < A.size(); ++e) now_.U[at(i)](e) = U_entry(i, A(e), B(e), g);
}

void ReferenceThreeSplitting::update_Wb(int i) {
  const Iterate& P = read();
  const Dense W = P.W[at(i)];
  const Vector<double> b = P.b[at(i)];
  Dense U = read(Bug::W_stale_U).U[at(i)], V = read(Bug::W_stale_V).V[at(i - 1)];
  if (is(Bug::W_wrong_layer) && problem_->net.d(i) == problem_->net.d(i - 1)) V = P.V[at(i)];
  if (is(Bug::W_last_sample_lost)) U = Dense(U.leftCols(U.cols() - 1)), V = Dense(V.leftCols(V.cols() - 1));
  const double rho = is(Bug::W_rho_lost) ? 1 : p_.rho_or_gamma();
  const double alpha = is(Bug::W_alpha_lost) ? 0 : is(Bug::W_alpha_doubled) ? 2 * p_.alpha : p_.alpha;
  const double lambda = is(Bug::W_r_lost) ? 0 : p_.r.quadratic(), sign = is(Bug::W_alpha_sign) ? -1 : 1;
  const Index d = V.rows(), n = V.cols();
  const bool bias = problem_->net.bias;
  const bool joint =
      bias && p_.weight_update == ThreeSplittingParameters::WeightUpdate::joint && !is(Bug::W_bias_lost) && !is(Bug::b_after_W);
  Dense A(d + (joint ? 1 : 0), n), old(W.rows(), A.rows());
  A.topRows(d) = V, old.leftCols(d) = W;
  if (joint) A.row(d).setOnes(), old.col(d) = b;
  const Dense target = joint || is(Bug::W_bias_lost) ? U : Dense(U.colwise() - b);
  const Index counted = is(Bug::W_gram_drops_last_sample) ? n - 1 : n;
  Dense M = rho * A.leftCols(counted) * A.leftCols(counted).transpose();
  M.diagonal().array() += alpha;
  M.diagonal().head(d).array() += lambda;
  if (joint && is(Bug::W_r_on_bias)) M(d, d) += lambda;
  const Dense rhs = sign * alpha * old + rho * target * A.transpose();
  const Dense Wt = M.fullPivLu().solve(rhs.transpose()).transpose();
  if (!is(Bug::W_frozen)) now_.W[at(i)] = Wt.leftCols(d);
  if (!bias || is(Bug::b_frozen) || is(Bug::W_bias_lost)) return;
  if (joint) {
    now_.b[at(i)] = Wt.col(d);
  } else {
    const Dense& Wb = is(Bug::b_after_W) ? now_.W[at(i)] : W;
    now_.b[at(i)] = (alpha * b + rho * (U - Wb * V).rowwise().sum()) / (alpha + rho * static_cast<double>(n));
  }
}

const Weights<double>& ReferenceThreeSplitting::weights() const {
  weights_.W = now_.W, weights_.b = now_.b;
  return weights_;
}

State<double> ReferenceThreeSplitting::state() {
  State<double> all;
  const auto add = [&](const char* letter, int i, double* data, Index rows, Index cols) {
    all.add({letter + std::to_string(i), {data, rows, cols}});
  };
  for (int i = 1; i <= N_; ++i) {
    const auto l = at(i);
    add("W", i, now_.W[l].data(), now_.W[l].rows(), now_.W[l].cols());
    if (problem_->net.bias) add("b", i, now_.b[l].data(), now_.b[l].rows(), 1);
  }
  for (int i = 1; i <= N_; ++i) {
    add("U", i, now_.U[at(i)].data(), now_.U[at(i)].rows(), now_.U[at(i)].cols());
    add("V", i, now_.V[at(i)].data(), now_.V[at(i)].rows(), now_.V[at(i)].cols());
  }
  return all;
}

Iterate iterate_of(const Problem<double>& problem, const State<double>& state) {
  const auto size = at(problem.net.N()) + 1;
  Iterate P;
  P.W.resize(size), P.U.resize(size), P.V.resize(size), P.b.resize(size);
  P.V[0] = *problem.X;
  for (int i = 1; i <= problem.net.N(); ++i) P.b[at(i)] = Vector<double>::Zero(problem.net.d(i));
  for (const NamedMatrix<double>& m : state) {
    if (m.name == "inner") continue;  // no part of the point
    const auto i = static_cast<std::size_t>(std::stoi(m.name.substr(1)));
    if (m.name[0] == 'W') P.W[i] = m.value;
    if (m.name[0] == 'U') P.U[i] = m.value;
    if (m.name[0] == 'V') P.V[i] = m.value;
    if (m.name[0] == 'b') P.b[i] = m.value.col(0);
  }
  return P;
}

double plain_potential(const Problem<double>& problem, const ThreeSplittingParameters& p, const Iterate& P) {
  const Network& net = problem.net;
  const int N = net.N();
  long double F = 0;
  for (int i = 1; i <= N; ++i) {
    const auto l = at(i);
    for (Index j = 0; j < problem.n(); ++j)
      for (Index r = 0; r < net.d(i); ++r) {
        const double u = P.U[l](r, j), v = P.V[l](r, j);
        long double c = static_cast<long double>(v) - net.sigma(i).value(u), z = static_cast<long double>(u) - P.b[l](r);
        if (net.skip(i)) c -= P.V[l - 1](r, j);
        for (Index k = 0; k < net.d(i - 1); ++k) z -= static_cast<long double>(P.W[l](r, k)) * P.V[l - 1](k, j);
        F += p.gamma / 2 * c * c + p.rho_or_gamma() / 2 * z * z;
      }
    F += p.r.value<double>(P.W[l]) + p.s.value<double>(P.V[l]);
  }
  for (Index j = 0; j < problem.n(); ++j)
    F += problem.loss.weight(problem.n()) * problem.loss.sum<double>(P.V[at(N)].col(j), problem.Y->col(j));
  return static_cast<double>(F);
}

}  // namespace bcd::test
