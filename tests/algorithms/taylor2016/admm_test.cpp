// ADMM of Taylor et al. 2016: each update against its subproblem, a run against plain loops, the judge against broken twins.
#include "algorithms/taylor2016/admm.hpp"

#include <map>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::test;
namespace taylor = bcd::taylor2016;

namespace {

struct Setting {
  std::string activation, loss;
  bool bias = false, mean = false;
  std::string hinge = "zero_one";
};
const std::vector<Setting> kSettings = {
    {"relu", "squared"},         {"relu", "hinge"},           {"relu", "hinge", true, false, "signed_one"},
    {"relu", "cross_entropy"},   {"tanh", "squared", true},   {"sigmoid", "cross_entropy", true, true},
    {"linear", "squared", true}, {"leaky_relu:0.2", "hinge"}, {"softplus", "hinge", false, true}};

void configure(Algorithm<double>& algorithm, const Setting& s, double beta = 0.8, double gamma = 2.5) {
  ParameterList list = algorithm.parameters();
  list.set("beta", number_text(beta));
  list.set("gamma", number_text(gamma));
  list.set("warm_start", "1");
  list.set("hinge", s.hinge);
}

/// Taylor's loss of one output entry (0/1 hinge: max(1 - z, 0) for the class, max(z, 0) for the others), and the usual ones.
double entry_loss(const Setting& s, double z, double y) {
  if (s.loss == "squared") return 0.5 * (z - y) * (z - y);
  if (s.hinge == "zero_one" && y < 0) return std::max(0.0, z);
  return std::max(0.0, 1 - y * z);
}

double sample_loss(const Setting& s, const Vector<double>& z, const Vector<double>& y) {
  double sum = 0;
  if (s.loss == "cross_entropy") {
    double total = 0;
    for (const double v : z) total += std::exp(v);
    for (Index i = 0; i < z.size(); ++i) sum -= y(i) * (z(i) - std::log(total));
    return sum;
  }
  for (Index i = 0; i < z.size(); ++i) sum += entry_loss(s, z(i), y(i));
  return sum;
}

/// The augmented Lagrangian by plain loops over samples.
double lagrangian(const Setting& s, const Tiny<>& tiny, const State<double>& state, double beta = 0.8, double gamma = 2.5) {
  const Network& net = tiny.problem.net;
  double sum = 0;
  for (Index j = 0; j < tiny.X.cols(); ++j) {
    Vector<double> below = tiny.X.col(j);
    for (int l = 1; l <= net.N(); ++l) {
      const std::string layer = std::to_string(l);
      const Vector<double> z = state("z" + layer).col(j);
      Vector<double> r = z - state("W" + layer) * below;
      if (net.bias) r -= state("b" + layer);
      sum += beta * r.squaredNorm();
      if (l == net.N()) {
        sum += sample_loss(s, z, tiny.Y.col(j)) * (s.mean ? 1.0 / static_cast<double>(tiny.X.cols()) : 1.0);
        sum += state("lambda" + layer).col(j).dot(z);
        break;
      }
      below = state("a" + layer).col(j);
      for (Index i = 0; i < z.size(); ++i) sum += gamma * std::pow(below(i) - net.sigma(l).value(z(i)), 2);
    }
  }
  return sum;
}

/// Every entry of the state drawn anew: nothing is feasible.
void randomise(const State<double>& state, double scale = 0.8) {
  for (auto m : state) {
    Rng rng(11, m.name);
    rng.fill_normal(m.value, scale);
  }
}

struct Fixture {
  Tiny<> tiny;
  taylor::Admm<double> admm;
  State<double> state;
  Setting setting;

  explicit Fixture(const Setting& s, Index n = 30)
      : tiny(network({5, 4, 3, 2}, s.activation, s.bias), Loss::parse(s.loss, s.mean), n, 3), setting(s) {
    configure(admm, s);
    Rng rng(1, "start");
    admm.initialise(tiny.problem, tiny.w0, rng);
    state = admm.state();
    randomise(state);
  }
  double L() const { return lagrangian(setting, tiny, state); }

  /// No entry-wise or random move of the window lowers L by more than rounding; `steps` from tiny to large.
  void require_minimiser(const std::string& name) {
    CAPTURE(name);
    auto M = state(name);
    const Matrix<double> at = M;
    const double here = L(), rounding = 1e-12 * (1 + std::abs(here));
    Rng rng(5, name);
    for (const double step : {1e-5, 1e-2, 1.0})
      for (int trial = 0; trial < 12; ++trial) {
        Matrix<double> move(at.rows(), at.cols());
        rng.fill_normal(move, step / std::sqrt(static_cast<double>(at.size())));
        M = at + move;
        CHECK(L() >= here - rounding);
        M = at - move;
        CHECK(L() >= here - rounding);
      }
    M = at;
  }
  void require_stationary(const std::string& name) {
    CAPTURE(name);
    auto M = state(name);
    const double h = 1e-5, scale = 1 + std::abs(L());
    for (Index e = 0; e < M.size(); e += std::max<Index>(1, M.size() / 25)) {
      const double at = M.data()[e];
      M.data()[e] = at + h;
      const double up = L();
      M.data()[e] = at - h;
      const double down = L();
      M.data()[e] = at;
      CHECK(std::abs(up - down) / (2 * h) <= 1e-7 * scale);
    }
  }
};

}  // namespace

TEST_CASE("W and a solve their least squares problems: the Lagrangian's derivative vanishes and no move helps", "[taylor]") {
  for (const Setting& s : kSettings) {
    CAPTURE(s.activation, s.loss, s.bias);
    Fixture f(s);
    for (int l = 1; l <= 3; ++l) {
      f.admm.update_W(l);
      f.require_stationary("W" + std::to_string(l));
      if (s.bias) f.require_stationary("b" + std::to_string(l));
      f.require_minimiser("W" + std::to_string(l));
      if (l == 3) continue;
      f.admm.update_a(l);
      f.require_stationary("a" + std::to_string(l));
      f.require_minimiser("a" + std::to_string(l));
    }
  }
}

TEST_CASE("z of a hidden layer is the global minimiser of its entry's problem, found by brute force", "[taylor]") {
  for (const Setting& s : kSettings) {
    CAPTURE(s.activation);
    Fixture f(s, 8);
    f.admm.update_z(2);
    auto z = f.state("z2");
    Matrix<double> m = f.state("W2") * f.state("a1");
    if (s.bias) m.colwise() += f.state("b2").col(0);
    const auto a = f.state("a2");
    for (Index e = 0; e < z.size(); ++e) {
      const auto value = [&](double u) {
        return 2.5 * std::pow(a.data()[e] - f.tiny.problem.net.sigma(2).value(u), 2) + 0.8 * std::pow(u - m.data()[e], 2);
      };
      double best = value(m.data()[e]);
      for (int i = -4000; i <= 4000; ++i) best = std::min(best, value(i * 2e-3));
      CHECK(value(z.data()[e]) <= best + 1e-12);
    }
  }
}

TEST_CASE("z of the output solves its problem for every loss, the kinks of the hinge included", "[taylor]") {
  for (const Setting& s : kSettings) {
    CAPTURE(s.loss, s.hinge, s.mean);
    Fixture f(s);
    f.admm.update_z_L();
    f.require_minimiser("z3");
    if (s.loss != "hinge") {
      f.require_stationary("z3");
      continue;
    }
    auto z = f.state("z3");
    int kinks = 0;
    for (Index e = 0; e < z.size(); ++e) {
      const double y = f.tiny.Y.data()[e], kink = y > 0 ? 1.0 : s.hinge == "zero_one" ? 0.0 : -1.0;
      kinks += std::abs(z.data()[e] - kink) < 1e-14;
      const double at = z.data()[e], here = f.L();
      for (int i = -60; i <= 60; ++i) {
        z.data()[e] = at + i * 0.05;
        CHECK(f.L() >= here - 1e-12 * (1 + std::abs(here)));
      }
      z.data()[e] = at;
    }
    if (!s.mean) CHECK(kinks > 0);
  }
}

TEST_CASE("inputs that are always zero get zero weights, as the pseudo-inverse gives", "[taylor]") {
  Tiny<> tiny(network({5, 4, 2}, "relu", false), Loss::parse("squared", false), 20, 9);
  tiny.X.row(2).setZero();
  tiny.X.row(4) = 2 * tiny.X.row(1);  // and a repeated one is shared by smallest norm: w_4 = 2 w_1
  taylor::Admm<double> admm;
  Rng rng(1, "start");
  admm.initialise(tiny.problem, tiny.w0, rng);
  admm.update_W(1);
  const Matrix<double>& W = admm.weights().W[1];
  CHECK(W.col(2).norm() <= 1e-12);
  CHECK((W.col(4) - 2 * W.col(1)).norm() <= 1e-10);
  const State<double> state = admm.state();
  const Matrix<double> residual = state("z1") - W * tiny.X;
  CHECK((residual * tiny.X.transpose()).norm() <= 1e-10);
}

TEST_CASE("both starts: independent normal entries, or a forward pass with every constraint met", "[taylor]") {
  Tiny<> tiny(network({5, 40, 40, 2}, "relu", false), Loss::parse("squared", false), 200, 9);
  for (const std::string start : {"normal", "forward"}) {
    taylor::Admm<double> admm;
    admm.parameters().set("start", start);
    Rng rng(1, "start");
    admm.initialise(tiny.problem, tiny.w0, rng);
    const State<double> state = admm.state();
    CHECK(state("lambda3").norm() == 0);
    CHECK(admm.weights().W[2] == tiny.w0.W[2]);
    Measurements row;
    admm.measure(row);
    REQUIRE(row.size() == 7);  // z1, a1, z2, a2, z3, their root, the multiplier
    for (const auto& [name, value] : row)
      if (start == "forward") CHECK(value == Approx(0).margin(1e-12));
    if (start == "forward") continue;
    for (const char* name : {"z1", "a1", "a2"}) {
      const auto M = state(name);
      const double size = static_cast<double>(M.size());  // 8000 entries: mean and variance within 5 standard errors
      CHECK(std::abs(M.sum()) <= 5 * std::sqrt(size));
      CHECK(std::abs(M.squaredNorm() - size) <= 5 * std::sqrt(2 * size));
    }
    CHECK(std::abs(state("z1").cwiseProduct(state("a1")).sum()) <= 5 * std::sqrt(8000.0));
  }
}

TEST_CASE("the measured residuals are those of all layers", "[taylor]") {
  Fixture f({"tanh", "squared", true});
  Measurements row;
  f.admm.measure(row);
  std::map<std::string, double> measured(row.begin(), row.end());
  double total = 0;
  Matrix<double> below = f.tiny.X;
  for (int l = 1; l <= 3; ++l) {
    const std::string layer = std::to_string(l);
    Matrix<double> r = f.state("z" + layer) - f.state("W" + layer) * below;
    r.colwise() -= f.state("b" + layer).col(0);
    CHECK(measured.at("residual_z" + layer) == Approx(r.norm()).epsilon(1e-12));
    total += r.squaredNorm();
    if (l == 3) break;
    below = f.state("a" + layer);
    const double match = (below - f.state("z" + layer).unaryExpr([](double u) { return std::tanh(u); })).norm();
    CHECK(measured.at("residual_a" + layer) == Approx(match).epsilon(1e-12));
    total += match * match;
  }
  CHECK(measured.at("residual") == Approx(std::sqrt(total)).epsilon(1e-12));
  CHECK(measured.at("multiplier_norm") == Approx(f.state("lambda3").norm()).epsilon(1e-12));
}

namespace {

/// The method for ReLU, hinge and two layers, by the published formulas and plain loops; W from the normal equations.
struct PlainLoops {
  const Tiny<>& tiny;
  double beta, gamma;
  int warm;
  Matrix<double> W1, W2, z1, a1, z2, lambda;

  static Matrix<double> least_squares(const Matrix<double>& Z, const Matrix<double>& A) {
    return solve(A * A.transpose(), A * Z.transpose()).transpose();
  }
  /// Gauss elimination with pivots.
  static Matrix<double> solve(Matrix<double> M, Matrix<double> B) {
    const Index n = M.rows();
    for (Index k = 0; k < n; ++k) {
      Index pivot = k;
      for (Index i = k + 1; i < n; ++i)
        if (std::abs(M(i, k)) > std::abs(M(pivot, k))) pivot = i;
      M.row(k).swap(M.row(pivot));
      B.row(k).swap(B.row(pivot));
      for (Index i = 0; i < n; ++i) {
        if (i == k) continue;
        const double factor = M(i, k) / M(k, k);
        M.row(i) -= factor * M.row(k);
        B.row(i) -= factor * B.row(k);
      }
    }
    for (Index k = 0; k < n; ++k) B.row(k) /= M(k, k);
    return B;
  }
  void sweep(int k) {
    W1 = least_squares(z1, tiny.X);
    const Matrix<double> M = beta * W2.transpose() * W2 + gamma * Matrix<double>::Identity(W2.cols(), W2.cols());
    a1 = solve(M, beta * W2.transpose() * z2 + gamma * z1.cwiseMax(0.0));
    Matrix<double> m = W1 * tiny.X;
    for (Index e = 0; e < z1.size(); ++e) {
      const double a = a1(e), c = m(e);
      const double plus = std::max(0.0, (gamma * a + beta * c) / (gamma + beta)), minus = std::min(0.0, c);
      const double at_plus = gamma * (a - plus) * (a - plus) + beta * (plus - c) * (plus - c);
      const double at_minus = gamma * a * a + beta * (minus - c) * (minus - c);
      z1(e) = at_plus < at_minus ? plus : minus;
    }
    W2 = least_squares(z2, a1);
    m = W2 * a1;
    for (Index e = 0; e < z2.size(); ++e) {
      const double v = m(e) - lambda(e) / (2 * beta), h = 1 / (2 * beta);
      if (tiny.Y(e) > 0)
        z2(e) = v + h <= 1 ? v + h : v < 1 ? 1 : v;
      else
        z2(e) = v - h >= 0 ? v - h : v > 0 ? 0 : v;
    }
    if (k > warm) lambda += beta * (z2 - m);
  }
};

}  // namespace

TEST_CASE("eight sweeps agree with plain loops over the published formulas", "[taylor]") {
  for (const double beta : {1.0, 0.3}) {
    Tiny<> tiny(network({5, 6, 2}, "relu", false), Loss::parse("hinge", false), 40, 17);
    taylor::Admm<double> admm;
    configure(admm, {"relu", "hinge"}, beta, 3);
    Rng rng(1, "start");
    admm.initialise(tiny.problem, tiny.w0, rng);
    const State<double> s = admm.state();
    PlainLoops plain{tiny, beta, 3, 1, tiny.w0.W[1], tiny.w0.W[2], s("z1"), s("a1"), s("z2"), s("lambda2")};
    for (int k = 1; k <= 8; ++k) {
      admm.step(nullptr);
      plain.sweep(k);
    }
    CHECK((admm.weights().W[1] - plain.W1).norm() <= 1e-9);
    CHECK((admm.weights().W[2] - plain.W2).norm() <= 1e-9);
    CHECK((s("z1") - plain.z1).norm() <= 1e-9);
    CHECK((s("a1") - plain.a1).norm() <= 1e-9);
    CHECK((s("z2") - plain.z2).norm() <= 1e-9);
    CHECK((s("lambda2") - plain.lambda).norm() <= 1e-9);
    CHECK(plain.lambda.norm() > 0.1);
  }
}

TEST_CASE("the audit's potential is the Lagrangian, and every promise holds along runs", "[taylor]") {
  for (const Setting& s : kSettings)
    for (const char* step : {"0", "1", "2"}) {
      CAPTURE(s.activation, s.loss, s.bias, step);
      const Tiny<> tiny(network({5, 4, 3, 2}, s.activation, s.bias), Loss::parse(s.loss, s.mean), 30, 3);
      taylor::Admm<double> admm;
      configure(admm, s);
      admm.parameters().set("multiplier_step", step);
      Rng rng(1, "start");
      admm.initialise(tiny.problem, tiny.w0, rng);
      Judge judge(admm, taylor::promises(), taylor::make_audit(values_of<taylor::Parameters>(admm.parameters()), tiny.problem));
      for (int k = 1; k <= 15; ++k) judge.sweep();
      CHECK(judge.measured("potential") == Approx(lagrangian(s, tiny, admm.state())).epsilon(1e-11));
      for (const Promise& p : taylor::promises()) {
        INFO(p.id << " " << judge.result(p.id).worst_block << " " << judge.result(p.id).worst_ratio);
        CHECK(judge.result(p.id).verdict() == "holds");
      }
    }
}

TEST_CASE("without hidden layers the method's promises hold and the hidden one is not applicable", "[taylor]") {
  const Tiny<> tiny(network({5, 2}, "relu", true), Loss::parse("hinge", false), 30, 3);
  taylor::Admm<double> admm;
  Rng rng(1, "start");
  admm.initialise(tiny.problem, tiny.w0, rng);
  Judge judge(admm, taylor::promises(), taylor::make_audit(values_of<taylor::Parameters>(admm.parameters()), tiny.problem));
  for (int k = 1; k <= 15; ++k) judge.sweep();
  for (const Promise& p : taylor::promises())
    CHECK(judge.result(p.id).verdict() == (p.id == "exact.hidden" ? "not applicable" : "holds"));
}

namespace {

enum class Bug { none, stale_W, weak_a, local_z, hinge_without_kink, wrong_sign, half_multiplier };

/// One sweep of the method with one update broken; which promises speak within five sweeps.
std::set<std::string> flagged(Bug bug) {
  const Setting s{"relu", "hinge"};
  const Tiny<> tiny(network({5, 4, 2}, "relu", false), Loss::parse("hinge", false), 30, 3);
  taylor::Admm<double> admm;
  configure(admm, s);
  Rng rng(1, "start");
  admm.initialise(tiny.problem, tiny.w0, rng);
  const State<double> state = admm.state();
  Judge judge(admm, taylor::promises(), taylor::make_audit(values_of<taylor::Parameters>(admm.parameters()), tiny.problem));
  auto W1 = state("W1"), a1 = state("a1"), z1 = state("z1"), z2 = state("z2"), lambda = state("lambda2");
  for (int k = 1; k <= 5; ++k) {
    judge.open();
    admm.update_W(1);
    if (bug == Bug::stale_W) W1 = 1.01 * W1;
    judge.after({"W", 1});
    admm.update_a(1);
    if (bug == Bug::weak_a) a1 = 0.99 * a1;
    judge.after({"a", 1});
    admm.update_z(1);
    if (bug == Bug::local_z) z1 = (W1 * tiny.X).cwiseMin(0.0);
    judge.after({"z", 1});
    admm.update_W(2);
    judge.after({"W", 2});
    const Matrix<double> m = state("W2") * a1, old = lambda;
    admm.update_z_L();
    if (bug == Bug::hinge_without_kink)
      for (Index e = 0; e < m.size(); ++e) {
        const double v = m(e) - old(e) / 1.6;
        if (tiny.Y(e) > 0) z2.data()[e] = v < 1 ? v + 1 / 1.6 : v;
      }
    judge.after({"z", 2});
    if (k > 1) {
      admm.update_lambda();
      if (bug == Bug::wrong_sign) lambda = old - 0.8 * (z2 - m);
      if (bug == Bug::half_multiplier) lambda = old + 0.4 * (z2 - m);
      judge.after({"lambda", 2});
    }
    judge.close();
  }
  std::set<std::string> ids;
  for (const Promise& p : taylor::promises())
    if (judge.result(p.id).violations > 0) ids.insert(p.id);
  return ids;
}

}  // namespace

TEST_CASE("the judge catches every broken twin and no sound run", "[taylor]") {
  CHECK(flagged(Bug::none).empty());
  CHECK(flagged(Bug::stale_W).contains("identity.block"));
  CHECK(flagged(Bug::weak_a).contains("identity.block"));
  CHECK(flagged(Bug::local_z).contains("exact.hidden"));
  CHECK(flagged(Bug::hinge_without_kink).contains("identity.multiplier"));
  CHECK(flagged(Bug::wrong_sign).contains("identity.multiplier"));
  CHECK(flagged(Bug::wrong_sign).contains("identity.block"));
  CHECK(flagged(Bug::half_multiplier).contains("identity.multiplier"));
}

TEST_CASE("a network with skip connections or a curved output is refused with the reason", "[taylor]") {
  taylor::Admm<double> admm;
  Tiny<> tiny(network({3, 3, 2}, "relu"), Loss::parse("squared", false), 5, 1);
  tiny.problem.net.layers[0].skip = true;
  CHECK_THAT(admm.not_applicable(tiny.problem), Contains("skip"));
  const Tiny<> curved(network({3, 3, 2}, "relu", true, "tanh"), Loss::parse("squared", false), 5, 1);
  CHECK_THAT(admm.not_applicable(curved.problem), Contains("linear"));
}
