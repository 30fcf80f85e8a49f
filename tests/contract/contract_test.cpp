// What every algorithm of the registry owes the program. A new plugin is tested here by its line in algorithms/registry.cpp, or, as
// a shared library named in the environment variable BCDBENCH_PLUGIN, alone.
#include "experiments/outside/contract.hpp"

#include <algorithm>
#include <cstdlib>
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
  static const std::vector<Plugin> its = load_library(library).algorithms;
  return its;
}

}  // namespace

TEST_CASE("every algorithm keeps the contract", "[contract]") {
  for (const ContractCheck& check : contract())
    for (const Plugin& plugin : judged()) {
      CAPTURE(plugin.name, check.name);
      CHECK(contract_faults(check, plugin) == std::vector<std::string>{});
    }
}

// Each check has a broken twin that it must catch, and no other check minds.
namespace {

struct Habits {
  bool infinite = false, wrong_shape = false, idle = false, forgetful = false, shy = false, copies = false, nameless = false;
  bool curt = false, nonsense = false, rises = false;
};
Habits habits;  // of the twin that is being made

template <class T>
class Twin final : public Algorithm<T> {
 public:
  ParameterList parameters() override {
    ParameterList list;
    if (habits.nonsense)
      list.parsed("word", word_, "a word", "takes anything");
    else
      list.number("rate", rate_, Range::positive(), "step length");
    return list;
  }
  std::string not_applicable(const Problem<T>& problem) const override {
    return habits.curt && problem.loss.kind == Loss::Kind::hinge ? "no" : "";
  }
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) override {
    problem_ = &problem;
    weights_ = shown_ = w0;
    if (habits.wrong_shape) shown_.W[1] = Matrix<T>::Zero(1, 1);
  }
  void step(BlockObserver* observer) override {
    static int calls = 0;
    const T factor = static_cast<T>(1 - rate_) + (habits.forgetful ? T(1e-3) * static_cast<T>(++calls) : T(0));
    if (!habits.idle) weights_.W[1] *= habits.rises ? T(2) : factor;
    if (habits.infinite) weights_.W[1](0, 0) = std::numeric_limits<T>::infinity();
    if (observer) observer->after({habits.nameless ? "" : "W", 1});
  }
  const Weights<T>& weights() const override { return habits.wrong_shape || habits.copies ? shown_ : weights_; }
  State<T> state() override {
    State<T> state;
    for (const NamedMatrix<T>& window : weight_state(problem_->net, weights_))
      if (!(habits.shy && window.name == "W2")) state.add(window);
    return state;
  }

 private:
  struct Word {
    std::string text_;
    static Word parse(const std::string& text) { return {text}; }
    std::string text() const { return text_; }
  };
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_, shown_;
  double rate_ = 0.1;
  Word word_;
};

/// |W_1|^2 falls.
class TwinAudit final : public Audit {
 public:
  void start(const State<double>& state, CheckLog&) override {
    state_ = &state;
    before_ = size();
  }
  void after_sweep(int k, CheckLog& log, Measurements&) override {
    log.check("shrinks", k, {"W", 1}, before_ - size(), 1e-12);
    before_ = size();
  }

 private:
  double size() const { return (*state_)("W", 1).squaredNorm(); }
  const State<double>* state_ = nullptr;
  double before_ = 0;
};

Plugin twin() {
  Plugin plugin = describe<Twin>("twin", "a twin", "a test");
  plugin.promises = {{"shrinks", "a test", "|W_1| falls", "", ""}};
  plugin.make_audit = [](const ParameterList&, const Problem<double>&) { return std::make_unique<TwinAudit>(); };
  return plugin;
}

/// The checks that the twin does not pass.
std::vector<std::string> failed(const Habits& with, const std::function<void(Plugin&)>& change = {}) {
  habits = with;
  Plugin plugin = twin();
  if (change) change(plugin);
  std::vector<std::string> names;
  for (const ContractCheck& check : contract())
    if (!contract_faults(check, plugin).empty()) names.push_back(check.name.substr(0, check.name.find(' ')));
  habits = {};
  return names;
}

}  // namespace

TEST_CASE("each check of the contract catches its broken twin", "[contract]") {
  using Names = std::vector<std::string>;
  CHECK(failed({}) == Names{});
  Habits h;
  CHECK(failed({}, [](Plugin& plugin) { plugin.citation.clear(); }) == Names{"says"});
  h = {}, h.nonsense = true;
  CHECK(failed(h) == Names{"reads"});
  h = {}, h.idle = true;
  CHECK(failed(h) == Names{"stays"});
  h = {}, h.wrong_shape = true;
  CHECK_THAT(failed(h).front(), Contains("stays"));
  h = {}, h.infinite = true;
  CHECK(failed(h) == Names{"stays", "refuses", "breaks"});
  h = {}, h.forgetful = true;
  CHECK_THAT(failed(h).front(), Contains("makes"));
  h = {}, h.shy = true;
  CHECK(failed(h) == Names{"names"});
  h = {}, h.copies = true;
  CHECK(failed(h) == Names{"names"});
  h = {}, h.nameless = true;
  CHECK(failed(h) == Names{"reports"});
  h = {}, h.curt = true;
  CHECK(failed(h) == Names{"refuses"});
  h = {}, h.rises = true;
  CHECK(failed(h) == Names{"breaks"});
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

TEST_CASE("the names of all studies are unique", "[contract]") {
  std::set<std::string> ids;
  for (const Plugin& plugin : judged())
    for (const Study& study : plugin.studies) {
      CAPTURE(plugin.name, study.id);
      CHECK(ids.insert(study.id).second);
    }
}
