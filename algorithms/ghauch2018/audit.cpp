// What the paper promises of a run, judged apart from the updates. The constants are derived in README.md.
#include <cmath>
#include <optional>

#include "algorithms/core/restorable.hpp"
#include "algorithms/ghauch2018/oracle.hpp"

namespace bcd::ghauch2018 {

namespace {

/// An overflowed bound allows nothing: the slack, not finite either, then counts as a violation.
double usable(double allowance) { return std::isfinite(allowance) && allowance > 0 ? allowance : 1.0; }

class BsumAudit final : public Audit, public Restorable {
 public:
  BsumAudit(const Parameters& parameters, const Problem<double>& problem)
      : p_(parameters), problem_(problem), oracle_(p_, problem_), now_(problem.net), before_(problem.net) {}

  void start(const State<double>& state, CheckLog& log) override;
  void after_block(int k, const Block& block, CheckLog& log) override;
  void after_sweep(int k, CheckLog& log, Measurements& row) override;
  void finish(CheckLog& log) override;
  void members(Members& members) override {
    members(alpha_before_, f_before_.value, f_before_.rounding, rises_, unbounded_, bounded_, rng_, by_block_);
    if (!members.reading()) return;
    read();
    if (by_block_) before_ = now_;
  }

 private:
  bool full_batch() const { return p_.batch_size == 0 && !p_.growing; }
  bool cyclic() const { return p_.order == Order::cyclic; }
  bool baseline() const { return p_.step == StepRule::adagrad || p_.step == StepRule::adadelta; }
  std::string no_descent() const;
  std::string no_gradient() const;
  std::string no_bound() const;

  void read();
  double window(const std::string& name, Index entry) const { return (*state_)(name)(0, entry); }
  double alpha() const;
  void judge_monotone(int k, const Block& block, const Term& f, CheckLog& log);
  void judge_surrogate(int k, const Block& block, const Term& f, CheckLog& log);
  struct Slope {
    const Matrix<double>& G;
    double rounding;
  };
  struct Above {
    Term gap;          ///< g - f
    double right = 0;  ///< what g adds to f(W) and the linear term
  };
  Above surrogate_minus_f(int j, const Matrix<double>& move, const Slope& slope) const;
  void judge_bound(int k, const Block& block, const Matrix<double>& step, const Slope& slope, CheckLog& log);
  double descent_constant(double gamma) const;

  Parameters p_;
  const Problem<double>& problem_;
  Oracle oracle_;
  const State<double>* state_ = nullptr;
  Weights<double> now_, before_;
  double alpha_before_ = 0;
  Term f_before_;
  std::int64_t rises_ = 0;
  std::int64_t unbounded_ = 0, bounded_ = 0;  // updates whose surrogate lies below f, or not, at the new point
  Rng rng_{1, "bsum-audit"};                  // the points at which the upper bound is judged
  bool by_block_ = false;
};

/// Empty if the first-order argument gives a decrease per update, else why not.
std::string BsumAudit::no_descent() const {
  if (!full_batch()) return "a stochastic step (13) need not lower f";
  if (!cyclic()) return "all blocks move at once: the surrogates bound f in one block only";
  if (p_.step == StepRule::armijo || baseline()) return "the step is not a multiple of D - W that is known here";
  if (p_.surrogate == Surrogate::second_order)
    return "H + gamma I need not be positive definite: the surrogate may be nonconvex";
  if (p_.surrogate == Surrogate::linear) return "(A.3) has no minimiser on the whole space";
  if (p_.alpha > 1) return "alpha > 1 leaves the segment from W to D";
  if (p_.surrogate == Surrogate::prox_point && !(p_.step == StepRule::constant && p_.alpha == 1))
    return "f_j is not convex: only the end D of the segment is known to lie lower";
  return {};
}

std::string BsumAudit::no_bound() const {
  if (p_.surrogate == Surrogate::prox_point) return "(14) adds gamma/2 |W - W_j|^2 to f_j: above it by construction";
  if (p_.surrogate == Surrogate::linear) return "(A.3) lies above concave f_j only; no loss here makes it concave";
  if (!full_batch()) return "a stochastic step (13) need not lower f";
  if (!cyclic()) return "all blocks move at once: the surrogates bound f in one block only";
  if (baseline()) return "ADAGRAD and ADADELTA minimise no surrogate of the form (9)";
  if (p_.alpha > 1) return "alpha > 1 leaves the segment from W to D";
  return {};
}

std::string BsumAudit::no_gradient() const {
  if (p_.surrogate != Surrogate::first_order || p_.penalty == Penalty::l1 || p_.feasible.kind != FeasibleSet::Kind::all)
    return "the step shows the surrogate's gradient only for (10) without set and l1";
  if (!full_batch()) return "the batch is the algorithm's own";
  if (!cyclic() || p_.step == StepRule::armijo || baseline()) return "judged for cyclic updates with a known step";
  return {};
}

void BsumAudit::read() {
  for (int j = 1; j <= problem_.net.N(); ++j) {
    now_.W[static_cast<std::size_t>(j)] = (*state_)("W", j);
    if (problem_.net.bias) now_.b[static_cast<std::size_t>(j)] = (*state_)("b", j);
  }
}

/// The step size of the update just made.
double BsumAudit::alpha() const {
  const auto k = static_cast<double>(Counter<double>::of((*state_)("k")));
  const double index = p_.step_index == StepIndex::update ? k : std::ceil(k / problem_.net.N());
  if (p_.step == StepRule::recursive) return alpha_before_;
  if (p_.step == StepRule::inverse_sqrt) return p_.alpha / std::sqrt(index);
  if (p_.step == StepRule::inverse) return p_.alpha / (2 * index);
  return p_.alpha;
}

void BsumAudit::start(const State<double>& state, CheckLog& log) {
  state_ = &state;
  read();
  before_ = now_;
  alpha_before_ = window("alpha", 0);
  f_before_ = oracle_.objective(now_);
  if (const std::string reason = no_gradient(); !reason.empty()) log.not_applicable("gradient.consistency", reason);
  if (const std::string reason = no_bound(); !reason.empty()) {
    log.not_applicable("surrogate.upper_bound", reason);
    log.not_applicable("surrogate.around", reason);
  } else if (p_.feasible.kind != FeasibleSet::Kind::all) {
    log.not_applicable("surrogate.around", "random directions leave the feasible set");
  }
  if (const std::string reason = no_descent(); !reason.empty()) log.not_applicable("descent.block", reason);
  if (!full_batch()) log.not_applicable("monotone.block", "a stochastic step (13) need not lower f");
  const std::string reason = p_.breaks_condition_8();
  if (reason.empty())
    log.inconclusive("lemma1.stationarity",
                     "the steps meet (8); limit points are not seen in a finite run: see stationarity2 and nmse");
  else
    log.not_applicable("lemma1.stationarity", "the steps break (8): " + reason);
}

/// gamma (1/alpha - 1/2): g + r is gamma-strongly convex with minimiser D, so on the segment
/// g(W + alpha (D - W)) <= g(W) - gamma/2 alpha (2 - alpha) |D - W|^2. For (14) at alpha = 1: f(D) + gamma/2 |D - W|^2 <= f(W).
double BsumAudit::descent_constant(double gamma) const {
  return p_.surrogate == Surrogate::prox_point ? gamma / 2 : gamma * (1 / alpha() - 0.5);
}

void BsumAudit::judge_monotone(int k, const Block& block, const Term& f, CheckLog& log) {
  const double allowance = f.rounding + f_before_.rounding, slack = f_before_.value - f.value;
  if (!(slack >= -allowance)) ++rises_;
  if (full_batch())
    log.check("monotone.block", k, block, std::isfinite(allowance) ? slack : -allowance, usable(allowance), 0,
              {{"f(old)", f_before_.value}, {"f(new)", f.value}});
}

/// Rounding of a step new - old of a block.
double step_rounding(const Matrix<double>& W, const Matrix<double>& step) { return kEps * (2 * W.norm() + step.norm()); }

void BsumAudit::judge_surrogate(int k, const Block& block, const Term& f, CheckLog& log) {
  const int j = block.layer;
  const double gamma = window("gamma", j - 1), a = alpha();
  const Matrix<double> W = oracle_.block(before_, j), step = oracle_.block(now_, j) - W;
  const double norm = step.norm(), move = step_rounding(W, step);
  double gap = 0;  // by which g may lie below f at the new point, by rounding
  bool bounded = true;
  if (no_gradient().empty() || no_bound().empty()) {
    const Matrix<double> G = oracle_.gradient(before_, j);
    const double rounding = oracle_.gradient_rounding(before_, j);
    if (no_gradient().empty()) {
      const double off = (gamma / a * step + G).norm();
      log.check("gradient.consistency", k, block, -off, usable(rounding + gamma / a * 2 * move), off);
    }
    if (no_bound().empty()) {
      const Term above = surrogate_minus_f(j, step, {G, rounding}).gap;
      bounded = above.value >= -above.rounding;
      gap = above.rounding;
      ++(bounded ? bounded_ : unbounded_);
      judge_bound(k, block, step, {G, rounding}, log);
    }
  }
  if (!no_descent().empty() || !bounded) return;
  const double allowance = f.rounding + f_before_.rounding + gamma * (1 / a) * norm * move + gap;
  const double c = descent_constant(gamma), promised = c * norm * norm;
  log.check("descent.block", k, block, f_before_.value - f.value - promised, usable(allowance), promised,
            {{"f(old)", f_before_.value}, {"f(new)", f.value}, {"a", c}, {"|new - old|", norm}});
}

/// g - f at W + move, with the surrogate's own quadratic: gamma |move|^2, to which the second-order surrogates add the second
/// derivative of f (or its Gauss-Newton part) along the move.
BsumAudit::Above BsumAudit::surrogate_minus_f(int j, const Matrix<double>& move, const Slope& slope) const {
  const Matrix<double> W = oracle_.block(before_, j);
  const double gamma = window("gamma", j - 1), norm = move.norm(), error = step_rounding(W, move);
  Term quadratic{gamma * norm * norm, gamma * norm * error};
  if (p_.surrogate == Surrogate::second_order || p_.surrogate == Surrogate::gauss_newton) {
    const Term second = oracle_.second_derivative(before_, j, move, p_.surrogate == Surrogate::second_order);
    quadratic.value += second.value + 2 * p_.lambda * norm * norm;
    quadratic.rounding += second.rounding + 2 * p_.lambda * norm * error;
    if (norm > 0) quadratic.rounding += std::abs(second.value) * error / norm;
  }
  Weights<double> point = before_;
  const Matrix<double> there = W + move;
  oracle_.set_block(point, j, there);
  const Term value = oracle_.objective(point);
  double g = f_before_.value + slope.G.cwiseProduct(move).sum() + 0.5 * quadratic.value;
  if (p_.penalty == Penalty::l1) g += oracle_.penalty(there) - oracle_.penalty(W);
  // 64 eps f: what the algorithm's own test of the bound lets pass.
  const double rounding = value.rounding + f_before_.rounding + slope.rounding * norm + slope.G.norm() * error +
                          quadratic.rounding + 64 * kEps * std::abs(f_before_.value);
  return {{g - value.value, rounding}, 0.5 * quadratic.value};
}

/// Points that no update has looked at: random ones on the way to the new point, and random directions up to twice its length.
void BsumAudit::judge_bound(int k, const Block& block, const Matrix<double>& step, const Slope& slope, CheckLog& log) {
  const auto judge_at = [&](const char* id, const Matrix<double>& move) {
    const auto [gap, right] = surrogate_minus_f(block.layer, move, slope);
    log.check(id, k, block, gap.value, usable(gap.rounding), right - gap.value,
              {{"gamma", window("gamma", block.layer - 1)}, {"|D|", move.norm()}, {"f(W)", f_before_.value}});
  };
  for (int point = 0; point < 4; ++point) judge_at("surrogate.upper_bound", rng_.uniform() * step);
  if (p_.feasible.kind != FeasibleSet::Kind::all) return;
  Matrix<double> direction(step.rows(), step.cols());
  for (int point = 0; point < 2; ++point) {
    rng_.fill_normal(direction, 1.0);
    judge_at("surrogate.around", 2 * rng_.uniform() * step.norm() / direction.norm() * direction);
  }
}

void BsumAudit::after_block(int k, const Block& block, CheckLog& log) {
  by_block_ = true;
  read();
  const Term f = oracle_.objective(now_);
  judge_monotone(k, block, f, log);
  if (block.layer > 0) judge_surrogate(k, block, f, log);
  f_before_ = f;
  before_ = now_;
  alpha_before_ = window("alpha", 0);
}

void BsumAudit::after_sweep(int k, CheckLog& log, Measurements& row) {
  if (!by_block_) {  // only whole sweeps are shown
    read();
    const Term f = oracle_.objective(now_);
    judge_monotone(k, {"sweep", 0}, f, log);
    f_before_ = f;
  }
  row.emplace_back("potential", f_before_.value);
  row.emplace_back("rises", static_cast<double>(rises_));
  if (by_block_ && no_bound().empty()) row.emplace_back("unbounded", static_cast<double>(unbounded_));
}

void BsumAudit::finish(CheckLog& log) {
  if (no_descent().empty() && unbounded_ > 0 && bounded_ == 0)
    log.not_applicable("descent.block",
                       "the surrogate lies below f at the new point in all " + std::to_string(unbounded_) + " updates");
}

}  // namespace

std::vector<Promise> promises() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"gradient.consistency", paper + "P2", "the step reveals grad g = grad f: |gamma/alpha (W_new - W_old) + grad f| = 0", "",
       "first-order surrogate, no set, no l1, full batch"},
      {"surrogate.upper_bound", paper + "Section 3 (not among P1-P4)",
       "f(W + s (W_new - W)) <= g(W + s (W_new - W)) at four random s in (0, 1)", "gamma_j of the update",
       "first-order (9), second-order (A.1) and Gauss-Newton surrogates, full batch"},
      {"surrogate.around", paper + "Section 3 (not among P1-P4)",
       "f(W + D) <= g(W + D) for two random D of up to twice the length of the step", "gamma_j of the update",
       "as above, no feasible set"},
      {"descent.block", paper + "Lemma 2, proof by BSUM", "f(old) - f(new) >= a |new - old|^2",
       "a = gamma_j (1/alpha - 1/2); (14) with alpha = 1: gamma_j/2",
       "0 < alpha <= 1; judged in the updates whose surrogate lies above f at the new point, the others are counted as unbounded"},
      {"monotone.block", paper + "Section 3.1 and Figure A.1", "f(new) <= f(old)", "",
       "promised where every block is strongly convex (Proposition 1); measured elsewhere"},
      {"lemma1.stationarity", paper + "Lemma 1", "every limit point is stationary", "", "step sizes that meet (8)"},
  };
}

std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem) {
  return std::make_unique<BsumAudit>(parameters, problem);
}

}  // namespace bcd::ghauch2018
