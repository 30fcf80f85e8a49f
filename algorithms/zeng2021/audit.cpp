// What holds along a run, evaluated apart from the updates: the function (4) of Xu, Bao and Xing, its gradient, the decrease of
// each block and the identities of the multipliers. The constants are derived in README.md.
#include <algorithm>
#include <cmath>

#include "algorithms/core/layered_audit.hpp"
#include "algorithms/zeng2021/admm.hpp"
#include "algorithms/zeng2021/majoriser.hpp"

namespace bcd::zeng2021 {

namespace {

class AdmmAudit final : public LayeredAudit<Moment> {
 public:
  AdmmAudit(const Parameters& parameters, const Problem<double>& problem) : LayeredAudit(problem), p_(parameters) {}

 private:
  int N() const { return layers(); }
  double w() const { return problem_.loss.weight(problem_.n()); }
  double beta(int i) const { return p_.beta(i); }
  bool linear(int i) const { return net().sigma(i).kind == Activation::Kind::linear; }
  const Matrix<double>& V(const Moment& x, int i) const { return i == 0 ? *problem_.X : x("V", i); }

  std::vector<std::string> letters(const Block& block) const override {
    if (block.name == "W") return {"W", "b"};
    return {block.name};
  }
  Term term(int i, const Block* block) override;
  std::pair<int, int> touched(const Block& block) const override {
    return {block.layer, block.layer + (block.name == "V" ? 1 : 0)};
  }
  BlockPromise promised(const Block& block) const override;
  void begin(CheckLog& log) override;
  void judge_sweep(int k, CheckLog& log, Measurements& row) override;
  void keep(Members& members) override { members(proximity_, V_steps_, rises_, last_rise_); }

  Matrix<double> affine(const Moment& weights, const Moment& inputs, int i) const;
  double bias2(const Moment& x, int i) const { return net().bias ? x.vector("b", i).squaredNorm() : 0.0; }
  double input_norm(const Moment& x, int i) const;

  struct Model {
    double curvature;
    bool valid;  // lies above the fit
  };
  Model model(const Moment& x, int i) const;
  double decrease(const Block& block) const;
  double block_rounding(const Block& block) const;
  double step2(const Block& block) const { return now_.step2(before_, letters(block), block.layer); }
  double gradient2(const Moment& previous) const;
  double proximity(const Moment& x, const Moment& previous) const;
  void judge_multipliers(int k, CheckLog& log) const;
  void judge_descent(int k, CheckLog& log) const;
  void judge_output_pair(int k, CheckLog& log) const;
  void judge_dual_change(int k, CheckLog& log) const;
  void measure_changes(Measurements& row);

  Parameters p_;
  std::vector<Matrix<double>> Z_, r_;  // at now_: Z_i = W_i V_{i-1} + b_i, r_i = sigma_i(Z_i) - V_i
  double proximity_ = 0;               // xi sum |V_i - V_i^{previous}|^2 after the last sweep
  std::vector<double> V_steps_;        // |V_i^k - V_i^{k-1}| of the last sweep
  int rises_ = 0, last_rise_ = 0;      // sweeps in which (4) rose
};

/// W_i V_{i-1} + b_i: d_i x n
Matrix<double> AdmmAudit::affine(const Moment& weights, const Moment& inputs, int i) const {
  Matrix<double> Z = weights("W", i) * V(inputs, i - 1);
  if (net().bias) Z.colwise() += weights.vector("b", i);
  return Z;
}

/// |[V_{i-1}; 1]|, the ones only with a bias
double AdmmAudit::input_norm(const Moment& x, int i) const {
  return std::sqrt(V(x, i - 1).squaredNorm() + (net().bias ? static_cast<double>(problem_.n()) : 0.0));
}

/// lambda/2 |[W_i b_i]|^2 + <Lambda_i, r_i> + beta_i/2 |r_i|^2 [+ w/2 |V_N - Y|^2]. Rounding: an inner product of length m is
/// wrong by at most m eps times the product of the norms, sigma is 1-Lipschitz, and r_i inherits that error; sums of the terms
/// are wrong by a small multiple of eps, taken as 8.
Term AdmmAudit::term(int i, const Block* block) {
  const Moment& x = now_;
  Z_.resize(at(N() + 1)), r_.resize(at(N() + 1));
  if (!block || block->name != "Lambda") {  // which leaves Z and r as they are
    Z_[at(i)] = affine(x, x, i);
    r_[at(i)].resizeLike(Z_[at(i)]);
    net().sigma(i).apply<double>(Z_[at(i)], r_[at(i)]);
    r_[at(i)] -= x("V", i);
  }
  const Matrix<double>& r = r_[at(i)];
  const double r_norm = r.norm(), multiplier = x("Lambda", i).norm(), weights2 = x("W", i).squaredNorm() + bias2(x, i);
  Term t;
  t.value = 0.5 * p_.lambda * weights2 + x("Lambda", i).cwiseProduct(r).sum() + 0.5 * beta(i) * r_norm * r_norm;
  const double m = static_cast<double>(x("W", i).cols()) + 1;
  const double r_error = kEps * (m * std::sqrt(weights2) * input_norm(x, i) + 2 * x("V", i).norm());
  t.rounding = (multiplier + beta(i) * r_norm) * r_error +
               8 * kEps * (p_.lambda * weights2 + multiplier * r_norm + beta(i) * r_norm * r_norm);
  if (i == N()) {
    const double loss = 0.5 * w() * (x("V", i) - *problem_.Y).squaredNorm();
    t.value += loss;
    t.rounding += 8 * kEps * loss;
  }
  return t;
}

/// The quadratic model of layer i's fit that the updates use at the point x.
AdmmAudit::Model AdmmAudit::model(const Moment& x, int i) const {
  const Matrix<double> B = x("V", i) - x("Lambda", i) / beta(i);
  const double lo = B.minCoeff(), hi = B.maxCoeff(), c = model_curvature(p_, net().sigma(i), lo, hi);
  return {c, c >= fit_curvature(net().sigma(i), lo, hi)};
}

/// The promised decrease: 1/2 <D, H D>, H the Hessian of the block's quadratic (exact or model); for a multiplier minus its
/// rise |D|^2/beta_i.
double AdmmAudit::decrease(const Block& block) const {
  const int i = block.layer;
  const double D2 = step2(block);
  if (block.name == "Lambda") return -D2 / beta(i);
  if (block.name == "W") {
    Matrix<double> moved = (now_("W", i) - before_("W", i)) * V(now_, i - 1);
    if (net().bias) moved.colwise() += now_.vector("b", i) - before_.vector("b", i);
    return 0.5 * p_.lambda * D2 + 0.5 * beta(i) * model(before_, i).curvature * moved.squaredNorm();
  }
  if (i == N()) return 0.5 * (w() + beta(i)) * D2;
  const double through = (now_("W", i + 1) * (now_("V", i) - before_("V", i))).squaredNorm();
  return 0.5 * beta(i) * D2 + 0.5 * beta(i + 1) * model(before_, i + 1).curvature * through;
}

/// The solve is backward stable: its residual is at most about m eps |H| |x|, m the size of the system, and moves the two sides
/// apart by at most |D| times that.
double AdmmAudit::block_rounding(const Block& block) const {
  const int i = block.layer;
  const double D = std::sqrt(step2(block));
  if (block.name == "Lambda") return 0;
  if (block.name == "W") {
    const double inputs = input_norm(now_, i), m = static_cast<double>(now_("W", i).cols()) + 1;
    const double x = std::sqrt(now_("W", i).squaredNorm() + bias2(now_, i));
    const double c = model(now_, i).curvature;
    const double target =
        now_("V", i).norm() + now_("Lambda", i).norm() / beta(i) + std::sqrt(static_cast<double>(now_("V", i).size()));
    return 4 * m * kEps * D * ((p_.lambda + beta(i) * c * inputs * inputs) * x + beta(i) * inputs * target);
  }
  const double own = beta(i) * (now_("V", i).norm() + r_[at(i)].norm()) + now_("Lambda", i).norm();
  if (i == N()) return 8 * kEps * D * (own + w() * problem_.Y->norm());
  const double W_norm = now_("W", i + 1).norm(), m = static_cast<double>(now_("V", i).rows());
  const double next = now_("V", i + 1).norm() + now_("Lambda", i + 1).norm() / beta(i + 1) +
                      std::sqrt(bias2(now_, i + 1) * static_cast<double>(problem_.n())) +
                      std::sqrt(static_cast<double>(now_("V", i + 1).size()));
  const double c = model(now_, i + 1).curvature;
  return 4 * m * kEps * D * (own + beta(i + 1) * (c * W_norm * W_norm * now_("V", i).norm() + W_norm * next));
}

/// xi sum_i |V_i - V_i^{previous}|^2
double AdmmAudit::proximity(const Moment& x, const Moment& previous) const {
  double sum = 0;
  for (int i = 1; i <= N(); ++i) sum += (x("V", i) - previous("V", i)).squaredNorm();
  return p_.xi * sum;
}

/// |grad|^2 of (4) in all its variables (W, b, V, Lambda, V^{previous}). With M_i = Lambda_i + beta_i r_i and S_i = M_i
/// sigma_i'(Z_i): dW_i = lambda W_i + S_i V_{i-1}^T, db_i = lambda b_i + S_i 1, dV_i = -M_i + W_{i+1}^T S_{i+1} + 2 xi (V_i -
/// V_i^{previous}) [+ w (V_N - Y)], dLambda_i = r_i, dV_i^{previous} = -2 xi (V_i - V_i^{previous}).
double AdmmAudit::gradient2(const Moment& previous) const {
  const Moment& x = now_;
  double sum = 0;
  Matrix<double> S_next;
  for (int i = N(); i >= 1; --i) {
    const Matrix<double>& r = r_[at(i)];
    const Matrix<double> M = x("Lambda", i) + beta(i) * r, pull = 2 * p_.xi * (x("V", i) - previous("V", i));
    Matrix<double> dV = pull - M;
    if (i == N()) dV += w() * (x("V", i) - *problem_.Y);
    if (i < N()) dV.noalias() += x("W", i + 1).transpose() * S_next;
    S_next = M;
    net().sigma(i).multiply_by_derivative<double>(Z_[at(i)], S_next);
    sum += dV.squaredNorm() + pull.squaredNorm() + r.squaredNorm();
    sum += (p_.lambda * x("W", i) + S_next * V(x, i - 1).transpose()).squaredNorm();
    if (net().bias) sum += (p_.lambda * x.vector("b", i) + S_next.rowwise().sum()).squaredNorm();
  }
  return sum;
}

BlockPromise AdmmAudit::promised(const Block& block) const {
  const int fitted = block.name == "V" && block.layer < N() ? block.layer + 1 : block.layer;  // whose fit the update models
  const bool multiplier = block.name == "Lambda", exact = multiplier || linear(fitted);
  const double bound = decrease(block);
  const Decrease claimed{bound, 1, std::abs(bound)};
  BlockPromise promise{.gradient = block_rounding(block)};
  if (exact) promise.identity = claimed;
  if (!multiplier && (exact || model(before_, fitted).valid)) promise.descent = claimed;
  return promise;
}

void AdmmAudit::begin(CheckLog& log) {
  if (!(beta(N()) > w()))
    log.not_applicable("descent.output",
                       "needs beta_N > w: here beta_N = " + number_text(beta(N())) + ", w = " + number_text(w()));
}

/// After sweep k: Lambda_N = w (V_N - Y) and, with G and c of V_i's update (i < N; at W, V_{i+1}, Lambda_{i+1} of that moment),
/// Lambda_i = beta_{i+1} W_{i+1}^T [G + c W_{i+1} (V_i - V_i_old)].
void AdmmAudit::judge_multipliers(int k, CheckLog& log) const {
  for (int i = 1; i <= N(); ++i) {
    const Matrix<double>& Lambda = now_("Lambda", i);
    Matrix<double> expected;
    double size = beta(i) * (now_("V", i).norm() + r_[at(i)].norm()) + Lambda.norm() + sweep_start_("Lambda", i).norm();
    if (i == N()) {
      expected = w() * (now_("V", i) - *problem_.Y);
      size += w() * problem_.Y->norm();
    } else {
      // when V_i was updated, layer i+1 had its new weights and its old V and Lambda
      const Moment& then = sweep_start_;
      const Matrix<double> Z = affine(now_, then, i + 1), B = then("V", i + 1) - then("Lambda", i + 1) / beta(i + 1);
      Matrix<double> G(Z.rows(), Z.cols());
      net().sigma(i + 1).apply<double>(Z, G);
      G -= B;
      net().sigma(i + 1).multiply_by_derivative<double>(Z, G);
      const Matrix<double>& W = now_("W", i + 1);
      const double c = model_curvature(p_, net().sigma(i + 1), B.minCoeff(), B.maxCoeff());
      expected = beta(i + 1) * W.transpose() * (G + c * W * (now_("V", i) - sweep_start_("V", i)));
      const double V_norm = now_("V", i).norm() + sweep_start_("V", i).norm();
      size += beta(i + 1) * W.norm() * (B.norm() + std::sqrt(static_cast<double>(B.size())) + Z.norm() + c * W.norm() * V_norm);
    }
    const double m = static_cast<double>(now_("W", i).cols() + now_("V", i).rows()) + 1;
    const double off = (Lambda - expected).norm();
    log.check("identity.multiplier", k, {"Lambda", i}, -off, 4 * m * kEps * size, off);
  }
}

/// From the second sweep on |dLambda_N| = w |dV_N|, so the last pair lowers L by ((w + beta_N)/2 - w^2/beta_N) |dV_N|^2.
void AdmmAudit::judge_output_pair(int k, CheckLog& log) const {
  if (k < 2 || !(beta(N()) > w())) return;
  const int last = N();
  const double step2 = (now_("V", last) - sweep_start_("V", last)).squaredNorm();
  const double rise = (now_("Lambda", last) - sweep_start_("Lambda", last)).squaredNorm() / beta(N());
  const double net_decrease = 0.5 * (w() + beta(N())) * step2 - rise;
  const double constant = 0.5 * (w() + beta(N())) - w() * w() / beta(N());
  const double size = now_("V", last).norm() + problem_.Y->norm() + now_("Lambda", last).norm();
  // The differences are exact to eps size, their squares to 2 eps size |dV| + (eps size)^2, also where V_N stands still.
  log.check("descent.output", k, {"V", N()}, net_decrease - constant * step2,
            64 * kEps * (w() + beta(N())) * (step2 + std::sqrt(step2) * size + kEps * size * size), constant * step2,
            {{"decrease", net_decrease}, {"constant", constant}, {"|dV_N|^2", step2}});
}

/// From sweep 2 on |dLambda_N| = w |dV_N|, and Lambda_{N-1} = W_N^T (Lambda_N + beta_N dV_N) gives, with F = Lambda_N + beta_N
/// dV_N, |dLambda_{N-1}| <= |dW_N| |F| + |W_N old| ((w + beta_N) |dV_N| + beta_N |dV_N of the sweep before|).
void AdmmAudit::judge_dual_change(int k, CheckLog& log) const {
  if (k < 2) return;
  const int last = N();
  const auto change = [&](int i) { return (now_("Lambda", i) - sweep_start_("Lambda", i)).norm(); };
  const Matrix<double> dV = now_("V", last) - sweep_start_("V", last);
  const double sizes = now_("Lambda", last).norm() + now_("V", last).norm() + problem_.Y->norm();
  const double rounding = 64 * kEps * (1 + w() + beta(N())) * sizes;
  log.check("dual.change", k, {"Lambda", N()}, w() * dV.norm() - change(last), rounding, change(last),
            {{"w", w()}, {"|dV_N|", dV.norm()}});
  if (N() < 2) return;
  const double dW = (now_("W", last) - sweep_start_("W", last)).norm(), W_old = sweep_start_("W", last).norm();
  const double F = (now_("Lambda", last) + beta(N()) * dV).norm();
  const double bound = dW * F + W_old * ((w() + beta(N())) * dV.norm() + beta(N()) * V_steps_[at(last)]);
  const double m = static_cast<double>(now_("W", last).cols()) + 1, beta_1 = beta(N() - 1);
  const double own = now_("Lambda", last - 1).norm() + beta_1 * now_("V", last - 1).norm();
  log.check("dual.change", k, {"Lambda", N() - 1}, bound - change(last - 1),
            m * (1 + now_("W", last).norm() + W_old) * rounding + 64 * m * kEps * own, change(last - 1),
            {{"|dW_N|", dW}, {"|F|", F}, {"|W_N old|", W_old}, {"|dV_N|", dV.norm()}});
}

/// L falls by what the blocks promise, less the multipliers' rises; judged where every model lay above its fit.
void AdmmAudit::judge_descent(int k, CheckLog& log) const {
  double rise = 0, promised_sum = 0;
  for (int i = 1; i <= N(); ++i) {
    if (!model(sweep_start_, i).valid) return;
    const double V2 = (now_("V", i) - sweep_start_("V", i)).squaredNorm();
    rise += (now_("Lambda", i) - sweep_start_("Lambda", i)).squaredNorm() / beta(i);
    promised_sum +=
        0.5 * p_.lambda * (now_("W", i) - sweep_start_("W", i)).squaredNorm() + 0.5 * (beta(i) + (i == N() ? w() : 0.0)) * V2;
  }
  const double allowance = 3 * N() * (F_sweep_.rounding + F_.rounding) + 64 * kEps * (rise + promised_sum);
  log.check("descent.sweep", k, {"sweep", 0}, F_sweep_.value + rise - F_.value - promised_sum, allowance, promised_sum,
            {{"L before", F_sweep_.value}, {"L after", F_.value}, {"rise by the multipliers", rise}});
}

/// Steps of primal and dual variables and their ratios: chi = max_i |V_i^{k-1} - V_i^{k-2}|/|V_i^k - V_i^{k-1}| of Example 3.2.
void AdmmAudit::measure_changes(Measurements& row) {
  double W2 = 0, V2 = 0, Lambda2 = 0, previous_V2 = 0, chi = 0;
  std::vector<double> steps(at(N() + 1), 0.0);
  for (int i = 1; i <= N(); ++i) {
    W2 += (now_("W", i) - sweep_start_("W", i)).squaredNorm();
    if (net().bias) W2 += (now_.vector("b", i) - sweep_start_.vector("b", i)).squaredNorm();
    Lambda2 += (now_("Lambda", i) - sweep_start_("Lambda", i)).squaredNorm();
    steps[at(i)] = (now_("V", i) - sweep_start_("V", i)).norm();
    V2 += steps[at(i)] * steps[at(i)];
    if (V_steps_.empty()) continue;
    previous_V2 += V_steps_[at(i)] * V_steps_[at(i)];
    chi = std::max(chi, V_steps_[at(i)] / steps[at(i)]);
  }
  row.emplace_back("step_norm2", W2 + V2 + Lambda2 + (p_.xi > 0 ? previous_V2 : 0.0));
  row.emplace_back("primal_change", std::sqrt(W2 + V2));
  row.emplace_back("dual_change", std::sqrt(Lambda2));
  row.emplace_back("dual_ratio", std::sqrt(Lambda2 / (W2 + V2)));
  if (!V_steps_.empty()) row.emplace_back("chi", chi);
  V_steps_ = steps;
}

void AdmmAudit::judge_sweep(int k, CheckLog& log, Measurements& row) {
  judge_multipliers(k, log);
  judge_output_pair(k, log);
  judge_dual_change(k, log);
  judge_descent(k, log);
  const double near = proximity(now_, sweep_start_);
  if (F_.value + near > F_sweep_.value + proximity_ + F_.rounding + F_sweep_.rounding) {
    ++rises_;
    last_rise_ = k;
  }
  row.emplace_back("potential", F_.value + near);
  measure_changes(row);
  row.emplace_back("subgradient_norm2", gradient2(sweep_start_));
  row.emplace_back("rises", static_cast<double>(rises_));
  row.emplace_back("last_rise", static_cast<double>(last_rise_));
  proximity_ = near;
}

}  // namespace

std::vector<Promise> promises() {
  const std::string paper = "Xu et al. 2024, Example 3.2, and Zeng et al. 2021: ",
                    valid = "the quadratic models lie above the fits";
  return {
      {"descent.block", paper + "each W_i and V_i update", "L(old) - L(new) >= 1/2 <D, H D>",
       "H: Hessian of the block's quadratic, e.g. beta_i I + beta_{i+1} c W^T W for V_i", valid},
      {"identity.block", paper + "exact updates and multipliers",
       "exact quadratics: equality; Lambda_i: L(new) - L(old) = |D|^2/beta_i", "as above", ""},
      {"identity.multiplier", paper + "optimality of V_i",
       "Lambda_N = w (V_N - Y), Lambda_i = beta_{i+1} W_{i+1}^T [G + c W_{i+1} (V_i - V_i_old)]", "", ""},
      {"descent.output", paper + "V_N with Lambda_N",
       "the pair lowers L by ((w + beta_N)/2 - w^2/beta_N) |dV_N|^2, from sweep 2 on", "positive exactly if beta_N > w",
       "beta_N > w"},
      {"dual.change", paper + "multipliers follow the primal variables",
       "|dLambda_N| <= w |dV_N|; |dLambda_{N-1}| <= |dW_N| |Lambda_N + beta_N dV_N| + |W_N| ((w + beta_N) |dV_N| + beta_N "
       "|dV_N before|)",
       "from sweep 2 on", ""},
      {"descent.sweep", paper + "one sweep",
       "L^{k-1} - L^k + sum |dLambda_i|^2/beta_i >= lambda/2 |dW|^2 + sum beta_i/2 |dV_i|^2 + w/2 |dV_N|^2", "", valid},
  };
}

std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem) {
  return std::make_unique<AdmmAudit>(parameters, problem);
}

}  // namespace bcd::zeng2021
