// The command line end to end, through the real program.
#include "experiments/cli/cli.hpp"

#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;
namespace fs = std::filesystem;

TEST_CASE("every verb explains itself with an example", "[cli]") {
  const Sandbox sandbox;
  for (const bcd::Verb& verb : bcd::verbs()) {
    CAPTURE(verb.name);
    const Outcome help = sandbox.run(verb.name + " --help");
    CHECK(help.code == 0);
    CHECK(help.err.empty());
    CHECK_THAT(help.out, Contains("bcdbench " + verb.name) && Contains("Examples:\n  bcdbench "));
  }
  const Outcome overview = sandbox.run("--help");
  CHECK(overview.code == 0);
  for (const bcd::Verb& verb : bcd::verbs()) CHECK_THAT(overview.out, Contains("\n  " + verb.name + " "));
  CHECK(sandbox.run("").code == 2);
  const Outcome version = sandbox.run("--version");
  CHECK(version.code == 0);
  CHECK_THAT(version.out, Contains("bcdbench 0.") && Contains("commit") && Contains("\nEigen "));
}

TEST_CASE("a wrong verb or option is answered with the nearest one", "[cli]") {
  const Sandbox sandbox;
  check_misuse(sandbox.run("runn"), "unknown verb 'runn'; did you mean 'run'");
  check_misuse(sandbox.run("--verison"), "unknown option '--verison'");
  check_misuse(sandbox.run("run x --sede 1"), "did you mean '--seeds'");
  check_misuse(sandbox.run("run x --prec f32"), "unknown option '--prec'");  // no abbreviations
  check_misuse(sandbox.run("list --all"), "unknown option '--all'");
  check_misuse(sandbox.run("list algorithm"), "did you mean 'algorithms'");
  check_misuse(sandbox.run("run"), "name at least one experiment");
  check_misuse(sandbox.run("data"), "list, describe, fetch or verify");
  check_misuse(sandbox.run("data fetsch"), "did you mean 'fetch'");
  check_misuse(sandbox.run("data fetch bodyfat"), "needs no download");
  check_misuse(sandbox.run("reproduce zeng2109"), "unknown paper 'zeng2109'");
}

TEST_CASE("values out of range name the option and the value", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  check_misuse(sandbox.run("run tiny.toml --seeds 0"), "--seeds must be at least 1, got 0");
  check_misuse(sandbox.run("run tiny.toml --seeds many"), "many");
  check_misuse(sandbox.run("run tiny.toml --threads 0"), "--threads must be between 1 and");
  check_misuse(sandbox.run("run tiny.toml --time-limit=-1"), "--time-limit must be > 0");
  check_misuse(sandbox.run("run tiny.toml --scale huge"), "unknown scale 'huge'");
  check_misuse(sandbox.run("run tiny.toml --precision f16"), "unknown precision 'f16'");
  check_misuse(sandbox.run("run tiny.toml --set iterations"), "key=value");
  check_misuse(sandbox.run("run tiny.toml --set run.iterations=-3"), "iterations");
  check_misuse(sandbox.run("plot tiny.toml --format svg,bmp"), "unknown format 'bmp'");
  check_misuse(sandbox.run("dump tiny.toml --variant slow --iterations 0,,2 --out d"), "--iterations");
  check_misuse(sandbox.run("dump tiny.toml --variant slow"), "--out DIR is required");
  check_misuse(sandbox.run("dump tiny.toml --out d"), "one of slow, quick");
  CHECK_FALSE(fs::exists(sandbox.path("out")));
  CHECK_FALSE(fs::exists(sandbox.path("d")));
}

TEST_CASE("mistakes in an experiment are found before anything runs", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  sandbox.write("key.toml", tiny("key", "holds", "colour = 'red'\n"));
  check_misuse(sandbox.run("run tiny.toml key.toml"), "unknown key 'colour'");
  check_misuse(sandbox.run("run nothing-like-this"), "unknown experiment 'nothing-like-this'");
  check_misuse(sandbox.run("run nothing.toml"), "nothing.toml");
  check_misuse(sandbox.run("run tiny.toml --variant slwo"), "did you mean 'slow'");
  check_misuse(sandbox.run("run tiny.toml --set learning_rat=1"), "unknown parameter 'learning_rat'");
  check_misuse(sandbox.run("run tiny.toml --set dataset.name=mnits"), "did you mean 'mnist'");
  const std::string other = tiny("other");
  sandbox.write("other.toml", std::string(other).replace(other.find("'adam'"), 6, "'adamm'"));
  check_misuse(sandbox.run("run other.toml"), "did you mean 'adam'");
  CHECK_FALSE(fs::exists(sandbox.path("out")));
}

TEST_CASE("missing data stops the program before the first run and says how to get it", "[cli]") {
  const Sandbox sandbox;
  std::string text = tiny("needs-mnist");
  const std::string source = "name = 'teacher-student'\nd_in = 3\nn = 20\nn_test = 10\n";
  sandbox.write("needs-mnist.toml", text.replace(text.find(source), source.size(), "name = 'mnist'\n"));
  check_misuse(sandbox.run("run needs-mnist.toml"), "data fetch mnist");
  CHECK_FALSE(fs::exists(sandbox.path("out")));
  const Outcome plan = sandbox.run("run needs-mnist.toml --dry-run");
  CHECK(plan.code == 0);
  CHECK(occurrences(plan.out, "data missing") == 4);
}

TEST_CASE("lists and descriptions show what there is", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  const Outcome all = sandbox.run("list");
  CHECK(all.code == 0);
  CHECK_THAT(all.out, Contains("sgd") && Contains("mnist-10k") && Contains("teacher-student"));
  CHECK_THAT(sandbox.run("list algorithms").out, Contains("sgd") && !Contains("teacher-student"));
  CHECK(sandbox.run("list claims").code == 0);
  CHECK(sandbox.run("list experiments").code == 0);
  CHECK_THAT(sandbox.run("describe sgd").out, Contains("Parameters") && Contains("Promises: none"));
  CHECK_THAT(sandbox.run("describe teacher-student").out, Contains("n_test") && Contains("licence"));
  CHECK_THAT(sandbox.run("describe tiny.toml").out,
             Contains("slow: sgd") && Contains("Scale paper") && Contains("test.loss") && Contains("inputs-4-outputs"));
  check_misuse(sandbox.run("describe sgb"), "did you mean 'sgd'");
  CHECK_THAT(sandbox.run("data list").out, Contains("missing: bcdbench data fetch mnist"));
  CHECK(sandbox.run("data verify bodyfat").code == 0);
}

TEST_CASE("every algorithm, dataset and shipped experiment can be described", "[cli]") {
  const Sandbox sandbox;
  for (const char* list : {"algorithms", "datasets", "experiments"}) {
    std::istringstream lines(sandbox.run(std::string("list ") + list).out);
    std::string line, name;
    std::getline(lines, line);  // the header
    while (lines >> name) {
      std::getline(lines, line);
      CAPTURE(name);
      const Outcome description = sandbox.run("describe " + name);
      CHECK(description.code == 0);
      CHECK_THAT(description.out, StartsWith(name));
    }
  }
}

TEST_CASE("a dry run measures once, shows the memory, and what does not fit is refused before it is loaded",
          "[cli][estimate]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  const std::string cache = "env XDG_CACHE_HOME=" + sandbox.path("cache").string();
  const Outcome first = sandbox.run("run tiny.toml --dry-run", cache);
  CHECK_THAT(first.out, Contains("measured now and kept") && Contains("< 1 MiB") && Contains("the memory of this machine"));
  const Outcome second = sandbox.run("run tiny.toml --dry-run", cache);
  CHECK_THAT(second.out, Contains("as measured here before"));
  CHECK(second.out.substr(0, second.out.find("times are")) == first.out.substr(0, first.out.find("times are")));
  CHECK_THAT(sandbox.run("run tiny.toml --dry-run --force", cache).out, Contains("measured now and kept"));
  CHECK_THAT(sandbox.run("run tiny.toml --dry-run --threads 1 --precision f32", cache).out, Contains("measured now"));
  for (const auto& entry : fs::directory_iterator(sandbox.path("cache/bcdbench/calibration")))
    sandbox.write(entry.path().string(), "{\"a\": [1, ");  // damaged
  CHECK_THAT(sandbox.run("run tiny.toml --dry-run", cache).out, Contains("measured now and kept"));

  const std::string large = "run tiny.toml --set dataset.n=2000000000000";
  check_misuse(sandbox.run(large, cache), "GiB of memory, and there are");
  CHECK_FALSE(fs::exists(sandbox.path("out/runs")));
  CHECK(occurrences(sandbox.run(large + " --dry-run", cache).out, "does not fit") == 4);
}

TEST_CASE("a dry run shows the matrix and runs nothing; a run records every iteration; a second run is cached", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  const Outcome plan = sandbox.run("run tiny.toml --dry-run");
  CHECK(plan.code == 0);
  CHECK(occurrences(plan.out, "to run") == 4);
  CHECK_THAT(plan.out, Contains("4 runs, about ") && Contains(" s one after the other"));
  CHECK_FALSE(fs::exists(sandbox.path("out")));

  const Outcome first = sandbox.run("run tiny.toml");
  CHECK(first.code == 0);
  CHECK_THAT(first.err, Contains("[1/4] tiny slow seed 1: started") && Contains("[4/4] tiny quick seed 2: MaxIterations"));
  CHECK(occurrences(first.out, "MaxIterations") == 4);
  REQUIRE(files_in(sandbox.path("out/runs"), ".json") == 4);
  for (const auto& entry : fs::directory_iterator(sandbox.path("out/runs")))
    if (entry.path().extension() == ".json") {
      const bcd::RunRecord record = bcd::read_record(entry.path());
      CHECK(record.trace.column("iteration") == std::vector<double>{0, 1, 2, 3});
      CHECK_THAT(plan.out, Contains(record.id));
      CHECK_THAT(first.out, Contains(record.id));
    }

  const Outcome second = sandbox.run("run tiny.toml");
  CHECK(second.code == 0);
  CHECK(occurrences(second.err, ": cached") == 4);
  CHECK(occurrences(sandbox.run("run tiny.toml --force").err, ": cached") == 0);
  CHECK(occurrences(sandbox.run("run tiny.toml --dry-run").out, "exists") == 4);
  CHECK(occurrences(sandbox.run("run tiny.toml --variant quick --seeds 3").err, ": cached") == 2);
}

TEST_CASE("claims, figures and report are made from the records of the same settings only", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  check_misuse(sandbox.run("check tiny.toml"), "./bcdbench run tiny.toml --scale quick");
  check_misuse(sandbox.run("plot tiny.toml --set run.iterations=2"), "--set run.iterations=2");
  REQUIRE(sandbox.run("run tiny.toml").code == 0);

  const Outcome check = sandbox.run("check tiny.toml --junit claims.xml");
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("test.loss") && Contains("1 holds, 0 of 1 differ from the expectation"));
  CHECK_THAT(sandbox.read("claims.xml"), Contains("test.loss") && !Contains("<failure"));
  check_misuse(sandbox.run("check tiny.toml --set run.iterations=2"), "no records of tiny.toml");

  CHECK(sandbox.run("plot tiny.toml --format svg,png").code == 0);
  CHECK_THAT(sandbox.read("out/figures/tiny-quick/tiny.svg"), Contains("<svg"));
  CHECK(fs::file_size(sandbox.path("out/figures/tiny-quick/tiny.png")) > 1000);
  const Outcome report = sandbox.run("report tiny.toml");
  CHECK(report.code == 0);
  CHECK_THAT(sandbox.read("out/report.html"), Contains("A small experiment") && Contains("./bcdbench run tiny.toml"));
}

TEST_CASE("a verdict that differs from the expectation is exit code 1", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("wrong.toml", tiny("wrong", "fails"));
  REQUIRE(sandbox.run("run wrong.toml").code == 0);
  const Outcome check = sandbox.run("check wrong.toml --junit claims.xml");
  CHECK(check.code == 1);
  CHECK_THAT(check.out, Contains("FAIL test.loss: expected 'fails', got 'holds'"));
  CHECK_THAT(sandbox.read("claims.xml"), Contains("<failure"));
}

TEST_CASE("a dumped state starts another run", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  const std::string dump = "dump tiny.toml --variant slow --seed 9 --iterations 0,2 --n 6 --set d_in=3 --out d";
  check_misuse(sandbox.run(dump), "unknown parameter 'd_in'");
  CHECK(sandbox.run("dump tiny.toml --variant slow --seed 9 --iterations 0,2 --n 6 --out d").code == 0);
  for (const char* file : {"problem/X.npy", "problem/Y.npy", "iter_00000/W1.npy", "iter_00002/b2.npy", "run.json"})
    CHECK(fs::exists(sandbox.path("d") / file));
  CHECK_FALSE(fs::exists(sandbox.path("d/iter_00001")));
  const auto config = nlohmann::json::parse(sandbox.read("d/run.json")).at("config");
  CHECK(config.at("seed") == 9);
  CHECK(config.at("dataset").at("n") == "6");

  CHECK(sandbox.run("run tiny.toml --variant slow --init-from d/iter_00002").code == 0);
  check_misuse(sandbox.run("run tiny.toml --variant slow --init-from nowhere"), "nowhere: no such folder");
}

TEST_CASE("Ctrl-C ends the program with 130 and keeps the finished runs", "[cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  std::string text = tiny("long");
  sandbox.write("long.toml", text.replace(text.find("iterations = 3"), 14, "iterations = 1000000000"));
  sandbox.write("stop.sh", "\"$@\" & pid=$!\nuntil grep -q '5/8' stderr.txt; do sleep 0.05; done\nkill -INT $pid; wait $pid\n");
  const Outcome stopped = sandbox.run("run tiny.toml long.toml", "bash -m stop.sh");
  CHECK(stopped.code == 130);
  CHECK_THAT(stopped.err, Contains("[5/8] long slow seed 1") && Contains("interrupted"));
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 4);
}
