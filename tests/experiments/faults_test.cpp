// Faults that were found by trying, each with its kind, through the real program: what a file says stays text, what was not
// measured decides nothing, and surroundings that fail are said in one sentence with exit code 2.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;

TEST_CASE("texts of an experiment that would not stay text are refused by name", "[faults][text]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& part) {
    sandbox.write("tiny.toml", with(tiny("tiny"), from, to));
    check_misuse(sandbox.run("run tiny.toml --dry-run"), part);
  };
  refused("label = 'slow'", "label = \"gradient\\ndescent\"", "label holds a line break");
  refused("label = 'slow'", "label = \"a\\nsystem('touch ran')\"", "label holds a line break");
  refused("label = 'slow'", "label = \"a\\u0000b\"", "label holds a control character (U+0000)");
  refused("label = 'slow'", "label = \"\\u001B[2J\"", "label holds a control character (U+001B)");
  refused("label = 'slow'", "label = \"\\u202Eevil\"", "label holds a character that turns the direction of writing (U+202E)");
  refused("label = 'slow'", "label = ''", "the label '' is empty");
  refused("label = 'slow'", "label = '" + std::string(501, 'x') + "'", "label has 501 bytes; at most 500");
  refused("title = 'Loss'", "title = \"\"\"\nLoss\nquit\n\"\"\"", "title holds a line break");
  refused("y = 'train_loss'", "y = 'train_loss'\ntitle = \"a\\nq\"", "title holds a line break");
  refused("y = 'train_loss'", "y = 'train_loss'\ny_label = \"a\\rq\"", "y_label holds a line break");
  refused("caption = 'Lower is better.'", "caption = \"a\\u0007\"", "caption holds a control character");
  refused("title = 'Loss'", "title = 'Loss'\nid = 'loss/accuracy'", "holds a '/'");
  refused("title = 'Loss'", "title = 'Loss'\nid = '../../../x'", "holds a '/'");
  refused("title = 'Loss'", "title = 'Loss'\nid = '" + std::string(200, 'a') + "'", "is longer than 100 bytes");
  refused("label = 'slow'", "label = 'quick'", "labels must differ");
  check_misuse(sandbox.run("run tiny.toml --set 'learning_rate=\xE9'"), "the text is not UTF-8");
  CHECK_FALSE(fs::exists(sandbox.path("ran")));
}

TEST_CASE("an experiment's id is the name of files", "[faults][text]") {
  const Sandbox sandbox;
  sandbox.write("-e.toml", tiny("-e"));
  check_misuse(sandbox.run("run ./-e.toml"), "the id '-e' begins with '-'");
  sandbox.write("x#1 %3F.toml", tiny("x#1 %3F"));
  CHECK(sandbox.run("run 'x#1 %3F.toml'").code == 0);
  CHECK(sandbox.run("report 'x#1 %3F.toml'").code == 0);
  const std::string page = sandbox.read("out/report.html");
  CHECK_THAT(page, Contains("href=\"figures/x%231%20%253F-quick/x%231%20%253F.svg\"") && !Contains("href=\"figures/x#1"));
  CHECK_THAT(page, Contains("<section id=\"x~231~20~253F\"") && Contains("href=\"#x~231~20~253F\""));
}

TEST_CASE("documents of any depth and size end in a sentence", "[faults][text]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& more, const std::string& part) {
    sandbox.write("tiny.toml", tiny("tiny") + more);
    check_misuse(sandbox.run("run tiny.toml --dry-run", "sh -c 'ulimit -v 2000000; exec \"$@\"' sh"), part);
  };
  std::string parts;
  for (int i = 0; i < 200000; ++i) parts += "a.";
  refused("\n[" + parts + "a]\nx = 1\n", "a key of more than 100 parts");
  refused("\n" + parts + "a = 1\n", "a key of more than 100 parts");
  std::string quoted;
  for (int i = 0; i < 200000; ++i) quoted += "\"a,]\" . ";
  refused("\n[" + quoted + "a]\n", "a key of more than 100 parts");
  refused("\nx = { y = \"\"\"\nit's\"\"\", " + parts + "a = 1 } # '\n", "a key of more than 100 parts");
  refused("\nx = " + std::string(100000, '[') + "\n", "not TOML");
  refused("\nx = 99999999999999999999999\n", "not TOML");
  refused("\nx = 1979-05-27\n", "dates and times have no meaning here");
  refused(std::string("\nx = 'a\0b'\n", 11), "not TOML");
  refused("\nx = 'd\xE9p'\n", "not TOML");
  refused("\n# " + std::string(5 << 20, '.') + "\n", "longer than the 4194304 bytes that are read");
  // A sentence with many dots is no key.
  std::string prose;
  for (int i = 0; i < 300; ++i) prose += "It ends. ";
  sandbox.write("tiny.toml", with(tiny("tiny"), "'Lower is better.'", "\"\"\"\nit's " + prose + "\n\"\"\" # . . ."));
  CHECK(sandbox.run("run tiny.toml --dry-run").code == 0);
  const std::string deep(400000, '[');
  sandbox.write("deep.json", deep);
  check_misuse(sandbox.run("run deep.json"), "nested deeper than 100 levels");
  check_misuse(sandbox.run("compare deep.json --metric train_loss"), "nested deeper than 100 levels");
  check_misuse(sandbox.run("compare tiny.toml --baseline deep.json"), "nested deeper than 100 levels");
  check_misuse(sandbox.run("run tiny.toml --set run.iterations=" + std::string(5000, '[')),
               "iterations must be a whole number");
}

TEST_CASE("numbers that are none, or too large, are shown as they were written", "[faults][text]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& part) {
    sandbox.write("tiny.toml", with(tiny("tiny"), from, to));
    check_misuse(sandbox.run("run tiny.toml --dry-run"), part);
  };
  refused("[run]", "[init]\nscale = nan\n[run]", "scale must be a number >= 0, got nan");
  refused("[run]", "[init]\nscale = -inf\n[run]", "got -inf");
  refused("iterations = 3", "iterations = 3\ntime_limit = inf", "time_limit must be a number >= 0, got inf");
  refused("value = 1e6", "value = inf", "value must be a number, got inf");
  refused("value = 1e6", "value = nan", "value must be a number, got nan");
  refused("value = 1e6", "value = 1e999", "");
  refused("seeds = [1, 2]", "seeds = [1, inf]", "seeds must be a whole number >= 0, got inf");
  refused("seeds = [1, 2]", "seeds = [1.5]", "got 1.5");
  refused("y = 'train_loss'", "y = 'train_loss'\nlog_y = true\ny_min = -1\ny_max = 1", "log_y needs y_min > 0");
  sandbox.write("tiny.toml", tiny("tiny"));
  check_misuse(sandbox.run("run tiny.toml --seeds 10000000000"), "--seeds must be at most 100000");
  check_misuse(sandbox.run("dump tiny.toml --variant slow --seed 99999999999999999999 --out d"), "dump: ");
  check_misuse(sandbox.run("run tiny.toml --time-limit inf"), "--time-limit must be > 0");
  std::string grid;
  for (int axis = 0; axis < 5; ++axis) {
    grid += " --grid " +
            std::vector<std::string>{"learning_rate", "dataset.n", "run.iterations", "dataset.d_in",
                                     "init.scale"}[static_cast<std::size_t>(axis)] +
            "=1";
    for (int i = 2; i <= 20; ++i) grid += "," + std::to_string(i);
  }
  check_misuse(sandbox.run("run tiny.toml --dry-run" + grid), "the grid has more than 10000 points");
}

TEST_CASE("two settings are never one curve", "[faults][verdict]") {
  const Sandbox sandbox;
  const auto grid = [](const std::string& label, const std::string& values) {
    return "[[variant]]\nlabel = '" + label + "'\nalgorithm = 'sgd'\n[variant.grid]\nlearning_rate = " + values + "\n";
  };
  const std::string start = tiny("tiny").substr(0, tiny("tiny").find("[[figure]]"));
  sandbox.write("tiny.toml",
                start + "[[variant]]\nlabel = 'SGD[learning_rate=0.1]'\nalgorithm = 'sgd'\n" + grid("SGD", "[0.1, 0.2]"));
  check_misuse(sandbox.run("run tiny.toml"), "two variants have the label 'SGD[learning_rate=0.1]'");
  sandbox.write("tiny.toml", start + grid("SGD", "[0.1, '0.1']"));
  check_misuse(sandbox.run("run tiny.toml"), "holds 0.1 twice");
  sandbox.write("tiny.toml", tiny("tiny"));
  check_misuse(sandbox.run("run tiny.toml --grid \"dataset.n=10,'10'\""), "holds 10 twice");
  fs::create_directory(sandbox.path("other"));
  sandbox.write("other/tiny.toml", tiny("tiny"));
  check_misuse(sandbox.run("run tiny.toml tiny.toml"), "the experiment tiny is named twice");
  check_misuse(sandbox.run("run tiny.toml other/tiny.toml"), "named twice, as 'tiny.toml' and 'other/tiny.toml'");
  CHECK_FALSE(fs::exists(sandbox.path("out")));
}

TEST_CASE("a run that its time limit ends has its last loss", "[faults][verdict]") {
  const Sandbox sandbox;
  const std::string slow =
      with(tiny("slow"), "iterations = 3", "iterations = 1000000\nevaluate_every = 1000000\ntime_limit = 0.05");
  sandbox.write("slow.toml", with(slow, "seeds = [1, 2]", "seeds = [1]"));
  CHECK(sandbox.run("run slow.toml --threads 1").code == 0);
  for (const fs::path& file : records(sandbox)) {
    const bcd::RunRecord record = bcd::read_record(file);
    CHECK(record.status == "TimeLimit");
    CHECK(record.trace.rows.size() > 2);
    CHECK_FALSE(std::isnan(record.trace.column("train_loss").back()));
    CHECK(std::isnan(record.trace.column("train_loss")[1]));
    CHECK(record.trace.column("train_seconds").back() >= 0.05);
  }
  CHECK(sandbox.run("check slow.toml").code == 0);
  CHECK_THAT(sandbox.run("compare slow.toml --metric train_loss").out, !Contains("inf  "));
}

TEST_CASE("what was not measured decides nothing", "[faults][verdict]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", with(with(tiny("tiny", "not decided"), "iterations = 3", "iterations = 4\nevaluate_every = 2"),
                                  "metric = 'train_loss'", "metric = 'train_loss'\nat = 3"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  CHECK_THAT(sandbox.run("check tiny.toml").out, Contains("not decided") && Contains("0 of 1 differ"));
  check_misuse(sandbox.run("compare tiny.toml --metric train_loss --at 3"), "train_loss was not measured at iteration 3");
  CHECK(sandbox.run("compare tiny.toml --metric train_loss --at 2").code == 0);
  for (const char* option : {"--target nan", "--target inf", "--at nan", "--margin inf"})
    check_misuse(sandbox.run(std::string("compare tiny.toml --metric train_loss ") + option), "must be a number, got ");
  check_misuse(sandbox.run("rates tiny.toml --from inf"), "--from must be > 0");
}

TEST_CASE("a gate fails for a variant that has no run any more", "[faults][verdict]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  REQUIRE(sandbox.run("compare tiny.toml --metric train_loss --write-baseline base.json").code == 0);
  CHECK(sandbox.run("compare tiny.toml --baseline base.json").code == 0);
  sandbox.write("tiny.toml", with(tiny("tiny"), "label = 'slow'", "label = 'slower'"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  const Outcome gate = sandbox.run("compare tiny.toml --baseline base.json");
  CHECK(gate.code == 1);
  CHECK_THAT(gate.out, Contains("missing: it has no run on a seed of the baseline"));
  const std::string kept = sandbox.read("base.json");
  const std::size_t first = kept.find("{\"experiment\""), second = kept.find("{\"experiment\"", first + 1);
  sandbox.write("none.json", kept.substr(0, first) + "]}");
  check_misuse(sandbox.run("compare tiny.toml --baseline none.json"), "holds no runs");
  sandbox.write("twice.json", kept.substr(0, second) + kept.substr(first));
  check_misuse(sandbox.run("compare tiny.toml --baseline twice.json"), "seed 1 twice");
  sandbox.write("lines.json", with(kept, "\"slow\"", "\"a\\u001b[2J\""));
  check_misuse(sandbox.run("compare tiny.toml --baseline lines.json"), "holds a control character");
}

TEST_CASE("a record is believed under its own name only", "[faults][verdict]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  const auto files = records(sandbox);
  REQUIRE(files.size() == 4);
  const auto csv = [](fs::path file) { return file.replace_extension(".csv"); };
  fs::copy_file(files[0], files[1], fs::copy_options::overwrite_existing);
  fs::copy_file(csv(files[0]), csv(files[1]), fs::copy_options::overwrite_existing);
  for (const char* verb : {"plot", "check", "report", "compare --metric train_loss"})
    check_misuse(sandbox.run(std::string(verb) + " tiny.toml"), "under another record's name");
  const Outcome again = sandbox.run("run tiny.toml");  // and makes it again, without calling it cached
  CHECK(again.code == 0);
  CHECK(occurrences(again.err, "cached") == 3);
  CHECK(occurrences(again.err, "started") == 1);
  CHECK(sandbox.run("check tiny.toml").code == 0);
}
