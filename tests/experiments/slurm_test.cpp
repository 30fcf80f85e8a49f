// Runs as tasks of a SLURM array, on a real SLURM of this machine; and the same runs shared out without one.
#include <unistd.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "results/record.hpp"
#include "tests/contract/same_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

/// Two variants with five seeds; the second is slow enough to be caught at work.
const char* const kRuns = R"(id = 'cells'
dataset = { name = 'teacher-student', d_in = 6, n = 400, n_test = 50 }
network = { hidden = [8, 8], activation = 'relu' }
loss = { name = 'squared' }
run = { iterations = 20, seeds = [1, 2, 3, 4, 5] }
[[variant]]
label = 'bcd3'
algorithm = 'bcd3_zeng2019'
[[variant]]
label = 'adam'
algorithm = 'adam'
parameters = { shuffle = true, batch_size = 8 }
run.iterations = 4000
)";

std::map<std::string, RunRecord> records_of(const test::Sandbox& sandbox, const std::string& out) {
  std::map<std::string, RunRecord> found;
  for (const auto& entry : fs::directory_iterator(sandbox.path(out) / "runs"))
    if (entry.path().extension() == ".json") found[entry.path().stem()] = read_record(entry.path());
  return found;
}

void check_same(const std::map<std::string, RunRecord>& runs, const std::map<std::string, RunRecord>& alone) {
  REQUIRE(runs.size() == alone.size());
  for (const auto& [id, record] : alone) {
    INFO(id);
    REQUIRE(runs.contains(id));
    CHECK(test::difference(record, runs.at(id)) == "");
  }
}

/// Seconds to wait for what must happen some time, on a machine that is busy as well.
constexpr double kLong = 200;

/// A real SLURM while it lives.
class Slurm {
 public:
  explicit Slurm(const fs::path& folder) : folder_(folder) {
    up_ = std::system(("'" BCDBENCH_SOURCE_DIR "/tests/slurm/start.sh' '" + folder_.string() + "' 2").c_str()) == 0;
    ::setenv("SLURM_CONF", (folder_ / "slurm.conf").c_str(), 1);
  }
  ~Slurm() {
    if (std::system(("'" BCDBENCH_SOURCE_DIR "/tests/slurm/stop.sh' '" + folder_.string() + "'").c_str()) != 0)
      WARN("SLURM was not stopped");
    ::unsetenv("SLURM_CONF");
  }
  bool up() const { return up_; }

 private:
  fs::path folder_;
  bool up_ = false;
};

bool has(const std::string& command) { return std::system(("command -v " + command + " >/dev/null 2>&1").c_str()) == 0; }

template <class Condition>
bool within(double seconds, const Condition& condition) {
  for (double waited = 0; waited < seconds; waited += 0.1) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return condition();
}

std::string output(const std::string& command, const test::Sandbox& sandbox) {
  std::system((command + " >'" + sandbox.path("command.txt").string() + "' 2>&1").c_str());
  return sandbox.read("command.txt");
}

}  // namespace

TEST_CASE("shards make every run once, and merged they are the records of one call", "[slurm][cli]") {
  const test::Sandbox sandbox;
  sandbox.write("cells.toml", kRuns);
  REQUIRE(sandbox.run("run cells.toml --set run.iterations=5 --out alone").code == 0);
  std::size_t made = 0;
  for (int i = 1; i <= 3; ++i) {
    const std::string out = "part" + std::to_string(i);
    REQUIRE(sandbox.run("run cells.toml --set run.iterations=5 --shard " + std::to_string(i) + "/3 --out " + out).code == 0);
    made += records_of(sandbox, out).size();
    REQUIRE(sandbox.run("runs merge " + out + " --out all").code == 0);
  }
  CHECK(made == 10);
  check_same(records_of(sandbox, "all"), records_of(sandbox, "alone"));
  for (const char* wrong : {"0/3", "4/3", "3", "1/0", "a/b", "1/3/5", "-1/3"}) {
    const test::Outcome outcome = sandbox.run("run cells.toml --shard " + std::string(wrong));
    INFO(wrong);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains("write I/N"));
  }
}

TEST_CASE("without SLURM the script is shown and what cannot be is said", "[slurm][cli]") {
  const test::Sandbox sandbox;
  sandbox.write("cells.toml", kRuns);
  const test::Outcome shown =
      sandbox.run("run cells.toml --slurm '--partition=long --time=4:00:00' --slurm-group 3 --slurm-limit 2 --dry-run");
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains("#SBATCH --partition=long --time=4:00:00\n") && Contains("#SBATCH --array=1-4%2\n") &&
                            Contains("--requeue") && Contains("task 4: cells adam seed 5"));
  CHECK_FALSE(fs::exists(sandbox.path("out")));
  const auto refused = [&](const std::string& options, const std::string& because) {
    const test::Outcome outcome = sandbox.run("run cells.toml --dry-run " + options);
    INFO(options);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains(because));
  };
  refused("--slurm '--array=1-3'", "--array is set by this program");
  refused("--slurm '-o log'", "-o is set by this program");
  refused("--slurm '' --jobs 2", "--slurm does not go with --jobs");
  refused("--slurm '' --slurm-group 0", "--slurm-group must be at least 1");
  refused("--slurm '' --slurm-limit 0", "--slurm-limit must be at least 1");
  refused("--slurm '' --out 'a%b'", "the path");
  refused("--slurm \"$(printf 'a\\nb')\"", "--slurm");
  const test::Outcome without = sandbox.run("run cells.toml --slurm ''", "env PATH=/nonexistent");
  CHECK(without.code == 2);
  CHECK_THAT(without.err, Contains("cannot run squeue") || Contains("cannot run sbatch"));
  CHECK_FALSE(fs::exists(sandbox.path("out/slurm/0001/job.sh")));
  const test::Outcome nothing = sandbox.run("jobs");
  CHECK(nothing.code == 2);
  CHECK_THAT(nothing.err, Contains("nothing was submitted from out"));
}

TEST_CASE("an array on a real SLURM makes the records of one machine, whatever is killed", "[slurm]") {
  if (!has("slurmctld") || !has("slurmd") || !has("sbatch") || ::geteuid() != 0) {
    WARN("not tried: SLURM (./bcdbench setup slurm) or root is missing");
    return;
  }
  const test::Sandbox sandbox;
  sandbox.write("cells.toml", kRuns);
  REQUIRE(sandbox.run("run cells.toml --out alone").code == 0);
  const auto alone = records_of(sandbox, "alone");
  REQUIRE(alone.size() == 10);

  const Slurm slurm(sandbox.path("slurm"));
  if (!slurm.up()) {
    WARN("not tried: SLURM is installed but does not come up here: " << sandbox.read("slurm/slurmctld.log"));
    return;
  }
  // Without authentication nothing may listen beyond this machine.
  const std::string listeners = output("ss -Hltn 2>/dev/null | awk '{print $4}' | grep -E ':(26817|2690[12])$'", sandbox);
  CHECK_FALSE(listeners.empty());
  for (std::istringstream lines(listeners); lines;) {
    std::string line;
    if (std::getline(lines, line) && !line.empty()) CHECK_THAT(line, Contains("127.0.0.1:"));
  }

  const std::string submit = "run cells.toml --slurm '--partition=main --time=10' --checkpoint 0.002 --out array";
  const test::Outcome first = sandbox.run(submit);
  INFO(first.out << first.err);
  REQUIRE(first.code == 0);
  CHECK_THAT(first.out, Contains("10 runs in 10 tasks submitted"));
  // The same command again: what is under way is not submitted twice.
  CHECK_THAT(sandbox.run(submit).out, Contains("nothing to submit: of 10 runs "));
  CHECK(sandbox.run("run cells.toml --slurm '--partition=nowhere' --force --out array").code == 2);
  CHECK_FALSE(fs::exists(sandbox.path("array/slurm/0002")));  // what was not submitted leaves no plan

  // One task is put back into the queue, and what else runs is killed. Tasks 6 to 10 are the slow ones.
  const auto slow = [&] {
    return output("squeue -h -r -t running -o '%F_%K %K' | awk '$2 > 5 {print $1}' | tail -n 1", sandbox);
  };
  REQUIRE(within(kLong, [&] { return !slow().empty(); }));
  std::string task = slow();
  task.erase(task.find_last_not_of('\n') + 1);
  output("scontrol requeue " + task, sandbox);
  output("sleep 0.5; pkill -9 -f '" + sandbox.path("array/slurm/0001/bcdbench").string() + " run'", sandbox);
  // SLURM lets two minutes pass before it starts a requeued task again: that is not waited for.
  const auto idle = [&] {
    output("for t in $(squeue -h -r -t pending -o %F_%K); do scontrol update JobId=$t StartTime=now; done", sandbox);
    return output("squeue -h -r -t pending,running,completing -o %F_%K", sandbox).empty();
  };
  REQUIRE(within(kLong, idle));
  const std::string before = sandbox.run("jobs --out array").out;
  INFO(before);
  CHECK_THAT(before, Contains("done"));
  WARN("after a task was requeued and the running ones killed: " << before.substr(before.rfind('\n', before.size() - 2) + 1));

  // The controller goes and comes back; the same command makes what is missing.
  output("kill -9 $(cat '" + sandbox.path("slurm/slurmctld.pid").string() + "'); sleep 0.5; slurmctld", sandbox);
  REQUIRE(within(kLong, [&] { return output("sinfo -h -t idle -o %D", sandbox) == "2\n"; }));
  // What the controller took up again is under way and not submitted; whatever is missing in the end is.
  std::string said;
  for (int call = 0; call < 5 && said.find("10 have records") == std::string::npos; ++call) {
    said = sandbox.run(submit + " --slurm-group 4 --slurm-wait").out;
    REQUIRE(within(kLong, idle));
  }
  INFO(said);
  const auto array = records_of(sandbox, "array");
  check_same(array, alone);
  std::size_t resumed = 0;
  for (const auto& [id, record] : array) resumed += record.provenance.value("resumed_at", nlohmann::json::array()).size();
  WARN("runs went on from a checkpoint " << resumed << " times");
  CHECK_THAT(sandbox.run("jobs --out array").out, Contains("10 done") && !Contains("ended"));
  CHECK_THAT(sandbox.run(submit).out, Contains("nothing to submit: of 10 runs 10 have records"));

  // Two arrays of the same runs at the same time: both write, one record stays whole.
  REQUIRE(sandbox.run("run cells.toml --variant bcd3 --slurm '' --force --out twice").code == 0);
  REQUIRE(sandbox.run("run cells.toml --variant bcd3 --slurm '' --force --slurm-wait --out twice").code == 0);
  REQUIRE(within(kLong, idle));
  const auto twice = records_of(sandbox, "twice");  // read whole, with their digests
  CHECK(twice.size() == 5);
  for (const auto& [id, record] : twice) CHECK(test::difference(record, alone.at(id)) == "");
}
