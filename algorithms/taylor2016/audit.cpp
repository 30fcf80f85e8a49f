// What holds for the method along a run, evaluated apart from the updates: README.md derives the inequalities. The papers prove
// nothing about it; that the multiplier's steps can undo the descent of the others is seen in the trace.
#include <algorithm>
#include <cmath>

#include "algorithms/core/layered_audit.hpp"
#include "algorithms/core/prox.hpp"
#include "algorithms/taylor2016/admm.hpp"

namespace bcd::taylor2016 {

namespace {

constexpr Index kProbed = 40;  // entries of z_l whose subproblem is searched after each sweep

/// Distance from x to [lo, hi].
double distance(double x, std::pair<double, double> interval) {
  return std::max({0.0, interval.first - x, x - interval.second});
}

class AdmmAudit final : public LayeredAudit<Moment> {
 public:
  AdmmAudit(const Parameters& parameters, const Problem<double>& problem) : LayeredAudit(problem), p_(parameters) {}

 private:
  int L() const { return layers(); }
  double w() const { return problem_.loss.weight(problem_.n()); }
  bool squared() const { return problem_.loss.kind == Loss::Kind::squared; }
  bool multiplier_judged() const {
    const Loss::Kind kind = problem_.loss.kind;
    return kind == Loss::Kind::squared || kind == Loss::Kind::hinge || kind == Loss::Kind::cross_entropy;
  }
  bool zero_one() const { return problem_.loss.kind == Loss::Kind::hinge && p_.hinge == HingeCode::zero_one; }
  bool linear(int l) const { return net().sigma(l).kind == Activation::Kind::linear; }
  const Matrix<double>& a(int l) const { return l == 0 ? *problem_.X : now_("a", l); }

  std::vector<std::string> letters(const Block& block) const override {
    if (block.name == "W") return {"W", "b"};
    return {block.name};
  }
  std::pair<int, int> touched(const Block& block) const override {
    return {block.layer, block.layer + (block.name == "a" ? 1 : 0)};
  }
  Term term(int l, const Block* block) override;
  BlockPromise promised(const Block& block) const override;
  void begin(CheckLog& log) override;
  void judge_sweep(int k, CheckLog& log, Measurements& row) override;
  void keep(Members&) override {}

  Matrix<double> affine(int l) const;
  Matrix<double> margin_form(const Matrix<double>& z) const;
  double modulus(const Block& block) const;
  bool quadratic(const Block& block) const;
  double decrease_bound(const Block& block) const;
  double block_rounding(const Block& block) const;
  void judge_hidden(int k, int l, CheckLog& log) const;
  void judge_multiplier(int k, CheckLog& log) const;

  Parameters p_;
};

/// W_l a_{l-1} + b_l: d_l x n
Matrix<double> AdmmAudit::affine(int l) const {
  Matrix<double> m = now_("W", l) * a(l - 1);
  if (net().bias) m.colwise() += now_.vector("b", l);
  return m;
}

/// The argument at which the loss with targets +-1 has the value of the loss in use: z - 1 for a wrong class coded 0.
Matrix<double> AdmmAudit::margin_form(const Matrix<double>& z) const {
  if (!zero_one()) return z;
  return z - (problem_.Y->array() < 0).cast<double>().matrix();
}

/// Layer l's share of L: beta |z_l - W_l a_{l-1} - b_l|^2 and gamma |a_l - h(z_l)|^2, for l = L the loss and <z_L, lambda>.
/// Rounding: an inner product of length p is wrong by at most p eps times the product of the norms; h is 1-Lipschitz up to its
/// constant; sums of the terms by a small multiple of eps, taken as 8.
Term AdmmAudit::term(int l, const Block*) {
  const Matrix<double>& z = now_("z", l);
  const double fit = (z - affine(l)).norm(), p = static_cast<double>(now_("W", l).cols()) + 1;
  const double bias2 = net().bias ? now_.vector("b", l).squaredNorm() : 0.0;
  const double inputs = std::sqrt(a(l - 1).squaredNorm() + static_cast<double>(problem_.n()));
  const double affine_error = p * std::sqrt(now_("W", l).squaredNorm() + bias2) * inputs;
  Term t;
  t.value = p_.beta * fit * fit;
  t.rounding = 2 * kEps * p_.beta * fit * (affine_error + z.norm());
  if (l < L()) {
    Matrix<double> h(z.rows(), z.cols());
    net().sigma(l).apply<double>(z, h);
    const double match = (now_("a", l) - h).norm();
    t.value += p_.gamma * match * match;
    t.rounding += 4 * kEps * p_.gamma * match * (h.norm() + now_("a", l).norm());
    t.rounding += 8 * kEps * t.value;
    return t;
  }
  const double loss = w() * problem_.loss.sum<double>(margin_form(z), *problem_.Y);
  t.value += loss + now_("lambda", L()).cwiseProduct(z).sum();
  t.rounding += 8 * kEps * (p_.beta * fit * fit + std::abs(loss) + now_("lambda", L()).norm() * z.norm());
  return t;
}

/// Coefficient of |new - old|^2 in the promised decrease, apart from the part that passes through W (decrease_bound).
double AdmmAudit::modulus(const Block& block) const {
  if (block.name == "W") return 0;
  if (block.name == "a") return p_.gamma;
  if (block.layer < L()) return linear(block.layer) ? p_.beta + p_.gamma : 0;
  return p_.beta + (squared() ? w() / 2 : 0);
}

bool AdmmAudit::quadratic(const Block& block) const {
  if (block.name == "z") return block.layer < L() ? linear(block.layer) : squared();
  return true;
}

/// Half the second variation of L along the block's step: what an exact minimiser of a quadratic gains. For the multiplier the
/// change itself, s beta <z_L, z_L - m>, which may have any sign.
double AdmmAudit::decrease_bound(const Block& block) const {
  const int l = block.layer;
  if (block.name == "W") {
    Matrix<double> step = (now_("W", l) - before_("W", l)) * a(block.layer - 1);
    if (net().bias) step.colwise() += now_.vector("b", l) - before_.vector("b", l);
    return p_.beta * step.squaredNorm();
  }
  if (block.name == "lambda")
    return -p_.multiplier_step * p_.beta * now_("z", l).cwiseProduct(now_("z", l) - affine(block.layer)).sum();
  const Matrix<double> step = block.name == "a" ? now_("a", l) - before_("a", l) : now_("z", l) - before_("z", l);
  const double own = modulus(block) * step.squaredNorm();
  return block.name == "a" ? own + p_.beta * (now_("W", l + 1) * step).squaredNorm() : own;
}

/// The solve is backward stable: its residual is at most about p eps |H| |x|, p the size of the system, and moves the two sides
/// apart by at most the step's length times that.
double AdmmAudit::block_rounding(const Block& block) const {
  const int l = block.layer;
  if (block.name == "lambda") {
    const double size =
        now_("lambda", L()).norm() + p_.multiplier_step * p_.beta * (now_("z", l).norm() + affine(block.layer).norm());
    return 8 * kEps * now_("z", l).norm() * size;
  }
  if (block.name == "W") {
    const double inputs2 = a(block.layer - 1).squaredNorm() + static_cast<double>(problem_.n());
    const double bias2 = net().bias ? now_.vector("b", l).squaredNorm() : 0.0, p = static_cast<double>(now_("W", l).cols()) + 1;
    const double step2 = now_.step2(before_, letters(block), l);
    const double x = std::sqrt(now_("W", l).squaredNorm() + bias2);
    return 2 * p * kEps * p_.beta * std::sqrt(step2) * (inputs2 * x + std::sqrt(inputs2) * now_("z", l).norm());
  }
  if (block.name == "a") {
    const double W2 = now_("W", l + 1).squaredNorm(), p = static_cast<double>(now_("a", l).rows());
    const double size = (p_.gamma + p_.beta * W2) * now_("a", l).norm() + p_.gamma * now_("z", l).norm() +
                        p_.beta * std::sqrt(W2) * now_("z", l + 1).norm();
    return 4 * p * kEps * (now_("a", l) - before_("a", l)).norm() * size;
  }
  const double slope = std::max(1.0, net().sigma(l).lipschitz(now_("z", l).cwiseAbs().maxCoeff()));
  const double size = (p_.beta + p_.gamma * slope * slope) * (now_("z", l).norm() + before_("z", l).norm()) +
                      problem_.loss.steepness() * problem_.Y->norm();
  const double pull = block.layer < L() ? p_.gamma * slope * now_("a", l).norm()
                                        : now_("lambda", L()).norm() + (problem_.loss.steepness() - 1) * now_("z", l).norm();
  return 8 * kEps * (now_("z", l) - before_("z", l)).norm() * (size + pull);
}

/// Some entries of z_l against a search: the centres of the two terms, 0, and a grid around them.
void AdmmAudit::judge_hidden(int k, int l, CheckLog& log) const {
  const Matrix<double> m = affine(l);
  const Matrix<double>&z = now_("z", l), &a_l = now_("a", l);
  const Index stride = std::max<Index>(1, z.size() / kProbed);
  double slack = kInfinity, allowance = 1;
  for (Index e = k % stride; e < z.size(); e += stride) {
    const auto value = [&](double u) {
      return 2 * p_.gamma * activation_prox_objective(net().sigma(l), a_l(e), m(e), p_.beta / p_.gamma, u);
    };
    const double radius = 1 + std::abs(m(e)) + std::abs(a_l(e)), own = value(z(e));
    double best = std::min({value(0), value(m(e)), value(a_l(e))});
    for (int i = -40; i <= 40; ++i) best = std::min(best, value(m(e) + radius * i / 40));
    const double p = static_cast<double>(now_("W", l).cols()) + 1, scale = (p_.beta + p_.gamma) * radius;
    const double margin = 8 * kEps * own + p * kEps * scale * (now_("W", l).norm() * a(l - 1).norm() + radius);
    if (slack / allowance > (best - own) / margin) slack = best - own, allowance = margin;
  }
  log.check("exact.hidden", k, {"z", l}, slack, allowance);
}

/// The output block's optimality in terms of the multiplier after the sweep: -lambda - (2 - s) beta r in w dl(z_L), where
/// r = z_L - W_L a_{L-1} - b_L and s = 0 during the warm start. Judged by the largest distance of an entry.
void AdmmAudit::judge_multiplier(int k, CheckLog& log) const {
  const Matrix<double>& z = now_("z", L());
  const double s = k > p_.warm_start ? p_.multiplier_step : 0.0;
  const Matrix<double> m = affine(L()), need = -now_("lambda", L()) - (2 - s) * p_.beta * (z - m);
  const Matrix<double> argument = margin_form(z);
  double worst = 0;
  if (problem_.loss.kind == Loss::Kind::hinge) {
    for (Index j = 0; j < z.cols(); ++j)
      for (Index i = 0; i < z.rows(); ++i) {
        const double y = (*problem_.Y)(i, j), margin = y * argument(i, j);
        auto interval = problem_.loss.entry_subdifferential(argument(i, j), y);
        if (std::abs(margin - 1) <= 8 * kEps * (1 + std::abs(m(i, j))))  // on the kink, up to rounding
          interval = {std::min(-y, 0.0), std::max(-y, 0.0)};
        worst = std::max(worst, distance(need(i, j), {w() * interval.first, w() * interval.second}));
      }
  } else {
    Matrix<double> G(z.rows(), z.cols());
    problem_.loss.gradient<double>(argument, *problem_.Y, G);
    worst = (need - w() * G).cwiseAbs().maxCoeff();
    if (!need.allFinite() || !G.allFinite()) worst = std::numeric_limits<double>::quiet_NaN();
  }
  const double curvature = squared() ? w() : 1.0;
  const double sizes = z.cwiseAbs().maxCoeff() + m.cwiseAbs().maxCoeff();
  const double p = static_cast<double>(now_("W", L()).cols()) + 1;
  const double affine_error = p * now_("W", L()).norm() * std::sqrt(a(L() - 1).colwise().squaredNorm().maxCoeff() + 1);
  const double size = (2 * p_.beta + curvature) * (sizes + affine_error) + now_("lambda", L()).cwiseAbs().maxCoeff() + w();
  log.check("identity.multiplier", k, {"lambda", L()}, -worst, 32 * kEps * size, worst);
}

void AdmmAudit::begin(CheckLog& log) {
  if (!multiplier_judged()) log.not_applicable("identity.multiplier", "judged for the squared, hinge and cross-entropy losses");
  if (L() == 1) log.not_applicable("exact.hidden", "the network has no hidden layer");
}

BlockPromise AdmmAudit::promised(const Block& block) const {
  const double bound = decrease_bound(block);
  BlockPromise promise{.gradient = block_rounding(block)};
  if (block.name != "lambda") promise.descent = {bound, 1, bound};
  if (quadratic(block)) promise.identity = {bound, 1, std::abs(bound)};
  return promise;
}

void AdmmAudit::judge_sweep(int k, CheckLog& log, Measurements& row) {
  for (int l = 1; l < L(); ++l) judge_hidden(k, l, log);
  if (multiplier_judged()) judge_multiplier(k, log);
  // The sum of the sweep's block decreases; each of its 3 L blocks may round as the two ends do.
  const Matrix<double>&z = now_("z", L()), &lambda = now_("lambda", L()), &old = sweep_start_("lambda", L());
  const double rise = (lambda - old).cwiseProduct(z).sum();
  const double rounding = 3 * L() * (F_sweep_.rounding + F_.rounding) + 8 * kEps * z.norm() * (lambda.norm() + old.norm());
  log.check("descent.sweep", k, {"sweep", 0}, F_sweep_.value + rise - F_.value, rounding, 0,
            {{"L before", F_sweep_.value}, {"L after", F_.value}, {"rise by the multiplier", rise}});
  row.emplace_back("potential", F_.value);
  row.emplace_back("multiplier_rise", rise);
}

}  // namespace

std::vector<Promise> promises() {
  const std::string paper = "derived for Taylor et al. 2016, ";
  return {
      {"descent.block", paper + "each update but the multiplier's",
       "L(old) - L(new) >= half the second variation of L along the step",
       "W: beta |dW A|^2; a: gamma |da|^2 + beta |W da|^2; z_L: (beta [+ w/2 squared loss]) |dz|^2; "
       "z_l: 0 [linear: beta + gamma]",
       "convex loss"},
      {"descent.sweep", paper + "one sweep",
       "L^{k-1} + <z_L, lambda^k - lambda^{k-1}> - L^k >= 0: only the multiplier raises L", "", ""},
      {"identity.block", paper + "quadratic updates and the multiplier's",
       "quadratic updates: equality; multiplier: L(new) - L(old) = s beta <z_L, z_L - W_L a_{L-1}>", "as above", ""},
      {"exact.hidden", paper + "update of z_l, l < L", "no probed point has a smaller gamma |a - h(z)|^2 + beta |z - m|^2", "",
       ""},
      {"identity.multiplier", paper + "update of z_L",
       "-lambda - (2 - s) beta (z_L - W_L a_{L-1}) is a subgradient of the loss at z_L",
       "s: the multiplier step, 0 during the warm start", "squared, hinge or cross-entropy loss"},
  };
}

std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem) {
  return std::make_unique<AdmmAudit>(parameters, problem);
}

}  // namespace bcd::taylor2016
