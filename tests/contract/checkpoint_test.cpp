// A run that is stopped and goes on from its checkpoint ends bit for bit as one that was not: for every algorithm of the registry.
#include "experiments/run/checkpoint.hpp"

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

#include "algorithms/registry.hpp"
#include "experiments/file/resolve.hpp"
#include "experiments/run/runner.hpp"
#include "results/record.hpp"
#include "tests/contract/same_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;
using bcd::test::difference;
using bcd::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kIterations = 7;

struct Setting {
  std::string activation = "tanh";
  bool bias = true, skip = false;
};

PlannedRun planned_run(const Plugin& plugin, const Setting& setting, std::map<std::string, std::string> parameters = {},
                       std::uint64_t seed = 3) {
  PlannedRun planned;
  planned.experiment = "test";
  planned.variant = plugin.name;
  planned.algorithm = plugin.name;
  planned.seed = seed;
  planned.dataset = "teacher-student";
  planned.dataset_options = {{"d_in", "4"}, {"n", "12"}, {"n_test", "6"}};
  planned.hidden = {4, 4};
  planned.activations = {Activation::parse(setting.activation)};
  planned.bias = setting.bias;
  planned.skip = setting.skip;
  planned.init.scale = 0.4;
  planned.loss = Loss::parse("squared", false);
  planned.iterations = kIterations;
  planned.measure = {"gradient2", "step2"};
  planned.stop.no_progress = 5;
  planned.parameters = std::move(parameters);
  return planned;
}

RunRecord made(PlannedRun planned, const Plugin& plugin, RunOptions options) {
  planned.config = canonical_config(planned, plugin);
  return make_run(planned, plugin, options);
}

RunRecord in_one_go(const PlannedRun& planned, const Plugin& plugin) {
  RunOptions options;
  options.keep = false;
  return made(planned, plugin, options);
}

/// The run up to iteration k, where a signal stops it. It leaves its checkpoint in `out`.
RunRecord stopped_at(std::int64_t k, const PlannedRun& planned, const Plugin& plugin, const fs::path& out) {
  RunOptions options;
  options.out = out;
  options.progress = [k](const Progress& p) {
    if (p.iteration >= k && p.iteration < p.iterations) std::raise(SIGINT);
  };
  return made(planned, plugin, options);
}

/// The run in as many pieces as it has iterations: objects that live for one iteration.
RunRecord in_pieces(const PlannedRun& planned, const Plugin& plugin) {
  const TemporaryFolder folder;
  RunRecord record;
  for (int piece = 0; piece <= kIterations && (piece == 0 || record.status == "Interrupted"); ++piece)
    record = stopped_at(piece, planned, plugin, folder.path);
  CHECK_FALSE(fs::exists(checkpoint_file(folder.path / "runs", record.id)));
  return record;
}

void check_same(const PlannedRun& planned, const Plugin& plugin) {
  const RunRecord whole = in_one_go(planned, plugin);
  if (whole.status == "NotApplicable") FAIL(whole.reason);
  const RunRecord pieces = in_pieces(planned, plugin);
  CHECK(difference(whole, pieces) == "");
  const auto ended = static_cast<std::size_t>(whole.trace.rows.size() - 1);
  REQUIRE(pieces.provenance.contains("resumed_at"));
  CHECK(pieces.provenance["resumed_at"].size() == ended);
}

/// The first setting that the algorithm can work on.
Setting accepted(const Plugin& plugin) {
  for (const bool bias : {true, false})
    for (const bool skip : {false, true})
      for (const char* activation : {"tanh", "sigmoid", "relu", "leaky_relu:0.5", "linear"}) {
        const Setting setting{activation, bias, skip};
        if (in_one_go(planned_run(plugin, setting), plugin).status != "NotApplicable") return setting;
      }
  FAIL("no setting suits " << plugin.name);
  return {};
}

void check_in_every_mode(const Plugin& plugin, const Setting& setting, const std::map<std::string, std::string>& parameters) {
  for (const char* precision : {"f64", "f32"})
    for (const char* audit : {"off", "sweep", "block"}) {
      std::string shown;
      for (const auto& [key, value] : parameters) shown += key + "=" + value + " ";
      CAPTURE(plugin.name, setting.activation, precision, audit, shown);
      PlannedRun planned = planned_run(plugin, setting, parameters);
      planned.precision = precision;
      planned.audit = audit;
      if (planned.audit == "off") planned.measure.clear();  // nobody but the checkpoint looks at the state
      check_same(planned, plugin);
    }
}

}  // namespace

TEST_CASE("every algorithm goes on from a checkpoint bit for bit, in both precisions and with each audit", "[checkpoint]") {
  for (const Plugin& plugin : plugins()) check_in_every_mode(plugin, accepted(plugin), {});
}

TEST_CASE("so it does with the parameters that let it carry more", "[checkpoint]") {
  struct Case {
    std::string algorithm;
    std::map<std::string, std::string> parameters;
    Setting setting = {};
  };
  const std::vector<Case> cases = {
      {"sgd", {{"shuffle", "true"}, {"batch_size", "5"}}},
      {"adam", {{"shuffle", "true"}, {"batch_size", "5"}}},
      {"bcd3_zeng2019", {{"r", "l1:0.01"}, {"s", "elastic:0.01,0.1"}, {"inner_iterations", "2"}}, {"relu"}},
      {"bcd3_zeng2019", {{"order", "forward"}, {"r", "l2:0.1"}, {"output_update", "proxlinear"}}},
      {"bcd2_zeng2019", {{"r", "l1:0.01"}, {"order", "forward"}}},
      {"admm_taylor2016", {{"warm_start", "3"}}, {"relu"}},
      {"admm_zeng2021", {{"xi", "0.5"}, {"beta", "3,2,1"}}, {"sigmoid"}},
      {"dlam_wang2018", {{"theta", "entry"}, {"tau", "sample"}, {"eps_factor", "0.9"}, {"omega", "l1:0.01"}}, {"relu"}},
      {"mdlam_wang2022", {{"theta", "row"}, {"tau", "entry"}}, {"relu"}},
      {"bsum_ghauch2018", {{"surrogate", "second_order"}, {"gamma", "0.01"}}},
      {"bsum_ghauch2018", {{"surrogate", "prox_point"}, {"gamma_rule", "fixed"}, {"step", "recursive"}, {"updates", "2"}}},
      {"bsum_ghauch2018", {{"step", "adadelta"}, {"gamma_rule", "fixed"}, {"batch_size", "5"}}},
      {"bsum_ghauch2018", {{"step", "armijo"}, {"penalty", "l1"}}}};
  for (const Case& one : cases) check_in_every_mode(find_plugin(one.algorithm), one.setting, one.parameters);
}

TEST_CASE("a checkpoint keeps what is not measured at every iteration, and how far the stopping rules are", "[checkpoint]") {
  const Plugin sgd = find_plugin("sgd");
  PlannedRun planned = planned_run(sgd, {}, {{"learning_rate", "1000"}});  // diverges: infinities and NaN
  planned.iterations = kIterations;
  planned.evaluate_every = 3;
  check_same(planned, sgd);
  planned = planned_run(sgd, {}, {{"learning_rate", "1e-300"}});  // stands still
  planned.stop.no_progress = 3;
  CHECK(in_one_go(planned, sgd).status == "NoProgress");
  check_same(planned, sgd);
}

// ---- what is no checkpoint of this run ----

namespace {

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// The run, begun with this checkpoint in its place: refused in one sentence, and the run is as if it had not been there.
void check_refused(const std::string& bytes, const std::string& why) {
  const Plugin plugin = find_plugin("bcd3_zeng2019");
  PlannedRun planned = planned_run(plugin, {});
  planned.audit = "block";
  const RunRecord whole = in_one_go(planned, plugin);
  const TemporaryFolder folder;
  const fs::path file = checkpoint_file(folder.path / "runs", whole.id);
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  const RunRecord anew = stopped_at(kIterations, planned, plugin, folder.path);
  CHECK(difference(whole, anew) == "");
  CHECK_FALSE(anew.provenance.contains("resumed_at"));
  CHECK_THAT(anew.provenance["warnings"].dump(),
             Contains("its checkpoint is not used, and the run begins anew: ") && Contains(why));
}

std::string checkpoint_of(std::uint64_t seed) {
  const Plugin plugin = find_plugin("bcd3_zeng2019");
  PlannedRun planned = planned_run(plugin, {}, {}, seed);
  planned.audit = "block";
  const TemporaryFolder folder;
  const RunRecord record = stopped_at(3, planned, plugin, folder.path);
  CHECK(record.status == "Interrupted");
  return content(checkpoint_file(folder.path / "runs", record.id));
}

}  // namespace

TEST_CASE("a checkpoint that is damaged, cut or another run's is refused, and the run begins anew", "[checkpoint]") {
  const std::string own = checkpoint_of(3);
  REQUIRE(own.size() > 2000);
  for (std::size_t at = 0; at < own.size(); at += own.size() / 40) {
    CAPTURE(at);
    std::string bytes = own;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    check_refused(bytes, "damaged");
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, own.size() / 2, own.size() - 1}) {
    CAPTURE(size);
    check_refused(own.substr(0, size), "cut");
  }
  check_refused(own + "x", "damaged");
  check_refused(checkpoint_of(4), "another program's or run's");
}

TEST_CASE("a checkpoint of the same run from another program is refused, and one whose content is shorter or longer",
          "[checkpoint]") {
  const TemporaryFolder folder;
  const fs::path original = folder.path / "original", changed = folder.path / "changed";
  const std::string own = checkpoint_of(3);
  std::ofstream(original, std::ios::binary) << own;
  const nlohmann::json head = CheckpointReader(original).head();
  const auto rewritten = [&](nlohmann::json with, std::size_t less, const std::string& more) {
    std::string text = head.dump(), rest = own.substr(0, own.size() - 32);
    rest = rest.substr(rest.find(text) + text.size());
    rest.resize(rest.size() - less);
    rest += more;
    CheckpointWriter writer(changed, with);
    writer.bytes(rest.data(), rest.size());
    writer.publish();
    return content(changed);
  };
  REQUIRE(rewritten(head, 0, "") == own);
  nlohmann::json other = head;
  other["code"]["core"] = "another";
  check_refused(rewritten(other, 0, ""), "another program's");
  other = head;
  other["state"][0][1] = 5;
  check_refused(rewritten(other, 0, ""), "its state has other sizes");
  check_refused(rewritten(head, 8, ""), "less than this run needs");
  check_refused(rewritten(head, 0, "12345678"), "more than this run needs");
}

TEST_CASE("With --force no checkpoint is looked at, and 0 minutes leave none", "[checkpoint]") {
  const Plugin plugin = find_plugin("sgd");
  PlannedRun planned = planned_run(plugin, {});
  planned.config = canonical_config(planned, plugin);
  const TemporaryFolder folder;
  const RunRecord stopped = stopped_at(3, planned, plugin, folder.path);
  const fs::path file = checkpoint_file(folder.path / "runs", stopped.id);
  CHECK(fs::exists(file));
  RunOptions options;
  options.out = folder.path;
  options.force = true;
  CHECK_FALSE(make_run(planned, plugin, options).provenance.contains("resumed_at"));
  CHECK_FALSE(fs::exists(file));
  planned.config["run"]["checkpoint_minutes"] = 0;
  options.progress = [](const Progress& p) {
    if (p.iteration == 3) std::raise(SIGINT);
  };
  CHECK(make_run(planned, plugin, options).status == "Interrupted");
  CHECK_FALSE(fs::exists(file));
}

// ---- negative controls: what forgets a number is caught by the comparison above ----

namespace {

bool forgets_in_algorithm = false, forgets_in_audit = false, audit_restorable = true;

/// W_1 <- W_1 (1 - 0.1/k): k is no part of the windows.
template <class T>
class Counting final : public Algorithm<T>, public Restorable {
 public:
  ParameterList parameters() override { return {}; }
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) override {
    problem_ = &problem;
    weights_ = w0;
  }
  void step(BlockObserver* observer) override {
    weights_.W[1] *= static_cast<T>(1 - 0.1 / static_cast<double>(++k_));
    if (observer) observer->after({"W", 1});
  }
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override { return weight_state(problem_->net, weights_); }
  void members(Members& members) override {
    if (!forgets_in_algorithm) members(k_);
  }

 private:
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_;
  std::int64_t k_ = 0;
};

class SummingAudit : public Audit {
 public:
  void start(const State<double>& state, CheckLog&) override { state_ = &state; }
  void after_sweep(int k, CheckLog& log, Measurements&) override {
    sum_ += (*state_)("W", 1).squaredNorm();
    log.check("sum", k, {"W", 1}, sum_, 1e-12);
  }

 protected:
  const State<double>* state_ = nullptr;
  double sum_ = 0;
};
class RestorableAudit final : public SummingAudit, public Restorable {
  void members(Members& members) override {
    if (!forgets_in_audit) members(sum_);
  }
};

Plugin counting() {
  Plugin plugin;
  plugin.name = "counting";
  plugin.make_f32 = [] { return std::make_unique<Counting<float>>(); };
  plugin.make_f64 = [] { return std::make_unique<Counting<double>>(); };
  plugin.promises = {{"sum", "a test", "sums are positive", "", ""}};
  plugin.make_audit = [](const ParameterList&, const Problem<double>&) -> std::unique_ptr<Audit> {
    if (audit_restorable) return std::make_unique<RestorableAudit>();
    return std::make_unique<SummingAudit>();
  };
  return plugin;
}

std::string difference_in_pieces(const Plugin& plugin) {
  PlannedRun planned = planned_run(plugin, {});
  planned.audit = "sweep";
  return difference(in_one_go(planned, plugin), in_pieces(planned, plugin));
}

}  // namespace

TEST_CASE("an algorithm or an audit that forgets a number is caught; one that says nothing takes no checkpoint",
          "[checkpoint]") {
  const Plugin plugin = counting();
  CHECK(difference_in_pieces(plugin) == "");
  forgets_in_algorithm = true;
  CHECK_THAT(difference_in_pieces(plugin), Contains("train_loss") || Contains("gradient2"));
  forgets_in_algorithm = false;
  forgets_in_audit = true;
  CHECK_THAT(difference_in_pieces(plugin), Contains("slack:sum"));
  forgets_in_audit = false;
  audit_restorable = false;
  PlannedRun planned = planned_run(plugin, {});
  planned.audit = "sweep";
  const TemporaryFolder folder;
  const RunRecord stopped = stopped_at(2, planned, plugin, folder.path);
  audit_restorable = true;
  CHECK(stopped.status == "Interrupted");
  CHECK_FALSE(fs::exists(checkpoint_file(folder.path / "runs", stopped.id)));
  CHECK_THAT(stopped.provenance["warnings"].dump(), Contains("takes no checkpoint: its audit does not say"));
}
