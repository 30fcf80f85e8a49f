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
  sandbox.write("words.csv", "colour,y\nred,1.5\nblue,2.5\nred,3.5\nblue,1.0\nred,2.25\n");
  CHECK(sandbox.run("new-experiment words --data words.csv").code == 0);
  CHECK_THAT(sandbox.read("words.toml"), Contains("categorical = \"one-hot\""));
  CHECK(sandbox.run("run words.toml --set run.iterations=1 --seeds 1").code == 0);
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
  check_misuse(sandbox.run("plot", "env BCDBENCH_ARCHIVE="), "no records");
  sandbox.write("out/experiments.json", "{]");
  check_misuse(sandbox.run("plot @last"), "experiments.json: not what the program has written; delete it");
}

TEST_CASE("claims shows the experiments and papers of one's own", "[cli][own]") {
  const Sandbox sandbox;
  const std::string promise = "[[promise]]\nid = 'mine.descent'\nholds = 'F[k] <= 100 + F[0]'\nsource = 'Lemma 1'\n";
  sandbox.write("mine.toml", kShort + promise);
  REQUIRE(sandbox.run("run mine.toml --set run.iterations=2").code == 0);
  CHECK_THAT(sandbox.run("claims mine.toml").out, Contains("not run"));  // with the file's own settings
  REQUIRE(sandbox.run("run mine.toml").code == 0);
  for (const char* names : {"claims", "claims mine.toml", "claims mine", "claims @last", "claims --paper own"}) {
    const Outcome claims = sandbox.run(names);
    CAPTURE(names, claims.err);
    CHECK(claims.code == 0);
    CHECK_THAT(claims.out, Contains("own: what the files' authors say\n") && Contains("mine.descent  holds"));
  }
  CHECK_THAT(sandbox.run("claims").out, Contains("zeng2019"));
  const Outcome rows = sandbox.run("claims mine.toml --rows");
  CHECK_THAT(rows.out, Contains("the file's author") && Contains("holds, neutral") && !Contains("zeng2019"));
  CHECK_THAT(sandbox.run("claims mine.toml --format json").out,
             Contains("\"paper\": \"own\"") && Contains("\"origin\": \"own\"") && Contains("\"finding\": \"neutral\""));
  CHECK_THAT(sandbox.run("claims mine.toml --format csv").out, Contains("own,Lemma 1,mine.descent,the file's author,"));
  check_misuse(sandbox.run("claims mine.toml --update-reference ."), "name papers with --paper");
  check_misuse(sandbox.run("claims --paper nobody2000"), "unknown paper 'nobody2000'");
  check_misuse(sandbox.run("claims mime.toml"), "mime.toml");

  // A paper of one's own: known by its name, or by the paper.toml beside the file, with its items.
  const std::string claim =
      "[[claim]]\nid = 'me2026.lemma'\nitem = 'Lemma 2'\nstatement = 'It is finite.'\nkind = 'value'\n"
      "metric = 'train_loss'\nop = '<'\nvalue = 1e9\norigin = 'paper'\nexpect = 'holds'\n";
  sandbox.write("mine.toml", "paper = 'me2026'\n" + std::string(kShort) + promise + claim);
  CHECK_THAT(sandbox.run("claims mine --paper me2026").out, Contains("\nme2026\n") && Contains("me2026.lemma  holds"));
  sandbox.write("paper.toml",
                "id = 'me2026'\nauthors = 'M. E.'\ntitle = 'T'\npublished = 'P'\nlink = 'https://example.org'\nsummary = 'S'\n"
                "[[item]]\nnumber = 'Lemma 2'\nstates = 'finite values'\n"
                "[[item]]\nnumber = 'Lemma 1'\nstates = 'descent'\n");
  const Outcome with_items = sandbox.run("claims --paper me2026");
  INFO(with_items.out);
  CHECK_THAT(with_items.out, Contains("me2026: M. E., T (P)") && Contains("Lemma 2  holds     finite values") &&
                                 Contains("Lemma 1  no claim"));  // the promise is the author's, not the paper's
  CHECK_THAT(sandbox.run("check mine").out, Contains("item by item"));
  sandbox.write("paper.toml", "id = 'me2026'\n");
  check_misuse(sandbox.run("claims mine"), "paper.toml");
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
