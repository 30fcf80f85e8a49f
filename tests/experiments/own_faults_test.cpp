// Hostile inputs around files of one's own: texts that are no text, verdicts on nothing, odd surroundings.
#include <sys/stat.h>

#include "tests/support/program.hpp"

using namespace bcd::test;

namespace {

std::string experiment(const std::string& more, const std::string& head = "") {
  return head +
         "dataset = { name = 'teacher-student', d_in = 2, n = 12, n_test = 4 }\nnetwork = { hidden = [3] }\n"
         "loss = { mean = true }\nrun = { iterations = 3, seeds = [1, 2] }\n[[variant]]\nalgorithm = 'sgd'\n" +
         more;
}

std::string claim(const std::string& id, const std::string& value, const std::string& more = "") {
  return "[[claim]]\nid = '" + id +
         "'\nitem = 'i'\nstatement = 's'\nkind = 'value'\nexpect = 'holds'\nop = '<'\nvalue = " + value +
         "\nmetric = 'train_loss'\n" + more + "\n";
}

std::string promise(const std::string& holds, const std::string& more = "") {
  return "[[promise]]\nid = 'p'\nholds = '" + holds + "'\n" + more;
}

std::string external(const std::string& parameters) {
  return with(experiment(""), "algorithm = 'sgd'", "algorithm = 'external'\nparameters = { " + parameters + " }");
}

void make_pipe(const fs::path& file) { REQUIRE(::mkfifo(file.c_str(), 0600) == 0); }

}  // namespace

TEST_CASE("texts of own files are refused or stay text", "[faults][own][text]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& file, const std::string& part) {
    CAPTURE(file);
    sandbox.write("mine.toml", file);
    check_misuse(sandbox.run("run mine.toml", "timeout 60"), part);
  };
  refused(external(R"(command = "echo \u0000 x")"), "command holds a control character (U+0000)");
  refused(external(R"(command = "true", folder = "a\u0000b")"), "folder holds a control character (U+0000)");
  refused("dataset = { name = 'file', path = \"my\\u0000.csv\", target = 'y' }\n[[variant]]\nalgorithm = 'sgd'\n",
          "path holds a control character (U+0000)");
  const std::string paper = "id = 'me2026'\nauthors = 'A'\ntitle = 'T'\npublished = 'P'\nsummary = 'S'\nlink = '";
  sandbox.write("paper.toml", paper + "javascript:alert(1)'\n");  // the report would make a link of it
  refused(experiment("", "paper = 'me2026'\n"), "link must begin with https:// or http://");
  sandbox.write("paper.toml", paper + "https://example.org/\"onclick=x'\n");
  sandbox.write("mine.toml", experiment("[[promise]]\nid = 'p'\nholds = 'F[k] <= 1e9'\nsource = '=1+1'\n"
                                        "statement = '<script>x</script> \\input{/etc/passwd}, \"a\"'\n",
                                        "paper = 'me2026'\n"));
  REQUIRE(sandbox.run("run mine.toml").code == 0);
  CHECK_THAT(sandbox.run("claims mine.toml --format latex").out, Contains("\\textbackslash{}input\\{/etc/passwd\\}"));
  CHECK_THAT(sandbox.run("claims mine.toml --format csv").out, Contains(", \"\"a\"\"\""));
  REQUIRE(sandbox.run("report mine.toml").code == 0);
  CHECK_THAT(sandbox.read("out/report.html"), !Contains("<script>x") && !Contains("\"onclick=x"));
  sandbox.write("words.csv", "c\x1b[31m,y\nr<b>\x1b,1.5\nb\x01,2.5\n");
  const Outcome words = sandbox.run("data describe words.csv --set target=y --set categorical=one-hot");
  CHECK(words.code == 0);
  CHECK(words.out.find_first_of("\x1b\x01") == std::string::npos);
  CHECK_THAT(words.out, Contains("2 inputs of zeros and ones"));
  // What the output folder remembers is data of others too.
  for (const std::string& index :
       {std::string("{\"files\": {\"mine\": \"/dev/zero\"}, \"last\": null}"), std::string(400000, '[')}) {
    sandbox.write("out/experiments.json", index);
    check_misuse(sandbox.run("claims", "timeout 60"), "experiments.json: not what the program has written; delete it");
  }
  fs::remove(sandbox.path("out/experiments.json"));
  sandbox.write("out/asked.jsonl", std::string(400000, '[') + "\n{\"record\": 7}\n");
  CHECK(sandbox.run("runs ls").code == 0);
}

TEST_CASE("verdicts on own files rest on what was measured for them", "[faults][own][verdict]") {
  const Sandbox sandbox;
  const auto check = [&](const std::string& file, const std::string& part) {
    CAPTURE(file);
    sandbox.write("mine.toml", file);
    REQUIRE(sandbox.run("run mine.toml").code == 0);
    const Outcome outcome = sandbox.run("check mine.toml");
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out, Contains("claims: 1 not decided") && Contains(part));
  };
  check(experiment(promise("F[7] <= F[0]")), "the run has no iteration 7");
  check(experiment(promise("F[k] <= F[k-1]", "slack = '0-1'\n")), "the allowance for rounding is -1");
  check(experiment(promise("log(0-F[k]) <= 1")), "log(0-F[k]) is nan at");
  check(with(experiment(promise("F[k] <= F[k-1]")), "iterations = 3", "iterations = 0"),
        "no iteration at which it can be checked");
  sandbox.write("mine.toml", experiment(promise("0 <= 1")));
  check_misuse(sandbox.run("run mine.toml"), "holds names no column of the trace, so no run can decide it");
  sandbox.write("mine.toml", experiment("[metrics]\nepoch_objective = 'F[k]'\n"));
  check_misuse(sandbox.run("run mine.toml"), "[metrics]: 'epoch_objective' is a column of sgd already");

  // A rival that could not be run loses to nobody; what only one of two runs has measured is no difference.
  const auto rival = [](const std::string& kind, const std::string& with_baseline) {
    return "[[claim]]\nid = 'x'\nitem = 'i'\nstatement = 's'\nexpect = 'holds'\nmetric = 'train_loss'\nkind = '" + kind +
           "'\nvariants = ['sgd']\nbaseline = 'rival'\n" + with_baseline;
  };
  const std::string missing =
      "[[variant]]\nlabel = 'rival'\nalgorithm = 'external'\nparameters = { command = 'no-such-command' }\n";
  for (const std::string& more : {missing + rival("order", "op = '<'\n"), missing + rival("same", "tolerance = 1.0\n")}) {
    CAPTURE(more);
    sandbox.write("mine.toml", experiment(more));
    CHECK(sandbox.run("run mine.toml").code == 1);
    CHECK_THAT(sandbox.run("check mine.toml").out,
               Contains("claims: 1 not decided") && Contains("rival seed 1 did not measure train_loss"));
  }
  check(experiment("[[variant]]\nlabel = 'rival'\nalgorithm = 'sgd'\nrun = { evaluate_every = 2 }\n" +
                   rival("same", "tolerance = 1e-9\n")),
        "; 2 measured");

  // Two files with one id: each claim builds on its own file's.
  sandbox.write("a.toml", experiment(claim("h", "1e9") + claim("x", "1e9", "hypotheses = ['h']")));
  sandbox.write("b.toml", experiment(claim("h", "-1.0") + claim("y", "1e9", "hypotheses = ['h']")));
  REQUIRE(sandbox.run("run a.toml b.toml").code == 0);
  for (const char* order : {"a.toml b.toml", "b.toml a.toml"}) {
    const Outcome both = sandbox.run(std::string("check ") + order);
    INFO(both.out);
    CHECK_THAT(both.out, Contains("claims: 1 fails, 2 holds, 1 not applicable"));
  }
  // Nor does the committed reference speak of a file that is not its own.
  sandbox.write("c.toml", experiment(claim("zeng2019.fig1.sgd", "1e9"), "paper = 'zeng2019'\n"));
  CHECK_THAT(sandbox.run("claims c.toml --short --out empty").out, Contains("zeng2019.fig1.sgd  not run"));
  REQUIRE(sandbox.run("run c.toml").code == 0);
  CHECK_THAT(sandbox.run("claims c.toml --short").out, Contains("zeng2019.fig1.sgd  holds"));
  // A file's own name is the one to run.
  check_misuse(sandbox.run("run c --out empty"), ": write c.toml");
}

TEST_CASE("own files in odd surroundings", "[faults][own][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("mine.toml", experiment(promise("F[k] <= 1e9"), "paper = 'me2026'\n"));
  make_pipe(sandbox.path("paper.toml"));
  CHECK(sandbox.run("run mine.toml", "timeout 60").code == 0);
  fs::remove(sandbox.path("paper.toml"));
  fs::create_symlink("paper.toml", sandbox.path("paper.toml"));
  CHECK(sandbox.run("check mine.toml", "timeout 60").code == 0);
  // Files that the user names are written into, whatever they are.
  make_pipe(sandbox.path("pipe"));
  const auto quoted = [&](const char* name) { return "'" + sandbox.path(name).string() + "'"; };
  std::system(("cat " + quoted("pipe") + " > " + quoted("copy") + " &").c_str());
  CHECK(sandbox.run("check mine.toml --junit pipe", "timeout 60").code == 0);
  for (int i = 0; i < 100 && sandbox.read("copy").empty(); ++i) std::system("sleep 0.1");
  CHECK_THAT(sandbox.read("copy"), Contains("<testsuite"));
  CHECK(fs::is_fifo(sandbox.path("pipe")));
  sandbox.write("claims.xml", "old");
  fs::create_symlink("claims.xml", sandbox.path("link"));
  CHECK(sandbox.run("check mine.toml --junit link").code == 0);
  CHECK(fs::is_symlink(sandbox.path("link")));
  CHECK_THAT(sandbox.read("claims.xml"), Contains("<testsuite"));
  check_misuse(sandbox.run("check mine.toml --junit /dev/full"), "cannot write /dev/full");
  check_misuse(sandbox.run("export --to mine.toml"), "mine.toml");
  check_misuse(sandbox.run("certify zeng2019 --replies pipe", "timeout 60"), "pipe: this is a pipe or a device, not a file");
  // A note beside the records that cannot be read or written is no reason to lose what was done.
  sandbox.write("again.toml", experiment(promise("F[k] <= 1e9")));
  fs::remove(sandbox.path("out/asked.jsonl"));
  make_pipe(sandbox.path("out/asked.jsonl"));
  const Outcome pipe = sandbox.run("run again.toml", "timeout 60");
  CHECK(pipe.code == 0);
  CHECK_THAT(pipe.err, Contains("asked.jsonl"));
  fs::remove(sandbox.path("out/asked.jsonl"));
  fs::create_directory(sandbox.path("out/asked.jsonl"));
  CHECK(sandbox.run("run again.toml").code == 0);
  // Where a command is run.
  sandbox.write("mine.toml", external("command = 'true', folder = 'nowhere'"));
  const Outcome nowhere = sandbox.run("run mine.toml");
  CHECK(nowhere.code == 1);
  CHECK_THAT(nowhere.out,
             Contains("cannot be run in the folder " + sandbox.path("nowhere").string() + ": No such file or directory"));
  sandbox.write("mine.toml", external("command = 'true', folder = 'mine.toml'"));
  CHECK_THAT(sandbox.run("run mine.toml").out, Contains("Failed"));
  CHECK(sandbox.run("data list", "HOME=/nowhere XDG_CACHE_HOME=/nowhere").code == 0);
}
