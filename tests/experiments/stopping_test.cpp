// run.stop: which rule ends a run, and when.
#include <cmath>

#include "experiments/claims/words.hpp"
#include "experiments/run/runner.hpp"
#include "results/record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using bcd::test::Sandbox;
using bcd::testing::fake_cell;
using bcd::testing::fake_plugin;

namespace {

RunRecord run(const std::function<void(PlannedRun&)>& change, const std::string& rate = "0.1") {
  RunOptions options;
  options.keep = false;
  return make_run(fake_cell(fake_plugin(), {{"rate", rate}}, change), fake_plugin(), options);
}

std::vector<double> losses(const RunRecord& record) { return record.trace.column("train_loss"); }

}  // namespace

TEST_CASE("a run ends at the first iteration that reaches the target", "[stop]") {
  const std::vector<double> all = losses(run([](PlannedRun& c) { c.iterations = 20; }));
  REQUIRE(all.size() == 21);
  REQUIRE(all[7] < all[6]);
  const RunRecord record = run([&](PlannedRun& c) {
    c.iterations = 20;
    c.stop.train_loss = all[7];
  });
  CHECK(record.status == "TargetReached");
  CHECK_THAT(record.reason, Contains("run.stop.train_loss: ") && Contains("at iteration 7"));
  CHECK(losses(record) == std::vector<double>(all.begin(), all.begin() + 8));  // bit for bit
  const RunRecord sparse = run([&](PlannedRun& c) {
    c.iterations = 20;
    c.evaluate_every = 5;
    c.stop.train_loss = all[7];
  });
  CHECK(losses(sparse).size() == 11);  // asked where the loss is measured
  CHECK(run([&](PlannedRun& c) { c.stop.train_loss = all[0]; }).trace.rows.size() == 1);
}

TEST_CASE("each rule has its status, and names itself", "[stop]") {
  const auto ends = [](const std::string& status, const std::string& rule, const std::function<void(PlannedRun&)>& change,
                       const std::string& rate = "0.1") {
    const RunRecord record = run(
        [&](PlannedRun& c) {
          c.iterations = 400;
          change(c);
        },
        rate);
    INFO(record.status << ": " << record.reason);
    CHECK(record.status == status);
    CHECK_THAT(record.reason, StartsWith("run.stop." + rule + ": "));
    CHECK(record.trace.rows.size() < 401);
    CHECK(std::find(status::all.begin(), status::all.end(), status) != status::all.end());
    return record;
  };
  ends("TargetReached", "accuracy", [](PlannedRun& c) { c.stop.accuracy = 0.5; });
  const RunRecord gradient = ends("Converged", "gradient", [](PlannedRun& c) {
    c.stop.gradient = 1e-2;
    c.measure = {"gradient2"};
  });
  CHECK(gradient.trace.column("gradient2").back() <= 1e-4);
  CHECK(gradient.trace.column("gradient2")[gradient.trace.rows.size() - 2] > 1e-4);
  ends("TargetReached", "when", [](PlannedRun& c) { c.stop.when = Inequality::parse("F[k] > 0.999*F[k-1]"); });
  const RunRecord blown = ends(
      "Diverged", "blow_up", [](PlannedRun& c) { c.stop.blow_up = 100; }, "3");
  CHECK(losses(blown).back() > 100 * losses(blown).front());
  CHECK(losses(blown)[losses(blown).size() - 2] <= 100 * losses(blown).front());
  const RunRecord stuck = ends(
      "NoProgress", "no_progress", [](PlannedRun& c) { c.stop.no_progress = 4; }, "3");
  CHECK(stuck.trace.rows.size() == 5);  // it rises from the start
}

TEST_CASE("a rule that cannot be asked says so", "[stop]") {
  const RunRecord record = run([](PlannedRun& c) { c.stop.when = Inequality::parse("resdual[k] < 1"); });
  CHECK(record.status == "MaxIterations");
  CHECK_THAT(record.reason, Contains("run.stop.when is not decided: the run has no column: unknown column 'resdual'"));
}

TEST_CASE("a finite loss out of all proportion is no success; nothing is cut off before the end", "[stop]") {
  const RunRecord record = run([](PlannedRun& c) { c.iterations = 60; }, "50");
  CHECK(std::isfinite(losses(record).back()));
  CHECK(losses(record).size() == 61);
  CHECK(losses(record).back() > 1e20 * losses(record).front());
  CHECK(record.status == "Diverged");
  CHECK_THAT(record.reason, Contains("the training loss has grown from ") && Contains("all 60 iterations done"));
}

TEST_CASE("stopping rules of a file are read, are part of the run, and come back from its record", "[stop][cli]") {
  const Sandbox sandbox;
  const auto write = [&](const std::string& stop, const std::string& metrics = "") {
    sandbox.write("short.toml",
                  "id = 'short'\npaper = 'test'\ntitle = 'Short'\ndescription = 'Stops.'\n"
                  "dataset = { name = 'teacher-student', d_in = 3, n = 20, n_test = 10 }\n"
                  "run = { iterations = 50, stop = { " +
                      stop + " } }\n" + metrics + "[[variant]]\nlabel = 'GD'\nalgorithm = 'sgd'\n" +
                      "parameters = { learning_rate = 0.01, batch_size = 100 }\n");
  };
  const auto refused = [&](const std::string& stop, const std::string& part) {
    CAPTURE(stop);
    write(stop, "[metrics]\ngap = 'F[k] - F[last]'\n");
    bcd::test::check_misuse(sandbox.run("run short.toml"), part);
  };
  refused("tran_loss = 1", "unknown key 'tran_loss'; did you mean 'train_loss'?");
  refused("accuracy = 2", "accuracy must be a number in [0, 1], got 2");
  refused("when = 'F[k] <'", "when: column 7: the text ends");
  refused("when = 'F[k] < learning_rte'", "when: column 8: unknown name 'learning_rte'");
  refused("when = 'F[last] < 1'", "[last] is not known while the run runs");
  refused("when = 'gap[k] < 1'", "the metric 'gap' uses [last]");

  write("when = 'fall[k] < 0.9*fall[1]'", "[metrics]\nfall = 'F[k-1] - F[k]'\n");
  const auto first = sandbox.run("run short.toml --threads 1");
  INFO(first.out << first.err);
  CHECK(first.code == 0);
  CHECK_THAT(first.out, Contains("TargetReached") && Contains("run.stop.when: fall[k] < 0.9*fall[1] ("));
  std::string record;
  for (const auto& entry : std::filesystem::directory_iterator(sandbox.path("out/runs")))
    if (entry.path().extension() == ".json") record = entry.path().string();
  const auto again = sandbox.run("run '" + record + "' --threads 1 --out again");
  INFO(again.err);
  CHECK_THAT(again.out, Contains("run.stop.when: fall[k] < 0.9*fall[1] ("));
  write("no_progress = 3");
  CHECK(sandbox.run("run short.toml --threads 1").code == 0);
  CHECK(bcd::test::files_in(sandbox.path("out/runs"), ".json") == 2);  // another rule, another run
  write("train_loss = 1e9");
  CHECK(sandbox.run("run short.toml --threads 1 --set 'run.stop={ train_loss = 1e-9 }'").code == 0);
  CHECK(bcd::test::files_in(sandbox.path("out/runs"), ".json") == 3);
}
