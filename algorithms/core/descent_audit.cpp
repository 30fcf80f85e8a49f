#include "algorithms/core/descent_audit.hpp"

#include <cmath>

#include "algorithms/core/algorithm.hpp"
#include "algorithms/core/backprop.hpp"
#include "algorithms/core/parallel.hpp"
#include "algorithms/core/restorable.hpp"
#include "algorithms/core/rounding.hpp"

namespace bcd {

namespace {

/// The risk of `count` columns, without the loss's weight. E bounds the error of V in units of eps: an inner product of m terms
/// is wrong by at most m/2 eps times the sum of their moduli, an activation passes an error on by its Lipschitz constant and
/// adds some roundings of its own.
MeasuredRisk risk_of_columns(const Problem<double>& problem, const Weights<double>& w, Index first, Index count) {
  const Network& net = problem.net;
  Matrix<double> V = problem.X->middleCols(first, count), E = Matrix<double>::Zero(V.rows(), count);
  for (int i = 1; i <= net.N(); ++i) {
    const auto m = static_cast<double>(net.d(i - 1) + 2);
    Matrix<double> U = w.W[at(i)] * V, D = w.W[at(i)].cwiseAbs() * (E + m * V.cwiseAbs());
    if (net.bias) {
      U.colwise() += w.b[at(i)];
      D.colwise() += m * w.b[at(i)].cwiseAbs();
    }
    const double slope = net.sigma(i).lipschitz(U.cwiseAbs().maxCoeff());
    D = slope * (D + 4 * U.cwiseAbs());
    net.sigma(i).apply<double>(U, U);
    if (net.skip(i)) {
      U += V;
      D += E;
    }
    E = D + 4 * U.cwiseAbs();
    V.swap(U);
  }
  const auto Y = problem.Y->middleCols(first, count);
  Matrix<double> G(V.rows(), count);
  problem.loss.gradient<double>(V, Y, G);
  MeasuredRisk risk;
  risk.value = problem.loss.sum<double>(V, Y);
  risk.rounding = kEps * (G.cwiseAbs().cwiseProduct(E).sum() + static_cast<double>(V.size() + 8) * std::abs(risk.value));
  return risk;
}

class DescentAudit final : public Audit, public Restorable {
 public:
  DescentAudit(std::string promise, const Problem<double>& problem, double c, const Regulariser& r)
      : promise_(std::move(promise)), problem_(problem), c_(c), r_(r) {}

  void start(const State<double>& state, CheckLog&) override {
    state_ = &state;
    w_ = read();
    F_ = objective(w_);
  }

  void after_sweep(int k, CheckLog& log, Measurements& row) override {
    Weights<double> now = read();
    const MeasuredRisk F = objective(now);
    double step2 = 0, terms = 8;
    for (std::size_t i = 1; i < now.W.size(); ++i) {
      step2 += (now.W[i] - w_.W[i]).squaredNorm() + (now.b[i] - w_.b[i]).squaredNorm();
      terms += static_cast<double>(now.W[i].size() + now.b[i].size());
    }
    double allowance = F.rounding + F_.rounding + terms * kEps * c_ * step2;
    if (!(allowance > 0 && std::isfinite(allowance))) allowance = kTiny;  // overflow excuses nothing
    log.check(promise_, k, {}, F_.value - F.value - c_ * step2, allowance, c_ * step2,
              {{"F before", F_.value}, {"F after", F.value}, {"c", c_}, {"|D|^2", step2}});
    row.emplace_back("potential", F.value);
    row.emplace_back("step_norm2", step2);
    w_ = std::move(now);
    F_ = F;
  }

  void members(Members& members) override {
    if (!members.reading()) return;
    w_ = read();
    F_ = objective(w_);
  }

 private:
  Weights<double> read() const {
    Weights<double> w(problem_.net);
    for (NamedMatrix<double>& own : weight_state(problem_.net, w))
      if (const NamedMatrix<double>* window = state_->find(own.name)) own.value = window->value;
    return w;
  }

  MeasuredRisk objective(const Weights<double>& w) const {
    MeasuredRisk F = measured_risk(problem_, w);
    for (std::size_t i = 1; i < w.W.size(); ++i) {
      const double r = r_.value<double>(w.W[i]);
      F.value += r;
      F.rounding += kEps * static_cast<double>(w.W[i].size() + 8) * std::abs(r);
    }
    return F;
  }

  std::string promise_;
  const Problem<double>& problem_;
  double c_;
  Regulariser r_;
  const State<double>* state_ = nullptr;
  Weights<double> w_;
  MeasuredRisk F_;
};

}  // namespace

MeasuredRisk measured_risk(const Problem<double>& problem, const Weights<double>& weights) {
  const Index n = problem.n();
  std::vector<MeasuredRisk> parts(static_cast<std::size_t>((n + kColumnBlock - 1) / kColumnBlock));
  for_columns(n, 3 * forward_work(problem.net), [&](Index first, Index count, int) {
    parts[static_cast<std::size_t>(first / kColumnBlock)] = risk_of_columns(problem, weights, first, count);
  });
  MeasuredRisk total;
  for (const MeasuredRisk& part : parts) {
    total.value += part.value;
    total.rounding += part.rounding;
  }
  total.rounding += kEps * static_cast<double>(parts.size()) * std::abs(total.value);
  const double weight = problem.loss.weight(n);
  return {weight * total.value, weight * total.rounding};
}

std::unique_ptr<Audit> make_descent_audit(const std::string& promise, const Problem<double>& problem, double c,
                                          const Regulariser& r) {
  return std::make_unique<DescentAudit>(promise, problem, c, r);
}

}  // namespace bcd
