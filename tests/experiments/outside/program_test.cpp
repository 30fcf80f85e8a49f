// The algorithm `external` from the command line.
#include "tests/support/program.hpp"

#include <unistd.h>

#include <fstream>

using bcd::test::Outcome;
using bcd::test::Sandbox;

namespace {

std::string experiment(const std::string& command) {
  return "id = 'foreign'\npaper = 'test'\ntitle = 'Two methods'\ndescription = 'One of them is a command.'\n"
         "dataset = { name = 'teacher-student', d_in = 3, n = 20, n_test = 10 }\nrun = { iterations = 3, seeds = [1, 2] }\n"
         "[[variant]]\nlabel = 'foreign'\nalgorithm = 'external'\nparameters = { command = '" +
         command + "' }\n[[variant]]\nlabel = 'own'\nalgorithm = 'sgd'\n";
}

}  // namespace

TEST_CASE("a command that fails does not keep the other runs from being made", "[external][cli]") {
  const Sandbox sandbox;
  sandbox.write("foreign.toml", experiment("echo out of luck >&2; exit 9"));
  const Outcome outcome = sandbox.run("run foreign.toml --threads 1");
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.out, Contains("foreign  1     Failed") && Contains("foreign  2     Failed") &&
                              Contains("own      2     MaxIterations") &&
                              Contains("ended with exit code 9; it said: out of luck"));
  const Outcome dump = sandbox.run("dump foreign.toml --variant foreign --out d");
  CHECK(dump.code == 2);
  CHECK_THAT(dump.err, Contains("dump: external failed") && Contains("out of luck"));
}

TEST_CASE("external is listed and explains its parameters", "[external][cli]") {
  const Sandbox sandbox;
  CHECK_THAT(sandbox.run("list algorithms").out, Contains("\nexternal "));
  CHECK_THAT(sandbox.run("describe external").out, Contains("command = ") && Contains("timeout = 600   (> 0)"));
}

TEST_CASE("a command that hangs ends with the program, even if that is killed", "[external][cli]") {
  const Sandbox sandbox;
  sandbox.write("foreign.toml", experiment("echo $$ >pid; exec sleep 1000"));
  sandbox.write("kill.sh", "\"$@\" & pid=$!\nuntil [ -s pid ]; do sleep 0.05; done\nkill -KILL $pid; wait $pid\n");
  sandbox.run("run foreign.toml --threads 1", "env TMPDIR=. sh kill.sh");
  pid_t pid = 0;
  std::istringstream(sandbox.read("pid")) >> pid;
  REQUIRE(pid > 0);
  for (int i = 0; i < 5000 && bcd::test::runs(pid); ++i) ::usleep(20000);
  CHECK_FALSE(bcd::test::runs(pid));
}
