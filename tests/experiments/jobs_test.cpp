// Runs side by side, and what is left after a violent end, through the real program.
#include <map>

#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;

namespace {

std::string endless(const std::string& id) {
  std::string text = tiny(id);
  return text.replace(text.find("iterations = 3"), 14, "iterations = 1000000000");
}

/// Shell: starts the program and waits until the four runs of `tiny` have their records.
const std::string kUntilFourRecords =
    "\"$@\" & pid=$!\nuntil [ $(ls out/runs/*.json 2>/dev/null | wc -l) -ge 4 ]; do sleep 0.05; done\n";

/// variant and seed -> the trace without the clocks.
std::map<std::string, std::vector<std::vector<double>>> trajectories(const fs::path& folder) {
  std::map<std::string, std::vector<std::vector<double>>> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") {
      const bcd::RunRecord record = bcd::read_record(entry.path());
      for (const char* column : {"iteration", "train_loss", "test_loss"})
        found[record.variant() + std::to_string(record.seed())].push_back(record.trace.column(column));
    }
  return found;
}

}  // namespace

TEST_CASE("runs made side by side are those made one after the other, and say that their times do not compare", "[jobs]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml --out alone").code == 0);
  const Outcome together = sandbox.run("run tiny.toml --jobs 3 --out together");
  CHECK(together.code == 0);
  CHECK_THAT(together.err, Contains("4 of 4 runs to make, 3 side by side: their seconds do not compare"));
  CHECK(trajectories(sandbox.path("together/runs")).size() == 4);
  CHECK(trajectories(sandbox.path("together/runs")) == trajectories(sandbox.path("alone/runs")));
  for (const auto& entry : fs::directory_iterator(sandbox.path("together/runs")))
    if (entry.path().extension() == ".json")
      CHECK_THAT(bcd::read_record(entry.path()).provenance.at("warnings").dump(),
                 Contains("made beside other runs (--jobs 3)"));
  check_misuse(sandbox.run("run tiny.toml --jobs 0"), "--jobs must be between 1 and 1024, got 0");
}

TEST_CASE("only the runs that have no record are made", "[jobs]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  for (const std::string jobs : {"1", "2"}) {
    for (const auto& entry : fs::directory_iterator(sandbox.path("out/runs")))
      if (entry.path().extension() == ".json") {
        fs::remove(entry.path());
        break;
      }
    const Outcome again = sandbox.run("run tiny.toml --jobs " + jobs);
    CHECK(again.code == 0);
    CHECK(occurrences(again.err, ": cached") == 3);
    CHECK(occurrences(again.err, ": MaxIterations") == 1);
    CHECK(files_in(sandbox.path("out/runs"), ".json") == 4);
  }
}

TEST_CASE("a run whose process dies is a failed run without a record; the other runs go on", "[jobs]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  sandbox.write("endless.toml", endless("endless"));
  // Both children at once, and again when the program has seen that and begun two more; a dead one may still have its number.
  sandbox.write("kill.sh", kUntilFourRecords +
                               "for seen in 0 2; do\n"
                               "until [ $(grep -c 'ended by the signal' stderr.txt) = $seen ] &&\n"
                               "  [ $(ps --ppid $pid -o stat= | grep -vc Z) = 2 ]; do sleep 0.05; done\n"
                               "pkill -KILL -P $pid; done\nwait $pid\n");
  const Outcome outcome = sandbox.run("run tiny.toml endless.toml --jobs 2", "sh kill.sh");
  CHECK(outcome.code == 1);
  CHECK(occurrences(outcome.err, "Failed, its process was ended by the signal 'Killed'; it has no record") == 4);
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 4);
}

TEST_CASE("Ctrl-C and a kill leave the finished runs whole, and the next call goes on from there", "[jobs]") {
  const std::string jobs = GENERATE("1", "2");
  const std::string signal = GENERATE("INT", "KILL");
  INFO("jobs " << jobs << ", signal " << signal);
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  sandbox.write("endless.toml", endless("endless"));
  sandbox.write("stop.sh", kUntilFourRecords + "kill -" + signal + " $pid; wait $pid\n");
  const Outcome stopped = sandbox.run("run tiny.toml endless.toml --jobs " + jobs, "bash -m stop.sh");
  CHECK(stopped.code == (signal == "INT" ? 130 : 137));
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 4);
  CHECK(trajectories(sandbox.path("out/runs")).size() == 4);  // each can be read
  CHECK(occurrences(sandbox.run("run tiny.toml").err, ": cached") == 4);
}

TEST_CASE("misuse that only a run can find ends the program with its message", "[jobs]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  const Outcome outcome = sandbox.run("run tiny.toml --jobs 2 --set dataset.n=ten");
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.err, Contains("ten"));
}
