// DLAM and mDLAM: every update solves its subproblem, the intervals of (4), backtracking, and a run against plain loops.
#include <cmath>

#include "algorithms/core/parallel.hpp"
#include "algorithms/wang2018/fista.hpp"
#include "algorithms/wang2018/oracle.hpp"
#include "algorithms/wang2018/preimage.hpp"
#include "tests/algorithms/wang2018/support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::wang2018;
using namespace bcd::test;

namespace {

const Loss kSquared{Loss::Kind::squared, false}, kEntropy{Loss::Kind::cross_entropy, false};

void write(Algorithm<double>& algorithm, const std::string& name, const Matrix<double>& value) {
  for (NamedMatrix<double>& m : algorithm.state())
    if (m.name == name) m.value = value;
}

/// Tiny problem, parameters "name=value" and a started algorithm.
struct Run {
  Tiny<> tiny;
  Dlam<double> algorithm;
  Run(const std::string& activation, const Loss& loss, std::vector<std::pair<std::string, std::string>> options,
      bool accelerated = false)
      : tiny(network({4, 3, 3, 2}, activation), loss, 15, 3), algorithm(accelerated) {
    ParameterList list = algorithm.parameters();
    for (const auto& [name, value] : options) list.set(name, value);
    Rng rng(5, "dlam test");
    algorithm.initialise(tiny.problem, tiny.w0, rng);
  }
  DlamPoint point() { return DlamPoint(algorithm.state()); }
};

/// Keeps the state before and after each block.
struct Recorder : BlockObserver {
  Run& run;
  DlamPoint last;
  std::function<void(const Block&, const DlamPoint&, const DlamPoint&)> look;
  explicit Recorder(Run& r) : run(r), last(r.point()) {}
  void after(const Block& block) override {
    DlamPoint now = run.point();
    look(block, last, now);
    last = std::move(now);
  }
};

}  // namespace

TEST_CASE("the interval of (4) is the set of z that brute force finds", "[dlam]") {
  for (const char* name : {"linear", "relu", "leaky_relu:0.1", "sigmoid", "tanh", "softplus"}) {
    const Activation h = Activation::parse(name);
    Rng rng(11, name);
    int empty = 0, half_infinite = 0;
    for (int trial = 0; trial < 400; ++trial) {
      const double eps = std::exp2(rng.uniform(-7, 1)), a = 1.5 * rng.normal();
      const Preimage set = preimage(h, a, eps);
      CAPTURE(name, a, eps, set.lo, set.hi);
      empty += set.lo > set.hi;
      half_infinite += std::isinf(set.lo) != std::isinf(set.hi);
      for (int k = -400; k <= 400; ++k) {
        const double z = k / 40.0, gap = std::abs(h.value(z) - a) - eps;
        if (std::abs(gap) < 1e-12) continue;  // on the bound: rounding decides
        CHECK((gap < 0) == (set.lo <= z && z <= set.hi));
      }
    }
    const bool onto = std::string(name) == "linear" || std::string(name) == "leaky_relu:0.1";
    CHECK((onto ? empty == 0 : empty > 0));
    CHECK((onto ? half_infinite == 0 : half_infinite > 0));
  }
}

TEST_CASE("projecting on the interval gives the nearest feasible z", "[dlam]") {
  for (const char* name : {"linear", "relu", "leaky_relu:0.1", "sigmoid", "tanh", "softplus"}) {
    const Activation h = Activation::parse(name);
    Rng rng(12, name);
    const Index n = 200;
    Matrix<double> z(1, n), a(1, n);
    rng.fill_normal(z, 2);
    const double eps = 0.25;
    for (Index j = 0; j < n; ++j) a(0, j) = h.value(rng.normal()) + rng.uniform(-eps, eps);  // never empty
    Matrix<double> projected = z;
    project_on_preimage<double>(h, a, eps, projected);
    for (Index j = 0; j < n; ++j) {
      CAPTURE(name, z(0, j), a(0, j), projected(0, j));
      CHECK(std::abs(h.value(projected(0, j)) - a(0, j)) <= eps + 1e-13);
      double nearest = std::numeric_limits<double>::infinity();
      for (int k = -8000; k <= 8000; ++k) {
        const double x = k / 1000.0;
        if (std::abs(h.value(x) - a(0, j)) <= eps) nearest = std::min(nearest, std::abs(x - z(0, j)));
      }
      CHECK(std::abs(projected(0, j) - z(0, j)) <= nearest + 1e-12);
    }
  }
}

TEST_CASE("FISTA reaches the minimiser of the output problem", "[dlam]") {
  for (const char* name : {"cross_entropy", "logistic", "squared_hinge"})
    for (const double rho : {0.05, 2.0}) {
      const Loss loss = Loss::parse(name, false);
      const Tiny<> tiny(network({3, 4}, "relu"), loss, 20, 7);
      Matrix<double> P(4, 20), exact(4, 20), z = Matrix<double>::Zero(4, 20);
      Rng rng(8, "fista");
      rng.fill_normal(P, 2);
      loss.prox<double>(1, rho, P, tiny.Y, exact);
      const int used = fista<double>(loss, 1, rho, P, tiny.Y, 1e-12, 5000, z);
      CAPTURE(name, rho, used);
      CHECK(used < 5000);
      CHECK((z - exact).cwiseAbs().maxCoeff() < 1e-9);  // residual 2 L 1e-12 over the strong convexity rho, with room
    }
}

TEST_CASE("every update of DLAM minimises its model: no feasible perturbation does better", "[dlam]") {
  for (const char* activation : {"relu", "tanh", "leaky_relu:0.2"})
    for (const char* omega : {"none", "l2:0.3", "l1:0.2"})
      for (const auto& [theta, tau] : {std::pair{"block", "block"}, {"row", "sample"}, {"entry", "entry"}}) {
        Run run(activation, kEntropy,
                {{"omega", omega},
                 {"theta", theta},
                 {"tau", tau},
                 {"start_noise", "0.5"},
                 {"output_update", "exact"},
                 {"eps", "0.2"}});
        DlamParameters p;
        ParameterList list;
        p.fields(list);
        list.set("omega", omega), list.set("eps", "0.2");
        const DlamOracle oracle(p, run.tiny.problem);
        Rng rng(21, "perturb");
        Recorder recorder(run);
        recorder.look = [&](const Block& block, const DlamPoint& before, const DlamPoint& now) {
          const auto l = static_cast<std::size_t>(block.layer);
          const auto phi_or_model = [&](const DlamPoint& x) {  // the model at x of the block that moved
            if (block.name == "W" || block.name == "a") {
              const Matrix<double>&old = block.name == "W" ? before.W[l] : before.a[l],
                    &at = block.name == "W" ? x.W[l] : x.a[l];
              const Matrix<double>& t = block.name == "W" ? now.theta[l] : now.tau[l];
              const Matrix<double> G =
                  block.name == "W" ? oracle.gradient_W(block.layer, before) : oracle.gradient_a(block.layer, before);
              const Matrix<double> D = at - old, weights = t.replicate(D.rows() / t.rows(), D.cols() / t.cols());
              return G.cwiseProduct(D).sum() + weights.cwiseProduct(D.cwiseAbs2()).sum() / 2 +
                     (block.name == "W" ? p.omega.value<double>(at) : 0.0);
            }
            return oracle.potential(x).value;
          };
          const double best = phi_or_model(now);
          for (int trial = 0; trial < 20; ++trial)
            for (const double size : {1e-1, 1e-3}) {
              DlamPoint other = now;
              Matrix<double> noise;
              const auto perturb = [&](Matrix<double>& m) { noise.resizeLike(m), rng.fill_normal(noise, size), m += noise; };
              if (block.name == "W") perturb(other.W[l]);
              if (block.name == "z") perturb(other.z[l]);
              if (block.name == "a") perturb(other.a[l]);
              if (block.name == "b") other.b[l](0) += size * rng.normal();
              if (block.name == "a")
                for (Index e = 0; e < noise.size(); ++e) {
                  const double h = run.tiny.problem.net.sigma(block.layer).value(now.z[l](e));
                  other.a[l](e) = std::clamp(other.a[l](e), h - 0.2, h + 0.2);
                }
              if (block.name == "z" && block.layer < 3)  // back to the old z where the trial leaves the set
                for (Index e = 0; e < noise.size(); ++e)
                  if (std::abs(run.tiny.problem.net.sigma(block.layer).value(other.z[l](e)) - before.a[l](e)) > 0.2)
                    other.z[l](e) = now.z[l](e);
              CAPTURE(activation, omega, theta, block.text(), size);
              CHECK(phi_or_model(other) >= best - 1e-12 * (1 + std::abs(best)));
            }
        };
        for (int k = 0; k < 2; ++k) run.algorithm.step(&recorder);
      }
}

TEST_CASE("backtracking returns the first theta and tau that pass the printed test", "[dlam]") {
  Run run("relu", kSquared, {{"start_noise", "0.5"}, {"eps", "0.3"}, {"rho", "0.7"}});
  DlamParameters p;
  p.rho = 0.7;
  const DlamOracle oracle(p, run.tiny.problem);
  Recorder recorder(run);
  int checked = 0;
  recorder.look = [&](const Block& block, const DlamPoint& before, const DlamPoint& now) {
    if (block.name != "W" && block.name != "a") return;
    const auto l = static_cast<std::size_t>(block.layer);
    const bool weight = block.name == "W";
    const Matrix<double> G = weight ? oracle.gradient_W(block.layer, before) : oracle.gradient_a(block.layer, before);
    const auto passes = [&](double t) {  // phi(new) <= phi(old) + <G, D> + t/2 |D|^2
      DlamPoint trial = before;
      Matrix<double>& x = weight ? trial.W[l] : trial.a[l];
      const Matrix<double> old = x;
      x -= G / t;
      if (!weight) {
        const Matrix<double> h = before.z[l].cwiseMax(0.0);
        x = x.cwiseMax((h.array() - 0.3).matrix()).cwiseMin((h.array() + 0.3).matrix());
      }
      const Matrix<double> D = x - old;
      const int term = weight ? block.layer : block.layer + 1;
      const double model = oracle.term(term, before).value + G.cwiseProduct(D).sum() + t / 2 * D.squaredNorm();
      return oracle.term(term, trial).value <= model;
    };
    const double found = weight ? now.theta[l](0, 0) : now.tau[l](0, 0);
    double t = 1e-3 * 0.7;
    while (!passes(t)) t *= 2;
    CAPTURE(block.text());
    CHECK(found == Approx(t).epsilon(1e-12));
    ++checked;
  };
  run.algorithm.step(&recorder);
  run.algorithm.step(&recorder);
  CHECK(checked == 10);
}

TEST_CASE("a run of DLAM agrees with plain loops over the definitions", "[dlam]") {
  for (const char* activation : {"relu", "leaky_relu:0.1", "sigmoid"}) {
    Run run(activation, kSquared, {{"rho", "0.5"}, {"eps", "0.1"}});
    // away from the forward pass, so that every layer moves
    DlamReference reference(run.tiny.problem, run.tiny.w0);
    Rng rng(31, "golden");
    for (int l = 1; l < 3; ++l) {
      const auto i = static_cast<std::size_t>(l);
      Matrix<double> noise(3, 15);
      rng.fill_normal(noise, 0.5);
      reference.z[i] += noise;
      reference.a[i] = reference.z[i].unaryExpr([&](double u) { return reference.h(l, u); });
      write(run.algorithm, "z" + std::to_string(l), reference.z[i]);
      write(run.algorithm, "a" + std::to_string(l), reference.a[i]);
    }
    for (int k = 1; k <= 12; ++k) {
      reference.sweep();
      run.algorithm.step(nullptr);
      CAPTURE(activation, k);
      for (int l = 1; l <= 3; ++l) {
        const auto i = static_cast<std::size_t>(l);
        const std::string name = std::to_string(l);
        REQUIRE((run.algorithm.state()("W" + name) - reference.W[i]).norm() < 1e-10 * (1 + reference.W[i].norm()));
        REQUIRE((run.algorithm.state()("z" + name) - reference.z[i]).norm() < 1e-10 * (1 + reference.z[i].norm()));
        if (l < 3) REQUIRE((run.algorithm.state()("a" + name) - reference.a[i]).norm() < 1e-10 * (1 + reference.a[i].norm()));
      }
    }
  }
}

TEST_CASE("the sums kept from one sweep to the next change nothing", "[dlam]") {
  for (const bool accelerated : {false, true}) {
    const std::vector<std::pair<std::string, std::string>> options = {{"eps", "0.5"}, {"eps_factor", "0.9"}};
    Run kept("relu", kEntropy, options, accelerated), fresh("relu", kEntropy, options, accelerated);
    (void)fresh.algorithm.state();  // from now on its sums are gathered anew in every sweep
    for (int k = 0; k < 6; ++k) kept.algorithm.step(nullptr), fresh.algorithm.step(nullptr);
    for (std::size_t l = 1; l <= 3; ++l) CHECK(kept.algorithm.weights().W[l] == fresh.algorithm.weights().W[l]);
  }
}

TEST_CASE("no bit of DLAM depends on the number of threads", "[dlam]") {
  const auto run_with = [](int count) {
    set_threads(count);
    const Tiny<> tiny(network({4, 3, 3, 2}, "relu"), kEntropy, 1000, 3);
    Dlam<double> algorithm;
    algorithm.parameters().set("start_noise", "1");
    Rng rng(5, "threads");
    algorithm.initialise(tiny.problem, tiny.w0, rng);
    for (int k = 0; k < 3; ++k) algorithm.step(nullptr);
    return algorithm.weights().W[1];
  };
  const int before = threads();
  const Matrix<double> one = run_with(1), two = run_with(2);
  set_threads(before);
  CHECK(one == two);
}

TEST_CASE("mDLAM extrapolates by (s - 1)/s_next from its second sweep on", "[dlam]") {
  Run run("relu", kSquared, {{"eps", "0.5"}, {"eps_factor", "1"}, {"start_noise", "0.5"}}, true);
  DlamParameters p;
  const DlamOracle oracle(p, run.tiny.problem);
  std::vector<Matrix<double>> previous(4);
  int accepted = 0;
  double s = 0;
  for (int k = 1; k <= 6; ++k) {
    const double s_next = (1 + std::sqrt(1 + 4 * s * s)) / 2, omega = (s - 1) / s_next;
    s = s_next;
    Recorder recorder(run);
    recorder.look = [&](const Block& block, const DlamPoint& before, const DlamPoint& now) {
      if (block.name != "W" || k == 1) return;
      const auto l = static_cast<std::size_t>(block.layer);
      CHECK(run.algorithm.state()("Wbefore" + std::to_string(block.layer)) == before.W[l]);
      DlamPoint from = before;
      from.W[l] += omega * (before.W[l] - previous[l]);
      const Matrix<double> ahead = from.W[l] - oracle.gradient_W(block.layer, from) / now.theta[l](0, 0);
      const Matrix<double> plain = before.W[l] - oracle.gradient_W(block.layer, before) / now.theta[l](0, 0);
      const double size = now.W[l].norm();
      const bool extrapolated = (now.W[l] - ahead).norm() < 1e-12 * size;
      CHECK((extrapolated || (now.W[l] - plain).norm() < 1e-12 * size));  // plain: the safeguard's second try
      accepted += extrapolated;
    };
    for (std::size_t l = 1; l <= 3; ++l) previous[l] = run.algorithm.state()("Wbefore" + std::to_string(l));
    run.algorithm.step(&recorder);
    CHECK(run.algorithm.state()("s")(0, 0) == Approx(s).epsilon(1e-14));
  }
  CHECK(accepted > 0);
}
