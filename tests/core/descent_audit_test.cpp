#include "algorithms/core/descent_audit.hpp"

#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;

namespace {

/// 1/2 |Phi(X) - Y|^2 or, for the margin loss, sum log(1 + exp(-y v)), in extended precision by plain loops.
long double slow_risk(const test::Tiny<>& tiny) {
  const Network& net = tiny.problem.net;
  long double total = 0;
  for (Index j = 0; j < tiny.X.cols(); ++j) {
    std::vector<long double> v(tiny.X.col(j).begin(), tiny.X.col(j).end());
    for (int i = 1; i <= net.N(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      std::vector<long double> next(static_cast<std::size_t>(net.d(i)));
      for (Index r = 0; r < net.d(i); ++r) {
        long double u = tiny.w0.b[at](r);
        for (std::size_t c = 0; c < v.size(); ++c) u += tiny.w0.W[at](r, static_cast<Index>(c)) * v[c];
        next[static_cast<std::size_t>(r)] = i < net.N() ? std::tanh(u) + (net.skip(i) ? v[static_cast<std::size_t>(r)] : 0) : u;
      }
      v = next;
    }
    for (std::size_t r = 0; r < v.size(); ++r) {
      const long double y = tiny.Y(static_cast<Index>(r), j);
      total += tiny.problem.loss.kind == Loss::Kind::squared ? 0.5L * (v[r] - y) * (v[r] - y) : std::log1p(std::exp(-y * v[r]));
    }
  }
  return total * static_cast<long double>(tiny.problem.loss.weight(tiny.X.cols()));
}

/// Moves the weights of a problem as a test says, under the audit.
struct Scene {
  test::Tiny<> tiny{test::network({3, 4, 2}, "tanh"), Loss::parse("squared", false), 300, 5};
  Weights<double> w = tiny.w0;
  State<double> state = weight_state(tiny.problem.net, w);
  CheckLog log{{{"descent", "source", "statement", "", ""}}};
  Measurements row;

  /// One sweep that leads from w0 to `to`.
  PromiseResult judge(const Weights<double>& to, double c, const Regulariser& r = {}) {
    const auto audit = make_descent_audit("descent", tiny.problem, c, r);
    audit->start(state, log);
    Weights<double> copy = to;
    const State<double> target = weight_state(tiny.problem.net, copy);
    for (std::size_t j = 0; j < state.size(); ++j) state[j].value = target[j].value;
    audit->after_sweep(1, log, row);
    return log.results().front();
  }
};

}  // namespace

TEST_CASE("the measured risk is that of extended precision, within its own bound on rounding", "[descent_audit]") {
  for (const char* loss : {"squared", "logistic"})
    for (const bool mean : {false, true})
      for (const double scale : {0.1, 1.0, 10.0}) {
        CAPTURE(loss, mean, scale);
        Network net = test::network({6, 5, 5, 3}, "tanh");
        net.layers[1].skip = true;
        const test::Tiny<> tiny(net, Loss::parse(loss, mean), 700, 3, scale);
        const MeasuredRisk risk = measured_risk(tiny.problem, tiny.w0);
        const long double exact = slow_risk(tiny);
        CHECK(std::abs(static_cast<double>(risk.value - exact)) <= risk.rounding);
        CHECK(risk.rounding > 0);
        CHECK(risk.rounding < 1e-10 * (1 + std::abs(risk.value)));  // a bound that allows everything shows nothing
      }
}

TEST_CASE("a decrease of exactly c times the squared step is the limit", "[descent_audit]") {
  // The minimiser over the output's bias alone: along it R is quadratic with second derivative n, so the decrease is n/2 |d|^2.
  Weights<double> to;
  double decrease = 0;
  {
    Scene scene;
    Matrix<double> V;
    forward<double>(scene.tiny.problem.net, scene.tiny.w0, scene.tiny.X, V);
    const Vector<double> d = (scene.tiny.Y - V).rowwise().mean();
    to = scene.tiny.w0;
    to.b[2] += d;
    decrease = 150 * d.squaredNorm();
    CHECK(scene.judge(to, 149.999).verdict() == "holds");
    CHECK(scene.row[1].first == "step_norm2");
    CHECK(scene.row[1].second == Approx(d.squaredNorm()));
  }
  CHECK(Scene().judge(to, 150.001).verdict() == "violated");
  CHECK(Scene().judge(to, 0).worst_slack == Approx(decrease));
}

TEST_CASE("the regulariser counts, of the weights and not of the biases", "[descent_audit]") {
  Scene scene;
  Weights<double> to = scene.tiny.w0;
  to.W[1] *= 0.5;
  to.b[1] *= 3;
  const Regulariser r = Regulariser::parse("l2:4");
  const double before = measured_risk(scene.tiny.problem, scene.tiny.w0).value + 2 * scene.tiny.w0.W[1].squaredNorm();
  const double after = measured_risk(scene.tiny.problem, to).value + 2 * to.W[1].squaredNorm();
  CHECK(scene.judge(to, 0, r).worst_slack == Approx(before - after));
}

TEST_CASE("weights that are not finite break the promise", "[descent_audit]") {
  Scene scene;
  Weights<double> to = scene.tiny.w0;
  to.W[2](0, 0) = std::nan("");
  CHECK(scene.judge(to, 0).verdict() == "violated");
}
