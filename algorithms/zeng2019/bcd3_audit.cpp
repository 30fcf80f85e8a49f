// What Zeng et al. 2019 promise about Algorithms 2 and 3, with the constants of the proofs, evaluated from the state alone.
// Derivations of every constant: algorithms/zeng2019/README.md.
#include <algorithm>
#include <cmath>

#include "algorithms/zeng2019/bcd3_certificate.hpp"
#include "algorithms/zeng2019/saturation.hpp"

namespace bcd::zeng2019 {

std::vector<Promise> three_splitting_promises() {
  const std::string paper = "Zeng et al. 2019, ";
  return {
      {"identity.block", paper + "Lemma 1 (sharpened)",
       "F before - F after = c |D|^2 + 1/2 <D, H D> for every exactly quadratic block, c the weight of its proximal term (0 for "
       "U_N and V_i)",
       "H: Hessian of the block's terms in F", "squared loss, r and s zero or squared l2"},
      {"descent.block", paper + "Lemma 1", "F before - F after >= c |D|^2 (+ curvature) for every block",
       "V_N: alpha + gamma/2 [prox], alpha + (gamma - L_R)/2 [prox-linear]; U_N: (gamma + rho)/2; [W b]: alpha; "
       "V_i: gamma (1 + t)/2; U_i: alpha/2",
       ""},
      {"descent.sweep", paper + "Lemma 1, (4.1)", "F(P^{k-1}) - F(P^k) >= a |P^k - P^{k-1}|^2",
       "a = min over the blocks of descent.block", ""},
      {"prox.global", paper + "Lemma 13", "no other candidate of the scalar U-problem has a smaller value than the update", "",
       "every entry (kinked activations) or an even sample of the entries against a grid (smooth ones)"},
      {"certificate.membership", paper + "Lemma 2", "the proof's element g^k lies in the limiting subdifferential of F at P^k",
       "", ""},
      {"relative.error", paper + "Lemma 2",
       "|g^k| <= b |P^k - P^{k-1}| (true of any two points for the g so built: no evidence)",
       "b = sqrt(largest column sum x largest row sum) of the block Lipschitz bounds at the measured bound B", ""},
      {"steps.summable", paper + "Theorem 1(b), (iii) below Lemma 1", "sum of |P^k - P^{k-1}|^2 <= (F(P^0) - F(P^K))/a",
       "a of descent.sweep", ""},
      {"steps.vanish", paper + "Theorem 1(b), (iv) below Lemma 1", "min over k <= K of |P^k - P^{k-1}|^2 <= F(P^0)/(a K)",
       "a of descent.sweep", ""},
      {"subgradient.average", paper + "Theorem 1(c)", "(1/K) sum of |g^k|^2 <= b^2 (F(P^0) - F_low)/(a K), F_low = 0",
       "a of descent.sweep, b of relative.error", "boundedness: B is the bound measured over the K iterates"},
      {"weights.bounded", paper + "Section 4.2, (ii)", "sum of |W_i^k|^2 <= 2 F(P^0)/lambda",
       "lambda: weight of the squared l2 norm in r", "F(P^0) finite, r with a squared l2 norm"},
      {"sequence.converges", paper + "Theorem 1(b)", "the whole sequence converges to a critical point", "",
       "bounded iterates (r coercive, or F)"},
      {"proxlinear.monotone", paper + "Theorem 2", "the prox-linear V_N-step does not raise F", "needs alpha > (L_R - gamma)/2",
       "prox-linear V_N-update"},
  };
}

namespace {

class SplittingAudit final : public LayeredAudit<SplittingPoint> {
 public:
  SplittingAudit(const ThreeSplittingParameters& parameters, const Problem<double>& problem)
      : LayeredAudit(problem), p_(parameters), oracle_(p_, problem_) {
    const bool backward = p_.order == ThreeSplittingParameters::Order::backward;
    for (int k = 1; k <= N(); ++k) {
      const int i = backward ? N() + 1 - k : k;
      order_.insert(order_.end(), {{backward ? "V" : "Wb", i}, {"U", i}, {backward ? "Wb" : "V", i}});
    }
  }

 private:
  std::vector<std::string> letters(const Block& block) const override {
    if (block.name == "Wb") return {"W", "b"};
    return {block.name};
  }
  Term objective(const Block*) override { return oracle_.potential(now_); }
  void keep(Members& members) override {
    members(ever_unsolved_, first_, f_start_, sum_step2_, sum_g2_, largest_norm_, steps_, subgradients2_, subgradients_,
            smallest_step2_);
  }

  void begin(CheckLog& log) override {
    f_start_ = F_.value;
    largest_norm_ = std::sqrt(squared_norm(now_));
    declare(log);
  }

  void judge_sweep(int k, CheckLog& log, Measurements& row) override {
    const double step2 = squared_distance(now_, sweep_start_);
    const double drop = F_sweep_.value - F_.value, rounding = F_sweep_.rounding + F_.rounding;
    const double a = sweep_constant();
    largest_norm_ = std::max({largest_norm_, std::sqrt(squared_norm(now_)), problem_.X->norm()});
    note_unsolved(log);
    const Certificate g = certificate(k, log);
    const double b = relative_error_constant(largest_norm_);
    const Block sweep{"sweep", 0};
    double average_bound = kNaN;
    if (!std::isfinite(f_start_)) {  // a start outside the domain of r or s bounds nothing: count from the first point inside
      f_start_ = F_.value;
      first_ = k;
    } else {
      const int K = k - first_;
      sum_step2_ += step2;
      sum_g2_ += g.norm2;
      steps_.add(step2);
      subgradients2_.add(g.norm2);
      subgradients_.add(std::sqrt(g.norm2));
      smallest_step2_ = std::min(smallest_step2_, step2);
      if (descent_applies()) {
        average_bound = b * b * f_start_ / (a * K);
        judge(log, "descent.sweep", k, sweep, drop - a * step2, rounding, a * step2,
              {{"F before", F_sweep_.value}, {"F after", F_.value}, {"a", a}, {"|P^k - P^{k-1}|^2", step2}});
      }
      if (descent_applies() && !ever_unsolved_) {
        judge(log, "steps.summable", k, sweep, (f_start_ - F_.value) / a - sum_step2_,
              (K + 1) * (rounding + kEps * f_start_) / a, sum_step2_, {{"F(P^0)", f_start_}, {"F(P^K)", F_.value}, {"a", a}});
        judge(log, "steps.vanish", k, sweep, f_start_ / (a * K) - smallest_step2_, 2 * rounding / a, smallest_step2_,
              {{"F(P^0)", f_start_}, {"a", a}, {"K", static_cast<double>(K)}});
        judge(log, "subgradient.average", k, sweep, average_bound - sum_g2_ / K, b * b * (K + 1) * rounding / (a * K),
              sum_g2_ / K, {{"b", b}, {"a", a}, {"F(P^0)", f_start_}, {"K", static_cast<double>(K)}});
      }
    }
    if (const double lambda = p_.r.quadratic(); lambda > 0 && descent_applies()) {
      double weights = 0;
      for (std::size_t i = 1; i < now_.W.size(); ++i) weights += now_.W[i].squaredNorm();
      judge(log, "weights.bounded", k, sweep, 2 * f_start_ / lambda - weights, 2 * k * rounding / lambda, weights,
            {{"F(P^0)", f_start_}, {"lambda", lambda}});
    }
    judge(log, "relative.error", k, sweep, b * std::sqrt(step2) - std::sqrt(g.norm2), g.allowance, std::sqrt(g.norm2),
          {{"b", b}, {"|P^k - P^{k-1}|", std::sqrt(step2)}});
    row.emplace_back("potential", F_.value);
    row.emplace_back("step_norm2", step2);
    row.emplace_back("descent_ratio", step2 > 0 ? drop / step2 : kNaN);
    row.emplace_back("subgradient_norm2", g.norm2);
    row.emplace_back("membership_distance", g.distance);
    row.emplace_back("mean_subgradient2", sum_g2_ / std::max(1, k - first_));
    row.emplace_back("late_step2", steps_.late());
    row.emplace_back("late_subgradient2", subgradients2_.late());
    row.emplace_back("late_subgradient", subgradients_.late());
    row.emplace_back("mean_subgradient2_bound", average_bound);
    // Of (F(P^{k-1}) - F(P^k)) >= a |D|^2 and |g^k| <= b |D|: the constant of Xu, Bao and Xing 2024, Examples 3.1 and 3.4.
    row.emplace_back("a1_constant", descent_applies() ? a / (b * b) : kNaN);
    row.emplace_back("iterate_norm", std::sqrt(squared_norm(now_)));
  }

  /// Whether the inner method has ended above its tolerance in this sweep: a fault of ours, and none of the paper's.
  bool note_unsolved(CheckLog& log) {
    unsolved_ = state().has("inner") && !(state()("inner")(0, 0) <= 1);
    ever_unsolved_ = ever_unsolved_ || unsolved_;
    if (unsolved_)
      for (const char* id : {"identity.block", "descent.block", "descent.sweep", "certificate.membership", "relative.error",
                             "steps.summable", "steps.vanish", "subgradient.average"})
        log.inconclusive(id, "the inner method ended above its tolerance: the update is not the subproblem's minimiser");
    return unsolved_;
  }
  void judge(CheckLog& log, const char* id, int k, const Block& block, double slack, double allowance, double left = 0,
             Terms terms = {}) const {
    if (!unsolved_) bcd::judge(log, id, k, block, slack, allowance, left, terms);
  }

  struct Certificate {
    double norm2 = 0, distance = 0, allowance = 0;
  };

  int N() const { return layers(); }
  double w() const { return oracle_.loss_weight(); }
  double lipschitz_of_loss() const { return w() * problem_.loss.gradient_lipschitz(); }
  bool proxlinear() const { return p_.output_update == ThreeSplittingParameters::OutputUpdate::proxlinear; }
  bool jacobi() const { return p_.weight_update == ThreeSplittingParameters::WeightUpdate::jacobi; }
  double skip(int i) const { return problem_.net.skip(i) ? 1.0 : 0.0; }
  bool squared() const { return problem_.loss.kind == Loss::Kind::squared; }
  bool descent_applies() const { return output_constant() > 0; }

  /// V_N: the factor of |D|^2 beyond the curvature of the loss, which only the squared loss has for certain.
  double output_constant() const {
    if (proxlinear()) return p_.alpha + (p_.gamma - lipschitz_of_loss()) / 2;
    return p_.alpha + p_.gamma / 2;
  }

  double sweep_constant() const {
    double a = std::min({output_constant(), (oracle_.gamma() + oracle_.rho()) / 2, p_.alpha});
    for (int i = 1; i < N(); ++i) a = std::min({a, p_.alpha / 2, p_.gamma * (1 + skip(i + 1)) / 2});
    return a;
  }

  void declare(CheckLog& log) const {
    if (!proxlinear()) log.not_applicable("proxlinear.monotone", "the V_N-update is the exact proximal step");
    if (!descent_applies()) {
      const std::string reason =
          std::isfinite(lipschitz_of_loss())
              ? "Theorem 2 needs alpha > (L_R - gamma)/2 = " + number_text((lipschitz_of_loss() - p_.gamma) / 2) +
                    ", alpha is " + number_text(p_.alpha)
              : "the gradient of the " + problem_.loss.name() +
                    " loss has no global Lipschitz constant, so Theorem 2 does not apply";
      for (const char* id :
           {"descent.block", "descent.sweep", "steps.summable", "steps.vanish", "subgradient.average", "weights.bounded"})
        log.not_applicable(id, reason);
    }
    if (!(p_.r.quadratic() > 0)) log.not_applicable("weights.bounded", "r = " + p_.r.text() + " has no squared l2 norm");
    if (N() == 1) log.not_applicable("prox.global", "the network has no hidden layer");
    if (p_.r.coercive() && !problem_.net.bias)
      log.inconclusive("sequence.converges", "a finite run shows vanishing steps, not the limit");
    else
      log.not_applicable("sequence.converges", "bounded iterates are a hypothesis that a finite run cannot supply, and r = " +
                                                   p_.r.text() + " is not coercive in all weights and biases");
  }

  // ---- Lemma 1, block by block ----

  /// Bound on the norm of the subproblem's gradient that rounding, and the inner method's tolerance, leave at a computed
  /// minimiser. A product of inner length k is off by k eps per term; Cholesky solves are backward stable with a small multiple
  /// of k eps.
  double gradient_rounding(const Block& block, const MixedPoint& P) const {
    const double length =
        static_cast<double>(std::max(problem_.net.d(block.layer), problem_.net.d(block.layer - 1)) + problem_.n());
    const double scale = oracle_.gradient_scale(block, P);
    double bound = 4 * length * kEps * scale + kTiny;
    const bool inner =
        (block.name == "Wb" && !p_.r.is_quadratic()) || (block.name == "V" && block.layer < N() && !p_.s.is_quadratic());
    if (inner) bound += p_.inner_tolerance * length * (scale + oracle_.hessian_norm(block, P));
    return bound;
  }

  BlockPromise promised(const Block& block) const override {
    const int i = block.layer;
    const std::size_t l = at(i);
    const MixedPoint at_now(now_);
    double least = 0, length = 0;  // what the update takes off F, at least; |D|
    bool exact = false;            // an identity, not only a lower bound
    if (block.name == "Wb") {
      const Matrix<double> DW = now_.W[l] - before_.W[l];
      const Vector<double> Db = now_.b[l] - before_.b[l];
      length = std::sqrt(DW.squaredNorm() + Db.squaredNorm());
      exact = p_.r.is_quadratic();
      least = p_.alpha * length * length + p_.r.quadratic() / 2 * DW.squaredNorm();
      const Matrix<double> moved = DW * oracle_.input(i, at_now);  // Jacobi: the cross term has the other sign
      if (!jacobi())
        least += oracle_.rho() / 2 * (moved.colwise() + Db).squaredNorm();
      else if (exact)
        least += oracle_.rho() / 2 * (moved.colwise() - Db).squaredNorm();
      return promise_of(block, least, length, exact);
    }
    const Matrix<double> D = block.name == "V" ? now_.V[l] - before_.V[l] : now_.U[l] - before_.U[l];
    const double q = D.squaredNorm();
    length = std::sqrt(q);
    if (block.name == "U") {
      exact = i == N();
      least = i == N() ? (oracle_.gamma() + oracle_.rho()) / 2 * q : p_.alpha / 2 * q;
    } else if (i == N()) {
      exact = squared() && p_.s.is_quadratic();
      least = (output_constant() + p_.s.quadratic() / 2 + (!proxlinear() && squared() ? w() / 2 : 0)) * q;
    } else {
      exact = p_.s.is_quadratic();
      least =
          (p_.gamma * (1 + skip(i + 1)) + p_.s.quadratic()) / 2 * q + oracle_.rho() / 2 * (now_.W[at(i + 1)] * D).squaredNorm();
    }
    return promise_of(block, least, length, exact);
  }

  BlockPromise promise_of(const Block& block, double least, double length, bool exact) const {
    BlockPromise promise{.gradient = gradient_rounding(block, MixedPoint(now_)), .step = length};
    if (!std::isfinite(F_before_.value)) return promise;  // an infeasible start has F = infinity: nothing to compare with
    if (exact) promise.identity = Decrease{least};
    if (!is_output(block) || descent_applies()) promise.descent = Decrease{least};
    return promise;
  }

  bool is_output(const Block& block) const { return block.name == "V" && block.layer == N(); }

  void judge_block(int k, const Block& block, CheckLog& log) override {
    if (note_unsolved(log)) return;
    LayeredAudit::judge_block(k, block, log);
    if (is_output(block) && proxlinear() && std::isfinite(F_before_.value))
      judge(log, "proxlinear.monotone", k, block, F_before_.value - F_.value, block_allowance(promised(block)), 0,
            {{"F before", F_before_.value},
             {"F after", F_.value},
             {"alpha", p_.alpha},
             {"(L_R - gamma)/2", (lipschitz_of_loss() - p_.gamma) / 2}});
    if (block.name == "U" && block.layer < N()) check_prox(k, block, log);
  }

  // ---- Lemma 13: the scalar problem 1/2 (sigma(u) - a)^2 + g/2 (u - b)^2 of every entry ----

  void check_prox(int k, const Block& block, CheckLog& log) const {
    const int i = block.layer;
    const Activation& f = problem_.net.sigma(i);
    const double rho = oracle_.rho(), g = (rho + p_.alpha) / p_.gamma;
    const MixedPoint P(now_);
    const Matrix<double> Z = (P.W(i) * oracle_.input(i, P)).colwise() + P.b(i);
    const Matrix<double> A = oracle_.target(i, P), B = (rho * Z + p_.alpha * before_.U[at(i)]) / (rho + p_.alpha);
    const double length = static_cast<double>(problem_.net.d(i - 1) + 2);
    const double z_rounding = length * kEps * (P.W(i).norm() * oracle_.input(i, P).norm() + P.b(i).norm());
    const Index stride = f.smooth() ? std::max<Index>(1, A.size() / 256) : 1;
    double worst = kInfinity, allowance = 1;
    for (Index e = 0; e < A.size(); e += stride) {
      const double a = A(e), b = B(e), u = P.U(i)(e);
      const auto value = [&](double x) { return 0.5 * std::pow(f.value(x) - a, 2) + 0.5 * g * (x - b) * (x - b); };
      double best = std::min(value(b), value(before_.U[at(i)](e)));
      if (f.smooth()) {  // value(u) <= value(b) confines the minimiser to |u - b| <= |sigma(b) - a|/sqrt(g)
        const double radius = std::abs(f.value(b) - a) / std::sqrt(g);
        for (int m = -100; m <= 100; ++m) best = std::min(best, value(b + radius * m / 100));
      } else {
        const double s = f.kind == Activation::Kind::leaky_relu ? f.slope : f.kind == Activation::Kind::relu ? 0.0 : 1.0;
        best =
            std::min({best, value(std::max(0.0, (a + g * b) / (1 + g))), value(std::min(0.0, (s * a + g * b) / (s * s + g)))});
      }
      const double size = a * a + g * (b * b + u * u) + std::pow(f.value(u), 2);
      const double bound =
          16 * kEps * size + g * (std::abs(u - b) + std::abs(u)) * z_rounding + kTiny;  // value, and b through Z
      const double slack = best - value(u);
      if (!(slack / bound >= worst / allowance)) worst = slack, allowance = bound;
      if (std::isnan(slack)) break;  // counts as a violation
    }
    judge(log, "prox.global", k, block, worst, allowance);
  }

  // ---- Lemma 2 ----

  Certificate certificate(int k, CheckLog& log) const {
    Certificate c;
    const SplittingCertificate element(p_, problem_, oracle_, now_, sweep_start_, order_);
    for (std::size_t position = 0; position < order_.size(); ++position) {
      const Block& block = order_[position];
      const MixedPoint mixed(now_, sweep_start_, order_, static_cast<int>(position));
      const double allowance = gradient_rounding(block, mixed) + gradient_rounding(block, MixedPoint(now_));
      const auto [norm2, distance2] = element.of(static_cast<int>(position));
      judge(log, "certificate.membership", k, block, -std::sqrt(distance2), allowance, std::sqrt(distance2));
      c.norm2 += norm2;
      c.distance = std::max(c.distance, std::sqrt(distance2));
      c.allowance += allowance;
    }
    return c;
  }

  // ---- b of Lemma 2: |g_X| <= sum_Y M[X, Y] |D_Y|, so |g| <= |M|_2 |D| <= sqrt(largest row sum x largest column sum) |D|.
  //      With |W_i|, |U_i|, |V_i|, |X| <= B, |[V; 1]| <= c = sqrt(B^2 + n), |U - W V - b| <= B (1 + c). Every pair of blocks
  //      that share a term of F is counted, so the bound holds for any order of the updates. ----

  double relative_error_constant(double B) const {
    const double n = static_cast<double>(problem_.n()), rho = oracle_.rho(), gamma = p_.gamma, alpha = p_.alpha;
    const double c = problem_.net.bias ? std::sqrt(B * B + n) : B;
    const double product = rho * B * (1 + 2 * c);  // d of (U - W A) A' in A, and of W'(U - W A) in W
    const double own_V = alpha + (proxlinear() && std::isfinite(lipschitz_of_loss()) ? lipschitz_of_loss() : 0);
    const double own_W = alpha + (jacobi() ? rho * std::sqrt(n) * (B + c) : 0);
    double column = 0, row = 0;
    for (int i = 1; i <= N(); ++i) {
      const double L = problem_.net.sigma(i).lipschitz(B), t = skip(i);
      const double next = i < N() ? skip(i + 1) : 0, L_next = i < N() ? problem_.net.sigma(i + 1).lipschitz(B) : 0;
      row = std::max(
          {row, own_W + rho * c + product,                                       // W_i: U_i, V_{i-1}
           alpha + rho * (c + B) + gamma * L * (1 + t),                          // U_i: W_i, V_{i-1}, V_i
           own_V + gamma * (t + L + next * (1 + L_next)) + rho * B + product});  // V_i: V_{i-1}, U_i, V_{i+1}, U_{i+1}, W_{i+1}
      column = std::max({column, own_W + rho * c + product,                      // W_i: in U_i, V_{i-1}
                         alpha + gamma * L * (1 + t) + rho * (B + c),            // U_i: in V_i, V_{i-1}, W_i
                         own_V + gamma * (next * (1 + L_next) + t + L) + rho * B +
                             product});  // V_i: in V_{i+1}, U_{i+1}, V_{i-1}, U_i, W_{i+1}
    }
    return std::sqrt(column * row);
  }

  ThreeSplittingParameters p_;
  SplittingOracle oracle_;
  std::vector<Block> order_;
  bool unsolved_ = false, ever_unsolved_ = false;
  int first_ = 0;  // the sums of Lemma 1 and Theorem 1 count from this iterate on: the first at which F is finite
  double f_start_ = 0, sum_step2_ = 0, sum_g2_ = 0, largest_norm_ = 0;
  Saturation steps_, subgradients2_, subgradients_;
  double smallest_step2_ = kInfinity;
};

}  // namespace

std::unique_ptr<Audit> make_three_splitting_audit(const ThreeSplittingParameters& parameters, const Problem<double>& problem) {
  return std::make_unique<SplittingAudit>(parameters, problem);
}

}  // namespace bcd::zeng2019
