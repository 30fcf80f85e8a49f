// The judge of both algorithms: every inequality from the states before and after a sweep, in double, apart from the updates.
// Which sweep changed what: W_L, then V_{L-1} (not touched again), then for j = L-1 .. 2 W_j and V_{j-1}, then W_1. So the
// state after the sweep holds W_j and V_j as the loop on V_{j-1} saw them, and the state before it that loop's start.
#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <map>

#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "algorithms/core/layered_audit.hpp"
#include "algorithms/core/symmetric_eigen.hpp"

namespace bcd::akiyama2025 {

namespace {

constexpr double kReached = 1e-8;  // F below this counts as the global minimum reached
using P = GradientBcdParameters;

/// Extreme singular values of a matrix, from its smaller Gram matrix.
std::pair<double, double> singular_range(const Matrix<double>& W) {
  const Matrix<double> G = W.rows() <= W.cols() ? Matrix<double>(W * W.transpose()) : Matrix<double>(W.transpose() * W);
  if (!G.allFinite()) return {std::nan(""), std::nan("")};
  const SymmetricEigen eigen = symmetric_eigen(G, Eigen::EigenvaluesOnly);
  return {std::sqrt(std::max(0.0, eigen.eigenvalues()(0))), std::sqrt(std::max(0.0, eigen.eigenvalues()(G.rows() - 1)))};
}

/// max |1 - a x| over [lo, hi].
double factor(double a, double lo, double hi) { return std::max(std::abs(1 - a * lo), std::abs(1 - a * hi)); }

/// K steps of a map with factor q that each commit an error of 1.
double accumulated(double q, std::int64_t K) {
  const auto k = static_cast<double>(K);
  return q < 1 ? std::min(k, 1 / (1 - q)) : k * std::pow(q, k);
}

class GradientBcdAudit final : public Audit, public Restorable {
 public:
  GradientBcdAudit(GradientBcdKind kind, const P& p, const Problem<double>& problem) : kind_(kind), p_(p), problem_(problem) {}

  void start(const State<double>& state, CheckLog& log) override;
  void after_sweep(int k, CheckLog& log, Measurements& row) override;
  void finish(CheckLog& log) override;
  void members(Members& members) override {
    members(reached_K_, no_bound_, first_below_, losses_, rises_);
    if (!members.reading()) return;
    now_.read(*state_);
    before_ = now_;
  }

 private:
  const Network& net() const { return problem_.net; }
  int L() const { return net().N(); }
  bool relu() const { return kind_ == GradientBcdKind::relu; }
  const Matrix<double>& X() const { return *problem_.X; }
  const Matrix<double>& V(const Moment& p, int j) const { return j == 0 ? X() : p("V", j); }
  Matrix<double> output_residual(const Matrix<double>& W, const Matrix<double>& V) const { return W * V - *problem_.Y; }
  double output_rounding(const Matrix<double>& W, const Matrix<double>& V) const;
  Matrix<double> h(const Moment& point, int j) const;

  void judge_hypotheses(CheckLog& log);
  std::string unmet_conditions() const;
  void check_output(int k, CheckLog& log) const;
  void check_output_samples(int k, CheckLog& log) const;
  void check_weights(int k, int j, CheckLog& log) const;
  void check_inner(int k, int j, CheckLog& log);
  void check_inner_skip(int k, int j, CheckLog& log);
  void check_first(int k, CheckLog& log);
  bool no_bound(const std::string& promise, double q);
  void check_nonnegative(int k, CheckLog& log) const;
  double check_loss(int k, CheckLog& log, double F) const;
  void check_theorem(int k, CheckLog& log, double F, double activity);

  GradientBcdKind kind_;
  P p_;
  const Problem<double>& problem_;
  const State<double>* state_ = nullptr;
  Moment start_, before_, now_;
  TheoremInput in_;
  ResolvedSteps steps_;
  Eigen::LLT<Matrix<double>> gram_;  // of X^T X, where X has full column rank
  bool bijective_ = true;            // every sigma_j invertible, every W_j square
  bool reached_K_ = false;
  std::map<std::string, double> no_bound_;  // promise -> smallest q >= 1 of its loops: such a bound does not contract
  int first_below_ = -1;                    // first sweep with F < kReached
  std::vector<double> losses_;              // |f(X) - Y|^2 at the start and after every sweep
  int rises_ = 0;                           // sweeps in which it rose
};

/// An inner product of length m is wrong by at most m eps times the product of the norms.
double GradientBcdAudit::output_rounding(const Matrix<double>& W, const Matrix<double>& V) const {
  return kEps * (static_cast<double>(W.cols()) + 4) * (W.norm() * V.norm() + problem_.Y->norm());
}

/// h_j = sigma(W_j V_{j-1}) + t_j V_{j-1} - V_j
Matrix<double> GradientBcdAudit::h(const Moment& point, int j) const {
  Matrix<double> H = point("W", j) * V(point, j - 1);
  net().sigma(j).apply<double>(H, H);
  if (net().skip(j)) H += V(point, j - 1);
  return H - point("V", j);
}

/// The step conditions of the printed theorem that these parameters break, with the numbers.
std::string GradientBcdAudit::unmet_conditions() const {
  const TheoremConstants c = relu() ? theorem53_printed(in_) : theorem41_printed(in_);
  if (!c.unmet.empty()) return c.unmet;
  const char* theorem = relu() ? "Theorem 5.3" : "Theorem 4.1";
  std::string text;
  const auto above = [&](const char* name, double step, double limit) {
    if (step > limit * (1 + 1e-12))
      text += std::string(text.empty() ? "" : "; ") + name + " = " + number_text(step) + " > " + number_text(limit);
  };
  const auto below = [&](const char* name, double count, double limit) {
    if (!(count < limit)) return;
    if (!text.empty()) text += "; ";
    text += name + (" = " + number_text(count)) + " < " + number_text(limit);
  };
  const double weights = L() > 2 ? steps_.W[2] / (2 * p_.gamma) : steps_.W_output / 2;
  above("eta_V", steps_.V_output / 2, c.eta_V);
  above("eta_W1", weights, c.eta_W1);
  above("eta_W2", steps_.W[1] / (2 * p_.gamma), c.eta_W2);
  below("K_V", static_cast<double>(steps_.K_V), c.K_V);
  below("K_W", static_cast<double>(steps_.K_W), c.K_W);
  if (text.empty()) return "the steps are not those of a theorem";
  return theorem + (" needs other steps: " + text);
}

void GradientBcdAudit::judge_hypotheses(CheckLog& log) {
  for (int j = 1; j < L(); ++j) {
    if (slope_bounds(net().sigma(j)).first <= 0) bijective_ = false;
    if (j > 1 && net().d(j) != net().d(j - 1)) bijective_ = false;
  }
  if (!relu() && L() < 3) log.not_applicable("weights.identity", "L = 2 has no W_j between the first and the last");
  if (in_.X.smin <= 0)
    log.not_applicable("first.distance", "Assumption 1: X has numerical rank " + std::to_string(in_.X.rank) +
                                             " for n = " + std::to_string(in_.n) + " samples");
  if (!relu() && slope_bounds(net().sigma(1)).first <= 0) log.not_applicable("first.distance", "sigma_1 has no inverse");
  if (relu()) {
    if (net().d(L()) != 1)
      log.not_applicable("output.samples", "one output only");
    else if (steps_.V_output * in_.w_norm2 > 1 + 1e-12)
      log.not_applicable("output.samples", "needs eta_V <= 1/(2 |W_L|^2) = " + number_text(1 / (2 * in_.w_norm2)) + ", it is " +
                                               number_text(steps_.V_output / 2));
    bool skips = L() > 2;
    for (int j = 2; j < L(); ++j) skips = skips && net().skip(j);
    if (!skips)
      log.not_applicable("inner.distance", L() > 2 ? "without the skip connection V -> relu(W V) has no inverse"
                                                   : "L = 2 has no inner loop on V");
  } else if (!bijective_ || L() < 3) {
    log.not_applicable("inner.distance", L() < 3 ? "L = 2 has no inner loop on V"
                                                 : "Assumption 2 or square W_j unmet: V -> sigma(W_j V) has no inverse");
  }
  const std::string reason = steps_.theorem ? steps_.theorem->unmet : unmet_conditions();
  if (reason.empty()) return;
  const bool attempted = steps_.theorem && relu() && p_.steps == P::Steps::corrected;
  for (const char* id : {"theorem.output", "theorem.layers", "theorem.singular", "theorem.activity", "theorem.minimum"})
    if (!attempted || std::string(id) != "theorem.output") log.not_applicable(id, reason);
}

void GradientBcdAudit::start(const State<double>& state, CheckLog& log) {
  state_ = &state;
  now_.read(state);
  start_ = before_ = now_;
  losses_ = {output_residual(now_("W", L()), now_("V", L() - 1)).squaredNorm()};  // V starts as the forward pass
  std::vector<Matrix<double>> W(at(L() + 1)), V(at(L()));
  for (int j = 1; j <= L(); ++j) W[at(j)] = now_("W", j);
  for (int j = 1; j < L(); ++j) V[at(j)] = now_("V", j);
  in_ = theorem_input(kind_, p_, net(), X(), *problem_.Y, W, V);
  steps_ = resolve_steps(kind_, p_, net(), X(), *problem_.Y, W, V);
  if (in_.X.smin > 0) gram_.compute(X().transpose() * X());
  judge_hypotheses(log);
}

/// R' = (I - a W_L W_L^T) R after V_{L-1}, R = R_old (I - a' V^T V) after W_L: exact, so the norms obey the product of the
/// factors.
void GradientBcdAudit::check_output(int k, CheckLog& log) const {
  const Matrix<double>&W = now_("W", L()), &W_old = before_("W", L()), &V_old = before_("V", L() - 1),
        &V_new = now_("V", L() - 1);
  const Matrix<double> R_old = output_residual(W_old, V_old), R = output_residual(W, V_old), R_new = output_residual(W, V_new);
  const double a = steps_.V_output, b = steps_.W_output, W2 = W.squaredNorm(), V2 = V_old.squaredNorm();
  const double after_W = output_rounding(W_old, V_old) * (1 + b * V2) * 4 + output_rounding(W, V_old);
  const double after_V = output_rounding(W, V_old) * (1 + a * W2) * 4 + output_rounding(W, V_new);
  const double by_W = (R - (R_old - b * R_old * V_old.transpose() * V_old)).norm();
  const double by_V = (R_new - (R - a * W * (W.transpose() * R))).norm();
  log.check("output.identity", k, {"W", L()}, -by_W, after_W, by_W);
  log.check("output.identity", k, {"V", L() - 1}, -by_V, after_V, by_V);
  const auto [w_lo, w_hi] = singular_range(W);
  const double shrink = factor(a, w_lo * w_lo, w_hi * w_hi), keep = factor(b, 0, lambda_max(V_old));
  log.check("output.contraction", k, {"V", L() - 1}, shrink * keep * R_old.norm() - R_new.norm(), after_V + shrink * after_W,
            R_new.norm(), {{"q", shrink * keep}, {"|R|", R_old.norm()}});
}

/// One output: |r_i'| <= (1 - a m)|r_i|, m = min(|w_+|^2, |w_-|^2), in spite of the projection.
void GradientBcdAudit::check_output_samples(int k, CheckLog& log) const {
  if (net().d(L()) != 1 || steps_.V_output * in_.w_norm2 > 1 + 1e-12) return;
  const Matrix<double>& W = now_("W", L());
  const Matrix<double> r = output_residual(W, before_("V", L() - 1)), r_new = output_residual(W, now_("V", L() - 1));
  const double q = 1 - steps_.V_output * in_.w_min2;
  const double allowance = 4 * (output_rounding(W, before_("V", L() - 1)) + output_rounding(W, now_("V", L() - 1)));
  for (Index i = 0; i < r.cols(); ++i)
    log.check("output.samples", k, {"V", L() - 1}, q * std::abs(r(0, i)) - std::abs(r_new(0, i)), allowance,
              std::abs(r_new(0, i)), {{"1 - 2 eta_V m", q}, {"|w V_i - y_i|", std::abs(r(0, i))}});
}

/// W_j, 2 <= j < L, took one gradient step (Algorithm 3: W_{L-1} two) from the old V_{j-1} towards the new V_j; in Algorithm 3
/// W_L stayed. Rounding: the step is a sum over n samples of products of r terms.
void GradientBcdAudit::check_weights(int k, int j, CheckLog& log) const {
  Matrix<double> W = before_("W", j);
  const Matrix<double>&from = V(before_, j - 1), &target = now_("V", std::min(j, L() - 1));
  const int steps = j == L() ? 0 : relu() && j == L() - 1 ? 2 : 1;
  const double ell = slope_bounds(net().sigma(j)).second, a = steps_.W[at(std::min(j, L() - 1))];
  for (int i = 0; i < steps; ++i) {
    const Matrix<double> U = W * from;
    Matrix<double> H = U;
    net().sigma(j).apply<double>(H, H);
    if (net().skip(j)) H += from;
    H -= target;
    net().sigma(j).multiply_by_derivative<double>(U, H);
    W -= a * H * from.transpose();
  }
  const double size = ell * (ell * W.norm() * from.norm() + from.norm() + target.norm()) * from.norm();
  const double m = static_cast<double>(W.cols() + from.cols()) + 8;
  const double off = (now_("W", j) - W).norm();
  log.check("weights.identity", k, {"W", j}, -off, m * kEps * (W.norm() + 2 * a * size), off);
}

/// |V_end - V*| <= q^K_V |V_start - V*|, V* = W_j^{-1} sigma^{-1}(V_j), q from a, alpha, ell and the singular values of W_j.
void GradientBcdAudit::check_inner(int k, int j, CheckLog& log) {
  const Matrix<double>&W = now_("W", j), &from = before_("V", j - 1), &to = now_("V", j - 1);
  const auto [alpha, ell] = slope_bounds(net().sigma(j));
  const auto [lo, hi] = singular_range(W);
  const double a = steps_.V_hidden[at(j)], q = factor(a, alpha * alpha * lo * lo, ell * ell * hi * hi);
  if (no_bound("inner.distance", q)) return;
  const Matrix<double> target = inverse(net().sigma(j), now_("V", j)), root = W.partialPivLu().solve(target);
  const double m = static_cast<double>(W.cols()) + 8;
  const double step = from.norm() + a * ell * hi * (ell * hi * (from.norm() + to.norm()) + now_("V", j).norm());
  const double allowance =
      m * kEps * (step * accumulated(q, steps_.K_V) + hi / lo * (root.norm() + target.norm() / lo + from.norm() + to.norm()));
  const double bound = std::pow(q, static_cast<double>(steps_.K_V)) * (from - root).norm();
  log.check("inner.distance", k, {"V", j - 1}, bound - (to - root).norm(), allowance, (to - root).norm(),
            {{"q", q}, {"K_V", static_cast<double>(steps_.K_V)}, {"|V_start - V*|", (from - root).norm()}});
}

/// With the skip connection: V* solves V + relu(W V) = V_j, q = |1 - a| + a (2 b + b^2), b = |W_j| < 1. The projection brings V
/// no farther from V* where V* >= 0, so only those samples are judged.
void GradientBcdAudit::check_inner_skip(int k, int j, CheckLog& log) {
  const Matrix<double>&W = now_("W", j), &from = before_("V", j - 1), &to = now_("V", j - 1), &target = now_("V", j);
  const double b = singular_range(W).second, a = steps_.V_hidden[at(j)];
  if (!(b < 0.9)) return;
  const double q = std::abs(1 - a) + a * (2 * b + b * b), shrink = std::pow(q, static_cast<double>(steps_.K_V));
  if (no_bound("inner.distance", q)) return;
  Matrix<double> root = target;
  const int rounds = static_cast<int>(std::ceil(std::log(kEps) / std::log(std::max(b, 0.01)))) + 5;
  for (int i = 0; i < rounds; ++i) root = target - (W * root).cwiseMax(0.0);
  const double m = static_cast<double>(W.cols()) + 8;
  for (Index i = 0; i < root.cols(); ++i) {
    if (root.col(i).minCoeff() < 0) continue;
    const double size = from.col(i).norm() + to.col(i).norm() + 2 * target.col(i).norm() + root.col(i).norm();
    const double allowance = m * kEps * size * (4 * accumulated(q, steps_.K_V) + 2 / (1 - b));
    const double start = (from.col(i) - root.col(i)).norm(), end = (to.col(i) - root.col(i)).norm();
    log.check("inner.distance", k, {"V", j - 1}, shrink * start - end, allowance, end,
              {{"q", q}, {"K_V", static_cast<double>(steps_.K_V)}, {"|V_start - V*|", start}});
  }
}

/// |W_1 - W_1*| <= q_1^K_W |W_1_old - W_1*|, with (W_1 - W_1*) the part in the row space: E X^+, E = W_1 X - sigma^{-1}(V_1).
void GradientBcdAudit::check_first(int k, CheckLog& log) {
  const bool fitted = !relu();
  if (in_.X.smin <= 0 || (fitted && slope_bounds(net().sigma(1)).first <= 0)) return;
  const auto [alpha, ell] = fitted ? slope_bounds(net().sigma(1)) : std::pair{1.0, 1.0};
  const double s = in_.X.smin, S = in_.X.smax, a = steps_.W[1];
  const Matrix<double> target = fitted ? inverse(net().sigma(1), now_("V", 1)) : now_("V", 1);
  const auto distance = [&](const Matrix<double>& W) {
    const Matrix<double> E = W * X() - target;
    return gram_.matrixL().solve(E.transpose()).norm();
  };
  const bool limit = fitted && p_.first_layer == P::FirstLayer::exact;
  const double q = limit ? 0.0 : factor(a, alpha * alpha * s * s, ell * ell * S * S);
  if (no_bound("first.distance", q)) return;
  const double from = distance(before_("W", 1)), to = distance(now_("W", 1));
  const double size = (before_("W", 1).norm() + now_("W", 1).norm()) * S + 2 * target.norm();
  const double m = static_cast<double>(X().rows() + X().cols()) + 8;
  const double allowance =
      m * kEps * (size / s * (1 + accumulated(q, steps_.K_W) * a * ell * ell * S * S) + (S / s) * (S / s) * (from + to));
  log.check("first.distance", k, {"W", 1}, std::pow(q, static_cast<double>(steps_.K_W)) * from - to, allowance, to,
            {{"q_1", q}, {"K_W", static_cast<double>(steps_.K_W)}, {"|W_1_old - W_1*|", from}});
}

/// Whether q^K says nothing: with q >= 1 the right side grows with every step.
bool GradientBcdAudit::no_bound(const std::string& promise, double q) {
  if (q < 1) return false;
  double& smallest = no_bound_.try_emplace(promise, q).first->second;
  smallest = std::min(smallest, q);
  return true;
}

/// |f(X) - Y| <= |W_L V_{L-1} - Y| + sum_j G_j |h_j| <= sqrt(c F), because the forward pass and V_j differ by at most
/// (ell |W_j| + t_j) times the difference in layer j - 1, plus |h_j|. Returns |f(X) - Y|^2.
double GradientBcdAudit::check_loss(int k, CheckLog& log, double F) const {
  Matrix<double> A = X();
  std::vector<double> rounding(at(L() + 1), 0.0);
  for (int j = 1; j < L(); ++j) {
    const Matrix<double>& W = now_("W", j);
    rounding[at(j)] = (static_cast<double>(W.cols()) + 4) * W.norm() * (A.norm() + V(now_, j - 1).norm());
    Matrix<double> next = W * A;
    net().sigma(j).apply<double>(next, next);
    if (net().skip(j)) next += A;
    A = std::move(next);
  }
  const Matrix<double>& W = now_("W", L());
  double G = singular_range(W).second, c = 1, allowance = output_rounding(W, A) + output_rounding(W, V(now_, L() - 1));
  for (int j = L() - 1; j >= 1; --j) {
    const double ell = slope_bounds(net().sigma(j)).second, growth = ell * singular_range(now_("W", j)).second;
    c += G * G / p_.gamma;
    allowance += kEps * G * (ell * rounding[at(j)] + V(now_, j).norm());
    G *= growth + (net().skip(j) ? 1 : 0);
  }
  const double loss = output_residual(W, A).squaredNorm();
  log.check("loss.bounded", k, {"F", 0}, std::sqrt(c * F) - std::sqrt(loss), 4 * allowance, std::sqrt(loss),
            {{"c", c}, {"F", F}});
  return loss;
}

void GradientBcdAudit::check_nonnegative(int k, CheckLog& log) const {
  for (int j = 1; j < L(); ++j) log.check("activities.nonnegative", k, {"V", j}, now_("V", j).minCoeff(), kTiny);
}

/// The conclusions of the theorem whose constants the run uses, up to sweep K, where the theorem stops.
void GradientBcdAudit::check_theorem(int k, CheckLog& log, double F, double activity) {
  if (!steps_.theorem || reached_K_) return;
  const TheoremConstants& c = *steps_.theorem;
  const Matrix<double> R_old = output_residual(before_("W", L()), before_("V", L() - 1)),
                       R = output_residual(now_("W", L()), now_("V", L() - 1));
  const double rounding = output_rounding(now_("W", L()), now_("V", L() - 1));
  log.check("theorem.output", k, {"V", L() - 1}, c.q_O * R_old.norm() - R.norm(), 8 * rounding, R.norm(),
            {{"q_O", c.q_O}, {"|R_{k-1}|", R_old.norm()}});
  const double share = p_.epsilon / 3, tiny = 64 * kEps * (1 + p_.epsilon);
  const double first = p_.gamma * h(now_, 1).squaredNorm();
  double hidden = 0;
  for (int j = 2; j < L(); ++j) hidden += p_.gamma * h(now_, j).squaredNorm();
  log.check("theorem.layers", k, {"h", 1}, share - first, tiny * share, first, {{"epsilon", p_.epsilon}});
  if (L() > 2) log.check("theorem.layers", k, {"h", 2}, share - hidden, tiny * share, hidden, {{"epsilon", p_.epsilon}});
  for (int j = 2; j <= L() && !relu(); ++j) {
    const auto [lo, hi] = singular_range(now_("W", j));
    log.check("theorem.singular", k, {"W", j}, std::min(lo - 0.5, 1.5 - hi), 1e2 * kEps, 0,
              {{"smallest singular value", lo}, {"largest", hi}});
  }
  log.check("theorem.activity", k, {"V", 0}, c.C_V - activity, 1e2 * kEps * c.C_V, activity);
  // The corrected Theorem 4.1 proves its C_V; the others assume one, and then promise nothing once it is exceeded.
  const bool assumed = relu() || p_.steps == P::Steps::printed;
  if (assumed && !(activity <= c.C_V * (1 + 1e2 * kEps)))
    for (const char* id : {"theorem.output", "theorem.layers", "theorem.singular", "theorem.minimum"})
      log.not_applicable(id, "lambda_max(V_j V_j^T) exceeded the C_V of the step sizes, " + number_text(c.C_V) + ", in sweep " +
                                 std::to_string(k));
  if (static_cast<double>(k) < std::max(1.0, c.K) && std::isfinite(F)) return;  // an overflow ends the run
  reached_K_ = true;
  log.check("theorem.minimum", k, {"F", 0}, p_.epsilon - F, tiny * p_.epsilon, F,
            {{"K", c.K},
             {"K_V", c.K_V},
             {"K_W", c.K_W},
             {"eta_V", c.eta_V},
             {"eta_W1", c.eta_W1},
             {"eta_W2", c.eta_W2},
             {"C_V", c.C_V},
             {"lambda_max(V V^T)", activity}});
}

void GradientBcdAudit::after_sweep(int k, CheckLog& log, Measurements& row) {
  now_.read(*state_);
  double activity = 0, lo = kInfinity, hi = 0;
  double F = output_residual(now_("W", L()), now_("V", L() - 1)).squaredNorm();
  for (int j = 1; j < L(); ++j) {
    F += p_.gamma * h(now_, j).squaredNorm();
    activity = std::max(activity, lambda_max(now_("V", j)));
  }
  for (int j = 2; j <= L(); ++j) {
    const auto [small, large] = singular_range(now_("W", j));
    lo = std::min(lo, small), hi = std::max(hi, large);
  }
  if (std::isfinite(F)) {  // an overflown run is reported as diverged; its promises stay as they were judged
    if (relu())
      check_output_samples(k, log), check_nonnegative(k, log);
    else
      check_output(k, log);
    if (relu()) check_weights(k, L(), log);
    for (int j = L() - 1; j >= 2; --j) {
      check_weights(k, j, log);
      if (relu() && net().skip(j)) check_inner_skip(k, j, log);
      if (!relu() && bijective_) check_inner(k, j, log);
    }
    check_first(k, log);
    const double loss = check_loss(k, log, F);
    if (loss > losses_.back()) ++rises_;
    losses_.push_back(loss);
  }
  check_theorem(k, log, F, activity);
  row.emplace_back("potential", F);
  row.emplace_back("train_error_rises", rises_);
  row.emplace_back("train_error_fall", losses_.back() / losses_.front());
  row.emplace_back("train_error_late", losses_.back() / losses_[losses_.size() / 2]);  // against half as many sweeps
  for (int j = 1; j < L(); ++j) row.emplace_back("layer_share_" + std::to_string(j), h(now_, j).squaredNorm() / losses_.back());
  if (F < kReached && first_below_ < 0) first_below_ = k;
  if (first_below_ >= 0) row.emplace_back("sweeps_to_1e-8", first_below_);
  row.emplace_back("lambda_max_V", activity);
  row.emplace_back("sigma_min_W", lo);
  row.emplace_back("sigma_max_W", hi);
  for (int j = 1; j <= L(); ++j)
    row.emplace_back("moved_W" + std::to_string(j), singular_range(now_("W", j) - start_("W", j)).second);
  row.emplace_back("kappa2_X", in_.X.kappa2());
  row.emplace_back("rank_X", static_cast<double>(in_.X.rank));
  if (steps_.theorem) {
    row.emplace_back("theorem_K", steps_.theorem->K);
    row.emplace_back("theorem_K_V", steps_.theorem->K_V);
    row.emplace_back("theorem_K_W", steps_.theorem->K_W);
    row.emplace_back("theorem_C_V", steps_.theorem->C_V);
    row.emplace_back("theorem_eta_W1", steps_.theorem->eta_W1);
  }
  before_ = now_;
}

void GradientBcdAudit::finish(CheckLog& log) {
  for (const auto& [promise, q] : no_bound_)
    for (const PromiseResult& result : log.results())
      if (result.promise.id == promise && result.checks == 0)
        log.not_applicable(promise, "no bound: the step is so long that q = " + number_text(q) + " >= 1");
  if (steps_.theorem && !reached_K_)
    log.inconclusive("theorem.minimum", "the run ended before sweep K = " + number_text(steps_.theorem->K) + " of the theorem");
}

}  // namespace

std::unique_ptr<Audit> make_gradient_bcd_audit(GradientBcdKind kind, const GradientBcdParameters& parameters,
                                               const Problem<double>& problem) {
  return std::make_unique<GradientBcdAudit>(kind, parameters, problem);
}

}  // namespace bcd::akiyama2025
