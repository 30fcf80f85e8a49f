// Demonstrations about Wang et al. 2018 that need no training run on a data set: README.md derives the counter-examples.
#include <algorithm>
#include <cmath>

#include "algorithms/wang2018/dlam.hpp"
#include "algorithms/wang2018/oracle.hpp"
#include "algorithms/wang2018/preimage.hpp"

namespace bcd::wang2018 {

namespace {

/// A problem with its data, an algorithm on it and the judge of its points.
struct Setup {
  Matrix<double> X, Y;
  Problem<double> problem;
  DlamParameters parameters;
  Dlam<double> algorithm;

  Setup(std::vector<Index> widths, Matrix<double> x, Matrix<double> y, const std::string& loss)
      : X(std::move(x)), Y(std::move(y)) {
    problem.net.input = widths.front();
    for (std::size_t l = 1; l < widths.size(); ++l)
      problem.net.layers.push_back({widths[l], Activation::parse(l + 1 < widths.size() ? "relu" : "linear"), false});
    problem.loss = Loss::parse(loss, false);
    problem.X = &X, problem.Y = &Y;
  }
  Setup(const Setup&) = delete;

  void set(const std::string& name, const std::string& value) {
    algorithm.parameters().set(name, value);
    ParameterList mine;
    parameters.fields(mine);
    mine.set(name, value);
  }
  void start(const Weights<double>& w0) {
    Rng rng(1, "wang2018 study");
    algorithm.initialise(problem, w0, rng);
  }
  void write(const std::string& name, const Matrix<double>& value) {
    for (NamedMatrix<double>& m : algorithm.state())
      if (m.name == name) m.value = value;
  }
  DlamOracle oracle() const { return {parameters, problem}; }
  DlamPoint point() { return DlamPoint(algorithm.state()); }
  void sweeps(int count) {
    for (int k = 0; k < count; ++k) algorithm.step(nullptr);
  }
};

Matrix<double> row(std::vector<double> x) { return Eigen::Map<Matrix<double>>(x.data(), 1, static_cast<Index>(x.size())); }

double squared_distance(const DlamPoint& P, const DlamPoint& Q) {
  double sum = 0;
  for (std::size_t l = 1; l < P.W.size(); ++l) {
    sum += (P.W[l] - Q.W[l]).squaredNorm() + (P.b[l] - Q.b[l]).squaredNorm() + (P.z[l] - Q.z[l]).squaredNorm();
    if (l + 1 < P.W.size()) sum += (P.a[l] - Q.a[l]).squaredNorm();
  }
  return sum;
}

/// Exact bounds only: entries count as on a bound where |a - h(z)| = eps to rounding.
std::vector<Matrix<double>> exact_reach(const DlamPoint& P) {
  std::vector<Matrix<double>> reach(P.a.size());
  for (std::size_t l = 1; l < P.a.size(); ++l) reach[l] = Matrix<double>::Constant(P.a[l].rows(), P.a[l].cols(), 1e-14);
  return reach;
}

// Two layers, one neuron each, three samples; all numbers are binary fractions, so that every update is exact in floating
// point. x = (-1, 0, 1), z_1 = W_1 x + b_1 + (1, -2, 1)/8: residuals orthogonal to 1 and x, so W_1, b_1 stay. z_1 is held by
// its interval and a_1 by its box. z_2 = W_2 a_1 + b_2 + q with q orthogonal to 1 and a_1, y = z_2 + rho q. z and a of one
// sample moved together stay feasible, and F has the slope g_z + g_a, which is not zero.
StudyResult fixed_point() {
  const Matrix<double> x = row({-1, 0, 1}), z = row({1.125, 1.75, 3.125}), a = row({1.375, 1.5, 3.375}),
                       q = row({0.234375, -0.25, 0.015625});
  const Matrix<double> z_2 = ((0.5 * a).array() + 1).matrix() + q;
  Setup s({1, 1, 1}, x, z_2 + q, "squared");
  s.set("rho", "1");
  s.set("eps", "0.25");
  Weights<double> w(s.problem.net);
  w.W[1] << 1, w.b[1] << 2, w.W[2] << 0.5, w.b[2] << 1;
  s.start(w);
  s.write("z1", z), s.write("a1", a), s.write("z2", z_2);
  const DlamPoint before = s.point();
  s.sweeps(1000);
  DlamPoint P = s.point();
  const double moved2 = squared_distance(before, P);
  const DlamOracle oracle = s.oracle();
  const DlamOracle::Distances d = oracle.distances(P, exact_reach(P));
  const double F = oracle.potential(P).value, t = 1.0 / 1024;  // a binary step keeps a - h(z) exactly where it is
  const double slope = oracle.gradient_z(1, P)(1) + oracle.gradient_a(1, P)(1);
  P.z[1](1) -= std::copysign(t, slope), P.a[1](1) -= std::copysign(t, slope);
  const double change = oracle.potential(P).value - F;
  const bool feasible = oracle.infeasibility(P) <= 0;
  StudyResult result;
  result.measured = std::sqrt(d.joint);
  result.holds = moved2 == 0 && d.partial == 0 && result.measured > 0.1 && feasible && change < -0.9 * t * std::abs(slope) / 1;
  result.evidence =
      "1000 sweeps move nothing (squared distance " + show(moved2) + "), every block's own subdifferential contains 0 (" +
      show(std::sqrt(d.partial)) + "), the distance of 0 to the limiting subdifferential of F is " + show(result.measured) +
      "; moving z and a of one sample by " + show(t) + " together changes F by " + show(change) + " and stays feasible.";
  result.instance =
      "Two layers of one neuron, ReLU, squared loss 1/2 |z_2 - y|^2, no regulariser, rho = 1, eps = 1/4, three samples.\n"
      "x = (-1, 0, 1)\n"
      "W_1 = 1, b_1 = 2, z_1 = W_1 x + b_1 + (1, -2, 1)/8 = (1.125, 1.75, 3.125)\n"
      "a_1 = z_1 + eps (1, -1, 1) = (1.375, 1.5, 3.375)\n"
      "W_2 = 1/2, b_2 = 1, z_2 = W_2 a_1 + b_2 + q with q = (15, -16, 1)/64, y = z_2 + q\n"
      "W_1, b_1: the residual (1, -2, 1)/8 is orthogonal to 1 and to x. W_2, b_2: q is orthogonal to 1 and to a_1.\n"
      "z_1: W_1 x + b_1 = (1, 2, 3) lies below, above, below the interval [a_1 - eps, a_1 + eps], whose ends are z_1.\n"
      "a_1: minus the gradient, rho W_2 q = (15, -16, 1)/128, points out of the box at each end. z_2: z_2 - y + rho q = 0.\n"
      "Sample 2: z_1 and a_1 moved together by t have the slope rho (z_1 - W_1 x - b_1) - rho W_2 q = -1/4 + 1/8 = -1/8.";
  return result;
}

// With one layer F = R(z) + rho/2 |z - W x - b|^2 is convex and smooth, and with the cross-entropy of separable classes its
// infimum 0 is not attained. Bounded iterates would have a limit point, which Property 2 makes a minimiser: they are unbounded.
StudyResult unbounded() {
  Setup s({1, 2}, row({-1, 1}), Matrix<double>::Identity(2, 2), "cross_entropy");
  s.set("rho", "1");
  s.set("output_update", "exact");
  Weights<double> w0(s.problem.net);
  w0.W[1].setZero(), w0.b[1].setZero();
  s.start(w0);
  const DlamPoint zero = s.point();
  DlamPoint nought = zero;
  for (std::size_t l = 1; l < nought.W.size(); ++l) nought.W[l].setZero(), nought.b[l].setZero(), nought.z[l].setZero();
  const DlamOracle oracle = s.oracle();
  StudyResult result;
  result.holds = true;
  double norm = 0, F = oracle.potential(zero).value;
  std::string path;
  int done = 0;
  for (const int k : {100, 1000, 10000}) {
    s.sweeps(k - done), done = k;
    const DlamPoint P = s.point();
    const double now = std::sqrt(squared_distance(P, nought)), value = oracle.potential(P).value;
    result.holds = result.holds && now > norm + 1 && value < F && value > 0;
    norm = now, F = value;
    path += (path.empty() ? "" : "; ") + std::string("k = ") + std::to_string(k) + ": norm " + show(now) + ", F " + show(value);
  }
  result.measured = norm;
  result.evidence = "norm of all variables and F, which has the infimum 0: " + path + ".";
  result.instance =
      "One layer, two classes, cross-entropy, no regulariser, rho = 1, two samples: x = (-1, 1), classes 1 and 2.\n"
      "F(W, b, z) = sum_j -log softmax_{y_j}(z_j) + 1/2 |z - W x - b|^2 grows with |W|, with |b| and with |z| alone\n"
      "(x has full row rank; the loss is >= 0), is convex and differentiable, and every activation is the identity: Assumptions 1 to 3 hold.\n"
      "W = (-t, t)', b = 0, z = W x gives F = 2 log(1 + exp(-2t)): the infimum is 0, no point attains it.\n"
      "Were the iterates bounded, Property 2 would send the steps to 0 and a limit point would be a minimiser of F.\n" +
      path;
  return result;
}

// Definition 2's example f(x, y) = x + y.
StudyResult definition2_example() {
  const double x = -1e9, y = 0;
  StudyResult result;
  result.measured = x + y;
  result.holds = result.measured < -1e8;
  result.evidence = "at x = -1e9, y = 0 the function is " + show(result.measured) + ": coercive in x it would be large.";
  result.instance = "f(x, y) = x + y with y = 0 fixed and x = -t: f = -t, which does not tend to infinity as |x| does.";
  return result;
}

// (3) against the exact minimiser.
StudyResult bias_step() {
  Rng rng(1, "wang2018 bias step");
  Vector<double> v(4);
  double worst = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    rng.fill_normal(v, 1.0);
    const double w_a = v(0), z = v(1), b = v(2), rho = std::exp(v(3));
    const double by_3 = b - rho * (b + w_a - z) / rho;
    worst = std::max(worst, std::abs(by_3 - (z - w_a)));
  }
  StudyResult result;
  result.measured = worst;
  result.holds = worst < 1e-14;
  result.evidence = "largest difference between (3) and z - W a in 1000 random cases: " + show(worst) + ".";
  result.instance =
      "b - grad/rho with grad = rho (b + W a - z) is z - W a, whatever b was: b = 5, W a = 2, z = 3 gives 1 by both.";
  return result;
}

// (4) against the subproblem it replaces, phi in place of its model: one entry, ReLU, phi = rho/2 (z - m)^2 with m = W a + b on
// [B_1, B_2], minimised over a grid and the two ends, without the formula of the projection.
StudyResult preactivation_step() {
  Rng rng(1, "wang2018 preactivation step");
  const Activation relu = Activation::parse("relu");
  Vector<double> v(4);
  double worst = 0, raised = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    rng.fill_normal(v, 1.0);
    const double m = v(0), z = v(1), a = std::abs(v(2)), rho = std::exp(v(3)), eps = 0.25;
    const Preimage set = preimage(relu, a, eps);
    const double by_4 = std::min(std::max(set.lo, z - rho * (z - m) / rho), set.hi);
    const auto phi = [&](double at) { return rho / 2 * (at - m) * (at - m); };
    const double from = std::max(set.lo, m - 8), to = std::min(set.hi, m + 8);
    double best = from;
    for (int i = 0; i <= 4000; ++i)
      if (const double at = from + (to - from) * i / 4000; phi(at) < phi(best)) best = at;
    worst = std::max(worst, std::abs(by_4 - best) - (to - from) / 4000);
    raised = std::max(raised, phi(by_4) - phi(best));
  }
  StudyResult result;
  result.measured = raised;
  result.holds = worst < 1e-12 && raised < 1e-12;
  result.evidence =
      "in 1000 random cases (4) is within a grid step of the minimiser of phi on [B_1, B_2], and phi at (4) exceeds the smallest value "
      "on the grid by at most " +
      show(raised) + ".";
  result.instance =
      "ReLU, rho = 1, eps = 1/4, a = 1: [B_1, B_2] = [3/4, 5/4]. W a + b = 2, z = -1: the gradient is z - 2 = -3, z - gradient = 2,\n"
      "and (4) gives min(max(3/4, 2), 5/4) = 5/4. phi = (z - 2)^2/2 is smallest on [3/4, 5/4] at 5/4, whatever z was.";
  return result;
}

Weights<double> normal_weights(const Network& net, double scale, Rng& rng) {
  Weights<double> w(net);
  for (std::size_t l = 1; l < w.W.size(); ++l) {
    rng.fill_normal(w.W[l], scale);
    rng.fill_normal(w.b[l], scale);
  }
  return w;
}

/// 6-4-4-3 with n samples of normal inputs; the class is the largest of the first three.
struct ThreeClasses : Setup {
  Rng rng;
  explicit ThreeClasses(Index n)
      : Setup({6, 4, 4, 3}, Matrix<double>(6, n), Matrix<double>::Zero(3, n), "squared"), rng(2018, "wang2018 classes") {
    rng.fill_normal(X, 1.0);
    for (Index j = 0; j < n; ++j) {
      Index label = 0;
      X.col(j).head(3).maxCoeff(&label);
      Y(label, j) = 1;
    }
  }
};

// From an ordinary run: the sweeps stop, while joint steps in (z_l, a_l) still lower F.
StudyResult joint_descent() {
  ThreeClasses s(30);
  s.set("omega", "l2:0.1");
  s.set("rho", "0.5");
  s.set("eps", "0.02");
  s.set("start_noise", "1");
  s.set("nu", "0.1");
  s.set("mu", "0.1");
  s.start(normal_weights(s.problem.net, 0.5, s.rng));
  s.sweeps(20000);
  const DlamPoint last = s.point();
  s.sweeps(1);
  DlamPoint P = s.point();
  const DlamOracle oracle = s.oracle();
  const double step = std::sqrt(squared_distance(P, last)), F0 = oracle.potential(P).value;
  std::vector<Matrix<double>> reach = exact_reach(P);
  for (std::size_t l = 1; l < reach.size(); ++l) reach[l] += (P.a[l] - last.a[l]).cwiseAbs();
  const DlamOracle::Distances d = oracle.distances(P, reach);
  double length = 0.5;
  for (int k = 0; k < 200; ++k) {
    DlamPoint trial = P;
    for (int l = 1; l < s.problem.net.N(); ++l) {
      const auto i = static_cast<std::size_t>(l);
      trial.z[i] -= length * oracle.gradient_z(l, P);
      const Matrix<double> h = trial.z[i].cwiseMax(0.0), moved = P.a[i] - length * oracle.gradient_a(l, P);
      trial.a[i] = moved.cwiseMax((h.array() - P.eps).matrix()).cwiseMin((h.array() + P.eps).matrix());
    }
    if (oracle.potential(trial).value < oracle.potential(P).value)
      P = std::move(trial);
    else
      length /= 2;
  }
  const double F1 = oracle.potential(P).value;
  StudyResult result;
  result.measured = std::sqrt(d.joint);
  result.holds = step < 1e-6 && std::sqrt(d.partial) < 1e-5 && result.measured > 0.01 && F1 < 0.99 * F0;
  result.evidence = "after 20000 sweeps the step is " + show(step) + ", the partial distance " + show(std::sqrt(d.partial)) +
                    ", the joint distance " + show(result.measured) + "; 200 joint steps in (z, a) lower F from " + show(F0) +
                    " to " + show(F1) + ".";
  return result;
}

// W_1 = 0, z_1 = 0, a_1 = eps code(y), the last layer decodes with gain 1/eps: F = 0 for random labels, whatever rho and eps.
StudyResult zero_infimum() {
  const Index n = 60;
  Rng rng(1, "wang2018 labels");
  Matrix<double> X(4, n), Y = Matrix<double>::Zero(3, n);
  rng.fill_normal(X, 1.0);
  for (Index j = 0; j < n; ++j) Y(static_cast<Index>(rng.below(3)), j) = 1;
  StudyResult result;
  double spread = 0, infeasible = 0;
  for (const double eps : {1.0 / 4, 1.0 / 64, 1.0 / 1024})
    for (const double rho : {1.0, 1e3, 1e6}) {
      Setup s({4, 3, 3}, X, Y, "squared");
      s.set("eps", number_text(eps));
      s.set("rho", number_text(rho));
      Weights<double> w(s.problem.net);
      w.W[1].setZero(), w.b[1].setZero(), w.b[2].setZero();
      w.W[2] = Matrix<double>::Identity(3, 3) / eps;
      s.start(w);
      s.write("z1", Matrix<double>::Zero(3, n)), s.write("a1", eps * Y), s.write("z2", Y);
      const DlamPoint P = s.point();
      const DlamOracle oracle = s.oracle();
      Matrix<double> out;
      forward<double>(s.problem.net, w, X, out);
      spread = std::max(spread, (out.colwise() - out.col(0)).cwiseAbs().maxCoeff());
      infeasible = std::max(infeasible, oracle.infeasibility(P));
      result.measured = std::max(result.measured, oracle.potential(P).value);
    }
  result.holds = result.measured == 0 && infeasible <= 0 && spread == 0;
  result.evidence = "largest F = " + show(result.measured) +
                    " at feasible points for random labels, rho from 1 to 1e6, eps from 1/4 to 1/1024, while the network's own "
                    "output is the same for every input (spread " +
                    show(spread) + "): its accuracy is chance.";
  result.instance =
      "Two layers of one neuron, ReLU, two samples with the same input x = 0 and the targets y = (0, 1), loss 1/2 |z_2 - y|^2:\n"
      "W_1 = b_1 = 0, z_1 = (0, 0), a_1 = (0, eps), W_2 = 1/eps, b_2 = 0, z_2 = (0, 1) has F = 0 for every rho and eps > 0.\n"
      "Problem 1 gives both samples one output u: 1/2 (u^2 + (u - 1)^2) >= 1/4.\n"
      "With a coercive Omega, W_2 = 1/eps costs more and more as eps falls.";
  return result;
}

// From a forward pass every residual is zero; with a fixed eps only a_{L-1}, W_L, b_L and z_L ever move.
StudyResult frozen_layers() {
  ThreeClasses s(40);
  s.set("eps", "0.1");
  const Weights<double> w0 = normal_weights(s.problem.net, 0.5, s.rng);
  s.start(w0);
  s.sweeps(1000);
  const Weights<double>& w = s.algorithm.weights();
  double hidden = 0;
  for (std::size_t l = 1; l < 3; ++l) hidden = std::max(hidden, (w.W[l] - w0.W[l]).cwiseAbs().maxCoeff());
  const double last = (w.W[3] - w0.W[3]).cwiseAbs().maxCoeff();
  StudyResult result;
  result.measured = hidden;
  result.holds = hidden < 1e-12 && last > 0.01;
  result.evidence = "after 1000 sweeps W_1, W_2 have moved by " + show(hidden) + " and W_3 by " + show(last) +
                    " (largest entries): all residuals of layers 1..L-1 start at zero and nothing pulls.";
  return result;
}

// The same start by Algorithm 3 to the letter and by (6).
StudyResult printed_algorithm3() {
  double F[2] = {0, 0};
  int refused = 0;
  for (const bool printed : {false, true}) {
    ThreeClasses s(40);
    s.set("rho", "0.5");
    s.set("eps", "0.02");
    s.set("start_noise", "1");
    s.set("a_update", printed ? "printed" : "projected");
    s.start(normal_weights(s.problem.net, 0.5, s.rng));
    DlamPoint before = s.point();
    for (int k = 0; k < 60; ++k) {
      s.sweeps(1);
      const DlamPoint now = s.point();
      for (const std::size_t l : {1u, 2u})
        if (printed && now.a[l] == before.a[l]) ++refused;
      before = now;
    }
    F[printed] = s.oracle().potential(before).value;
  }
  StudyResult result;
  result.measured = refused / 120.0;
  result.holds = result.measured > 0.9 && F[1] > 1.5 * F[0];
  result.evidence = std::to_string(refused) +
                    " of 120 a-steps find no feasible t and leave a_l; after 60 sweeps F = " + show(F[1]) + " against " +
                    show(F[0]) + " with the projection that (6) asks for.";
  return result;
}

// Assumption 1 asks for F -> infinity as one block alone grows. The weights of an input that is always 0 do not enter F.
StudyResult assumption1(const Matrix<double>& X, const Matrix<double>& Y) {
  Setup s({X.rows(), 4, Y.rows()}, X, Y, "squared");
  Rng rng(2018, "wang2018 assumption 1");
  s.start(normal_weights(s.problem.net, 0.05, rng));
  DlamPoint P = s.point();
  const double before = s.oracle().potential(P).value;
  Index zero_inputs = 0;
  for (Index i = 0; i < X.rows(); ++i)
    if ((X.row(i).array() == 0).all()) ++zero_inputs, P.W[1].col(i).setConstant(1e9);
  const double after = s.oracle().potential(P).value;
  StudyResult result;
  result.measured = static_cast<double>(zero_inputs);
  result.holds = zero_inputs > 0 && after == before;
  result.evidence = std::to_string(zero_inputs) + " of " + std::to_string(X.rows()) + " inputs are zero on all " +
                    std::to_string(X.cols()) + " samples: F = " + show(before) + " with their weights at the start, " +
                    show(after) + " with all of them 1e9. A coercive Omega repairs it.";
  return result;
}

// (3) with the gradient summed over n samples: phi changes by rho (n - 2)/2 |db|^2.
StudyResult summed_bias() {
  double worst = 0;
  std::string changes;
  for (const int n : {1, 2, 3, 10}) {
    Rng rng(static_cast<std::uint64_t>(n), "wang2018 bias");
    Vector<double> r(n);
    rng.fill_normal(r, 1.0);
    const double rho = 0.7, b = 0.3, gradient = rho * (b - r.array()).sum(), moved = -gradient / rho;
    const double change = rho / 2 * ((r.array() - b - moved).square().sum() - (r.array() - b).square().sum());
    worst = std::max(worst, std::abs(change - rho * (n - 2) / 2 * moved * moved) / (moved * moved));
    changes += (changes.empty() ? "" : ", ") + std::string("n = ") + std::to_string(n) + ": " + show(change);
  }
  StudyResult result;
  result.measured = worst;
  result.holds = worst < 1e-12;
  result.evidence = "change of phi by one b-step: " + changes + "; it is rho (n - 2)/2 |db|^2 to " + show(worst) +
                    ": for n > 2 samples (3) raises F unless the gradient is averaged.";
  return result;
}

// The last line of Lemma 1 has rho where (6) has tau.
StudyResult lemma1_last_line() {
  ThreeClasses s(40);
  s.set("start_noise", "1");
  s.set("eps", "0.5");
  s.start(normal_weights(s.problem.net, 0.5, s.rng));
  s.sweeps(3);
  const DlamPoint before = s.point();
  const DlamOracle oracle = s.oracle();
  const Matrix<double> g = oracle.gradient_a(2, before);
  s.sweeps(1);
  const DlamPoint now = s.point();
  const double tau = now.tau[2](0, 0), rho = s.parameters.rho;
  double with_tau = 0, with_rho = 0;
  int inside = 0;
  for (Index e = 0; e < g.size(); ++e) {
    const double D = now.a[2](e) - before.a[2](e);
    if (std::abs(now.a[2](e) - std::max(0.0, now.z[2](e))) > 0.499 || D == 0) continue;
    ++inside;
    with_tau = std::max(with_tau, std::abs(g(e) + tau * D));
    with_rho = std::max(with_rho, std::abs(g(e) + rho * D));
  }
  StudyResult result;
  result.measured = with_rho;
  result.holds = inside > 0 && with_tau < 1e-12 && with_rho > 1e3 * with_tau;
  result.evidence = "at " + std::to_string(inside) + " entries inside their box the condition fails by " + show(with_rho) +
                    " with rho = " + show(rho) + " and by " + show(with_tau) + " with tau = " + show(tau) + ".";
  return result;
}

}  // namespace

std::vector<Study> studies() {
  const std::string paper = "Wang et al. 2018, ";
  return {{"wang2018.fixed-point", paper + "Theorem 1, Property 3",
           "DLAM can rest for ever at a point that is not stationary: 0 is not in the limiting subdifferential.", fixed_point},
          {"wang2018.joint-descent", paper + "Theorem 1", "The limit of an ordinary run is partially stationary only.",
           joint_descent},
          {"wang2018.zero-infimum", paper + "Problem 2", "F reaches 0 for random labels at chance accuracy.", zero_infimum},
          {"wang2018.unbounded", paper + "Property 1",
           "Under Assumptions 1 to 3 the iterates may be unbounded: cross-entropy, separable classes.", unbounded},
          {"wang2018.definition2", paper + "Definition 2", "x + y is not multi-coercive.", definition2_example},
          {"wang2018.bias-step", paper + "(3)", "(3) with L_b = rho is the exact minimiser.", bias_step},
          {"wang2018.preactivation-step", paper + "(4)", "(4) with L_z = rho is the exact minimiser of the subproblem.",
           preactivation_step},
          {.id = "wang2018.assumption1",
           .source = paper + "Assumption 1",
           .statement = "Without a regulariser F does not depend on the weights of a pixel that is always 0.",
           .run = {},
           .data = {"mnist-10k", {{"n", "2000"}}},
           .run_on = assumption1},
          {"wang2018.frozen-layers", paper + "Algorithm 1",
           "With a fixed eps and a forward-pass start layers 1..L-1 never move.", frozen_layers},
          {"wang2018.algorithm3-printed", paper + "Algorithm 3", "Algorithm 3 as printed stalls.", printed_algorithm3},
          {"wang2018.bias-summed", paper + "(3)", "Equation (3) with the gradient summed over n > 2 samples raises F.",
           summed_bias},
          {"wang2018.lemma1-last-line", paper + "Lemma 1", "The last line of Lemma 1 holds with tau, not with rho.",
           lemma1_last_line}};
}

}  // namespace bcd::wang2018
