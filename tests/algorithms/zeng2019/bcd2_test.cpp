#include "algorithms/zeng2019/bcd2.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using bcd::test::Judge;
using bcd::test::network;
using bcd::test::Tiny;

namespace {

using Options = std::map<std::string, std::string>;
using Mat = Matrix<double>;

const std::vector<std::string> kActivations = {"linear", "relu",     "leaky_relu:0.2",         "sigmoid",
                                               "tanh",   "softplus", "polynomial:0.1,0.5,0.25"};

void set(Algorithm<double>& algorithm, const Options& options) {
  ParameterList list = algorithm.parameters();
  for (const auto& [name, value] : options) list.set(name, value);
}

/// gamma = 1.5 and alpha = .5 (1 hides errors), from V that do not fit the forward pass.
struct Run {
  const Tiny<>& tiny;
  Bcd2<double> algorithm;
  State<double> state;

  explicit Run(const Tiny<>& t, Options options = {}) : tiny(t) {
    options.insert({{"gamma", "1.5"}, {"alpha", "0.5"}});
    set(algorithm, options);
    REQUIRE(algorithm.not_applicable(tiny.problem).empty());
    Rng rng(1, "run");
    algorithm.initialise(tiny.problem, tiny.w0, rng);
    state = algorithm.state();
    for (NamedMatrix<double>& w : state)
      if (w.name[0] == 'V') {
        Mat noise(w.value.rows(), w.value.cols());
        rng.fill_normal(noise, 0.5);
        w.value += noise;
      }
  }
  std::unique_ptr<Audit> audit() { return make_bcd2_audit(values_of<Bcd2Parameters>(algorithm.parameters()), tiny.problem); }
};

/// The potential (2.3), entry by entry.
double potential(const Tiny<>& tiny, State<double>& state, double gamma, const Regulariser& r, const Regulariser& s) {
  const Network& net = tiny.problem.net;
  double sum = 0;
  for (int i = 1; i <= net.N(); ++i) {
    const Mat W = state("W" + std::to_string(i)), V = state("V" + std::to_string(i));
    const Mat Vp = i == 1 ? tiny.X : Mat(state("V" + std::to_string(i - 1)));
    for (Index j = 0; j < V.cols(); ++j)
      for (Index k = 0; k < V.rows(); ++k) {
        const double z = W.row(k).dot(Vp.col(j)) + (net.bias ? state("b" + std::to_string(i))(k, 0) : 0.0);
        sum += gamma / 2 * std::pow(V(k, j) - net.sigma(i).value(z), 2);
      }
    sum += r.value<double>(W) + s.value<double>(V);
    if (i == net.N()) sum += tiny.problem.loss.weight(tiny.problem.n()) * tiny.problem.loss.sum<double>(V, tiny.Y);
  }
  return sum;
}

Regulariser regulariser(const Options& options, const std::string& name) {
  const auto it = options.find(name);
  return it == options.end() ? Regulariser{} : Regulariser::parse(it->second);
}

/// L + alpha/2 |block - old|^2 at the present state.
struct BlockObjective {
  Run& run;
  Regulariser r, s;
  std::vector<std::pair<std::string, Mat>> old;  // the block's windows before the update

  double operator()() const {
    double value = potential(run.tiny, run.state, 1.5, r, s);
    for (const auto& [name, before] : old) value += 0.25 * (run.state(name) - before).squaredNorm();
    return value;
  }
};

/// Updates one block and asks that the subproblem fell and that no random perturbation of the block does better by more than
/// `slack` times the perturbation's length (0 for exact convex blocks).
void check_block(Run& run, const Options& options, const std::vector<std::string>& names, const std::function<void()>& update,
                 double slack) {
  BlockObjective f{run, regulariser(options, "r"), regulariser(options, "s"), {}};
  for (const std::string& name : names) f.old.emplace_back(name, run.state(name));
  const double before = f();
  update();
  const double after = f();
  REQUIRE(after <= before + 1e-12 * (1 + std::abs(after)));
  Rng rng(3, "perturb");
  for (const double size : {1e-1, 1e-3, 1e-5})
    for (int trial = 0; trial < 20; ++trial) {
      std::vector<Mat> kept;
      double length2 = 0;
      for (const std::string& name : names) {
        auto w = run.state(name);
        kept.push_back(w);
        Mat d(w.rows(), w.cols());
        rng.fill_normal(d, size);
        length2 += d.squaredNorm();
        w += d;
      }
      const double there = f();
      for (std::size_t k = 0; k < names.size(); ++k) run.state(names[k]) = kept[k];
      REQUIRE(there >= after - slack * std::sqrt(length2) - 1e-12 * (1 + std::abs(after)));
    }
}

}  // namespace

TEST_CASE("the exact blocks of Algorithm 1 minimise their subproblems", "[bcd2]") {
  const std::vector<Options> cases = {
      {},
      {{"r", "l2:0.3"}, {"s", "l2:0.2"}},
      {{"r", "l1:0.3"}, {"s", "l1:0.2"}, {"inner_iterations", "5000"}, {"inner_tolerance", "1e-14"}},
      {{"r", "elastic:0.3,0.4"}, {"s", "elastic:0.1,0.2"}, {"inner_iterations", "5000"}, {"inner_tolerance", "1e-14"}},
      {{"r", "nonnegative"}, {"s", "box:-0.5,1"}, {"inner_iterations", "5000"}, {"inner_tolerance", "1e-14"}}};
  for (const Options& options : cases)
    for (const char* loss : {"squared", "logistic", "hinge", "squared_hinge", "exponential"})
      for (const bool bias : {true, false}) {
        INFO(loss << " r=" << (options.count("r") ? options.at("r") : "none") << " bias=" << bias);
        const Tiny<> tiny(network({3, 5, 4, 3}, "relu", bias), Loss::parse(loss, false), 12, 21);
        Run run(tiny, options);
        for (NamedMatrix<double>& w : run.state)  // into the domain of r and s
          for (Index k = 0; k < w.value.size(); ++k) {
            if (w.name[0] == 'W') w.value.data()[k] = regulariser(options, "r").prox(1e12, w.value.data()[k]);
            if (w.name[0] == 'V') w.value.data()[k] = regulariser(options, "s").prox(1e12, w.value.data()[k]);
          }
        const std::vector<std::string> Wb = bias ? std::vector<std::string>{"W3", "b3"} : std::vector<std::string>{"W3"};
        check_block(
            run, options, {"V3"}, [&] { run.algorithm.update_V_N(); }, 0);
        check_block(
            run, options, Wb, [&] { run.algorithm.update_Wb(3); }, 0);
        check_block(
            run, options, {"V2"}, [&] { run.algorithm.update_V(2); }, 0);
      }
}

TEST_CASE("the cross-entropy output block is solved with quadratic regularisers", "[bcd2]") {
  for (const Options& options : {Options{}, Options{{"s", "l2:0.2"}}}) {
    const Tiny<> tiny(network({3, 5, 3}, "tanh"), Loss::parse("cross_entropy", true), 12, 22);
    Run run(tiny, options);
    check_block(
        run, options, {"V2"}, [&] { run.algorithm.update_V_N(); }, 0);
  }
}

TEST_CASE("the iterative blocks become stationary at a tight tolerance when sigma is smooth", "[bcd2]") {
  // The tolerance bounds the squared gradient in the metric by 1e-20 f per column; the metric is at most |H|, so that the slope
  // along a perturbation is below sqrt(1e-20 f |H|), and with f, |H| < 1e4 here below 1e-6 times its length.
  for (const char* sigma : {"sigmoid", "tanh", "softplus"})
    for (const Options& regularisers :
         {Options{}, Options{{"r", "l2:0.3"}, {"s", "l2:0.2"}}, Options{{"r", "l1:0.3"}, {"s", "l1:0.2"}}}) {
      INFO(sigma);
      Options options = regularisers;
      options.insert({{"inner_iterations", "3000"}, {"inner_tolerance", "1e-20"}});
      const Tiny<> tiny(network({3, 4, 4, 2}, sigma), Loss::parse("squared", false), 15, 23);
      Run run(tiny, options);
      check_block(
          run, options, {"V1"}, [&] { run.algorithm.update_V(1); }, 1e-6);
      check_block(
          run, options, {"W2", "b2"}, [&] { run.algorithm.update_Wb(2); }, 1e-6);
      check_block(
          run, options, {"W1", "b1"}, [&] { run.algorithm.update_Wb(1); }, 1e-6);
    }
}

TEST_CASE("the inner method never increases the objective of a column, whatever the accuracy", "[bcd2]") {
  Rng rng(5, "monotone");
  for (const std::string& sigma : kActivations)
    for (const char* h : {"none", "l1:0.3", "nonnegative"}) {
      Mat K(7, 4), D(7, 70), B(4, 70), X0(4, 70);
      for (Mat* M : {&K, &D, &B, &X0}) rng.fill_normal(*M, 1.5);
      if (std::string(h) == "nonnegative") X0 = X0.cwiseAbs();
      const Vector<double> o = Vector<double>::LinSpaced(7, -1, 1), c = Vector<double>::LinSpaced(4, 0.5, 2);
      const Subproblem<double> problem{Activation::parse(sigma), 1.5, K, &o, D, c, B, Regulariser::parse(h), 3};
      Vector<double> last = objective(problem, X0);
      // Values by hand for one column.
      double by_hand = problem.h.value<double>(X0.col(5).head(3));
      for (Index k = 0; k < 4; ++k) by_hand += c(k) / 2 * std::pow(X0(k, 5) - B(k, 5), 2);
      for (Index m = 0; m < 7; ++m)
        by_hand += 0.75 * std::pow(D(m, 5) - problem.sigma.value(K.row(m).dot(X0.col(5)) + o(m)), 2);
      REQUIRE(last(5) == Approx(by_hand).epsilon(1e-13));
      for (const int iterations : {1, 2, 5, 50}) {
        INFO(sigma << " " << h << " " << iterations);
        Mat X = X0;
        minimise(problem, {iterations, 0.0}, X);
        const Vector<double> f = objective(problem, X);
        REQUIRE(((f - last).array() <= 1e-12 * (1 + last.array().abs())).all());
        if (iterations == 1) REQUIRE(f.sum() < last.sum());
        last = f;
      }
    }
}

TEST_CASE("the potential falls as derived over 20 sweeps, for every activation, regulariser and order", "[bcd2]") {
  const std::vector<Options> cases = {{},
                                      {{"order", "forward"}},
                                      {{"r", "l2:0.1"}, {"s", "l2:0.05"}},
                                      {{"r", "l1:0.1"}, {"s", "elastic:0.05,0.1"}, {"order", "forward"}},
                                      {{"r", "nonnegative"}, {"s", "nonnegative"}},
                                      {{"r", "box:-1,1"}, {"inner_iterations", "2"}},
                                      {{"output_update", "proxlinear"}}};
  for (const std::string& sigma : kActivations)
    for (const Options& options : cases)
      for (const bool mean : {false, true}) {
        std::string text = sigma;
        for (const auto& [key, value] : options) text += " " + key + "=" + value;
        INFO(text);
        const Tiny<> tiny(network({4, 6, 5, 3}, sigma), Loss::parse("squared", mean), 20, 31, 0.4);
        Run run(tiny, options);
        Judge judge(run.algorithm, bcd2_promises(), run.audit());
        for (int k = 0; k < 20; ++k) judge.sweep();
        REQUIRE(judge.result("descent.block").verdict() == "holds");
        REQUIRE(judge.result("descent.sweep").verdict() == "holds");
        REQUIRE(judge.result("descent.sweep").checks >= 19);
        if (regulariser(options, "s").is_quadratic()) REQUIRE(judge.result("identity.block").verdict() == "holds");
        const bool kink = sigma == "relu" || sigma == "leaky_relu:0.2";
        REQUIRE(judge.result("rate.subgradient").verdict() == (kink ? "not applicable" : "inconclusive"));
      }
}

TEST_CASE("Theorem 2's condition is judged", "[bcd2]") {
  const Tiny<> tiny(network({4, 5, 3}, "tanh"), Loss::parse("squared", false), 20, 31, 0.4);
  // L_R = 1: alpha must exceed (1 - gamma)/2 = .45 with gamma = .1.
  Run below(tiny, {{"output_update", "proxlinear"}, {"gamma", "0.1"}, {"alpha", "0.4"}});
  Judge no(below.algorithm, bcd2_promises(), below.audit());
  no.sweep();
  REQUIRE(no.result("descent.sweep").verdict() == "not applicable");
  Run above(tiny, {{"output_update", "proxlinear"}, {"gamma", "0.1"}, {"alpha", "0.46"}});
  Judge yes(above.algorithm, bcd2_promises(), above.audit());
  for (int k = 0; k < 5; ++k) yes.sweep();
  REQUIRE(yes.result("descent.sweep").verdict() == "holds");
  const Tiny<> steep(network({4, 5, 3}, "tanh"), Loss::parse("exponential", true), 20, 31, 0.4);
  Run exponential(steep, {{"output_update", "proxlinear"}});
  Judge never(exponential.algorithm, bcd2_promises(), exponential.audit());
  never.sweep();
  REQUIRE(never.result("descent.block").verdict() == "not applicable");
  REQUIRE_THAT(never.result("descent.block").not_applicable, Contains("exponential"));
}

TEST_CASE("the audit's potential and subgradient are those of (2.3)", "[bcd2]") {
  const Tiny<> tiny(network({3, 4, 3, 2}, "tanh"), Loss::parse("squared", true), 8, 41);
  const Options options = {{"r", "l2:0.3"}, {"s", "l2:0.2"}};
  Run run(tiny, options);
  Judge judge(run.algorithm, bcd2_promises(), run.audit());
  judge.sweep();
  const auto L = [&] { return potential(tiny, run.state, 1.5, Regulariser::parse("l2:0.3"), Regulariser::parse("l2:0.2")); };
  REQUIRE(judge.measured("potential") == Approx(L()).epsilon(1e-13));
  double norm2 = 0;
  for (NamedMatrix<double>& w : run.state)
    for (Index k = 0; k < w.value.size(); ++k) {
      double& x = w.value.data()[k];
      const double x0 = x, h = 0x1p-17;
      x = x0 + h;
      const double up = L();
      x = x0 - h;
      const double down = L();
      x = x0;
      norm2 += std::pow((up - down) / (2 * h), 2);
    }
  REQUIRE(judge.measured("subgradient_norm2") == Approx(norm2).epsilon(1e-6));
}

TEST_CASE("with smooth sigma and tight subproblems the subgradient of the joint objective vanishes", "[bcd2]") {
  const Tiny<> tiny(network({3, 4, 2}, "tanh"), Loss::parse("squared", true), 10, 43);
  Run run(tiny,
          {{"r", "l2:0.1"}, {"s", "l2:0.1"}, {"alpha", "0.05"}, {"inner_iterations", "200"}, {"inner_tolerance", "1e-20"}});
  Judge judge(run.algorithm, bcd2_promises(), run.audit());
  judge.sweep();
  const double first = judge.measured("subgradient_norm2");
  for (int k = 0; k < 1500; ++k) judge.sweep();
  REQUIRE(judge.measured("subgradient_norm2") < 1e-10 * first);
}

TEST_CASE("blocks come in the paper's order or in its reverse", "[bcd2]") {
  const Tiny<> tiny(network({3, 4, 4, 2}, "relu"), Loss::parse("squared", true), 10, 43);
  const auto order = [&](const std::string& name) {
    Run run(tiny, {{"order", name}});
    Judge judge(run.algorithm, bcd2_promises(), run.audit());
    judge.sweep();
    return judge.blocks;
  };
  REQUIRE(order("backward") == std::vector<std::string>{"V3", "Wb3", "V2", "Wb2", "V1", "Wb1"});
  REQUIRE(order("forward") == std::vector<std::string>{"Wb1", "V1", "Wb2", "V2", "Wb3", "V3"});
}

namespace {

/// A sweep in which one block update is replaced by a broken one.
using Update = std::function<void(Run&, const Block&, const std::function<void()>& honest)>;

PromiseResult broken_run(const Options& audit_options, const Options& own_options, const Update& update,
                         const std::string& promise) {
  const Tiny<> tiny(network({4, 6, 5, 3}, "tanh"), Loss::parse("squared", false), 20, 51, 0.4);
  Run run(tiny, audit_options);
  Judge judge(run.algorithm, bcd2_promises(), run.audit());  // the audit keeps the options that the run claims to have
  set(run.algorithm, own_options);
  for (int k = 0; k < 5; ++k) {
    judge.open();
    for (int i = 3; i >= 1; --i) {
      const Block V{"V", i}, Wb{"Wb", i};
      update(run, V, [&] { i == 3 ? run.algorithm.update_V_N() : run.algorithm.update_V(i); });
      judge.after(V);
      update(run, Wb, [&] { run.algorithm.update_Wb(i); });
      judge.after(Wb);
    }
    judge.close();
  }
  return judge.result(promise);
}

/// new = old + factor (honest - old) for one block.
Update stretched(const std::string& block, const std::string& name, double factor) {
  return [=](Run& run, const Block& b, const std::function<void()>& honest) {
    const Mat old = run.state(name);
    honest();
    if (b.text() == block) run.state(name) = old + factor * (run.state(name) - old);
  };
}

/// Runs one block's update while a matrix has the value it had at the end of the previous block of that name.
Update with_stale(const std::string& block, const std::string& name, const std::string& changed_by) {
  auto stale = std::make_shared<Mat>();
  return [=](Run& run, const Block& b, const std::function<void()>& honest) {
    auto x = run.state(name);
    if (b.text() == changed_by) *stale = x;
    if (b.text() != block) return honest();
    const Mat now = x;
    x = *stale;
    honest();
    x = now;
  };
}

void honest_update(Run&, const Block&, const std::function<void()>& honest) { honest(); }

}  // namespace

TEST_CASE("broken twins of the updates are caught by the named check", "[bcd2]") {
  const auto caught = [](const std::string& promise, const Update& update, const Options& audit = {}, const Options& own = {}) {
    return broken_run(audit, own, update, promise).verdict() == "violated";
  };
  SECTION("the honest run passes every check") {
    for (const char* promise : {"descent.block", "descent.sweep", "identity.block"})
      REQUIRE(broken_run({{"r", "l2:0.3"}}, {}, honest_update, promise).verdict() == "holds");
  }
  SECTION("wrong sign of the step") {
    REQUIRE(caught("descent.block", stretched("V3", "V3", -1)));
    REQUIRE(caught("descent.block", stretched("Wb1", "W1", -1)));  // an iterative block
  }
  SECTION("too large a step") { REQUIRE(caught("descent.block", stretched("V2", "V2", 2.2))); }
  SECTION("too small a step") { REQUIRE(caught("identity.block", stretched("V2", "V2", 0.9))); }
  SECTION("stale V") { REQUIRE(caught("identity.block", with_stale("Wb3", "V3", "V3"))); }
  SECTION("stale W") { REQUIRE(caught("identity.block", with_stale("V2", "W3", "Wb3"))); }
  SECTION("frozen alpha") { REQUIRE(caught("identity.block", honest_update, {}, {{"alpha", "0.05"}})); }
  SECTION("wrong gamma") { REQUIRE(caught("identity.block", honest_update, {}, {{"gamma", "1"}})); }
  SECTION("missing regulariser of W") { REQUIRE(caught("identity.block", honest_update, {{"r", "l2:0.3"}}, {{"r", "none"}})); }
  SECTION("missing regulariser of V") { REQUIRE(caught("identity.block", honest_update, {{"s", "l2:0.3"}}, {{"s", "none"}})); }
  SECTION("lost bias") {
    REQUIRE(caught("identity.block", [](Run& run, const Block& b, const std::function<void()>& honest) {
      auto bias = run.state("b3");
      const Mat kept = bias;
      if (b.text() == "V2") bias.setZero();
      honest();
      if (b.text() == "V2") bias = kept;
    }));
  }
}

TEST_CASE("single and double precision agree after some sweeps", "[bcd2]") {
  const Network net = network({4, 6, 5, 3}, "tanh");
  const Tiny<double> d(net, Loss::parse("squared", true), 30, 61, 0.4);
  const Tiny<float> s(net, Loss::parse("squared", true), 30, 61, 0.4);
  Bcd2<double> double_run;
  Bcd2<float> float_run;
  Rng rng(1, "run");
  double_run.initialise(d.problem, d.w0, rng);
  float_run.initialise(s.problem, s.w0, rng);
  for (int k = 0; k < 5; ++k) double_run.step(nullptr), float_run.step(nullptr);
  for (std::size_t i = 1; i <= 3; ++i) {
    const Mat W = float_run.weights().W[i].cast<double>();
    REQUIRE((double_run.weights().W[i] - W).norm() <= 1e-3 * W.norm());
  }
}

TEST_CASE("problems outside Algorithm 1 are refused with the reason", "[bcd2]") {
  const auto reason = [](const Network& net, const std::string& loss, const Options& options) {
    const Tiny<> tiny(net, Loss::parse(loss, true), 5, 1);
    Bcd2<double> algorithm;
    set(algorithm, options);
    return algorithm.not_applicable(tiny.problem);
  };
  Network skip = network({3, 3, 2}, "relu");
  skip.layers[0].skip = true;
  REQUIRE_THAT(reason(skip, "squared", {}), Contains("skip"));
  REQUIRE_THAT(reason(network({3, 3, 2}, "relu", true, "relu"), "squared", {}), Contains("sigma_N = Id"));
  REQUIRE_THAT(reason(network({3, 3, 2}, "relu"), "hinge", {{"output_update", "proxlinear"}}), Contains("smooth loss"));
  REQUIRE_THAT(reason(network({3, 3, 2}, "relu"), "cross_entropy", {{"s", "l1:0.1"}}), Contains("proxlinear"));
  REQUIRE(reason(network({3, 3, 2}, "relu"), "cross_entropy", {{"s", "l1:0.1"}, {"output_update", "proxlinear"}}).empty());
}

TEST_CASE("the studies of Theorem 1 for Algorithm 1 are confirmed", "[bcd2]") {
  for (const Study& study : algorithm1_studies()) {
    const StudyResult result = study.run();
    INFO(study.id << ": " << result.evidence);
    REQUIRE(result.holds);
  }
}
