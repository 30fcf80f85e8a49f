// What Theorems 1 and 2 rest on for Algorithm 1, evaluated apart from the updates: the potential (2.3) and the decrease per
// block. The constants are derived in README.md.
#include <cmath>
#include <optional>

#include "algorithms/core/layered_audit.hpp"
#include "algorithms/zeng2019/bcd2.hpp"
#include "algorithms/zeng2019/saturation.hpp"

namespace bcd::zeng2019 {

namespace {

/// Distance from 0 to g + [lo, hi].
double distance(double g, std::pair<double, double> interval) {
  return std::max({0.0, g + interval.first, -(g + interval.second)});
}

/// Sum over the entries of the squared distance from 0 to G + dr(X).
double squared_distance(const Matrix<double>& G, const Matrix<double>& X, const Regulariser& r) {
  double sum = 0;
  for (Index j = 0; j < G.cols(); ++j)
    for (Index i = 0; i < G.rows(); ++i) sum += std::pow(distance(G(i, j), r.subdifferential(X(i, j))), 2);
  return sum;
}

class Bcd2Audit final : public LayeredAudit<Moment> {
 public:
  Bcd2Audit(const Bcd2Parameters& parameters, const Problem<double>& problem) : LayeredAudit(problem), p_(parameters) {}

 private:
  int N() const { return layers(); }
  double w() const { return problem_.loss.weight(problem_.n()); }
  bool squared() const { return problem_.loss.kind == Loss::Kind::squared; }
  /// Lipschitz constant of the gradient of R.
  double L_R() const { return w() * problem_.loss.gradient_lipschitz(); }
  bool linear(int i) const { return net().sigma(i).kind == Activation::Kind::linear; }
  const Matrix<double>& V(const Moment& point, int i) const { return i == 0 ? *problem_.X : point("V", i); }

  std::vector<std::string> letters(const Block& block) const override {
    if (block.name == "Wb") return {"W", "b"};
    return {block.name};
  }
  /// A block changes only its own layer's term, and V_i the next layer's as well.
  std::pair<int, int> touched(const Block& block) const override {
    return {block.layer, block.layer + (block.name == "V" ? 1 : 0)};
  }
  Term term(int i, const Block* block) override;
  Term objective(const Block* block) override;
  BlockPromise promised(const Block& block) const override;
  void begin(CheckLog& log) override;
  void judge_block(int k, const Block& block, CheckLog& log) override;
  void judge_sweep(int k, CheckLog& log, Measurements& row) override;
  void keep(Members& members) override { members(residual2_, steps_, subgradients_); }

  Matrix<double> preactivation(const Moment& point, int i) const;
  double constant(const Block& block) const;
  double sweep_constant() const;
  std::optional<double> exact_decrease(const Block& block) const;
  double step2(const Block& block) const { return now_.step2(before_, letters(block), block.layer); }
  double solve_rounding(const Block& block) const;
  double subgradient2(const Moment& point) const;
  bool smooth() const;
  /// gamma (sigma_i(Z_i) - V_i) at now_.
  Matrix<double> mismatch(int i) const;
  double block_residual2(const Block& block) const;

  Bcd2Parameters p_;
  std::optional<double> residual2_;  // of the blocks of this sweep, where each is audited
  Saturation steps_, subgradients_;
};

}  // namespace

std::vector<Promise> bcd2_promises() {
  const std::string paper = "Zeng et al. 2019, ";
  const std::string assumes = "prox-linear V_N: the loss has a Lipschitz continuous gradient and alpha > (L_R - gamma)/2";
  return {
      {"descent.block", paper + "Lemma 1, each block", "L(old) - L(new) >= a_block |new - old|^2",
       "V_N: alpha + (gamma + s'')/2 [+ w/2 squared loss] [- L_R/2 prox-linear]; "
       "exact blocks: alpha [+ (gamma + s'')/2 for V]; others: alpha/2",
       assumes},
      {"descent.sweep", paper + "Lemma 1", "L(P^{k-1}) - L(P^k) >= a |P^k - P^{k-1}|^2", "smallest a_block", assumes},
      {"identity.block", "derived from Algorithm 1", "quadratic subproblems: L(old) - L(new) = alpha |D|^2 + 1/2 <D, H D>",
       "H: Hessian of the subproblem without its proximal term", "sigma of the subproblem linear, r or s none or l2"},
      {"proxlinear.monotone", paper + "Theorem 2", "the prox-linear V_N-step does not raise L", "needs alpha > (L_R - gamma)/2",
       "prox-linear V_N-update"},
      {"rate.subgradient", paper + "Theorem 1(c)", "1/K sum_{k<=K} |g^k|^2 <= b^2 (L^0 - inf L)/(a K) with g^k in dL(P^k)", "",
       "exact subproblems, Lipschitz continuous sigma'"},
  };
}

namespace {

/// W_i V_{i-1} + b_i: d_i x n
Matrix<double> Bcd2Audit::preactivation(const Moment& point, int i) const {
  Matrix<double> Z = point("W", i) * V(point, i - 1);
  if (net().bias) Z.colwise() += point.vector("b", i);
  return Z;
}

/// gamma/2 |V_i - sigma_i(W_i V_{i-1} + b_i)|^2 + r(W_i) + s(V_i) [+ R(V_N)].
/// Rounding: an inner product of length m = d_{i-1} + 1 is wrong by at most m eps times the product of the norms, sigma is
/// slope-Lipschitz, so |R| |delta R| <= eps |R| (slope m |W_i b_i| |V_{i-1} 1| + 2 |V_i|); sums of nonnegative terms
/// in pairwise or blocked order are wrong by a small multiple of eps, taken as 8.
Term Bcd2Audit::term(int i, const Block*) {
  const Moment& point = now_;
  Matrix<double> Z = preactivation(point, i);
  const Matrix<double>&W = point("W", i), &Vi = point("V", i);
  const double slope = std::max(1.0, net().sigma(i).lipschitz(Z.cwiseAbs().maxCoeff()));
  net().sigma(i).apply<double>(Z, Z);
  const double residual = (Vi - Z).norm();
  Term t;
  t.value = 0.5 * p_.gamma * residual * residual + p_.r.value<double>(W) + p_.s.value<double>(Vi);
  const double bias2 = net().bias ? point.vector("b", i).squaredNorm() : 0.0;
  const double inputs = std::sqrt(V(point, i - 1).squaredNorm() + static_cast<double>(problem_.n()));
  const double m = static_cast<double>(W.cols()) + 1;
  t.rounding = kEps * p_.gamma * residual * (slope * m * std::sqrt(W.squaredNorm() + bias2) * inputs + 2 * Vi.norm());
  if (i == N()) t.value += w() * problem_.loss.sum<double>(Vi, *problem_.Y);
  t.rounding += 8 * kEps * std::abs(t.value);
  return t;
}

Term Bcd2Audit::objective(const Block* block) {
  update_terms(block);
  Term sum;
  for (const Term& t : terms_) {
    sum.value += t.value;
    sum.rounding += t.rounding;
  }
  sum.rounding += kEps * (1 + std::abs(sum.value));
  return sum;
}

/// a_block: an exact minimiser of f + alpha/2 |x - old|^2, f convex with modulus mu, lowers f by (alpha + mu/2)|D|^2;
/// a point that is merely no worse than the old one, by alpha/2 |D|^2.
double Bcd2Audit::constant(const Block& block) const {
  const int i = block.layer;
  if (block.name == "Wb") return linear(i) && p_.r.is_quadratic() ? p_.alpha : p_.alpha / 2;
  const double modulus = p_.gamma + p_.s.quadratic();
  if (i < N()) return linear(i + 1) && p_.s.is_quadratic() ? p_.alpha + modulus / 2 : p_.alpha / 2;
  if (p_.output_update == Bcd2Parameters::OutputUpdate::proxlinear) return p_.alpha + (modulus - L_R()) / 2;
  return p_.alpha + modulus / 2 + (squared() ? w() / 2 : 0);
}

double Bcd2Audit::sweep_constant() const {
  double a = kInfinity;
  for (int i = 1; i <= N(); ++i) a = std::min({a, constant({"V", i}), constant({"Wb", i})});
  return a;
}

/// alpha |D|^2 + 1/2 <D, H D> where the subproblem is quadratic and solved exactly.
std::optional<double> Bcd2Audit::exact_decrease(const Block& block) const {
  const int i = block.layer;
  const double D2 = step2(block);
  if (block.name == "Wb") {
    if (!linear(i) || !p_.r.is_quadratic()) return std::nullopt;
    const Matrix<double> DW = now_("W", i) - before_("W", i);
    Matrix<double> DZ = DW * V(now_, i - 1);
    if (net().bias) DZ.colwise() += now_.vector("b", i) - before_.vector("b", i);
    return p_.alpha * D2 + 0.5 * p_.r.quadratic() * DW.squaredNorm() + 0.5 * p_.gamma * DZ.squaredNorm();
  }
  if (!p_.s.is_quadratic()) return std::nullopt;
  if (i == N()) {
    const double sign = p_.output_update == Bcd2Parameters::OutputUpdate::proxlinear ? -1 : 1;
    if (!squared()) return std::nullopt;
    return (p_.alpha + 0.5 * (p_.gamma + p_.s.quadratic() + sign * w())) * D2;
  }
  if (!linear(i + 1)) return std::nullopt;
  const double DZ2 = (now_("W", i + 1) * (now_("V", i) - before_("V", i))).squaredNorm();
  return (p_.alpha + 0.5 * (p_.gamma + p_.s.quadratic())) * D2 + 0.5 * p_.gamma * DZ2;
}

/// The solve itself is backward stable: its residual is at most about m eps |H| |x|, m the size of the system, and moves the
/// two sides of the identity apart by at most |D| times that.
double Bcd2Audit::solve_rounding(const Block& block) const {
  const int i = block.layer;
  const double D = std::sqrt(step2(block));
  if (block.name == "Wb") {
    const double inputs2 = V(now_, i - 1).squaredNorm() + static_cast<double>(problem_.n());
    const double target = now_("V", i).norm() * std::sqrt(inputs2);
    const double x = std::sqrt(now_("W", i).squaredNorm() + (net().bias ? now_.vector("b", i).squaredNorm() : 0.0));
    const double m = static_cast<double>(now_("W", i).cols()) + 1;
    return m * kEps * D * ((p_.alpha + p_.r.quadratic() + p_.gamma * inputs2) * x + p_.gamma * target);
  }
  const double scale = p_.gamma + p_.alpha + p_.s.quadratic() + (i == N() ? L_R() : 0.0);
  const double x = now_("V", i).norm() + before_("V", i).norm();
  if (i == N()) return 4 * kEps * D * (std::isfinite(scale) ? scale : 1.0) * (x + problem_.Y->norm());
  const double W2 = now_("W", i + 1).squaredNorm(), m = static_cast<double>(now_("V", i).rows());
  return m * kEps * D * ((scale + p_.gamma * W2) * x + p_.gamma * std::sqrt(W2) * now_("V", i + 1).norm());
}

void Bcd2Audit::begin(CheckLog& log) {
  if (p_.output_update == Bcd2Parameters::OutputUpdate::proxlinear && !(sweep_constant() > 0)) {
    const std::string reason = std::isfinite(L_R()) ? "Theorem 2 needs alpha > (L_R - gamma)/2 with L_R = " + number_text(L_R())
                                                    : "Theorem 2 needs a loss with Lipschitz continuous gradient; " +
                                                          problem_.loss.name() + " has none";
    log.not_applicable("descent.sweep", reason);
    if (!std::isfinite(L_R())) log.not_applicable("descent.block", reason);
  }
  if (p_.output_update == Bcd2Parameters::OutputUpdate::prox)
    log.not_applicable("proxlinear.monotone", "the V_N-update is the exact proximal step");
  if (!smooth())
    log.not_applicable("rate.subgradient",
                       "sigma has a kink: Algorithm 1 reaches only blockwise critical points, see the study");
  else
    log.inconclusive("rate.subgradient",
                     "subproblems are solved inexactly, so Lemma 2 bounds no element of the subdifferential");
}

/// A start outside the domain of r or s has L = inf: judged from the first finite value on.
BlockPromise Bcd2Audit::promised(const Block& block) const {
  if (!std::isfinite(F_before_.value)) return {};
  BlockPromise promise{.gradient = solve_rounding(block)};
  const double a = constant(block);
  if (std::isfinite(a)) promise.descent = {a, step2(block)};
  if (const std::optional<double> exact = exact_decrease(block)) promise.identity = {*exact, 1, *exact};
  return promise;
}

bool Bcd2Audit::smooth() const {
  bool all = true;
  for (int i = 1; i <= N(); ++i) all = all && net().sigma(i).smooth();
  return all;
}

void Bcd2Audit::judge_block(int k, const Block& block, CheckLog& log) {
  LayeredAudit::judge_block(k, block, log);
  if (block.name == "V" && block.layer == N() && p_.output_update == Bcd2Parameters::OutputUpdate::proxlinear &&
      std::isfinite(F_before_.value))
    judge(log, "proxlinear.monotone", k, block, F_before_.value - F_.value,
          F_before_.rounding + F_.rounding + solve_rounding(block), 0,
          {{"L before", F_before_.value},
           {"L after", F_.value},
           {"alpha", p_.alpha},
           {"(L_R - gamma)/2", (L_R() - p_.gamma) / 2}});
  if (!smooth() || !problem_.loss.smooth()) return;
  if (!residual2_) residual2_ = 0;
  *residual2_ += block_residual2(block);
}

void Bcd2Audit::judge_sweep(int k, CheckLog& log, Measurements& row) {
  double step = 0, moved = 0;
  for (int i = 1; i <= N(); ++i) {
    step += now_.step2(sweep_start_, {"W", "V"}, i);
    step += now_.step2(sweep_start_, {"b"}, i);
    moved += now_("V", i).norm() + now_("W", i).norm();
  }
  const double a = sweep_constant();
  if (std::isfinite(F_sweep_.value) && a > 0) {
    // Each of the 2N blocks may round as the potential's two ends do.
    const double allowance = 2 * N() * (F_sweep_.rounding + F_.rounding + kEps * a * std::sqrt(step) * moved);
    log.check("descent.sweep", k, {"sweep", 0}, F_sweep_.value - F_.value - a * step, allowance, a * step,
              {{"L before", F_sweep_.value}, {"L after", F_.value}, {"a", a}, {"|P^k - P^{k-1}|^2", step}});
  }
  const double g2 = subgradient2(now_);
  steps_.add(step);
  subgradients_.add(g2);
  row.emplace_back("potential", F_.value);
  row.emplace_back("step_norm2", step);
  row.emplace_back(smooth() ? "subgradient_norm2" : "blockwise_subgradient_norm2", g2);
  row.emplace_back("late_step2", steps_.late());
  if (!smooth()) return;
  row.emplace_back("late_subgradient2", subgradients_.late());
  // Inexact subproblems add this to the b of Lemma 2.
  if (residual2_) row.emplace_back("subproblem_residual", std::sqrt(*residual2_ / step));
  residual2_.reset();
}

Matrix<double> Bcd2Audit::mismatch(int i) const {
  Matrix<double> E = preactivation(now_, i);
  net().sigma(i).apply<double>(E, E);
  return p_.gamma * (E - now_("V", i));
}

/// Squared distance from 0 to the subdifferential of the block's subproblem, proximal term included, at its new point; smooth
/// sigma and loss.
double Bcd2Audit::block_residual2(const Block& block) const {
  const int i = block.layer, j = block.name == "V" ? i + 1 : i;  // the layer whose residual the block enters through sigma
  Matrix<double> G;                                              // E_j .* sigma_j'(Z_j)
  if (j <= N()) {
    G = mismatch(j);
    net().sigma(j).multiply_by_derivative<double>(preactivation(now_, j), G);
  }
  if (block.name == "Wb") {
    const Matrix<double>& W = now_("W", i);
    double sum = squared_distance(G * V(now_, i - 1).transpose() + p_.alpha * (W - before_("W", i)), W, p_.r);
    if (net().bias) sum += (G.rowwise().sum() + p_.alpha * (now_.vector("b", i) - before_.vector("b", i))).squaredNorm();
    return sum;
  }
  const Matrix<double>& Vi = now_("V", i);
  Matrix<double> dV = p_.alpha * (Vi - before_("V", i)) - mismatch(i);
  if (i < N()) {
    dV.noalias() += now_("W", j).transpose() * G;
  } else {
    const bool linearised = p_.output_update == Bcd2Parameters::OutputUpdate::proxlinear;
    Matrix<double> dl(Vi.rows(), Vi.cols());
    problem_.loss.gradient<double>(linearised ? before_("V", i) : Vi, *problem_.Y, dl);
    dV += w() * dl;
  }
  return squared_distance(dV, Vi, p_.s);
}

/// dist(0, dL)^2 for smooth sigma. With E_i = gamma (sigma_i(Z_i) - V_i), G_i = E_i .* sigma_i'(Z_i):
///   dW_i = G_i V_{i-1}^T + dr, db_i = G_i 1, dV_i = -E_i + W_{i+1}^T G_{i+1} + ds, dV_N = -E_N + w dl + ds.
/// With a kink of sigma on the way the left derivative is taken: an upper bound of the blockwise distance.
double Bcd2Audit::subgradient2(const Moment& point) const {
  double sum = 0;
  Matrix<double> G_next;  // G_{i+1}
  for (int i = N(); i >= 1; --i) {
    const Matrix<double> Z = preactivation(point, i);
    Matrix<double> E(Z.rows(), Z.cols());
    net().sigma(i).apply<double>(Z, E);
    E = p_.gamma * (E - point("V", i));
    Matrix<double> dV = -E;
    if (i < N()) dV.noalias() += point("W", i + 1).transpose() * G_next;
    const Matrix<double>& Vi = point("V", i);
    const bool kinked = i == N() && !problem_.loss.smooth();
    if (i == N() && !kinked) {
      Matrix<double> dl(Vi.rows(), Vi.cols());
      problem_.loss.gradient<double>(Vi, *problem_.Y, dl);
      dV += w() * dl;
    }
    if (!kinked) {
      sum += squared_distance(dV, Vi, p_.s);
    } else {
      for (Index j = 0; j < Vi.cols(); ++j)
        for (Index r = 0; r < Vi.rows(); ++r) {
          const auto [l_lo, l_hi] = problem_.loss.entry_subdifferential(Vi(r, j), (*problem_.Y)(r, j));
          const auto [s_lo, s_hi] = p_.s.subdifferential(Vi(r, j));
          sum += std::pow(distance(dV(r, j), {w() * l_lo + s_lo, w() * l_hi + s_hi}), 2);
        }
    }
    Matrix<double> G = E;
    net().sigma(i).multiply_by_derivative<double>(Z, G);
    sum += squared_distance(G * V(point, i - 1).transpose(), point("W", i), p_.r);
    if (net().bias) sum += G.rowwise().sum().squaredNorm();
    G_next.swap(G);
  }
  return sum;
}

}  // namespace

std::unique_ptr<Audit> make_bcd2_audit(const Bcd2Parameters& parameters, const Problem<double>& problem) {
  return std::make_unique<Bcd2Audit>(parameters, problem);
}

}  // namespace bcd::zeng2019
