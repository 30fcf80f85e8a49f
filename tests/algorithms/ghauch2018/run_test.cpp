// Whole runs: the promises under their audit, broken twins that the audit must flag, step rules, batches, memory.
#include <cstdlib>
#include <set>

#include "tests/algorithms/ghauch2018/support.hpp"
#include "tests/support/catch.hpp"

#if !defined(__SANITIZE_ADDRESS__) && defined(__GLIBC__)
#define BCD_COUNT_ALLOCATIONS 1
// Counts every malloc of this thread while switched on; Eigen and operator new both end here.
extern "C" void* __libc_malloc(std::size_t size);
namespace {
thread_local bool counting = false;
thread_local long allocations = 0;
}  // namespace
extern "C" void* malloc(std::size_t size) {
  if (counting) ++allocations;
  return __libc_malloc(size);
}
#endif

using namespace bcd;
using namespace bcd::ghauch2018;
using namespace bcd::test;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
const std::vector<Index> kOneOutput = {3, 5, 4, 1};

/// A run of `sweeps` iterations under the audit.
struct Audited {
  Bsum<double> algorithm;
  std::unique_ptr<Judge> judge;
  Audited(const BsumCase& c, const Settings& settings, int sweeps) {
    set_all(algorithm.parameters(), settings);
    REQUIRE(algorithm.not_applicable(c.problem).empty());
    Rng rng(2, "algorithm");
    algorithm.initialise(c.problem, c.w0, rng);
    judge =
        std::make_unique<Judge>(algorithm, promises(), make_audit(values_of<Parameters>(algorithm.parameters()), c.problem));
    for (int k = 0; k < sweeps; ++k) judge->sweep();
  }
  std::string verdict(const std::string& id) const { return judge->result(id).verdict(); }
};

}  // namespace

TEST_CASE("with backtracking the surrogate lies above f at the new point and f descends, for all losses, l1 and sets",
          "[bsum][promise]") {
  for (const std::string loss : {"squared", "paper_exponential", "cross_entropy", "squared_hinge", "logistic"}) {
    const BsumCase c(loss, "softplus", true, kOneOutput);
    for (const Settings& extra : {Settings{}, Settings{{"penalty", "l1"}, {"lambda", "0.02"}}, Settings{{"feasible", "ball:1"}},
                                  Settings{{"feasible", "toeplitz"}}, Settings{{"alpha", "0.6"}}}) {
      const Audited run(c, extra, 25);
      CAPTURE(loss, extra.empty() ? "" : extra[0].second);
      for (const char* id : {"descent.block", "monotone.block"}) CHECK(run.verdict(id) == "holds");
      CHECK(run.judge->measured("unbounded") == 0);
      if (extra.empty()) CHECK(run.verdict("gradient.consistency") == "holds");
      CHECK(run.verdict("lemma1.stationarity") == "not applicable");  // a constant step breaks (8)
    }
  }
}

TEST_CASE("the proximal-point surrogate descends by gamma/2 |step|^2, in the nonlinear and the linear network",
          "[bsum][promise]") {
  for (const std::string activation : {"sigmoid", "linear"}) {
    const BsumCase c("squared", activation, false, kOneOutput);
    const Audited run(c, {{"surrogate", "prox_point"}, {"gamma_rule", "fixed"}, {"gamma", "0.3"}}, 10);
    CHECK(run.verdict("descent.block") == "holds");
    CHECK(run.verdict("monotone.block") == "holds");
  }
}

TEST_CASE("too small a gamma is flagged: no upper bound, so nothing is promised of the descent", "[bsum][promise][negative]") {
  const BsumCase c("squared", "linear", false, kOneOutput);
  const Audited run(c, {{"gamma_rule", "fixed"}, {"gamma", "0.3"}}, 2);
  CHECK(run.verdict("surrogate.upper_bound") == "violated");
  CHECK(run.verdict("surrogate.around") == "violated");
  const double unbounded = run.judge->measured("unbounded");
  CHECK(unbounded > 0);
  CHECK(run.judge->result("descent.block").checks == 6 - static_cast<std::int64_t>(unbounded));
  CHECK(run.verdict("gradient.consistency") == "holds");
}

TEST_CASE("a gamma above the curvature makes (9) an upper bound on the step and around it", "[bsum][promise]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const Audited run(c, {{"gamma_rule", "fixed"}, {"gamma", "50"}}, 10);
  for (const char* id : {"surrogate.upper_bound", "surrogate.around", "descent.block"}) CHECK(run.verdict(id) == "holds");
  CHECK(run.judge->measured("unbounded") == 0);
}

TEST_CASE("where no surrogate lies above f the descent is not applicable", "[bsum][promise]") {
  const BsumCase c("squared", "linear", false, kOneOutput);
  Bsum<double> algorithm;
  set_all(algorithm.parameters(), {{"gamma_rule", "fixed"}, {"gamma", "0.01"}});
  Rng rng(2, "algorithm");
  algorithm.initialise(c.problem, c.w0, rng);
  struct Watch final : BlockObserver {
    std::unique_ptr<Audit> audit;
    CheckLog log{promises()};
    void after(const Block& block) override { audit->after_block(1, block, log); }
  } watch;
  watch.audit = make_audit(values_of<Parameters>(algorithm.parameters()), c.problem);
  State<double> state = algorithm.state();
  watch.audit->start(state, watch.log);
  algorithm.step(&watch);
  watch.audit->finish(watch.log);
  for (const PromiseResult& result : watch.log.results())
    if (result.promise.id == "descent.block") CHECK(result.verdict() == "not applicable");
}

TEST_CASE("the descent is judged in the updates whose surrogate lies above f, and the others are counted", "[bsum][promise]") {
  const BsumCase c("squared", "softplus", true, kOneOutput);
  const Audited run(c, {{"surrogate", "gauss_newton"}, {"gamma_rule", "fixed"}, {"gamma", "1e-4"}, {"lambda", "1e-6"}}, 15);
  const double unbounded = run.judge->measured("unbounded");
  CHECK(unbounded > 0);
  CHECK(run.judge->result("descent.block").checks == 45 - static_cast<std::int64_t>(unbounded));
}

TEST_CASE("the upper bound is judged at points the update has not looked at", "[bsum][promise][negative]") {
  // f = (100 w1^2 + (w2 - 1)^2)/2 from (0, 0): along the step, to (0, 1), gamma = 1 is exact; in other directions f is steeper.
  BsumCase c("squared", "linear", false, {2, 1}, 2);
  c.X << 10, 0, 0, 1;
  c.Y << 0, 1;
  c.w0.W[1].setZero();
  const Audited run(c, {{"lambda", "0"}, {"gamma", "1"}, {"gamma_shrink", "1"}}, 1);
  CHECK(run.verdict("surrogate.upper_bound") == "holds");
  CHECK(run.verdict("descent.block") == "holds");
  CHECK(run.verdict("surrogate.around") == "violated");
}

TEST_CASE(
    "Gauss-Newton's surrogate is judged along the step: with backtracking it lies above f at the new point and f descends, "
    "with too small a gamma it is flagged",
    "[bsum][promise][negative]") {
  for (const std::string loss : {"squared", "paper_exponential", "cross_entropy", "squared_hinge", "logistic"}) {
    const BsumCase c(loss, "softplus", true, kOneOutput);
    CAPTURE(loss);
    const Audited sound(c, {{"surrogate", "gauss_newton"}, {"gamma", "0.1"}}, 15);
    for (const char* id : {"descent.block", "monotone.block"}) CHECK(sound.verdict(id) == "holds");
    CHECK(sound.judge->measured("unbounded") == 0);
  }
  const BsumCase c("squared", "softplus", true, kOneOutput);
  for (const std::string surrogate : {"gauss_newton", "second_order"}) {
    const Audited small(c, {{"surrogate", surrogate}, {"gamma_rule", "fixed"}, {"gamma", "1e-4"}, {"lambda", "1e-6"}}, 15);
    CAPTURE(surrogate);
    CHECK(small.verdict("surrogate.upper_bound") == "violated");
  }
}

TEST_CASE(
    "in a deep linear network the second-order surrogate is f plus gamma/2 |step|^2, and a gradient step taken for it is "
    "told apart",
    "[bsum][promise][negative]") {
  const BsumCase c("squared", "linear", false, kOneOutput);
  for (const std::string surrogate : {"gauss_newton", "second_order"}) {
    const Audited exact(c, {{"surrogate", surrogate}, {"gamma_rule", "fixed"}, {"gamma", "1e-3"}}, 15);
    CHECK(exact.verdict("surrogate.upper_bound") == "holds");
  }
  // The twin descends by a long gradient step, yet says that it minimised Gauss-Newton's surrogate.
  Bsum<double> algorithm;
  set_all(algorithm.parameters(), {{"surrogate", "gauss_newton"}, {"gamma_rule", "fixed"}, {"gamma", "1e-3"}});
  Rng rng(2, "algorithm");
  algorithm.initialise(c.problem, c.w0, rng);
  const Oracle oracle(c.parameters, c.problem);
  Judge judge(algorithm, promises(), make_audit(values_of<Parameters>(algorithm.parameters()), c.problem));
  judge.open();
  algorithm.state()[0].value -= 10 * oracle.gradient(c.w0, 1);
  judge.after({"W", 1});
  judge.close();
  CHECK(judge.result("descent.block").verdict() == "violated");
}

TEST_CASE("twins with a wrong sign, a stale gradient or a lost factor in the gradient are flagged",
          "[bsum][promise][negative]") {
  struct Twin {
    const char* name;
    double sign, factor;
    bool stale;
    std::set<std::string> flagged;
  };
  const BsumCase c("squared", "sigmoid", false, kOneOutput);
  for (const Twin& twin :
       {Twin{"faithful", 1, 1, false, {}},
        Twin{"sign", -1, 1, false, {"gradient.consistency", "descent.block", "monotone.block"}},
        Twin{"factor", 1, 0.5, false, {"gradient.consistency"}}, Twin{"stale", 1, 1, true, {"gradient.consistency"}}}) {
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), {{"gamma_rule", "fixed"}, {"gamma", "2"}, {"lambda", "0.03"}});
    Rng rng(2, "algorithm");
    algorithm.initialise(c.problem, c.w0, rng);
    Parameters p;
    p.lambda = 0.03;
    const Oracle oracle(p, c.problem);
    Judge judge(algorithm, promises(), make_audit(values_of<Parameters>(algorithm.parameters()), c.problem));
    judge.open();
    State<double> state = algorithm.state();
    for (int j = 1; j <= 3; ++j) {
      const Weights<double>& from = twin.stale ? c.w0 : algorithm.weights();
      const Matrix<double> G = oracle.gradient(from, j);
      state[static_cast<std::size_t>(j - 1)].value -= twin.sign * twin.factor / 2.0 * G;
      judge.after({"W", j});
    }
    judge.close();
    CAPTURE(twin.name);
    for (const char* id : {"gradient.consistency", "descent.block", "monotone.block"})
      CHECK((judge.result(id).verdict() == "violated") == (twin.flagged.count(id) > 0));
  }
}

TEST_CASE("the step rules take the values of their formulas", "[bsum][steps]") {
  const BsumCase c("squared", "sigmoid", false, {2, 1});
  Parameters p;
  p.lambda = 0;
  const Oracle oracle(p, c.problem);
  const auto steps = [&](const Settings& settings, int count) {  // alpha_k read off the moves
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), settings);
    set_all(algorithm.parameters(), {{"gamma_rule", "fixed"}, {"gamma", "1"}, {"lambda", "0"}});
    Rng rng(1, "algorithm");
    algorithm.initialise(c.problem, c.w0, rng);
    std::vector<double> alphas;
    for (int k = 0; k < count; ++k) {
      const Weights<double> before = algorithm.weights();
      algorithm.step(nullptr);
      alphas.push_back((algorithm.weights().W[1] - before.W[1]).norm() / oracle.gradient(before, 1).norm());
    }
    return alphas;
  };
  const auto root = steps({{"step", "inverse_sqrt"}, {"alpha", "0.5"}}, 4),
             inverse = steps({{"step", "inverse"}, {"alpha", "0.5"}}, 4);
  for (std::size_t k = 1; k <= 4; ++k) {
    CHECK(root[k - 1] == Approx(0.5 / std::sqrt(static_cast<double>(k))).epsilon(1e-10));
    CHECK(inverse[k - 1] == Approx(0.25 / static_cast<double>(k)).epsilon(1e-10));
  }
  const auto setting1 = steps({{"step", "recursive"}, {"alpha", "1"}, {"t", "0.99"}}, 3);
  CHECK(setting1[0] == Approx(1).epsilon(1e-10));
  CHECK(setting1[1] == Approx(0.01).epsilon(1e-10));  // 1 (1 - .99): the collapse
  CHECK(setting1[2] == Approx(0.01 * (1 - 0.0099)).epsilon(1e-10));
}

TEST_CASE("Armijo's rule never raises f, from steps that are far too long", "[bsum][steps]") {
  const BsumCase c("squared", "linear", false, kOneOutput);
  const Audited run(c, {{"step", "armijo"}, {"gamma_rule", "fixed"}, {"gamma", "0.001"}}, 20);
  CHECK(run.verdict("monotone.block") == "holds");
  CHECK(run.judge->measured("rises") == 0);
}

TEST_CASE("which step rules meet the conditions (8)", "[bsum][steps]") {
  const auto breaks = [](StepRule rule, double alpha) {
    Parameters p;
    p.step = rule;
    p.alpha = alpha;
    return !p.breaks_condition_8().empty();
  };
  CHECK(breaks(StepRule::constant, 0.1));
  CHECK(breaks(StepRule::inverse_sqrt, 0.1));
  CHECK(breaks(StepRule::armijo, 0.5));
  CHECK_FALSE(breaks(StepRule::inverse, 1));
  CHECK_FALSE(breaks(StepRule::inverse, 2));    // alpha_1 = 1 alone is not below 1
  CHECK_FALSE(breaks(StepRule::recursive, 1));  // nor alpha_0 of setting 1; the next is 0.01
  CHECK(breaks(StepRule::recursive, 2));        // 2 (1 - 2 t) < 0
  CHECK(breaks(StepRule::adadelta, 1));
  CHECK_FALSE(breaks(StepRule::recursive, 0.001));
}

TEST_CASE("a batch of all samples is the full batch; smaller ones average to the full gradient", "[bsum][stochastic]") {
  const BsumCase c("squared", "sigmoid", false, {2, 1}, 6);
  const Settings fixed = {{"gamma_rule", "fixed"}, {"lambda", "0"}};
  const auto first_move = [&](Settings extra, std::uint64_t seed) {
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), fixed);
    set_all(algorithm.parameters(), extra);
    Rng rng(seed, "algorithm");
    algorithm.initialise(c.problem, c.w0, rng);
    algorithm.step(nullptr);
    return Matrix<double>(algorithm.weights().W[1] - c.w0.W[1]);
  };
  const Matrix<double> full = first_move({}, 1);
  CHECK((first_move({{"batch_size", "6"}}, 1) - full).norm() <= 1e-15);
  Matrix<double> mean = Matrix<double>::Zero(1, 2);
  double spread = 0;
  const int draws = 4000;
  for (int seed = 1; seed <= draws; ++seed) {
    const Matrix<double> move = first_move({{"batch_size", "2"}}, static_cast<std::uint64_t>(seed));
    mean += move / draws;
    spread += (move - full).squaredNorm() / draws;
  }
  CHECK(spread > 0);
  CHECK((mean - full).norm() <= 5 * std::sqrt(spread / draws));
}

TEST_CASE("growing batches reach the whole set and then no longer depend on the draw", "[bsum][stochastic]") {
  const BsumCase c("squared", "sigmoid", false, {2, 1}, 5);
  Bsum<double> algorithm;
  set_all(algorithm.parameters(), {{"gamma_rule", "fixed"}, {"lambda", "0"}, {"growing", "true"}});
  Rng rng(1, "algorithm");
  algorithm.initialise(c.problem, c.w0, rng);
  Parameters p;
  p.lambda = 0;
  const Oracle oracle(p, c.problem);
  for (int k = 1; k <= 8; ++k) {
    const Weights<double> before = algorithm.weights();
    algorithm.step(nullptr);
    const double off = (algorithm.weights().W[1] - before.W[1] + oracle.gradient(before, 1)).norm();
    CAPTURE(k);
    CHECK((off <= 1e-14) == (k >= 5));
  }
}

TEST_CASE("a run continued from its state repeats the uninterrupted run, batches and steps included", "[bsum][restart]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const Settings settings = {
      {"gamma_rule", "fixed"}, {"gamma", "0.5"}, {"step", "recursive"}, {"alpha", "0.9"}, {"batch_size", "3"}};
  Bsum<double> whole, second;
  set_all(whole.parameters(), settings);
  set_all(second.parameters(), settings);
  Rng rng(4, "algorithm"), again(4, "algorithm");
  whole.initialise(c.problem, c.w0, rng);
  for (int k = 0; k < 5; ++k) whole.step(nullptr);
  second.initialise(c.problem, c.w0, again);
  const State<double> from = whole.state();
  State<double> to = second.state();
  for (std::size_t i = 0; i < from.size(); ++i) to[i].value = from[i].value;
  for (int k = 0; k < 5; ++k) whole.step(nullptr), second.step(nullptr);
  CHECK(distance(whole.weights(), second.weights()) == 0);
  CHECK(whole.state()("k")(0, 0) == 30);
}

TEST_CASE("a sweep in one call is the same as its updates in several calls", "[bsum]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const auto run = [&](const std::string& updates, int steps) {
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), {{"updates", updates}});
    return train(algorithm, c.problem, c.w0, steps);
  };
  CHECK(distance(run("0", 8), run("1", 24)) == 0);
  CHECK(distance(run("12", 2), run("1", 24)) == 0);
}

#ifdef BCD_COUNT_ALLOCATIONS
TEST_CASE("no iteration of any kind of update allocates memory", "[bsum][memory]") {
  struct Kind {
    std::string loss, activation;
    Index n;
    Settings settings;
  };
  const Settings fixed = {{"gamma_rule", "fixed"}};
  const auto with = [](Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  };
  const Settings newton = with(fixed, {{"surrogate", "second_order"}, {"gamma", "0.01"}}),
                 gauss_newton = with(fixed, {{"surrogate", "gauss_newton"}, {"gamma", "0.01"}}),
                 prox = with(fixed, {{"surrogate", "prox_point"}, {"gamma", "0.1"}}),
                 linear = with(fixed, {{"surrogate", "linear"}, {"alpha", "0.1"}});
  std::vector<Kind> kinds;
  for (const Settings& settings : {Settings{},
                                   fixed,
                                   with(fixed, {{"step", "adagrad"}}),
                                   with(fixed, {{"step", "adadelta"}}),
                                   with(fixed, {{"batch_size", "50"}}),
                                   with(fixed, {{"growing", "true"}}),
                                   Settings{{"penalty", "l1"}},
                                   Settings{{"feasible", "toeplitz"}},
                                   Settings{{"feasible", "circulant"}},
                                   Settings{{"feasible", "ball:1"}},
                                   Settings{{"feasible", "box:-1,1"}},
                                   with(fixed, {{"step", "armijo"}}),
                                   with(fixed, {{"order", "joint"}}),
                                   with(fixed, {{"order", "joint"}, {"step", "adagrad"}}),
                                   with(fixed, {{"penalty", "l1"}, {"batch_size", "50"}}),
                                   newton,
                                   with(newton, {{"batch_size", "50"}}),
                                   with(newton, {{"gamma", "1e-6"}}),
                                   with(newton, {{"step", "armijo"}}),
                                   gauss_newton,
                                   with(gauss_newton, {{"growing", "true"}}),
                                   Settings{{"surrogate", "gauss_newton"}},
                                   prox,
                                   with(prox, {{"batch_size", "50"}}),
                                   linear,
                                   with(linear, {{"feasible", "ball:1"}}),
                                   with(linear, {{"feasible", "box:-1,1"}, {"growing", "true"}})})
    kinds.push_back({"squared", "sigmoid", 252, settings});
  for (const std::string loss : {"paper_exponential", "cross_entropy", "squared_hinge", "logistic"})
    for (const Settings& settings : {Settings{}, newton, gauss_newton}) kinds.push_back({loss, "sigmoid", 252, settings});
  kinds.push_back({"paper_exponential", "softplus", 40, gauss_newton});  // fewer samples than the block has entries
  kinds.push_back({"squared", "sigmoid", 40, with(gauss_newton, {{"gamma_rule", "backtracking"}})});
  kinds.push_back({"squared", "linear", 252, prox});  // the closed form
  kinds.push_back({"squared", "linear", 252, with(prox, {{"growing", "true"}})});
  for (const Kind& kind : kinds) {
    const BsumCase c(kind.loss, kind.activation, kind.activation != "linear", {13, 10, 10, 10, 1}, kind.n);
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), kind.settings);
    REQUIRE(algorithm.not_applicable(c.problem).empty());
    Rng rng(1, "algorithm");
    algorithm.initialise(c.problem, c.w0, rng);
    algorithm.step(nullptr);
    allocations = 0;
    counting = true;
    for (int k = 0; k < 3; ++k) algorithm.step(nullptr);
    counting = false;
    std::string text = kind.loss + " " + kind.activation;
    for (const auto& [name, value] : kind.settings) text += " " + name + "=" + value;
    CAPTURE(text);
    CHECK(allocations == 0);
  }
  counting = true;  // the counter itself works
  allocations = 0;
  { const std::vector<double> memory(100); }
  Matrix<double> matrix(10, 10);
  counting = false;
  CHECK(allocations >= 2);
}
#endif

TEST_CASE("misfitting choices are refused with the reason", "[bsum]") {
  const BsumCase c("squared", "sigmoid", true, kOneOutput);
  const auto reason = [&](const Settings& settings) {
    Bsum<double> algorithm;
    set_all(algorithm.parameters(), settings);
    return algorithm.not_applicable(c.problem);
  };
  CHECK_THAT(reason({{"order", "joint"}}), Contains("gamma_rule = fixed"));
  CHECK_THAT(reason({{"gamma", "0"}}), Contains("gamma > 0"));
  CHECK_THAT(reason({{"surrogate", "prox_point"}}), Contains("gamma_rule = fixed"));
  CHECK_THAT(reason({{"surrogate", "linear"}}), Contains("gamma_rule = fixed"));
  CHECK_THAT(reason({{"surrogate", "second_order"}, {"feasible", "ball:1"}}), Contains("first_order"));
  CHECK_THAT(reason({{"growing", "true"}, {"batch_size", "5"}}), Contains("batch_size = 0"));
  CHECK_THAT(reason({{"penalty", "l1"}, {"surrogate", "gauss_newton"}}), Contains("(A.5)"));
  const BsumCase relu("squared", "relu", true, kOneOutput), entropy("squared", "tanh", true, kOneOutput);
  CHECK_THAT(Bsum<double>().not_applicable(relu.problem), Contains("Assumption 2"));
  Problem<double> problem = entropy.problem;
  problem.loss = Loss::parse("cross_entropy", true);
  CHECK_THAT(Bsum<double>().not_applicable(problem), Contains("sigmoid"));
}
