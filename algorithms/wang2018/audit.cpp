// What Wang et al. 2018 promise about DLAM and Wang et al. 2022 about mDLAM, evaluated from the state alone. Derivations of
// every constant: algorithms/wang2018/README.md.
#include <algorithm>
#include <cmath>
#include <deque>

#include "algorithms/wang2018/oracle.hpp"

namespace bcd::wang2018 {

namespace {

std::vector<Promise> shared_promises(const std::string& paper) {
  return {{"feasible", paper + "Problem 2", "|a_l - h(z_l)| <= eps for every entry after every sweep", "",
           "the start is feasible and eps fixed"},
          {"backtracking.bound", paper + "Algorithms 2 and 3", "theta and tau stay below a bound: both loops end",
           "max(nu, gamma |a a'|_inf) rho and max(mu, eta |W'W|_inf) rho", ""},
          {"bounded.below", paper + "Property 1", "F >= 0", "", "R >= 0"},
          {"bounded.iterates", paper + "Property 1", "the iterates are bounded", "", "F multi-coercive (Assumption 1)"}};
}

}  // namespace

std::vector<Promise> dlam_promises() {
  const std::string paper = "Wang et al. 2018, ", fixed = "the start is feasible and eps fixed";
  std::vector<Promise> all = {
      {"optimality.block", paper + "Lemma 1", "each update satisfies the optimality condition of its subproblem",
       "with tau in the place of rho in the last line (a misprint)", "z_L: closed form or exact"},
      {"models.above", paper + "Lemma 2, (9), (10)",
       "U >= phi and V >= phi at the new b_l, z_l (true of any two points: no evidence)", "L_b = n rho, L_z = rho", ""},
      {"descent.block", paper + "Lemma 3, (11)-(14)",
       "F before - F after >= |theta o D^2|/2, n rho/2 |D|^2, rho/2 |D|^2 - <e, D>, |tau o D^2|/2",
       "theta, tau as they came out; e = dR(z_L) + rho (z_L - W a - b) at the new z_L, 0 if (5) is solved exactly", fixed},
      {"output.descent", paper + "Lemma 3, (13) for l = L", "F before - F after >= rho/2 |D|^2 as printed, whatever solves (5)",
       "", fixed},
      {"descent.sweep", paper + "Property 2, (7)", "F^k - F^{k+1} >= the sum of the bounds of Lemma 3", "as in descent.block",
       fixed},
      {"rate.smallest", paper + "Theorem 1, o(1/k)", "min over i <= k of |X^i - X^{i-1}|^2 <= (F^0 - F^k + sum <e, D>)/sum c_i",
       "c_i = min(rho, theta, tau)/2 of sweep i", fixed},
      {"subgradient.joint", paper + "Property 3, (8)", "dist(0, dF(X^{k+1})) <= C (|dW| + |db| + |dz| + |da|)",
       "C^{k+1} of Appendix D with the rho it leaves out", fixed},
      {"subgradient.partial", "derived from Appendix D",
       "the same for the distance of 0 to the product of the partial subdifferentials",
       "C^{k+1}; bounds of a box count as active within the last step of a_l", fixed}};
  for (Promise& p : shared_promises(paper)) all.push_back(std::move(p));
  return all;
}

std::vector<Promise> mdlam_promises() {
  const std::string paper = "Wang et al. 2022, ";
  std::vector<Promise> all = {
      {"descent.block", paper + "safeguard", "no block step raises F", "up to <e, D> for z_L by FISTA", "eps fixed"},
      {"descent.sweep", paper + "safeguard", "F^{k+1} <= F^k", "", "eps fixed"},
      {"linear.rate", "Xu, Bao, Xing 2024, Example 3.3", "F^{k+1} - F* <= C_1 (F^{k-1} - F*)", "", "F* known"}};
  for (Promise& p : shared_promises(paper)) all.push_back(std::move(p));
  return all;
}

namespace {

/// sum of t_ij D_ij^2 with t repeated over the block.
double weighted_square(const Matrix<double>& t, const Matrix<double>& D) {
  const Matrix<double> q = D.cwiseAbs2();
  if (t.size() == 1) return t(0, 0) * q.sum();
  return t.cols() == 1 ? t.col(0).dot(q.rowwise().sum()) : t.row(0).dot(q.colwise().sum());
}

Matrix<double> repeated(const Matrix<double>& t, Index rows, Index cols) {
  return t.replicate(rows / t.rows(), cols / t.cols());
}

double largest_row_sum(const Matrix<double>& M) { return M.cwiseAbs().rowwise().sum().maxCoeff(); }

class DlamAudit final : public LayeredAudit<DlamPoint> {
 public:
  DlamAudit(const DlamParameters& parameters, const Problem<double>& problem, bool accelerated)
      : LayeredAudit(problem), accelerated_(accelerated), p_(parameters), oracle_(p_, problem_) {
    first_gram_ = largest_row_sum(*problem.X * problem.X->transpose());
  }

  void finish(CheckLog& log) override {
    if (ever_applied_) return;
    const std::string reason = "eps shrinks in every sweep, or the start is infeasible";
    for (const PromiseResult& r : std::vector(log.results()))
      if (r.checks == 0 && r.not_applicable.empty() && r.inconclusive.empty()) log.not_applicable(r.promise.id, reason);
  }

 private:
  int L() const { return layers(); }
  double n() const { return static_cast<double>(problem_.n()); }

  std::vector<std::string> letters(const Block& block) const override {
    if (block.name == "W") return {"W", "theta"};
    if (block.name == "a") return {"a", "tau"};
    return {block.name};
  }
  /// A block's check compares the terms that it touches.
  Term objective(const Block* block) override { return block ? Term{} : oracle_.potential(now_); }
  void begin(CheckLog& log) override;
  void judge_block(int k, const Block& block, CheckLog& log) override;
  void judge_sweep(int k, CheckLog& log, Measurements& row) override;
  void keep(Members& members) override {
    members(f_start_, applies_, ever_applied_, allowed_, inexactness_, smallest_step2_, sum_c_, past_f_);
  }

  struct Move {
    double squared = 0;      ///< |D|^2
    double bound = 0;        ///< the decrease that Lemma 3 promises
    double inexactness = 0;  ///< <e, D> of z_L
    double rounding = 0;     ///< of the gradients behind the bound, times |D|
  };
  /// The step of one block from `before` to now_, where `at_update` has the other blocks as the update saw them.
  Move move(const Block& block, const DlamPoint& before, const DlamPoint& at_update) const;

  void check_descent(int k, const Block& block, CheckLog& log);
  void check_optimality(int k, const Block& block, CheckLog& log) const;
  void check_bound(int k, const Block& block, CheckLog& log) const;
  double proof_constant() const;
  std::vector<Matrix<double>> last_moves() const;

  const bool accelerated_;
  DlamParameters p_;
  DlamOracle oracle_;
  double f_start_ = 0, first_gram_ = 0;
  bool applies_ = false, ever_applied_ = false;
  double allowed_ = 0, inexactness_ = 0;  // rounding, and <e, D> of z_L, added up over the sweeps so far
  double smallest_step2_ = kInfinity, sum_c_ = 0;
  std::deque<double> past_f_;
};

void DlamAudit::begin(CheckLog& log) {
  f_start_ = F_.value;
  // eps of the first sweep may already be smaller than that of the start
  applies_ = oracle_.infeasibility(now_) <= oracle_.feasibility_rounding(now_);
  std::string reason = "a finite run cannot show boundedness";
  if (!p_.omega.coercive()) reason += "; without a coercive Omega Assumption 1 fails where an input is zero on every sample";
  log.inconclusive("bounded.iterates", reason);
  if (accelerated_) {
    log.inconclusive("linear.rate", "F* is not known along a run; see the rate columns");
    return;
  }
  for (const char* id : {"output.descent", "subgradient.joint", "subgradient.partial"})
    if (!problem_.loss.smooth()) log.not_applicable(id, "the loss is not smooth");
  if (p_.a_update == DlamParameters::ActivationUpdate::printed)
    for (const char* id : {"subgradient.joint", "subgradient.partial"})
      log.not_applicable(id, "a_l solves (6) without its indicator");
}

void DlamAudit::judge_block(int k, const Block& block, CheckLog& log) {
  if (now_.eps != before_.eps) applies_ = false;  // this sweep works with another box than the one before
  if (applies_) check_descent(k, block, log);
  if (!accelerated_) check_optimality(k, block, log);
  if (block.name == "W" || block.name == "a") check_bound(k, block, log);
}

DlamAudit::Move DlamAudit::move(const Block& block, const DlamPoint& before, const DlamPoint& at_update) const {
  const int l = block.layer;
  const double length = static_cast<double>(problem_.net.d(l) + problem_.net.d(l - 1) + problem_.n());
  Move m;
  const auto settle = [&](double squared, double bound, double factor, int residual_layer) {
    m.squared = squared;
    m.bound = bound;
    m.rounding = 4 * length * std::sqrt(squared) *
                     (factor * oracle_.residual_rounding(residual_layer, at_update) +
                      kEps * std::sqrt(squared) * (bound > 0 ? bound / squared : 0)) +
                 kTiny;
  };
  if (block.name == "W") {
    const Matrix<double> D = now_.W[at(l)] - before.W[at(l)];
    settle(D.squaredNorm(), weighted_square(now_.theta[at(l)], D) / 2, oracle_.input(l, at_update).norm(), l);
  } else if (block.name == "b") {
    const double q = (now_.b[at(l)] - before.b[at(l)]).squaredNorm();
    settle(q, n() * p_.rho / 2 * q, std::sqrt(n()), l);
  } else if (block.name == "z") {
    const Matrix<double> D = now_.z[at(l)] - before.z[at(l)];
    settle(D.squaredNorm(), p_.rho / 2 * D.squaredNorm(), 1, l);
    if (l == L() && problem_.loss.smooth()) {
      m.inexactness = oracle_.gradient_z(l, at_update).cwiseProduct(D).sum();
      m.rounding += 4 * kEps * std::sqrt(m.squared) * oracle_.w() * (now_.z[at(l)].norm() + problem_.Y->norm());
    }
  } else {
    const Matrix<double> D = now_.a[at(l)] - before.a[at(l)];
    settle(D.squaredNorm(), D.squaredNorm() == 0 ? 0 : weighted_square(now_.tau[at(l)], D) / 2, at_update.W[at(l + 1)].norm(),
           l + 1);
  }
  return m;
}

void DlamAudit::check_descent(int k, const Block& block, CheckLog& log) {
  const int l = block.layer;
  const bool output = block.name == "z" && l == L();
  double drop = 0, rounding = 0;
  const auto compare = [&](int term) {
    const Term old_term = oracle_.term(term, before_), new_term = oracle_.term(term, now_);
    drop += old_term.value - new_term.value;
    rounding += old_term.rounding + new_term.rounding;
  };
  compare(block.name == "a" ? l + 1 : l);
  if (output) compare(L() + 1);
  const Move m = move(block, before_, now_);
  const double bound = accelerated_ ? 0 : m.bound;
  // F(old) - F(new) >= rho/2 |D|^2 + <e, old - new> by convexity of R
  judge(log, "descent.block", k, block, drop - bound + m.inexactness, rounding + m.rounding, bound - m.inexactness,
        {{"F before - F after", drop}, {"bound of Lemma 3", bound}, {"<e, D>", m.inexactness}});
  if (accelerated_) return;
  if (output && problem_.loss.smooth())
    judge(log, "output.descent", k, block, drop - m.bound, rounding + m.rounding, m.bound,
          {{"F before - F after", drop}, {"rho", p_.rho}, {"|D|^2", m.squared}, {"<e, D>", m.inexactness}});
  if (block.name == "b" || block.name == "z") {
    // the model minus the function at the new point: <g, D> + L/2 |D|^2 - (phi(new) - phi(old))
    double slope = 0, phi = 0;
    if (block.name == "b") {
      slope = oracle_.gradient_b(l, before_).dot(now_.b[at(l)] - before_.b[at(l)]);
      phi = -drop;
    } else {
      const Matrix<double> affine = oracle_.affine(l, now_);
      slope = p_.rho * (before_.z[at(l)] - affine).cwiseProduct(now_.z[at(l)] - before_.z[at(l)]).sum();
      phi = p_.rho / 2 * ((now_.z[at(l)] - affine).squaredNorm() - (before_.z[at(l)] - affine).squaredNorm());
    }
    judge(log, "models.above", k, block, slope + m.bound - phi, rounding + m.rounding);
  }
}

/// Distance of 0 to g + the normal cone of [lo, hi] at x, entries within `reach` of a bound counting as on it.
double normal_distance(double g, double x, double lo, double hi, double reach) {
  if ((x <= lo + reach && g > 0) || (x >= hi - reach && g < 0)) return 0;
  return std::abs(g);
}

// Lemma 1: minus the model's gradient at the new point lies in the subdifferential of the nonsmooth part.
void DlamAudit::check_optimality(int k, const Block& block, CheckLog& log) const {
  const int l = block.layer;
  const double reach = 4 * oracle_.feasibility_rounding(now_);
  double distance2 = 0;
  if (block.name == "W") {
    const Matrix<double> D = now_.W[at(l)] - before_.W[at(l)];
    const Matrix<double> g = oracle_.gradient_W(l, before_) + repeated(now_.theta[at(l)], D.rows(), D.cols()).cwiseProduct(D);
    for (Index e = 0; e < g.size(); ++e) {
      const auto [lo, hi] = p_.omega.subdifferential(now_.W[at(l)](e));
      distance2 += std::pow(std::max({0.0, g(e) + lo, -(g(e) + hi)}), 2);
    }
  } else if (block.name == "b") {
    distance2 = oracle_.gradient_b(l, now_).squaredNorm();
  } else if (block.name == "z" && l < L()) {
    const Activation& h = problem_.net.sigma(l);
    const Matrix<double> g = oracle_.gradient_z(l, now_);
    for (Index e = 0; e < g.size(); ++e) {
      const double a = before_.a[at(l)](e), z = now_.z[at(l)](e);
      const bool blocked_below = g(e) > 0 && h.value(z) <= a - now_.eps + reach && h.subdifferential(z).first > 0;
      const bool blocked_above = g(e) < 0 && (h.value(z) >= a + now_.eps - reach || a + now_.eps < 0);
      if (!blocked_below && !blocked_above) distance2 += g(e) * g(e);
    }
  } else if (block.name == "z") {
    const bool closed = p_.output_update == DlamParameters::OutputUpdate::exact || problem_.loss.kind == Loss::Kind::squared;
    if (!closed || !problem_.loss.smooth()) return;  // FISTA: its residual is in descent.block
    distance2 = oracle_.gradient_z(l, now_).squaredNorm();
  } else {
    if (p_.a_update == DlamParameters::ActivationUpdate::printed) return;  // leaves out the indicator
    const Activation& h = problem_.net.sigma(l);
    const Matrix<double> D = now_.a[at(l)] - before_.a[at(l)];
    const Matrix<double> g = oracle_.gradient_a(l, before_) + repeated(now_.tau[at(l)], D.rows(), D.cols()).cwiseProduct(D);
    for (Index e = 0; e < g.size(); ++e) {
      const double center = h.value(now_.z[at(l)](e));
      distance2 += std::pow(normal_distance(g(e), now_.a[at(l)](e), center - now_.eps, center + now_.eps, reach), 2);
    }
  }
  const double length = static_cast<double>(problem_.net.d(l) + problem_.net.d(l - 1) + problem_.n());
  const int layer = block.name == "a" ? l + 1 : l;
  const double factor = block.name == "W"   ? oracle_.input(l, now_).norm()
                        : block.name == "a" ? now_.W[at(l + 1)].norm()
                        : block.name == "b" ? std::sqrt(n())
                                            : 1;
  double step_size = block.name == "W" ? now_.theta[at(l)].maxCoeff() * now_.W[at(l)].norm() : 0;
  if (block.name == "a") step_size = now_.tau[at(l)].maxCoeff() * now_.a[at(l)].norm();
  if (block.name == "z" && l == L()) step_size = oracle_.w() * (now_.z[at(l)].norm() + problem_.Y->norm() + std::sqrt(n()));
  const double omega = block.name == "W" ? p_.omega.quadratic() * now_.W[at(l)].norm() + p_.omega.lambda : 0;
  const double off = std::sqrt(distance2);
  judge(log, "optimality.block", k, block, -off,
        4 * length *
                (factor * (oracle_.residual_rounding(layer, now_) + oracle_.residual_rounding(layer, before_)) +
                 kEps * (step_size + omega)) +
            kTiny,
        off);
}

// theta = nu rho gamma^j fails the test only below rho |a a'|_2 <= rho |a a'|_inf; likewise tau.
void DlamAudit::check_bound(int k, const Block& block, CheckLog& log) const {
  const int l = block.layer;
  if (block.name == "a" && p_.a_update == DlamParameters::ActivationUpdate::printed) return;
  double bound = 0, reached = 0;
  if (block.name == "W") {
    const Matrix<double>& a = oracle_.input(l, now_);
    const double norm = l == 1 ? first_gram_ : largest_row_sum(a * a.transpose());
    bound = p_.rho * std::max(p_.nu, p_.gamma * norm);
    reached = now_.theta[at(l)].maxCoeff();
  } else {
    const Matrix<double>& W = before_.W[at(l + 1)];
    bound = p_.rho * std::max(p_.mu, p_.eta * largest_row_sum(W.transpose() * W));
    reached = now_.tau[at(l)].maxCoeff();
  }
  judge(log, "backtracking.bound", k, block, bound - reached, 64 * kEps * n() * bound + kTiny, reached);
}

// C^{k+1} of Appendix D: for each block the factor of each |dX| in the bound of its part of the subgradient, added up over the
// blocks; |1| = sqrt(n) where the paper has one sample, and rho where it is left out.
double DlamAudit::proof_constant() const {
  double C = 0;
  const double rho = p_.rho, root_n = std::sqrt(n());
  for (int l = 1; l <= L(); ++l) {
    const double a = oracle_.input(l, now_).norm();
    C += rho * (a * a + root_n * a + a) + now_.theta[at(l)].maxCoeff() + rho * root_n;
    if (l == L()) break;
    const double W = now_.W[at(l + 1)].norm(), W_old = sweep_start_.W[at(l + 1)].norm(), a_new = now_.a[at(l)].norm();
    C += rho * (W * a_new + W_old * a_new + W_old * W_old + W + sweep_start_.z[at(l + 1)].norm() + root_n * W +
                root_n * sweep_start_.b[at(l + 1)].norm()) +
         now_.tau[at(l)].maxCoeff();
  }
  return C;
}

/// |a_l - a_l^old| entry by entry plus rounding: within it a bound counts as active.
std::vector<Matrix<double>> DlamAudit::last_moves() const {
  std::vector<Matrix<double>> reach(at(L()));
  const double rounding = 4 * oracle_.feasibility_rounding(now_);
  for (int l = 1; l < L(); ++l) reach[at(l)] = ((now_.a[at(l)] - sweep_start_.a[at(l)]).cwiseAbs().array() + rounding).matrix();
  return reach;
}

void DlamAudit::judge_sweep(int k, CheckLog& log, Measurements& row) {
  const Block sweep{"sweep", 0};
  const bool fixed = now_.eps == sweep_start_.eps;
  const bool feasible_start = oracle_.infeasibility(sweep_start_) <= oracle_.feasibility_rounding(sweep_start_);
  const bool applies = fixed && feasible_start;
  double step2 = 0, sum_steps = 0, bound = 0, inexactness = 0, rounding = F_.rounding + F_sweep_.rounding, c = p_.rho;
  for (const auto member : {"W", "b", "z", "a"}) {
    double squared = 0;
    for (int l = 1; l <= L(); ++l) {
      if (*member == 'a' && l == L()) continue;
      const Move m = move({member, l}, sweep_start_, now_);
      squared += m.squared, bound += m.bound, inexactness += m.inexactness, rounding += m.rounding;
      if (*member == 'W') c = std::min(c, now_.theta[at(l)].minCoeff());
      if (*member == 'a') c = std::min(c, now_.tau[at(l)].minCoeff());
    }
    step2 += squared;
    sum_steps += std::sqrt(squared);
  }
  const double drop = F_sweep_.value - F_.value;
  DlamOracle::Distances distance{kNaN, kNaN, kNaN};
  if (problem_.loss.smooth()) distance = oracle_.distances(now_, last_moves());
  const double infeasible = oracle_.infeasibility(now_);
  if (fixed) judge(log, "feasible", k, sweep, -infeasible, oracle_.feasibility_rounding(now_), infeasible);
  judge(log, "bounded.below", k, sweep, F_.value, F_.rounding);
  if (applies) {
    ever_applied_ = true;
    const double promised = accelerated_ ? 0 : bound;
    judge(log, "descent.sweep", k, sweep, drop - promised + inexactness, rounding, promised - inexactness,
          {{"F before - F after", drop}, {"bounds of Lemma 3", promised}, {"<e, D>", inexactness}});
  }
  if (applies && !accelerated_) {
    const double C = proof_constant(), right = C * sum_steps;
    if (problem_.loss.smooth()) {
      // the z_L part is 0 in the paper; an inexact solve leaves e
      const double e = oracle_.gradient_z(L(), now_).norm();
      const auto judge_distance = [&](const char* id, double squared) {
        judge(log, id, k, sweep, right + e - std::sqrt(squared), rounding + kEps * right, std::sqrt(squared),
              {{"C", C}, {"|dW| + |db| + |dz| + |da|", sum_steps}, {"|e|", e}});
      };
      judge_distance("subgradient.joint", distance.joint);
      judge_distance("subgradient.partial", distance.partial);
    }
    smallest_step2_ = std::min(smallest_step2_, step2);
    sum_c_ += c / 2;
    allowed_ += rounding;
    inexactness_ += inexactness;
    judge(log, "rate.smallest", k, sweep, f_start_ - F_.value + inexactness_ - smallest_step2_ * sum_c_, allowed_,
          smallest_step2_ * sum_c_,
          {{"F^0", f_start_},
           {"F^k", F_.value},
           {"sum <e, D>", inexactness_},
           {"min |step|^2", smallest_step2_},
           {"sum c_i", sum_c_}});
  } else if (!accelerated_) {
    f_start_ = F_.value;  // the sums start where the hypotheses hold
  }
  past_f_.push_back(F_sweep_.value);
  const double two_steps = past_f_.size() > 1 && fixed ? past_f_[past_f_.size() - 2] - F_.value : kNaN;
  if (past_f_.size() > 2) past_f_.pop_front();

  row.emplace_back("potential", F_.value);
  row.emplace_back("step_norm2", step2);
  row.emplace_back("descent_ratio", step2 > 0 ? drop / step2 : kNaN);
  row.emplace_back("k_min_step2", applies && !accelerated_ ? k * smallest_step2_ : kNaN);
  row.emplace_back("subgradient_norm2", distance.joint);
  row.emplace_back("partial_subgradient_norm2", distance.partial);
  row.emplace_back("weight_subgradient_norm2", distance.weights);
  row.emplace_back("infeasibility", infeasible);
  if (accelerated_) {
    row.emplace_back("two_step_joint", two_steps / distance.joint);
    row.emplace_back("two_step_weights", two_steps / distance.weights);
  }
  double norm2 = 0;
  for (const auto* list : {&now_.W, &now_.z, &now_.a})
    for (const Matrix<double>& M : *list) norm2 += M.squaredNorm();
  row.emplace_back("iterate_norm", std::sqrt(norm2));
  double moved = 0;
  for (int l = 1; l < L(); ++l) moved += (now_.W[at(l)] - sweep_start_.W[at(l)]).squaredNorm();
  row.emplace_back("hidden_weights_step2", moved);
  applies_ = oracle_.infeasibility(now_) <= oracle_.feasibility_rounding(now_);
}

}  // namespace

std::unique_ptr<Audit> make_dlam_audit(const DlamParameters& parameters, const Problem<double>& problem) {
  return std::make_unique<DlamAudit>(parameters, problem, false);
}
std::unique_ptr<Audit> make_mdlam_audit(const DlamParameters& parameters, const Problem<double>& problem) {
  return std::make_unique<DlamAudit>(parameters, problem, true);
}

}  // namespace bcd::wang2018
