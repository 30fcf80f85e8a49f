// What the paper promises of a run, judged apart from the updates. The constants are derived in README.md.
#include <cmath>
#include <optional>

#include "algorithms/ghauch2018/oracle.hpp"

namespace bcd::ghauch2018 {

namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();

/// An overflowed bound allows nothing: the slack, not finite either, then counts as a violation.
double usable(double allowance) { return std::isfinite(allowance) && allowance > 0 ? allowance : 1.0; }

class BsumAudit final : public Audit {
 public:
  BsumAudit(const Parameters& parameters, const Problem<double>& problem)
      : p_(parameters), problem_(problem), oracle_(p_, problem_), now_(problem.net), before_(problem.net) {}

  void start(const State<double>& state, CheckLog& log) override;
  void after_block(int k, const Block& block, CheckLog& log) override;
  void after_sweep(int k, CheckLog& log, Measurements& row) override;

 private:
  bool full_batch() const { return p_.batch_size == 0 && !p_.growing; }
  bool cyclic() const { return p_.order == Order::cyclic; }
  std::string no_descent() const;
  std::string no_gradient() const;
  std::string no_bound() const;

  void read();
  double window(const std::string& name, Index entry) const;
  double alpha() const;
  void judge_monotone(int k, const Block& block, const Rounded& f, CheckLog& log);
  void judge_surrogate(int k, const Block& block, const Rounded& f, CheckLog& log);
  struct Slope {
    const Matrix<double>& G;
    double rounding;
  };
  void judge_bound(int k, const Block& block, const Rounded& f, const Matrix<double>& step, const Slope& slope, CheckLog& log);
  double descent_constant(double gamma) const;

  Parameters p_;
  const Problem<double>& problem_;
  Oracle oracle_;
  const State<double>* state_ = nullptr;
  Weights<double> now_, before_;
  double alpha_before_ = 0;
  Rounded f_before_;
  std::int64_t rises_ = 0;
  bool by_block_ = false;
};

/// Empty if the first-order argument gives a decrease per update, else why not.
std::string BsumAudit::no_descent() const {
  if (!full_batch()) return "a stochastic step (13) need not lower f";
  if (!cyclic()) return "all blocks move at once: the surrogates bound f in one block only";
  if (p_.step == StepRule::armijo || p_.step == StepRule::adagrad)
    return "the step is not a multiple of D - W that is known here";
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
  if (p_.step == StepRule::adagrad) return "ADAGRAD minimises no surrogate of the form (9)";
  if (p_.alpha > 1) return "alpha > 1 leaves the segment from W to D";
  return {};
}

std::string BsumAudit::no_gradient() const {
  if (p_.surrogate != Surrogate::first_order || p_.penalty == Penalty::l1 || p_.feasible.kind != FeasibleSet::Kind::all)
    return "the step shows the surrogate's gradient only for (10) without set and l1";
  if (!full_batch()) return "the batch is the algorithm's own";
  if (!cyclic() || p_.step == StepRule::armijo || p_.step == StepRule::adagrad)
    return "judged for cyclic updates with a known step";
  return {};
}

void BsumAudit::read() {
  for (const NamedMatrix<double>& part : *state_) {
    if (part.name[0] == 'W') now_.W[std::stoul(part.name.substr(1))] = part.value;
    if (part.name[0] == 'b') now_.b[std::stoul(part.name.substr(1))] = part.value.col(0);
  }
}

double BsumAudit::window(const std::string& name, Index entry) const {
  for (const NamedMatrix<double>& part : *state_)
    if (part.name == name) return part.value(0, entry);
  throw std::logic_error("no state " + name);
}

/// The step size of the update just made.
double BsumAudit::alpha() const {
  const double k = window("k", 0);
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
  if (const std::string reason = no_bound(); !reason.empty()) log.not_applicable("surrogate.upper_bound", reason);
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

void BsumAudit::judge_monotone(int k, const Block& block, const Rounded& f, CheckLog& log) {
  const double allowance = f.rounding + f_before_.rounding, slack = f_before_.value - f.value;
  if (!(slack >= -allowance)) ++rises_;
  if (full_batch()) log.check("monotone.block", k, block, std::isfinite(allowance) ? slack : -allowance, usable(allowance));
}

/// Rounding of a step new - old of a block.
double step_rounding(const Matrix<double>& W, const Matrix<double>& step) { return kEps * (2 * W.norm() + step.norm()); }

void BsumAudit::judge_surrogate(int k, const Block& block, const Rounded& f, CheckLog& log) {
  const int j = block.layer;
  const double gamma = window("gamma", j - 1), a = alpha();
  const Matrix<double> W = oracle_.block(before_, j), step = oracle_.block(now_, j) - W;
  const double norm = step.norm(), move = step_rounding(W, step);
  if (no_descent().empty()) {
    const double allowance = f.rounding + f_before_.rounding + gamma * (1 / a) * norm * move;
    log.check("descent.block", k, block, f_before_.value - f.value - descent_constant(gamma) * norm * norm, usable(allowance));
  }
  if (!no_gradient().empty() && !no_bound().empty()) return;
  const Matrix<double> G = oracle_.gradient(before_, j);
  const double rounding = oracle_.gradient_rounding(before_, j);
  if (no_gradient().empty())
    log.check("gradient.consistency", k, block, -(gamma / a * step + G).norm(), usable(rounding + gamma / a * 2 * move));
  if (no_bound().empty()) judge_bound(k, block, f, step, {G, rounding}, log);
}

/// g - f at four points of the step, with the surrogate's own quadratic: gamma |D|^2, to which the second-order surrogates add
/// the second derivative of f (or its Gauss-Newton part) along the step.
void BsumAudit::judge_bound(int k, const Block& block, const Rounded& f, const Matrix<double>& step, const Slope& slope,
                            CheckLog& log) {
  const int j = block.layer;
  const Matrix<double> W = oracle_.block(before_, j);
  const double gamma = window("gamma", j - 1), norm = step.norm(), move = step_rounding(W, step);
  Rounded quadratic{gamma * norm * norm, gamma * norm * move};
  if (p_.surrogate == Surrogate::second_order || p_.surrogate == Surrogate::gauss_newton) {
    const Rounded second = oracle_.second_derivative(before_, j, step, p_.surrogate == Surrogate::second_order);
    quadratic.value += second.value + 2 * p_.lambda * norm * norm;
    quadratic.rounding += second.rounding + 2 * p_.lambda * norm * move;
    if (norm > 0) quadratic.rounding += std::abs(second.value) * move / norm;
  }
  Weights<double> point = before_;
  for (const double s : {0.25, 0.5, 0.75, 1.0}) {
    const Matrix<double> at_s = W + s * step;
    oracle_.set_block(point, j, at_s);
    const Rounded value = s == 1.0 ? f : oracle_.objective(point);
    double g = f_before_.value + s * slope.G.cwiseProduct(step).sum() + 0.5 * s * s * quadratic.value;
    if (p_.penalty == Penalty::l1) g += oracle_.penalty(at_s) - oracle_.penalty(W);
    // 64 eps f: what the algorithm's own test of the bound lets pass.
    const double allowance = value.rounding + f_before_.rounding + slope.rounding * norm + slope.G.norm() * move +
                             quadratic.rounding + 64 * kEps * std::abs(f_before_.value);
    log.check("surrogate.upper_bound", k, block, g - value.value, usable(allowance));
  }
}

void BsumAudit::after_block(int k, const Block& block, CheckLog& log) {
  by_block_ = true;
  read();
  const Rounded f = oracle_.objective(now_);
  judge_monotone(k, block, f, log);
  if (block.layer > 0) judge_surrogate(k, block, f, log);
  f_before_ = f;
  before_ = now_;
  alpha_before_ = window("alpha", 0);
}

void BsumAudit::after_sweep(int k, CheckLog& log, Measurements& row) {
  if (!by_block_) {  // only whole sweeps are shown
    read();
    const Rounded f = oracle_.objective(now_);
    judge_monotone(k, {"sweep", 0}, f, log);
    f_before_ = f;
  }
  row.emplace_back("potential", f_before_.value);
  row.emplace_back("rises", static_cast<double>(rises_));
}

}  // namespace

std::vector<Promise> promises() {
  const std::string paper = "Ghauch et al. 2018, ";
  return {
      {"gradient.consistency", paper + "P2", "the step reveals grad g = grad f: |gamma/alpha (W_new - W_old) + grad f| = 0", "",
       "first-order surrogate, no set, no l1, full batch"},
      {"surrogate.upper_bound", paper + "Section 3 (not among P1-P4)",
       "f(W + s (W_new - W)) <= g(W + s (W_new - W)) at s = 1/4, 1/2, 3/4, 1", "gamma_j of the update",
       "first-order (9), second-order (A.1) and Gauss-Newton surrogates, full batch"},
      {"descent.block", paper + "Lemma 2, proof by BSUM", "f(old) - f(new) >= a |new - old|^2",
       "a = gamma_j (1/alpha - 1/2); (14) with alpha = 1: gamma_j/2", "the surrogate is an upper bound, 0 < alpha <= 1"},
      {"monotone.block", paper + "Section 3.1 and Figure A.1", "f(new) <= f(old)", "",
       "promised where every block is strongly convex (Proposition 1); measured elsewhere"},
      {"lemma1.stationarity", paper + "Lemma 1", "every limit point is stationary", "", "step sizes that meet (8)"},
  };
}

std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem) {
  return std::make_unique<BsumAudit>(parameters, problem);
}

}  // namespace bcd::ghauch2018
