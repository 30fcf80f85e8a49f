#include "experiments/run/runner.hpp"

#include <csignal>
#include <fstream>

#include "algorithms/core/parallel.hpp"
#include "experiments/run/evaluator.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/run_name.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;
using namespace bcd::testing;
namespace fs = std::filesystem;

namespace {

RunOptions into(const TemporaryFolder& folder) {
  RunOptions options;
  options.out = folder.path;
  return options;
}

}  // namespace

TEST_CASE("the evaluator's numbers on three columns are those found by hand", "[evaluator]") {
  Network net;
  net.input = 2;
  net.layers = {{2, {}, false}};
  Weights<double> w(net);
  w.W[1].setIdentity();
  w.b[1].setZero();
  Matrix<double> X(2, 3), Y(2, 3);
  X << 3, 0, 1,  //
      1, 2, 5;
  Y << 1, 0, 1,  //
      0, 1, 0;
  // columns: (3,1) against (1,0): (4 + 1)/2; (0,2) against (0,1): 1/2; (1,5) against (1,0): 25/2, the wrong class
  const Evaluation e = evaluate<double>(net, Loss{}, w, X, Y, {0, 1, 0});
  CHECK(e.loss_sum == 2.5 + 0.5 + 12.5);
  CHECK(e.correct == 2);
}

TEST_CASE("with one output the class is the side of the middle of the codes", "[evaluator]") {
  Network net;
  net.input = 1;
  net.layers = {{1, {}, false}};
  Weights<float> w(net);
  w.W[1].setOnes();
  w.b[1].setZero();
  Matrix<float> X(1, 3);
  X << -0.2f, 0.2f, 0.7f;
  const Matrix<float> Y = Matrix<float>::Zero(1, 3);
  CHECK(evaluate<float>(net, Loss::parse("squared", false), w, X, Y, {0, 0, 1}).correct == 3);
  CHECK(evaluate<float>(net, Loss::parse("hinge", false), w, X, Y, {0, 1, 1}).correct == 3);
}

TEST_CASE("an output that is not a number belongs to no class", "[evaluator]") {
  Network net;
  net.input = 1;
  net.layers = {{2, {}, false}};
  const Weights<double> w(net);  // NaN
  const Matrix<double> X = Matrix<double>::Ones(1, 4), Y = Matrix<double>::Ones(2, 4);
  CHECK(evaluate<double>(net, Loss{}, w, X, Y, {0, 0, 0, 0}).correct == 0);
}

TEST_CASE("the evaluation does not depend on the number of threads", "[evaluator]") {
  Network net;
  net.input = 6;
  net.layers = {{9, Activation::parse("tanh"), false}, {3, {}, false}};
  const auto w = draw_weights<double>(net, {Initialisation::Kind::he, 1.0, 0.2}, 4);
  Rng rng(4, "data");
  Matrix<double> X(6, 1500), Y(3, 1500);
  rng.fill_normal(X, 1.0);
  rng.fill_normal(Y, 1.0);
  const int before = threads();
  set_threads(1);
  const double one = evaluate<double>(net, Loss{}, w, X, Y, {}).loss_sum;
  set_threads(2);
  const double two = evaluate<double>(net, Loss{}, w, X, Y, {}).loss_sum;
  set_threads(before);
  CHECK(one == two);
}

TEST_CASE("orthogonal first weights have orthonormal rows or columns times the scale", "[init]") {
  Network net;
  net.input = 40;
  net.layers = {{15, {}, false}, {60, {}, false}};
  const auto w = draw_weights<double>(net, {Initialisation::Kind::orthogonal, 3.0, 0.0}, 1);
  CHECK((w.W[1] * w.W[1].transpose() - 9 * Matrix<double>::Identity(15, 15)).norm() < 1e-12);
  CHECK((w.W[2].transpose() * w.W[2] - 9 * Matrix<double>::Identity(15, 15)).norm() < 1e-12);
  // Uniform: the trace of a 15 x 15 block of W_1/3 has mean 0 and variance 15/40; without the signs it would be near -1.9.
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    sum += draw_weights<double>(net, {Initialisation::Kind::orthogonal, 1.0, 0.0}, seed).W[1].leftCols(15).trace();
  CHECK(std::abs(sum / 40) < 5 * std::sqrt(15.0 / 40 / 40));
}

TEST_CASE("first weights are the same numbers in both precisions and have the asked deviation", "[init]") {
  Network net;
  net.input = 400;
  net.layers = {{200, {}, false}, {50, {}, false}};
  const auto deviation = [&](Initialisation::Kind kind, std::size_t layer) {
    const auto w = draw_weights<double>(net, {kind, 0.5, 0.0}, 1);
    return std::sqrt(w.W[layer].squaredNorm() / static_cast<double>(w.W[layer].size()));
  };
  // the sample deviation of m normals has a relative standard error 1/sqrt(2m): 0.0025 and 0.0071 here; 5 of them are allowed
  CHECK(deviation(Initialisation::Kind::normal, 1) == Approx(0.5).epsilon(0.0125));
  CHECK(deviation(Initialisation::Kind::fan_in, 1) == Approx(0.5 / 20).epsilon(0.0125));
  CHECK(deviation(Initialisation::Kind::fan_out, 1) == Approx(0.5 * std::sqrt(2.0 / 200)).epsilon(0.0125));
  CHECK(deviation(Initialisation::Kind::fan_out, 2) == Approx(0.5 * std::sqrt(1.0 / 50)).epsilon(0.036));
  CHECK(deviation(Initialisation::Kind::he, 2) == Approx(0.5 * std::sqrt(2.0 / 200)).epsilon(0.036));
  CHECK(deviation(Initialisation::Kind::xavier, 2) == Approx(0.5 * std::sqrt(2.0 / 250)).epsilon(0.036));

  const auto f64 = draw_weights<double>(net, {Initialisation::Kind::he, 1.0, 0.25}, 9);
  const auto f32 = draw_weights<float>(net, {Initialisation::Kind::he, 1.0, 0.25}, 9);
  CHECK(f64.W[2].cast<float>() == f32.W[2]);
  CHECK((f64.b[1].array() == 0.25).all());
}

TEST_CASE("a run records every iteration, with the start as iteration 0", "[runner]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  std::vector<std::int64_t> seen;
  RunOptions options = into(folder);
  options.progress = [&](const Progress& p) {
    seen.push_back(p.iteration);
    CHECK(p.iterations == 5);
    CHECK_THAT(p.headline, Contains("train_accuracy"));
  };
  const RunRecord r = make_run(fake_cell(plugin), plugin, options);
  CHECK(r.status == "MaxIterations");
  CHECK(r.trace.column("iteration") == std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(seen == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  for (const char* name : {"train_seconds", "evaluate_seconds", "record_seconds", "train_loss", "train_accuracy", "test_loss",
                           "test_accuracy", "slept"})
    CHECK(r.trace.column(name).size() == 6);
  const std::vector<double> loss = r.trace.column("train_loss");
  for (std::size_t k = 1; k < loss.size(); ++k) CHECK(loss[k] < loss[k - 1]);
  CHECK(r.provenance["dataset"]["name"] == "teacher-student");
  CHECK(r.provenance.contains("peak_memory_mib"));
}

TEST_CASE("the audit's potential is the evaluator's loss, and its slack and verdict are recorded", "[runner][audit]") {
  const auto precision = GENERATE(std::string("f32"), std::string("f64"));
  const auto mode = GENERATE(std::string("sweep"), std::string("block"));
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const RunRecord r =
      make_run(fake_cell(plugin, {}, [&](PlannedRun& c) { c.audit = mode, c.precision = precision; }), plugin, into(folder));
  REQUIRE(r.promises.size() == 1);
  CHECK(r.promises[0].verdict() == (precision == "f64" ? "holds" : "not applicable"));  // allowances bound rounding in double
  CHECK(r.promises[0].checks == 5);
  const auto potential = r.trace.column("potential"), loss = r.trace.column("train_loss"),
             slack = r.trace.column("slack:descent");
  REQUIRE(slack.size() == 6);
  CHECK(std::isnan(slack[0]));
  const double rounding = precision == "f32" ? 1e-5 : 1e-13;  // 5 inputs, 40 columns: some hundred roundings of 6e-8 or 1e-16
  for (std::size_t k = 1; k < 6; ++k) CHECK(potential[k] == Approx(loss[k]).epsilon(rounding));
  for (std::size_t k = 2; k < 6; ++k) CHECK(slack[k] == potential[k - 1] - potential[k]);
  CHECK(r.trace.column("blocks").back() == (mode == "block" ? 5 : 0));
}

TEST_CASE("a run that diverges is a result with the iteration", "[runner][status]") {
  const auto precision = GENERATE(std::string("f32"), std::string("f64"));
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned =
      fake_cell(plugin, {{"rate", "1e6"}}, [&](PlannedRun& c) { c.iterations = 500, c.precision = precision; });
  const RunRecord r = make_run(planned, plugin, into(folder));
  CHECK(r.status == "Diverged");
  const std::size_t last = r.trace.rows.size() - 1;
  CHECK(last < 500);
  CHECK_THAT(r.reason, Contains("at iteration " + std::to_string(last)));
  CHECK_FALSE(std::isfinite(r.trace.column("train_loss").back()));
  CHECK(std::isfinite(r.trace.column("train_loss")[last - 1]));
  CHECK(read_record(folder.path / "runs" / (r.id + ".json")).status == "Diverged");
}

TEST_CASE("weights that are not finite end a run between evaluations", "[runner][status]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned =
      fake_cell(plugin, {{"rate", "1e100"}}, [](PlannedRun& c) { c.iterations = 500, c.evaluate_every = 400; });
  const RunRecord r = make_run(planned, plugin, into(folder));
  CHECK(r.status == "Diverged");
  CHECK(r.trace.rows.size() < 20);  // |W| grows by at least 1e95 a step
}

TEST_CASE("an exception is a result with its message and iteration", "[runner][status]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const RunRecord r = make_run(fake_cell(plugin, {{"throw_at", "3"}}), plugin, into(folder));
  CHECK(r.status == "Failed");
  CHECK(r.reason == "iteration 3: the matrix is singular");
  CHECK(r.trace.column("iteration") == std::vector<double>{0, 1, 2});
}

TEST_CASE("a run that fails between evaluations has the losses of its last finished iteration", "[runner][status]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const RunRecord whole = make_run(fake_cell(plugin), plugin, into(folder));
  const RunRecord failed =
      make_run(fake_cell(plugin, {{"throw_at", "4"}}, [](PlannedRun& c) { c.evaluate_every = 100; }), plugin, into(folder));
  CHECK(failed.status == "Failed");
  CHECK(failed.trace.column("iteration").back() == 3);
  for (const char* name : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}) {
    CHECK(failed.trace.column(name)[3] == whole.trace.column(name)[3]);
    CHECK(std::isnan(failed.trace.column(name)[2]));
  }
}

TEST_CASE("an algorithm that does not apply is a result with the reason", "[runner][status]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const RunRecord r = make_run(fake_cell(plugin, {{"refuse", "true"}}), plugin, into(folder));
  CHECK(r.status == "NotApplicable");
  CHECK(r.reason == "it was asked to refuse");
  CHECK(r.trace.rows.empty());
  CHECK(read_record(folder.path / "runs" / (r.id + ".json")).trace.rows.empty());
}

TEST_CASE("the time limit counts training time only and ends between iterations", "[runner][status]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned =
      fake_cell(plugin, {{"sleep", "0.02"}}, [](PlannedRun& c) { c.iterations = 1000, c.time_limit = 0.05; });
  const RunRecord r = make_run(planned, plugin, into(folder));
  CHECK(r.status == "TimeLimit");
  const std::vector<double> seconds = r.trace.column("train_seconds");
  CHECK(seconds.size() <= 4);  // the start and at most three steps of 0.02 s or more
  CHECK(seconds.back() >= 0.05);
  CHECK(seconds[seconds.size() - 2] < 0.05);
}

TEST_CASE("Ctrl-C ends a run after the present iteration and leaves its checkpoint, but no record", "[runner][status]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  RunOptions options = into(folder);
  options.progress = [](const Progress& p) {
    if (p.iteration == 2) std::raise(SIGINT);
  };
  const RunRecord r = make_run(fake_cell(plugin), plugin, options);
  CHECK(r.status == "Interrupted");
  CHECK(r.trace.rows.size() == 3);
  CHECK(folder.files() == 1);
  CHECK(fs::exists(folder.path / "runs" / (r.id + ".checkpoint")));
}

TEST_CASE("the observer's time is evaluation time, not training time", "[runner][clock]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin(0.1);
  const PlannedRun planned = fake_cell(plugin, {{"sleep", "0.02"}}, [](PlannedRun& c) { c.iterations = 3, c.audit = "block"; });
  const RunRecord r = make_run(planned, plugin, into(folder));
  const double train = r.trace.column("train_seconds").back(), evaluate_time = r.trace.column("evaluate_seconds").back();
  const double own = r.trace.column("slept").back(), observer = r.trace.column("observer_slept").back();
  CHECK(own >= 0.06);
  CHECK(observer >= 0.3);
  CHECK(train >= own);
  CHECK(train < own + observer);  // the difference is what else the machine did in between
  CHECK(evaluate_time >= observer);
  CHECK(r.trace.column("train_seconds").front() == 0);
}

TEST_CASE("with evaluate_every the other iterations are recorded without evaluation, the last one with it", "[runner]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const RunRecord r = make_run(fake_cell(plugin, {}, [](PlannedRun& c) { c.evaluate_every = 2; }), plugin, into(folder));
  const std::vector<double> loss = r.trace.column("train_loss");
  REQUIRE(loss.size() == 6);
  for (const std::size_t k : {0u, 2u, 4u, 5u}) CHECK(std::isfinite(loss[k]));
  for (const std::size_t k : {1u, 3u}) CHECK(std::isnan(loss[k]));
}

TEST_CASE("a finished run is not made twice unless forced, a damaged one is", "[runner]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned = fake_cell(plugin);
  int reports = 0;
  RunOptions options = into(folder);
  options.progress = [&](const Progress&) { ++reports; };
  const RunRecord first = make_run(planned, plugin, options);
  CHECK(first.id == run_id(planned, plugin));
  CHECK(reports == 6);
  const RunRecord second = make_run(planned, plugin, options);
  CHECK(reports == 6);
  CHECK(second.trace.rows == first.trace.rows);

  options.force = true;
  make_run(planned, plugin, options);
  CHECK(reports == 12);

  options.force = false;
  std::ofstream(folder.path / "runs" / (first.id + ".csv")) << "iteration\n";
  const RunRecord again = make_run(planned, plugin, options);
  CHECK(reports == 18);
  CHECK_THAT(again.provenance["warnings"].back().get<std::string>(), Contains("run again"));
  CHECK(folder.files() == 2);
}

TEST_CASE("the same seed gives the same trajectory, another seed another one", "[runner]") {
  const TemporaryFolder one, two;
  const Plugin plugin = fake_plugin();
  const auto loss = [&](const TemporaryFolder& folder, std::uint64_t seed) {
    return make_run(fake_cell(plugin, {}, [&](PlannedRun& c) { c.seed = seed; }), plugin, into(folder))
        .trace.column("train_loss");
  };
  CHECK(loss(one, 3) == loss(two, 3));
  CHECK(loss(one, 3) != loss(one, 4));
}
