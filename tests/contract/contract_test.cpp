// What every algorithm of the registry owes the program. A new plugin is tested here by its line in algorithms/registry.cpp, or, as
// a shared library named in the environment variable BCDBENCH_PLUGIN, alone.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "algorithms/registry.hpp"
#include "checkout.hpp"
#include "experiments/outside/plugin_library.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

/// The algorithms that are judged.
const std::vector<Plugin>& judged() {
  const char* library = std::getenv("BCDBENCH_PLUGIN");
  if (library == nullptr) return plugins();
  static const std::vector<Plugin> one{load_shared_plugin(library)};
  return one;
}

constexpr Index kSamples = 12, kInputs = 4, kOutputs = 2;

struct Setting {
  std::string activation = "tanh", output = "linear", loss = "squared";
  bool mean = false, skip = false, bias = true;
  std::string text() const {
    return activation + " " + output + " " + loss + (mean ? " mean" : " sum") + (skip ? " skip" : "") +
           (bias ? "" : " no bias");
  }
};

/// A small problem whose targets come from a smooth teacher: 4-4-4-2, twelve samples.
template <class T>
struct Tiny {
  Matrix<T> X, Y;
  Problem<T> problem;
  Weights<T> w0;

  explicit Tiny(const Setting& setting) {
    Rng rng(7, "contract");
    X.resize(kInputs, kSamples);
    rng.fill_normal(X, 1.0);
    problem.loss = Loss::parse(setting.loss, setting.mean);
    const Activation hidden = Activation::parse(setting.activation);
    problem.net.input = kInputs;
    problem.net.bias = setting.bias;
    problem.net.layers = {
        {kInputs, hidden, setting.skip}, {kInputs, hidden, setting.skip}, {kOutputs, Activation::parse(setting.output), false}};
    code_targets(setting.loss);
    w0 = Weights<T>(problem.net);
    for (std::size_t i = 1; i < w0.W.size(); ++i) {
      rng.fill_normal(w0.W[i], 0.4);
      w0.b[i].setConstant(setting.bias ? T(0.1) : T(0));
    }
    problem.X = &X;
    problem.Y = &Y;
  }
  Tiny(const Tiny&) = delete;

 private:
  void code_targets(const std::string& loss) {
    Y.resize(kOutputs, kSamples);
    for (Index j = 0; j < kSamples; ++j) {
      const T score = std::sin(X(0, j)) + T(0.5) * X(1, j) * X(2, j);
      const bool first = score > 0;
      if (problem.loss.target_code() == TargetCode::signed_one)
        Y.col(j) << T(first ? 1 : -1), T(first ? -1 : 1);
      else if (loss == "cross_entropy")
        Y.col(j) << T(first ? 1 : 0), T(first ? 0 : 1);
      else
        Y.col(j) << score, std::cos(X(3, j));
    }
  }
};

/// The first setting that the plugin accepts with its default parameters; every plugin must accept one.
template <class T>
Setting accepted(const Plugin& plugin) {
  for (const bool bias : {true, false})
    for (const bool skip : {false, true})
      for (const char* activation : {"tanh", "sigmoid", "relu", "linear"}) {
        Setting setting;
        setting.activation = activation;
        setting.skip = skip;
        setting.bias = bias;
        const Tiny<T> tiny(setting);
        if (plugin.make<T>()->not_applicable(tiny.problem).empty()) return setting;
      }
  FAIL(plugin.name << " accepts none of the small problems");
  return {};
}

template <class T>
using Snapshot = std::vector<Matrix<T>>;

template <class T>
Snapshot<T> snapshot(Algorithm<T>& algorithm) {
  Snapshot<T> copy;
  for (const NamedMatrix<T>& part : algorithm.state()) copy.push_back(part.value);
  return copy;
}

template <class T>
bool same_bits(const Snapshot<T>& a, const Snapshot<T>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const Matrix<T>& x, const Matrix<T>& y) {
           return x.rows() == y.rows() && x.cols() == y.cols() &&
                  std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(T)) == 0;
         });
}

template <class T>
bool all_finite(const Snapshot<T>& state) {
  return std::all_of(state.begin(), state.end(), [](const Matrix<T>& part) { return part.allFinite(); });
}

/// The states after 0, 1, ..., steps iterations.
template <class T>
std::vector<Snapshot<T>> run(const Plugin& plugin, const Tiny<T>& tiny, int steps, std::uint64_t seed,
                             BlockObserver* observer = nullptr) {
  const auto algorithm = plugin.make<T>();
  Rng rng(seed, "algorithm");
  algorithm->initialise(tiny.problem, tiny.w0, rng);
  std::vector<Snapshot<T>> states{snapshot(*algorithm)};
  for (int k = 0; k < steps; ++k) {
    algorithm->step(observer);
    states.push_back(snapshot(*algorithm));
  }
  return states;
}

struct BlockList : BlockObserver {
  std::vector<Block> blocks;
  void after(const Block& block) override { blocks.push_back(block); }
};

/// Hands each block update to an audit, as the runner does.
struct AuditingObserver : BlockObserver {
  Audit& audit;
  CheckLog& log;
  int sweep = 1;
  AuditingObserver(Audit& a, CheckLog& l) : audit(a), log(l) {}
  void after(const Block& block) override { audit.after_block(sweep, block, log); }
};

}  // namespace

TEMPLATE_TEST_CASE("every algorithm stays finite for five steps and keeps its shapes", "[contract]", float, double) {
  for (const Plugin& plugin : judged()) {
    CAPTURE(plugin.name);
    const Tiny<TestType> tiny(accepted<TestType>(plugin));
    const Network& net = tiny.problem.net;
    const auto algorithm = plugin.make<TestType>();
    Rng rng(1, "algorithm");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    const Snapshot<TestType> start = snapshot(*algorithm);
    for (int k = 1; k <= 5; ++k) {
      CAPTURE(k);
      algorithm->step(nullptr);
      CHECK(all_finite(snapshot(*algorithm)));
    }
    const Weights<TestType>& weights = algorithm->weights();
    REQUIRE(weights.W.size() == static_cast<std::size_t>(net.N()) + 1);
    for (int i = 1; i <= net.N(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(weights.W[at].rows() == net.d(i));
      CHECK(weights.W[at].cols() == net.d(i - 1));
      CHECK(weights.b[at].size() == net.d(i));
    }
    CHECK_FALSE(same_bits(start, snapshot(*algorithm)));
  }
}

TEMPLATE_TEST_CASE("the same seed gives the same trace bit for bit", "[contract]", float, double) {
  for (const Plugin& plugin : judged()) {
    CAPTURE(plugin.name);
    const Tiny<TestType> tiny(accepted<TestType>(plugin));
    BlockList watched;
    const auto first = run(plugin, tiny, 3, 5), second = run(plugin, tiny, 3, 5), observed = run(plugin, tiny, 3, 5, &watched);
    for (std::size_t k = 0; k < first.size(); ++k) {
      CAPTURE(k);
      CHECK(same_bits(first[k], second[k]));
      CHECK(same_bits(first[k], observed[k]));  // being watched changes nothing
    }
  }
}

TEMPLATE_TEST_CASE("the state names every weight once and is a window on it", "[contract]", float, double) {
  for (const Plugin& plugin : judged()) {
    CAPTURE(plugin.name);
    const Tiny<TestType> tiny(accepted<TestType>(plugin));
    const auto algorithm = plugin.make<TestType>();
    Rng rng(1, "algorithm");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    State<TestType> state = algorithm->state();
    std::set<std::string> state_names;
    for (NamedMatrix<TestType>& part : state) {
      CAPTURE(part.name);
      CHECK(state_names.insert(part.name).second);
      if (part.name == "W1") part.value.setConstant(TestType(0.25));
    }
    for (int i = 1; i <= tiny.problem.net.N(); ++i) {
      CHECK(state_names.contains("W" + std::to_string(i)));
      CHECK(state_names.contains("b" + std::to_string(i)) == tiny.problem.net.bias);
    }
    CHECK((algorithm->weights().W[1].array() == TestType(0.25)).all());
  }
}

TEMPLATE_TEST_CASE("every block that is reported has a name and a layer of the network", "[contract]", float, double) {
  for (const Plugin& plugin : judged()) {
    CAPTURE(plugin.name);
    const Tiny<TestType> tiny(accepted<TestType>(plugin));
    BlockList watched;
    run(plugin, tiny, 2, 1, &watched);
    for (const Block& block : watched.blocks) {
      CHECK_FALSE(block.name.empty());
      CHECK(block.layer >= 0);
      CHECK(block.layer <= tiny.problem.net.N());
    }
  }
}

TEST_CASE("no promise is violated on a small problem, judged after every block update", "[contract][promise]") {
  for (const Plugin& plugin : judged()) {
    if (!plugin.make_audit) continue;
    CAPTURE(plugin.name);
    const Tiny<double> tiny(accepted<double>(plugin));
    const auto algorithm = plugin.make<double>();
    const auto audit = plugin.make_audit(algorithm->parameters(), tiny.problem);
    if (!audit) continue;
    std::set<std::string> ids;
    for (const Promise& promise : plugin.promises) {
      CHECK(ids.insert(promise.id).second);
      CHECK_FALSE(promise.source.empty());
      CHECK_FALSE(promise.statement.empty());
    }
    CheckLog log(plugin.promises);
    Rng rng(1, "algorithm");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    const State<double> state = algorithm->state();
    audit->start(state, log);
    AuditingObserver observer(*audit, log);
    for (int k = 1; k <= 6; ++k) {
      observer.sweep = k;
      algorithm->step(&observer);
      Measurements row;
      audit->after_sweep(k, log, row);
      for (const auto& [name, value] : row) CHECK_FALSE(name.empty());
    }
    audit->finish(log);
    std::int64_t checks = 0;
    for (const PromiseResult& result : log.results()) {
      INFO(result.promise.id << " worst slack " << result.worst_slack << " at " << result.worst_iteration << " "
                             << result.worst_block << " slack/allowance " << result.worst_ratio);
      CHECK(result.verdict() != "violated");
      checks += result.checks;
    }
    CHECK((ids.empty() || checks > 0));
  }
}

TEST_CASE("every parameter reads back what it shows and refuses nonsense", "[contract]") {
  for (const Plugin& plugin : judged()) {
    const auto algorithm = plugin.make_f64();
    ParameterList parameters = algorithm->parameters();
    for (const Parameter& parameter : parameters.all()) {
      CAPTURE(plugin.name, parameter.name);
      CHECK_FALSE(parameter.help.empty());
      CHECK_FALSE(parameter.range.empty());
      const ParameterValue before = parameter.get();
      parameters.set(parameter.name, value_text(before));
      CHECK(parameter.get() == before);
      CHECK_THROWS_AS(parameters.set(parameter.name, "no such value"), UsageError);
      CHECK(parameter.get() == before);
    }
    CHECK_THROWS_AS(parameters.set("no_such_parameter", "1"), UsageError);
  }
}

TEST_CASE("an algorithm refuses a problem with a reason or makes finite steps on it", "[contract]") {
  for (const Plugin& plugin : judged())
    for (const char* loss : {"squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential"})
      for (const char* activation : {"relu", "leaky_relu:0.1", "sigmoid", "tanh", "softplus", "linear"})
        for (const int variant : {0, 1, 2, 3}) {
          Setting setting;
          setting.loss = loss;
          setting.activation = activation;
          setting.skip = variant % 2 == 1;
          setting.bias = variant < 2;
          CAPTURE(plugin.name, setting.text());
          const Tiny<double> tiny(setting);
          const std::string reason = plugin.make_f64()->not_applicable(tiny.problem);
          if (!reason.empty())
            CHECK(reason.find(' ') != std::string::npos);  // a sentence
          else
            CHECK(all_finite(run(plugin, tiny, 2, 1).back()));
        }
}

TEST_CASE("registry, folders and paper files name the same papers, and each folder explains itself", "[contract]") {
  const std::filesystem::path root = BCDBENCH_SOURCE_DIR, papers = root / "experiments/papers";
  std::set<std::string> with_sources, registered;
  for (const auto& entry : std::filesystem::directory_iterator(root / "algorithms")) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name == "core") continue;
    CAPTURE(name);
    CHECK(std::filesystem::is_regular_file(entry.path() / "README.md"));
    if (std::filesystem::exists(entry.path() / "paper.cpp")) with_sources.insert(name);
    if (name != "baselines") CHECK(std::filesystem::is_regular_file(papers / name / "paper.toml"));
  }
  for (const Plugin& plugin : plugins()) registered.insert(plugin.paper);
  CHECK(registered == with_sources);
  for (const auto& entry : std::filesystem::directory_iterator(papers))
    if (entry.is_directory()) CHECK(std::filesystem::exists(root / "algorithms" / entry.path().filename() / "README.md"));
  const std::vector<std::string> names = plugin_names();
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("an unknown algorithm is answered with the valid names and the nearest", "[contract]") {
  CHECK_THROWS_WITH(find_plugin("sgdd"), Contains("'sgdd'") && Contains("did you mean 'sgd'"));
  for (const std::string& name : plugin_names()) CHECK(find_plugin(name).name == name);
}

TEST_CASE("every plugin says where it comes from, and the names of its studies are unique", "[contract]") {
  std::set<std::string> ids;
  for (const Plugin& plugin : judged()) {
    CAPTURE(plugin.name);
    CHECK_FALSE(plugin.title.empty());
    CHECK_FALSE(plugin.citation.empty());
    for (const Study& study : plugin.studies) {
      CHECK(ids.insert(study.id).second);
      CHECK_FALSE(study.statement.empty());
      CHECK_FALSE(study.source.empty());
    }
  }
}
