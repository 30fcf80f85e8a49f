// A user's own experiment files: short ones, written ones, found again.
#include "tests/support/program.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

const char* const kShort =
    "dataset = { name = 'teacher-student', d_in = 2, n = 12, n_test = 4 }\nnetwork = { hidden = [3] }\nloss = { mean = true }\n"
    "[[variant]]\nalgorithm = 'sgd'\n[[variant]]\nalgorithm = 'adam'\n";

}  // namespace

TEST_CASE("Dataset, network, loss and variants make an experiment, with a figure", "[cli][own]") {
  const Sandbox sandbox;
  sandbox.write("mine.toml", kShort);
  const Outcome run = sandbox.run("run mine.toml");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 2);
  const Outcome plot = sandbox.run("plot mine.toml");
  INFO(plot.err);
  CHECK(plot.code == 0);
  CHECK_THAT(plot.out, Contains("mine.svg"));
  const std::string picture = sandbox.read("out/figures/mine-quick/mine.svg");
  CHECK_THAT(picture, Contains("sgd") && Contains("adam") && Contains("training loss"));
  check_misuse(sandbox.run("run nothing.toml"), "nothing.toml");
  sandbox.write("nothing.toml", "title = 'T'\n");
  check_misuse(sandbox.run("run nothing.toml"), "there is nothing to run; add a [[variant]]");
}

TEST_CASE("What new-experiment writes runs", "[cli][own]") {
  const Sandbox sandbox;
  sandbox.write("my.csv", "a,b,kind\n1,2,p\n2,1,q\n1.5,2.5,p\n2.5,0.5,q\n1,3,p\n3,1,q\n1.25,2,p\n2,0,q\n1,1,p\n2,2,q\n");
  const Outcome written = sandbox.run("new-experiment mine --data my.csv");
  INFO(written.err);
  REQUIRE(written.code == 0);
  CHECK_THAT(sandbox.read("mine.toml"), Contains("target = \"kind\"  # guessed"));
  const Outcome run = sandbox.run("run mine.toml --set run.iterations=2 --seeds 1");
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 3);
  CHECK(sandbox.run("new-experiment shipped").code == 0);
  CHECK(sandbox.run("run shipped.toml --set run.iterations=1 --seeds 1 --set dataset.n=20").code == 0);
  check_misuse(sandbox.run("new-experiment mine"), "mine.toml: exists already");
  check_misuse(sandbox.run("new-experiment ../mine"), "the name '../mine'");
  check_misuse(sandbox.run("new-experiment other --data my.csv --target knd"), "did you mean 'kind'?");
  check_misuse(sandbox.run("new-experiment other --data none.csv"), "none.csv: the file is missing");
  CHECK_FALSE(fs::exists(sandbox.path("other.toml")));
}

TEST_CASE("Own experiments and the settings of their run are found again", "[cli][own]") {
  const Sandbox sandbox;
  sandbox.write("mine.toml", kShort);
  check_misuse(sandbox.run("plot @last"), "@last: nothing was run into out yet");
  REQUIRE(sandbox.run("run mine.toml --set run.iterations=2 --seeds 2 --variant sgd").code == 0);
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 2);
  // With other settings there is nothing; with those of the last run there is.
  check_misuse(sandbox.run("plot mine.toml"), "no records of mine.toml with these settings");
  CHECK_THAT(sandbox.run("plot @last").out, Contains("mine.svg"));
  CHECK_THAT(sandbox.run("compare @last --metric train_loss").out, Contains("sgd"));
  check_misuse(sandbox.run("plot @last --seeds 3 --set run.iterations=3"), "no records");
  // By id, and without a name.
  REQUIRE(sandbox.run("run mine.toml").code == 0);
  CHECK_THAT(sandbox.run("plot mine").out, Contains("mine.svg"));
  CHECK_THAT(sandbox.run("plot").out, Contains("mine.svg"));
  CHECK(sandbox.run("check").code == 0);
  fs::remove(sandbox.path("mine.toml"));
  check_misuse(sandbox.run("plot"), "no records");
  sandbox.write("out/experiments.json", "{]");
  check_misuse(sandbox.run("plot @last"), "experiments.json: not what the program has written; delete it");
}

TEST_CASE("Claims are chosen by verdict and experiment, and written for other programs", "[cli][claims-export]") {
  const Sandbox sandbox;
  const Outcome all = sandbox.run("claims --paper wang2018 --short"),
                failed = sandbox.run("claims --paper wang2018 --verdict fails");
  CHECK(all.code == 0);
  CHECK_THAT(failed.out, Contains("  fails  "));
  CHECK(occurrences(failed.out, "\n") < occurrences(all.out, "\n"));
  CHECK(occurrences(failed.out, "  holds  ") == 0);
  const std::string one = "claims --paper zeng2019 --experiment zeng2019-theorem2 --format ";
  const Outcome csv = sandbox.run(one + "csv"), latex = sandbox.run(one + "latex");
  CHECK_THAT(
      csv.out,
      StartsWith(
          "paper,item,claim,who,statement,experiment,scale,reported,measured,verdict,expected,finding,evidence,archive\n"));
  CHECK(occurrences(csv.out, ",zeng2019-theorem2,") == occurrences(csv.out, "\n") - 1);
  CHECK_THAT(latex.out, Contains("\\begin{longtable}") && Contains("\\end{longtable}"));
  CHECK(occurrences(latex.out, " \\\\\n") == occurrences(csv.out, "\n") - 1);
  check_misuse(sandbox.run("claims --verdict hold --short"), "did you mean 'holds'?");
  check_misuse(sandbox.run("claims --experiment zeng2019-theorem --short"), "did you mean 'zeng2019-theorem1'?");
  check_misuse(sandbox.run("claims --short --format json"), "go with the formats table, csv and latex");
}
