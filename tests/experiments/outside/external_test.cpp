// The algorithm `external` with small scripts of the shell in the part of the user's command, well behaved or not.
#include "experiments/outside/external.hpp"

#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

#include "experiments/run/npy.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/run_name.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;
using bcd::testing::fake_cell;
using bcd::testing::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// A method that never moves: its weights are the first ones. `step` and `weights` are what it does besides answering; $folder
/// is the request's, $start that of the first weights, $k the iteration.
std::string script(const std::string& step, const std::string& weights = "cp $start/*.npy $folder") {
  return R"sh(k=0
while read -r line; do
  folder=$(printf '%s' "$line" | sed 's/.*"folder":"\([^"]*\)".*/\1/')
  case $line in
    *'"do":"start"'*) start=$folder ;;
    *'"do":"step"'*) k=$((k + 1)); )sh" +
         step + R"sh( ;;
    *'"do":"weights"'*) )sh" +
         weights + R"sh( ;;
  esac
  echo "{\"iteration\": $k}"
done
)sh";
}

/// Runs a script for five iterations of fake_cell's problem.
struct Bench {
  TemporaryFolder folder;
  Plugin plugin = external_plugin();

  std::string command(const std::string& text) const {
    std::ofstream(folder.path / "method.sh") << text;
    return "exec sh " + (folder.path / "method.sh").string();
  }
  PlannedRun planned(const std::string& text, const std::function<void(PlannedRun&)>& change = {},
                     const std::string& timeout = "200") const {
    return fake_cell(plugin, {{"command", command(text)}, {"timeout", timeout}}, [&](PlannedRun& c) {
      c.algorithm = "external";
      if (change) change(c);
    });
  }
  RunOptions options() const {
    RunOptions how;
    how.out = folder.path / "out";
    return how;
  }
  RunRecord run(const std::string& text, const std::function<void(PlannedRun&)>& change = {},
                const std::string& timeout = "200") const {
    return make_run(planned(text, change, timeout), plugin, options());
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder.path / name).rdbuf();
    return text.str();
  }
};

/// Gone, or dead and only waiting for a parent that reads its exit code.
bool is_dead(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(") ");
  return name_end == std::string::npos || text[name_end + 2] == 'Z' || text[name_end + 2] == 'X';
}

bool dies_within(pid_t pid, double seconds) {
  double passed = 0;
  while (!is_dead(pid) && passed < seconds) bcd::testing::sleep_for(0.01, passed);
  return is_dead(pid);
}

void check_failed(const RunRecord& record, const std::string& part) {
  CHECK(record.status == "Failed");
  CHECK_THAT(record.reason, Contains("iteration ") && Contains("the command 'exec sh ") && Contains(part));
}

}  // namespace

TEST_CASE("a command that keeps the first weights is a run like any other", "[external]") {
  const Bench bench;
  const auto precision = GENERATE(std::string("f32"), std::string("f64"));
  const RunRecord record = bench.run(
      script("echo 'step' >&2; echo \"{\\\"iteration\\\": $k, \\\"residual\\\": $k.5, \\\"gap\\\": null}\"; continue"),
      [&](PlannedRun& c) { c.precision = precision; });
  INFO(record.reason);
  CHECK(record.status == "MaxIterations");
  const std::vector<double> loss = record.trace.column("train_loss"), residual = record.trace.column("residual");
  REQUIRE(loss.size() == 6);
  for (const double value : loss) CHECK(value == loss.front());
  CHECK(std::isnan(residual[0]));
  CHECK(std::vector<double>(residual.begin() + 1, residual.end()) == std::vector<double>{1.5, 2.5, 3.5, 4.5, 5.5});
  for (const double gap : record.trace.column("gap")) CHECK(std::isnan(gap));  // null: a column without a number
  CHECK(record.provenance["messages"] == "step\nstep\nstep\nstep\nstep\n");
  CHECK(record.provenance["files"].size() == 1);
}

TEST_CASE("the request says what the problem is", "[external]") {
  const Bench bench;
  RunRecord record =
      make_run(fake_cell(bench.plugin,
                         {{"command", bench.command("read -r line; printf '%s\\n' \"$line\" >'" + bench.folder.path.string() +
                                                    "/request'; cp ${line%%\"do\"*}x . 2>/dev/null; exit 5")},
                          {"options", "{\"eta\": 0.5}"}},
                         [](PlannedRun& c) {
                           c.algorithm = "external";
                           c.hidden = {4};
                           c.activations = {Activation::parse("tanh")};
                         }),
               bench.plugin, bench.options());
  check_failed(record, "ended with exit code 5");
  const auto request = nlohmann::json::parse(bench.read("request"));
  CHECK(request["do"] == "start");
  CHECK(request["iteration"] == 0);
  CHECK(request["network"]["widths"] == nlohmann::json({5, 4, 3}));
  CHECK(request["network"]["activations"] == nlohmann::json({"tanh", "linear"}));
  CHECK(request["network"]["bias"] == true);
  CHECK(request["loss"] == nlohmann::json({{"name", "squared"}, {"mean", false}}));
  CHECK(request["options"]["eta"] == 0.5);
  CHECK(request["precision"] == "f64");
  CHECK(request["seed"].is_number_unsigned());
  CHECK_FALSE(fs::exists(request["folder"].get<std::string>()));  // it went with the run
}

TEST_CASE("a command may have blocks beside the weights", "[external]") {
  const Bench bench;
  // V1 is the matrix W1 of the start, so that their norms agree; it never moves.
  const std::string blocks = "{\\\"iteration\\\": 0, \\\"blocks\\\": {\\\"V1\\\": [3, 5]}}";
  std::string text = script(":", "cp $start/*.npy $folder; cp $start/W1.npy $folder/V1.npy");
  const std::string start = "start=$folder ;;";
  const auto with_blocks = [&](const std::string& answer) {
    std::string changed = text;
    return changed.replace(changed.find(start), start.size(), "start=$folder; echo \"" + answer + "\"; continue ;;");
  };
  const auto measuring = [](PlannedRun& c) { c.measure = {"norm2.V1", "norm2.W1", "step2", "step2.V1"}; };
  const RunRecord record = bench.run(with_blocks(blocks), measuring);
  INFO(record.reason);
  CHECK(record.status == "MaxIterations");
  const std::vector<double> V = record.trace.column("norm2.V1");
  REQUIRE(V.size() == 6);
  CHECK(V.front() > 0);
  CHECK(V == record.trace.column("norm2.W1"));
  CHECK(record.trace.column("step2.V1").back() == 0);
  CHECK(record.trace.column("step2").back() == 0);
  for (const char* wrong :
       {"[5]", "{\\\"W1\\\": [3, 5]}", "{\\\"V1\\\": [3]}", "{\\\"V1\\\": [0, 5]}", "{\\\"V1\\\": [99999, 99999]}"})
    check_failed(bench.run(with_blocks(std::string("{\\\"iteration\\\": 0, \\\"blocks\\\": ") + wrong + "}")), "block");
}

TEST_CASE("weights are asked for at evaluated iterations only", "[external]") {
  const Bench bench;
  const std::string log = (bench.folder.path / "asked").string();
  const RunRecord record =
      bench.run(script(":", "echo $k >>'" + log + "'; cp $start/*.npy $folder"), [](PlannedRun& c) { c.evaluate_every = 3; });
  CHECK(record.status == "MaxIterations");
  CHECK(bench.read("asked") == "3\n5\n");  // at 0 they are the first ones; the last iteration is always evaluated
  const std::vector<double> loss = record.trace.column("train_loss");
  REQUIRE(loss.size() == 6);
  for (std::size_t k = 0; k < 6; ++k) CHECK(std::isnan(loss[k]) == (k == 1 || k == 2 || k == 4));
}

TEST_CASE("start-up and writing weights are not training time, the step is", "[external][clock]") {
  const Bench bench;
  const RunRecord record =
      bench.run(script("sleep 0.3", "sleep 0.5; cp $start/*.npy $folder"), [](PlannedRun& c) { c.iterations = 2; });
  const double trained = record.trace.column("train_seconds").back(),
               evaluated = record.trace.column("evaluate_seconds").back();
  CHECK(trained >= 0.6);
  CHECK(evaluated >= 1.0);
  // On a busy machine a step may take long too, but not every time.
  double quickest = 1;
  for (int trial = 0; trial < 20 && quickest >= 0.5; ++trial) {
    const RunRecord quick = bench.run("sleep 1\n" + script(":", "sleep 0.5; cp $start/*.npy $folder"), [&](PlannedRun& c) {
      c.iterations = 1;
      c.seed = static_cast<std::uint64_t>(trial);
    });
    quickest = std::min(quickest, quick.trace.column("train_seconds").back());
  }
  CHECK(quickest < 0.5);
}

TEST_CASE("a command that does not answer is a failed run, and its processes end", "[external][fault]") {
  const Bench bench;
  const std::string pids = (bench.folder.path / "pids").string();
  const auto begin = std::chrono::steady_clock::now();
  const RunRecord record =
      bench.run(script("if [ $k -eq 2 ]; then sleep 1000 & echo $$ $! >'" + pids + "'; echo waiting >&2; wait; fi"), {}, "8");
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  check_failed(record, "gave no answer within 8 s; it said: waiting");
  CHECK_THAT(record.reason, Contains("iteration 2"));
  CHECK(record.provenance["messages"] == "waiting\n");
  CHECK(record.trace.rows.size() == 2);  // what was done stays
  CHECK(passed.count() < 500);           // not the 1000 s of the command
  std::istringstream numbers(bench.read("pids"));
  int processes = 0;
  for (pid_t pid = 0; numbers >> pid; ++processes) CHECK(dies_within(pid, 100));
  CHECK(processes == 2);
}

TEST_CASE("a command that ends, before, in or after a step, is a failed run with its last words", "[external][fault]") {
  const Bench bench;
  check_failed(bench.run("echo 'no licence' >&2; exit 3"), "ended with exit code 3; it said: no licence");
  check_failed(bench.run("true"), "ended with exit code 0");
  check_failed(bench.run(script("echo first >&2; echo 'the matrix is singular' >&2; exit 4")),
               "ended with exit code 4; it said: the matrix is singular");
  check_failed(bench.run(script("kill -9 $$")), "was killed by signal 9 (Killed)");
  check_failed(bench.run(script("exec >&-; sleep 1000")), "closed its standard output");
  // It answers the first step, and is gone when the weights are asked for.
  check_failed(bench.run(script("echo \"{\\\"iteration\\\": 1}\"; exit 0")), "ended with exit code 0");
  const Plugin plugin = external_plugin();
  const RunRecord missing =
      make_run(fake_cell(plugin, {{"command", "sh-no-such-command"}}, [](PlannedRun& c) { c.algorithm = "external"; }), plugin,
               bench.options());
  CHECK(missing.status == "Failed");
  CHECK_THAT(missing.reason, Contains("ended with exit code 127; it said: ") && Contains("not found"));
}

TEST_CASE("an answer that is none is a failed run that shows it", "[external][fault]") {
  const Bench bench;
  const auto answering = [&](const std::string& answer) { return bench.run(script("echo '" + answer + "'; continue")); };
  check_failed(answering("hello"), "answered 'hello' to \"step\", which is no JSON object");
  check_failed(answering("[1]"), "which is no JSON object");
  check_failed(answering("{\"iteration\": 1, \"loss\": NaN}"), "(a missing number is null, not NaN)");
  check_failed(answering("{\"iteration\": 7}"), "without \"iteration\": 1");
  check_failed(answering("{}"), "without \"iteration\": 1");
  check_failed(answering("{\"iteration\": 1, \"loss\": \"low\"}"), "gave \"low\" for 'loss', which is not a number");
  check_failed(answering("{\"iteration\": 1, \"train_loss\": 0}"), "named a number 'train_loss'");
  check_failed(answering("{\"iteration\": 1, \"a,b\": 0}"), "named a number 'a,b'");
  check_failed(answering(std::string(300, 'x')), "answered '" + std::string(80, 'x') + "...'");
  check_failed(bench.run(script("echo 'epoch 1 of 5'; echo '{\"iteration\": 1}'; continue")), "answered 'epoch 1 of 5'");
  // Both lines in one write, so that they arrive together.
  check_failed(bench.run(script("printf '{\"iteration\": 1}\\ndone with 1\\n'; continue")),
               "wrote 'done with 1' without being asked; messages belong to the standard error");
  check_failed(bench.run(script("head -c 2000000 /dev/zero | tr '\\0' x")), "wrote a line longer than 1048576 bytes");
}

TEST_CASE("weights that do not fit are a failed run, weights that are not finite a diverged one", "[external][fault]") {
  const Bench bench;
  check_failed(bench.run(script(":", ":")), "W1.npy: no such file");
  check_failed(bench.run(script(":", "cp $start/W1.npy $folder")), "b1.npy: no such file");
  check_failed(bench.run(script(":", "cp $start/W1.npy $folder; cp $start/W1.npy $folder/b1.npy")),
               "b1.npy: expected shape 3 x 1, found 3 x 5");
  check_failed(bench.run(script(":", "echo text >$folder/W1.npy; cp $start/b1.npy $folder")), "W1.npy: not a .npy file");

  const std::string nan = (bench.folder.path / "nan.npy").string();
  write_npy<double>(nan, Matrix<double>::Constant(3, 5, std::nan("")));
  const RunRecord diverged = bench.run(script(":", "cp $start/b1.npy $folder; cp " + nan + " $folder/W1.npy"));
  CHECK(diverged.status == "Diverged");
  CHECK_THAT(diverged.reason, Contains("not finite at iteration 1"));
  check_failed(bench.run(script(":", "cp $start/b1.npy $folder; cp " + nan + " $folder/W1.npy"),
                         [](PlannedRun& c) { c.precision = "f32"; }),
               "holds elements of type '<f8', this run needs '<f4'");
}

TEST_CASE("a run without a command is not applicable and says what is missing", "[external]") {
  const Bench bench;
  const RunRecord record =
      make_run(fake_cell(bench.plugin, {}, [](PlannedRun& c) { c.algorithm = "external"; }), bench.plugin, bench.options());
  CHECK(record.status == "NotApplicable");
  CHECK_THAT(record.reason, Contains("'command' is empty"));
  const auto algorithm = bench.plugin.make_f64();
  ParameterList parameters = algorithm->parameters();
  CHECK_THROWS_WITH(parameters.set("options", "eta = 1"), Contains("'options'") && Contains("JSON object"));
  CHECK_THROWS_WITH(parameters.set("timeout", "0"), Contains("> 0"));
}

TEST_CASE("a state that replaces the first weights reaches the command", "[external]") {
  const Bench bench;
  const PlannedRun planned = bench.planned(script(":"));
  RunOptions options = bench.options();
  options.init_from = (bench.folder.path / "state").string();
  const Matrix<double> W = Matrix<double>::Constant(3, 5, 0.25), b = Matrix<double>::Constant(3, 1, -1);
  write_npy<double>(fs::path(options.init_from) / "W1.npy", W);
  write_npy<double>(fs::path(options.init_from) / "b1.npy", b);
  const RunRecord from_state = make_run(planned, bench.plugin, options),
                  plain = make_run(planned, bench.plugin, bench.options());
  const std::vector<double> loss = from_state.trace.column("train_loss");
  REQUIRE(loss.size() == 6);
  CHECK(loss.back() == loss.front());  // what the command gives back is what it was given
  CHECK(loss.front() != plain.trace.column("train_loss").front());
}

TEST_CASE("an edited script makes another run", "[external][id]") {
  const Bench bench;
  const std::string before = run_id(bench.planned(script(":")), bench.plugin);
  CHECK(run_id(bench.planned(script(":")), bench.plugin) == before);
  CHECK(run_id(bench.planned(script("true")), bench.plugin) != before);
}

TEST_CASE("Ctrl-C during a step ends the command at once and leaves no record", "[external][interrupt]") {
  const Bench bench;
  const std::string pid_file = (bench.folder.path / "pids").string();
  const std::string self = std::to_string(::getpid());
  const RunRecord record = bench.run(script("echo $$ >'" + pid_file + "'; kill -INT " + self + "; sleep 1000"));
  CHECK(record.status == "Interrupted");
  CHECK_FALSE(fs::exists(bench.folder.path / "out" / "runs"));
  pid_t pid = 0;
  std::istringstream(bench.read("pids")) >> pid;
  CHECK(pid > 0);
  CHECK(dies_within(pid, 100));
}
