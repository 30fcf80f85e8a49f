// Surroundings that fail: full disks, closed descriptors, odd paths, settings of others. One sentence, exit code 2, and nothing
// half-written.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.hpp"

using namespace bcd::test;

namespace {

/// Runs the program with its descriptors or limits as `before` and `redirections` say.
std::string shell(const std::string& redirections, const std::string& before = "") {
  return "sh -c '" + before + " exec \"$@\" " + redirections + "' sh";
}

const std::string kLatin = "d\xE9p\xF4t";

}  // namespace

TEST_CASE("output that cannot be written is said, and is no success", "[faults][surroundings]") {
  const Sandbox sandbox;
  for (const char* verb : {"list", "claims --format json", "--help", "--version", "describe sgd", "run --help", "data list"})
    for (const char* output : {">/dev/full", ">&-"}) {
      CAPTURE(verb, output);
      check_misuse(sandbox.run(verb, shell(output)), "standard output could not be written");
    }
  // A reader that goes away is no fault, whether the signal of the pipe is ignored or not.
  for (const char* before : {"", "trap \"\" PIPE;"}) {
    const Outcome head = sandbox.run("claims --format json", "sh -c '" + std::string(before) + " \"$@\" | head -c 100' sh");
    CHECK(head.code == 0);
    CHECK(head.err.empty());
  }
}

TEST_CASE("closed standard files are no files of the program", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("method.sh", "read -r l; echo '{\"iteration\": 0}'; while read -r l; do echo '{\"iteration\": 1}'; done\n");
  const std::string text = tiny("tiny");
  sandbox.write("tiny.toml", text.substr(0, text.find("[[variant]]")) +
                                 "[[variant]]\nlabel = 'm'\nalgorithm = 'external'\nparameters = { command = 'sh method.sh', "
                                 "timeout = 20 }\nrun = { iterations = 1, seeds = [1] }\n");
  for (const char* closed : {"<&-", "<&- 2>&-", "2>&-"}) {
    CAPTURE(closed);
    const Outcome run = sandbox.run("run tiny.toml --force --threads 1", shell(closed));
    // The method writes no weights, so the run fails; that it got as far as that means it was heard and answered.
    CHECK(run.code == 1);
    CHECK_THAT(run.out, Contains("W1.npy: no such file"));
  }
  const Outcome silent = sandbox.run("run tiny.toml --force --threads 1", shell("<&- >&-"));
  CHECK(silent.code == 2);
  CHECK_THAT(silent.err, Contains("standard output could not be written"));
  CHECK(sandbox.run("run tiny.toml --force", shell("<&- >&- 2>&-")).code == 2);
}

TEST_CASE("a file past the largest size is a sentence and leaves nothing", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  check_misuse(sandbox.run("run tiny.toml --out small", shell("", "ulimit -f 8;")), "cannot write small/runs/");
  CHECK(files_in(sandbox.path("small/runs"), ".json") == 0);
  check_misuse(sandbox.run("report tiny.toml", shell("", "ulimit -f 64;")), "");
  check_misuse(sandbox.run("dump tiny.toml --variant slow --set dataset.n=2000 --out d", shell("", "ulimit -f 16;")),
               "cannot write d/");
  CHECK((!fs::exists(sandbox.path("d")) || fs::is_empty(sandbox.path("d"))));
  for (const auto& entry : fs::recursive_directory_iterator(sandbox.path("out")))
    CHECK(entry.path().filename().string().find(".tmp") == std::string::npos);
}

TEST_CASE("a place for results is looked at before the first run", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  sandbox.write("file", "text");
  fs::create_symlink("loop", sandbox.path("loop"));
  fs::create_symlink("nowhere/else", sandbox.path("dangling"));
  const std::string long_name(300, 'a');
  for (const std::string& out :
       {std::string("file"), std::string("loop"), std::string("file/below"), long_name, std::string("/proc/none")}) {
    CAPTURE(out);
    for (const char* verb : {"run", "dump --variant slow", "check", "plot", "report", "compare --metric train_loss"}) {
      CAPTURE(verb);
      const Outcome outcome = sandbox.run(std::string(verb) + " tiny.toml --out " + out);
      CHECK(outcome.code == 2);
      CHECK_THAT(outcome.err, StartsWith("bcdbench: ") && !Contains("started") && !Contains("internal error"));
    }
    if (out != "file" && out != "file/below") CHECK(sandbox.run("claims --out " + out).code == (out == "/proc/none" ? 0 : 2));
  }
  CHECK(sandbox.read("file") == "text");
  CHECK(sandbox.run("check tiny.toml --junit file/x.xml --out none").code == 2);
  fs::create_directory(sandbox.path("real"));
  fs::create_symlink("real", sandbox.path("relative"));
  CHECK(sandbox.run("run tiny.toml --out relative").code == 0);
  CHECK(files_in(sandbox.path("real/runs"), ".json") == 4);
  if (::geteuid() != 0) {
    fs::create_directory(sandbox.path("locked"));
    fs::permissions(sandbox.path("locked"), fs::perms::owner_read | fs::perms::owner_exec);
    check_misuse(sandbox.run("run tiny.toml --out locked"), "cannot create the folder locked/runs");
  }
}

TEST_CASE("odd inputs in the place of files are a sentence", "[faults][surroundings]") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.path("x.toml"));
  fs::create_directory(sandbox.path("x.json"));
  sandbox.write("empty.toml", "");
  sandbox.write("empty.json", "");
  sandbox.write("empty.so", "");
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(::mkfifo(sandbox.path("pipe.json").c_str(), 0600) == 0);
  REQUIRE(::mkfifo(sandbox.path("pipe.toml").c_str(), 0600) == 0);
  const std::string limit = "timeout 20";
  check_misuse(sandbox.run("run x.toml", limit), "x.toml: this is a folder, not a file");
  check_misuse(sandbox.run("run x.json", limit), "x.json: this is a folder, not a file");
  check_misuse(sandbox.run("run empty.toml", limit), "empty.toml: there is nothing to run");
  check_misuse(sandbox.run("run empty.json", limit), "not a run record");
  check_misuse(sandbox.run("run pipe.toml", limit), "a pipe or a device");
  check_misuse(sandbox.run("compare pipe.json --metric train_loss", limit), "a pipe or a device");
  check_misuse(sandbox.run("compare empty.json --metric train_loss", limit), "not JSON");
  check_misuse(sandbox.run("compare tiny.toml --baseline pipe.json", limit), "a pipe or a device");
  for (const char* file : {"empty.so", "x.toml", "pipe.json", "/dev/null", "none.so"})
    check_misuse(sandbox.run(std::string("list --plugin ") + file, limit), std::string("--plugin ") + file + ": ");
  fs::create_directory(sandbox.path("state"));
  REQUIRE(::mkfifo(sandbox.path("state/W1.npy").c_str(), 0600) == 0);
  check_misuse(sandbox.run("run tiny.toml --init-from state", limit), "W1.npy: this is a pipe or a device");
  check_misuse(sandbox.run("run tiny.toml --init-from loop/x", limit), "--init-from loop/x: no such folder");
  check_misuse(sandbox.run("new-algorithm a_b2020", "sh -c 'mkdir gone && cd gone && rmdir ../gone; exec \"$@\"' sh"), "");
}

TEST_CASE("paths need not be UTF-8", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("dump tiny.toml --variant slow --out " + kLatin).code == 0);
  CHECK(sandbox.run("run tiny.toml --seeds 1 --init-from " + kLatin + "/iter_00001 --out " + kLatin + "2").code == 0);
  const Outcome again = sandbox.run("run tiny.toml --seeds 1 --init-from " + kLatin + "/iter_00001 --out " + kLatin + "2");
  CHECK(again.code == 0);
  CHECK(occurrences(again.err, "cached") == 2);
  CHECK(sandbox.run("run tiny.toml --out " + kLatin + "2").code == 0);
  CHECK(sandbox.run("report tiny.toml --out " + kLatin + "2").code == 0);
  CHECK(sandbox.run("claims --format json --out " + kLatin + "2").code == 0);
  // A method finds its files by JSON, so the temporary folder must be UTF-8.
  const std::string text = tiny("e");
  sandbox.write("e.toml", text.substr(0, text.find("[[variant]]")) +
                              "[[variant]]\nlabel = 'm'\nalgorithm = 'external'\nparameters = { command = 'true' }\n");
  fs::create_directory(sandbox.path(kLatin + "3"));
  const Outcome external = sandbox.run("run e.toml --seeds 1", "env TMPDIR='" + sandbox.path(kLatin + "3").string() + "'");
  CHECK(external.code == 1);
  CHECK_THAT(external.out, Contains("is not UTF-8; set TMPDIR to another one"));
  CHECK(sandbox.run("run e.toml --seeds 1", "env TMPDIR=/none").code == 1);
}

TEST_CASE("a dump goes into a folder of its own, whole or not at all", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  fs::create_directory(sandbox.path("d"));
  REQUIRE(sandbox.run("dump tiny.toml --variant slow --iterations 0,3 --out d").code == 0);
  check_misuse(sandbox.run("dump tiny.toml --variant slow --iterations 0,1 --out d"), "holds an earlier dump");
  CHECK_FALSE(fs::exists(sandbox.path("d/iter_00001")));
  check_misuse(sandbox.run("dump tiny.toml --variant slow --set dataset.n=1000000000000000 --out big",
                           "sh -c 'ulimit -v 4000000; exec \"$@\"' sh"),
               "out of memory");
  CHECK_FALSE(fs::exists(sandbox.path("big")));
}

TEST_CASE("the user's settings of gnuplot play no part", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  REQUIRE(sandbox.run("plot tiny.toml").code == 0);
  const std::string picture = "out/figures/tiny-quick/tiny.svg", plain = sandbox.read(picture);
  sandbox.write(".gnuplot", "set terminal wxt\nset decimalsign ','\nset title 'mine'\nquit\n");
  CHECK(sandbox.run("plot tiny.toml", "env GNUTERM=none").code == 0);
  CHECK(sandbox.read(picture) == plain);
  CHECK(sandbox.run("plot tiny.toml", "env GNUTERM=dumb LC_ALL=de_DE.UTF-8 " + shell("<&-")).code == 0);
  CHECK(sandbox.read(picture) == plain);
}

TEST_CASE("curves that take two neighbouring numbers are drawn", "[faults][surroundings]") {
  const Sandbox sandbox;
  std::string text = tiny("tiny");
  for (const char* label : {"'slow'\nalgorithm = 'sgd'", "'quick'\nalgorithm = 'adam'"})
    text.insert(text.find(label) + std::string(label).size(), "\nparameters = { learning_rate = 2e-17 }");
  sandbox.write("tiny.toml", text.insert(text.find("y = 'train_loss'"), "log_y = true\nlog_x = true\n"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  const std::string limit = "sh -c 'ulimit -v 4000000; exec timeout 60 \"$@\"' sh";
  CHECK(sandbox.run("plot tiny.toml", limit).code == 0);
  CHECK(sandbox.run("report tiny.toml", limit).code == 0);
}

TEST_CASE("reproduce asks for gnuplot before its first run", "[faults][surroundings]") {
  const Sandbox sandbox;
  check_misuse(sandbox.run("reproduce akiyama2025", "env PATH=" + sandbox.path("none").string()), "gnuplot is not installed");
  CHECK_FALSE(fs::exists(sandbox.path("out")));
}

TEST_CASE("a command that names an empty file", "[faults][surroundings]") {
  const Sandbox sandbox;
  sandbox.write("settings.yaml", "");
  const std::string text = tiny("e");
  sandbox.write("e.toml",
                text.substr(0, text.find("[[variant]]")) +
                    "[[variant]]\nlabel = 'm'\nalgorithm = 'external'\nparameters = { command = 'cat settings.yaml' }\n");
  CHECK_THAT(sandbox.run("run e.toml --seeds 1").out, Contains("ended with exit code 0"));
}
