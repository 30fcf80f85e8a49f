// The algorithm `external` from the command line.
#include "tests/support/program.hpp"

#include <unistd.h>

#include <fstream>

using bcd::test::Outcome;
using bcd::test::Sandbox;
using bcd::test::with;
namespace fs = std::filesystem;

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

TEST_CASE("a command is run in the folder of the file that names it", "[external][cli]") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.path("sub"));
  sandbox.write("sub/method.sh", "echo the one below >&2; exit 9\n");
  sandbox.write("sub/foreign.toml", experiment("sh method.sh"));
  const auto ran = [&](const std::string& arguments, const std::string& part) {
    const Outcome outcome = sandbox.run("run " + arguments + " --variant foreign --seeds 1 --force");
    INFO(outcome.out);
    CHECK_THAT(outcome.out, Contains(part));
  };
  ran("sub/foreign.toml", "it said: the one below");
  CHECK(sandbox.run("runs ls").out.find("foreign") != std::string::npos);
  // A record is run from anywhere; a name of a run does not depend on the place.
  const std::string recipe = "out/runs/" + bcd::test::records(sandbox).front().filename().string();
  ran(recipe, "it said: the one below");
  fs::rename(sandbox.path("sub"), sandbox.path("moved"));
  ran(recipe + " --out elsewhere", "cannot be run in the folder " + sandbox.path("sub").string());
  ran("moved/foreign.toml", "it said: the one below");
  CHECK(bcd::test::files_in(sandbox.path("out/runs"), ".json") == 1);
  // What lies in the present folder only is not found, and that is said.
  sandbox.write("here.sh", "echo the one above >&2; exit 9\n");
  sandbox.write("moved/foreign.toml", experiment("sh here.sh"));
  ran("moved/foreign.toml", "'here.sh' lies in the present folder, but paths in a command are relative to the experiment file");
  sandbox.write("moved/foreign.toml", experiment("sh ../here.sh"));
  ran("moved/foreign.toml", "it said: the one above");
  sandbox.write("moved/foreign.toml", with(experiment("sh here.sh"), "parameters = {", "parameters = { folder = '..',"));
  ran("moved/foreign.toml", "it said: the one above");
  // The command line's is relative to where it is given.
  sandbox.write("moved/foreign.toml", experiment("sh method.sh"));
  ran("moved/foreign.toml --set command='sh here.sh'", "it said: the one above");
  ran("moved/foreign.toml --set folder=moved", "it said: the one below");
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
