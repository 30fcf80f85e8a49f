// The first hour with data, promises and claims of one's own: what is written runs, what is wrong is said where it stands.
#include <chrono>

#include "results/json.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

std::string houses() {
  std::string text =
      "\xef\xbb\xbf"
      "Datum;Stadt;Gr\xc3\xb6\xc3\x9f"
      "e;Zimmer;Bemerkung;Preis\r\n";
  const char* const towns[] = {"Berlin", "K\xc3\xb6ln", "M\xc3\xbcnchen"};
  for (int i = 0; i < 30; ++i)
    text += "0" + std::to_string(1 + i % 9) + ".0" + std::to_string(1 + i / 9) + ".2020;" + (i == 7 ? "" : towns[i % 3]) + ";" +
            std::to_string(40 + i) + ",5;" + std::to_string(1 + i % 4) + ";\"gut; \"\"sehr\"\" " + std::to_string(i) + "\";" +
            std::to_string(100000 + 3000 * i) + ",25\r\n";
  return text;
}

const std::string kHead =
    "dataset = { name = 'teacher-student', d_in = 2, n = 12, n_test = 4 }\nnetwork = { hidden = [3] }\n"
    "loss = { mean = true }\nrun = { iterations = 3 }\n";

}  // namespace

TEST_CASE("new-experiment writes what a table of strings, dates and gaps needs, with the reasons", "[cli][own][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("houses.csv", houses());
  const Outcome written = sandbox.run("new-experiment houses --data houses.csv");
  INFO(written.err);
  REQUIRE(written.code == 0);
  CHECK_THAT(written.out, Contains("the words of the input 'Stadt' are 3 inputs") && Contains("1 real target"));
  const std::string file = sandbox.read("houses.toml");
  CHECK_THAT(file, Contains("target = \"Preis\"  # guessed") && Contains("ignore = \"Datum,Bemerkung\"  # names of samples") &&
                       Contains("categorical = \"one-hot\"") && Contains("missing = \"drop\"  # ") &&
                       Contains("target_scaling = \"standardise\"  # ") && Contains("test_fraction = 0.2"));
  const Outcome run = sandbox.run("run houses.toml --set run.iterations=2 --seeds 1");
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK_THAT(run.out, Contains("test loss") && !Contains("train acc"));  // real targets have no accuracy
  CHECK(sandbox.run("report @last").code == 0);
}

TEST_CASE("new-experiment takes the options of data describe, and files that bring their test samples",
          "[cli][own][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("a.csv", "a,b,y\n1,2,0.5\n2,3,1.5\n3,5,2.5\n4,4,0.25\n5,1,1\n6,2,3.5\n");
  REQUIRE(sandbox.run("new-experiment a --data a.csv --target b --set ignore=y --set scaling=minmax --set test_fraction=0.5")
              .code == 0);
  CHECK_THAT(sandbox.read("a.toml"), Contains("ignore = \"y\"\n") && Contains("scaling = \"minmax\"\n") &&
                                         Contains("test_fraction = \"0.5\"\n") && !Contains("test_fraction = 0.2"));
  CHECK(sandbox.run("run a.toml --set run.iterations=1 --seeds 1").code == 0);
  REQUIRE(sandbox.run("new-experiment b --data a.csv --set test_path=a.csv").code == 0);
  CHECK_THAT(sandbox.read("b.toml"), !Contains("test_fraction"));
  CHECK(sandbox.run("run b.toml --set run.iterations=1 --seeds 1").code == 0);
  check_misuse(sandbox.run("new-experiment c --data a.csv --set scalin=minmax"), "did you mean 'scaling'?");
  check_misuse(sandbox.run("new-experiment c --set scaling=minmax"), "need --data FILE");
  CHECK_FALSE(fs::exists(sandbox.path("c.toml")));
}

TEST_CASE("Options that name several columns are lists too", "[cli][own-data][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("a.csv", "a,b,c,y\nu,v,1,0.5\nw,x,2,1.5\n");
  const std::string by_commas = sandbox.run("data describe a.csv --set target=y --set ignore=a,b").out;
  CHECK_THAT(by_commas, Contains("2 training samples of 1 input"));
  CHECK(sandbox.run(R"(data describe a.csv --set target=y --set 'ignore=["a", "b"]')").out == by_commas);
  const std::string rest = "\nrun = { iterations = 1 }\nvariant = [{ algorithm = 'sgd' }]\n";
  sandbox.write("text.toml", "dataset = { name = 'file', path = 'a.csv', target = 'y', ignore = 'a,b' }" + rest);
  sandbox.write("list.toml", "dataset = { name = 'file', path = 'a.csv', target = 'y', ignore = ['a', 'b'] }" + rest);
  sandbox.write("deep.toml", "dataset = { name = 'file', path = 'a.csv', target = 'y', ignore = [['a'], 'b'] }" + rest);
  sandbox.write("comma.toml", "dataset = { name = 'file', path = 'a.csv', target = 'y', ignore = ['a,b'] }" + rest);
  CHECK(sandbox.run("run text.toml").code == 0);
  CHECK_THAT(sandbox.run("run list.toml").err, Contains("cached"));  // the same run by the same name
  check_misuse(sandbox.run("run deep.toml"), "ignore must list texts or numbers");
  check_misuse(sandbox.run("run comma.toml"), "give a column by its number");
}

TEST_CASE("A claim of one's own needs a kind and its numbers, and expects to hold", "[cli][own][claims][newcomer]") {
  const Sandbox sandbox;
  const std::string claim = "[[claim]]\nid = 'small'\nkind = 'value'\nmetric = 'train_loss'\nop = '<'\nvalue = ";
  sandbox.write("mine.toml", kHead + "[[variant]]\nalgorithm = 'sgd'\n" + claim + "1e6\n");
  REQUIRE(sandbox.run("run mine.toml").code == 0);
  const Outcome held = sandbox.run("check mine.toml");
  CHECK(held.code == 0);
  CHECK_THAT(held.out, Contains("small") && Contains("the experiment file"));
  sandbox.write("mine.toml", kHead + "[[variant]]\nalgorithm = 'sgd'\n" + claim + "-1\n");
  const Outcome failed = sandbox.run("check mine.toml");
  CHECK(failed.code == 1);
  CHECK_THAT(failed.out, Contains("expected 'holds', got 'fails'"));
  sandbox.write("mine.toml", "paper = 'me2026'\n" + kHead + "[[variant]]\nalgorithm = 'sgd'\n" + claim + "1\n");
  check_misuse(sandbox.run("check mine.toml"), "the key 'item' is missing");  // what a paper says has a place in it
}

TEST_CASE("An algorithm that is not here may be one of a library", "[cli][own][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("mine.toml", kHead + "[[variant]]\nalgorithm = 'my_method'\n");
  check_misuse(sandbox.run("run mine.toml"), "one of a shared library needs --plugin FILE.so");
}

TEST_CASE("Settings and grids reach the options of a command", "[cli][own][external][newcomer]") {
  const Sandbox sandbox;
  const std::string variant =
      "[[variant]]\nlabel = 'M'\nalgorithm = 'external'\nparameters = { command = 'false', options = "
      "'{\"eta\": 0.5, \"kind\": \"a\"}' }\n";
  sandbox.write("mine.toml", kHead + variant);
  const auto options_of_runs = [&] {
    std::vector<std::string> all;
    for (const fs::path& file : records(sandbox))
      all.push_back(nlohmann::json::parse(sandbox.read(file))["config"]["parameters"]["options"]);
    std::sort(all.begin(), all.end());
    fs::remove_all(sandbox.path("out"));
    return all;
  };
  CHECK_THAT(sandbox.run("run mine.toml --grid eta=0.1,0.2").out, Contains("M[eta=0.1]") && Contains("M[eta=0.2]"));
  CHECK(options_of_runs() == std::vector<std::string>{R"({"eta":0.1,"kind":"a"})", R"({"eta":0.2,"kind":"a"})"});
  sandbox.run("run mine.toml --set eta=3 --set kind=b");
  CHECK(options_of_runs() == std::vector<std::string>{R"({"eta":3,"kind":"b"})"});
  sandbox.write("mine.toml", kHead + variant + "grid = { eta = [1, 2] }\n");
  CHECK(sandbox.run("run mine.toml").code == 1);
  CHECK(options_of_runs().size() == 2);
  check_misuse(sandbox.run("run mine.toml --set eat=3"), "did you mean 'eta'?");
}

TEST_CASE("What refutes a promise of one's own is shown by its id", "[cli][own][promise][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("mine.toml",
                kHead + "[[variant]]\nalgorithm = 'sgd'\n[[promise]]\nid = 'rise'\nholds = 'F[k] >= F[k-1] + 1'\n");
  REQUIRE(sandbox.run("run mine.toml").code == 0);
  const Outcome shown = sandbox.run("counterexample rise");
  INFO(shown.err);
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains("F[k-1]") && Contains("3 violations in 3 checks"));
  check_misuse(sandbox.run("counterexample ris"), "did you mean 'rise'?");
}

TEST_CASE("A promise that holds along random numbers is no evidence, and that is said", "[cli][own][promise][newcomer]") {
  const Sandbox sandbox;
  const auto says = [&](const std::string& holds, const std::string& more = "") {
    sandbox.write("mine.toml",
                  kHead + "[[variant]]\nalgorithm = 'sgd'\n" + more + "[[promise]]\nid = 'p'\nholds = '" + holds + "'\n");
    const Outcome claims = sandbox.run("claims mine.toml --rows");
    INFO(holds << "\n" << claims.err);
    CHECK(claims.code == 0);
    return claims.out.find("implied by arithmetic: it holds along random numbers too") != std::string::npos;
  };
  for (const std::string empty :
       {"F[k] >= 0", "F[k] <= F[k]", "F[k] <= F[k] + 1", "abs(F[k]) >= 0", "norm2[k] >= 0", "F[k] == F[k]",
        "step2[k] <= 2*norm2[k] + 2*norm2[k-1]", "step2.b1[k] + step2.W1[k] <= step2[k]", "min(F[k], F[k-1]) <= F[k-1]",
        "train_accuracy[k] <= 1", "iteration[k] == k", "train_seconds[k] >= train_seconds[k-1]"}) {
    INFO(empty);
    CHECK(says(empty));
  }
  for (const std::string real :
       {"F[k] <= F[k-1]", "F[k] <= F[0]", "F[k] <= F[k-1] - 0.5/learning_rate*step2[k]", "step2[k] <= norm2[k] + norm2[k-1]",
        "gradient2[k] <= gradient2[0]", "norm2.W1[k] <= 100", "F[k] <= 1e6", "F[k] < F[k]", "step2[k] <= step2.W1[k]",
        "F[k] <= F[k-200]", "norm2[k] <= norm2[k-1] + step2[k]"}) {
    INFO(real);
    CHECK_FALSE(says(real));
  }
  says("F[k] >= 0");
  REQUIRE(sandbox.run("run mine.toml").code == 0);
  CHECK_THAT(sandbox.run("check mine.toml").out, Contains("p: no evidence of its own: implied by arithmetic"));
  REQUIRE(sandbox.run("ci mine.toml").code == 0);
  CHECK_THAT(sandbox.read("out/summary.md"), Contains("no evidence of its own"));
  CHECK(says("gap[k] >= 0", "[metrics]\ngap = 'F[k] + 1'\n"));
  CHECK_FALSE(says("gap[k] >= 0", "[metrics]\ngap = 'F[k] - 1'\n"));
}

TEST_CASE("Signs of printed mathematics are named with what stands for them", "[cli][own][promise][newcomer]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& more, const std::string& part) {
    sandbox.write("mine.toml", kHead + "[[variant]]\nalgorithm = 'sgd'\n" + more);
    check_misuse(sandbox.run("run mine.toml"), part);
  };
  refused("[[promise]]\nid = 'p'\nholds = 'F[k] \xe2\x89\xa4 F[k-1]'\n",
          "holds: column 6: '\xe2\x89\xa4' is no sign of formulas; write <=");
  refused(
      "[[promise]]\nid = 'p'\nholds = 'F[k] <= F[k\xe2\x88\x92"
      "1]'\n",
      "column 12: '\xe2\x88\x92' is no sign of formulas; write -");
  refused(
      "[[promise]]\nid = 'p'\nholds = 'F[k] <= 1'\nslack = '2\xc2\xb7"
      "F[k]'\n",
      "slack: column 2");
  refused("[metrics]\nm = 'F[k]\xc2\xb2'\n", "[metrics]: m: column 5: '\xc2\xb2' is no sign of formulas; write ^2");
}

TEST_CASE("A column that these settings do not write is found when the file loads", "[cli][own][columns][newcomer]") {
  const Sandbox sandbox;
  const auto load = [&](const std::string& algorithm, const std::string& column, const std::string& network = "",
                        const std::string& run = "") {
    const std::string head =
        with(with(kHead, "hidden = [3]", "hidden = [3]" + network), "iterations = 3", "iterations = 3" + run);
    sandbox.write("mine.toml",
                  head + "[[variant]]\nalgorithm = '" + algorithm + "'\n[[figure]]\npanel = [{ y = '" + column + "' }]\n");
    return sandbox.run("run mine.toml --dry-run");
  };
  // The network has two layers.
  for (const std::string column : {"norm2.W3", "step2.b3", "gradient2.W3", "gradient2.V1", "norm2.W0"}) {
    INFO(column);
    check_misuse(load("sgd", column), "unknown part '" + column.substr(column.find('.') + 1) + "'");
  }
  for (const std::string column : {"norm2.W2", "step2.b2", "gradient2.W1"}) CHECK(load("sgd", column).code == 0);
  CHECK(load("bcd3_zeng2019", "norm2.V1").code == 0);
  check_misuse(load("sgd", "norm2.b1", ", bias = false"), "unknown part 'b1'");
  for (const std::string column : {"slack:descent.sweep", "subgradient_norm2"}) {
    INFO(column);
    check_misuse(load("bcd3_zeng2019", column), "'" + column + "' is measured by the audit, which is off");
    CHECK(load("bcd3_zeng2019", column, "", ", audit = 'sweep'").code == 0);
  }
  CHECK(load("bcd3_zeng2019", "output_loss").code == 0);  // measured without it
  // Who turns the audit off for once is not held against the file.
  REQUIRE(load("bcd3_zeng2019", "subgradient_norm2", "", ", audit = 'sweep'").code == 0);
  CHECK(sandbox.run("run mine.toml --dry-run --set run.audit=off").code == 0);
}

TEST_CASE("A claim on an algorithm's promise that no audit judges is found when the file loads",
          "[cli][own][columns][newcomer]") {
  const Sandbox sandbox;
  const auto load = [&](const std::string& run) {
    sandbox.write("mine.toml", with(kHead, "iterations = 3", "iterations = 3" + run) +
                                   "[[variant]]\nalgorithm = 'bcd3_zeng2019'\n[[claim]]\nid = 'c'\nkind = 'promise'\n"
                                   "promise = 'descent.sweep'\n");
    return sandbox.run("run mine.toml --dry-run");
  };
  check_misuse(load(""), "the promise 'descent.sweep' is judged by the audit, which is off; write run.audit = \"sweep\"");
  CHECK(load(", audit = 'sweep'").code == 0);
}

TEST_CASE("Runs that a checkpoint waits for are listed, shown, removed and collected", "[runs][cli][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("long.toml", with(with(tiny("long"), "iterations = 3", "iterations = 100000000\nevaluate_every = 1000000"),
                                  "seeds = [1, 2]", "seeds = [1]"));
  const auto stop = [&] { return sandbox.run("run long.toml --variant slow", "timeout -s INT 4").code; };
  REQUIRE(stop() != 0);
  REQUIRE(files_in(sandbox.path("out/runs"), ".checkpoint") == 1);
  const Outcome list = sandbox.run("runs ls");
  INFO(list.out << list.err);
  CHECK_THAT(list.out, Contains("long") && Contains("slow") && Contains("unfinished") && Contains("0 records") &&
                           Contains("at iteration ") && Contains("the same run goes on there"));
  CHECK(nlohmann::json::parse(sandbox.run("runs ls --format json").out).size() == 1);
  CHECK(nlohmann::json::parse(sandbox.run("runs ls --format json --status unfinished --variant slow").out).size() == 1);
  CHECK(nlohmann::json::parse(sandbox.run("runs ls --format json --status MaxIterations").out).empty());
  CHECK(nlohmann::json::parse(sandbox.run("runs ls --format json --variant quick").out).empty());
  fs::path file;
  for (const auto& entry : fs::directory_iterator(sandbox.path("out/runs"))) file = entry.path();
  CHECK_THAT(sandbox.run("runs show " + file.stem().string().substr(0, 8)).out,
             Contains("unfinished: ") && Contains("100000000"));

  // A run that will go on is no garbage, however old; one that no run will take up is, when nobody writes it any more.
  const auto age = [&] { fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1)); };
  age();
  CHECK_THAT(sandbox.run("runs gc").out, Contains("0 removed"));
  const std::string whole = sandbox.read(file);
  sandbox.write("out/runs/" + file.filename().string(), whole.substr(0, whole.size() - 7));
  CHECK_THAT(sandbox.run("runs ls").out, Contains("damaged: ") && Contains("its checksum is wrong"));
  CHECK_THAT(sandbox.run("runs gc").out, Contains("0 removed"));  // fresh: somebody may write it
  age();
  CHECK_THAT(sandbox.run("runs gc --dry-run").out, Contains("1 to remove"));
  CHECK_THAT(sandbox.run("runs gc").out, Contains("1 removed"));
  sandbox.write("out/runs/" + file.filename().string(), whole);
  fs::rename(file, file.parent_path() / "0123456789abcdef-01234567.checkpoint");  // of another version's run
  file = file.parent_path() / "0123456789abcdef-01234567.checkpoint";
  age();
  CHECK_THAT(sandbox.run("runs ls").out, Contains("another"));
  CHECK_THAT(sandbox.run("runs gc").out, Contains("1 removed"));

  REQUIRE(stop() != 0);
  CHECK_THAT(sandbox.run("runs rm --status unfinished").out, Contains("1 removed"));
  CHECK(files_in(sandbox.path("out/runs"), ".checkpoint") == 0);
}

TEST_CASE("A killed run of a command leaves nothing that has to be collected", "[runs][external][cli][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("wait.sh", "while read -r line; do case $line in *step*) sleep 100 ;; esac; echo '{\"iteration\": 0}'; done\n");
  sandbox.write("mine.toml",
                kHead + "[[variant]]\nalgorithm = 'external'\nparameters = { command = 'exec sh wait.sh', timeout = 200 }\n");
  CHECK(sandbox.run("run mine.toml --checkpoint 0.0001", "timeout -s KILL 3").code != 0);
  CHECK_THAT(sandbox.run("runs ls").out, Contains("no such records"));
  CHECK_THAT(sandbox.run("runs gc").out, Contains("0 removed"));
  CHECK((!fs::exists(sandbox.path("out/runs")) || fs::is_empty(sandbox.path("out/runs"))));
}

TEST_CASE("runs merge leaves out what is damaged by itself, and says each", "[runs][cli][newcomer]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml --out there").code == 0);
  const std::vector<fs::path> theirs = records(sandbox, "there");
  REQUIRE(theirs.size() == 4);
  sandbox.write(theirs[0].string().substr(sandbox.path("").string().size()), "");     // empty
  fs::remove(fs::path(theirs[1]).replace_extension(".csv"));                          // without its trace
  fs::rename(theirs[2], theirs[2].parent_path() / "0123456789abcdef-01234567.json");  // under another name
  const Outcome merged = sandbox.run("runs merge there");
  INFO(merged.out);
  CHECK(merged.code == 1);
  CHECK_THAT(merged.out, Contains("1 taken over, 0 there already") && Contains("3 damaged"));
  CHECK(occurrences(merged.out, "left out: ") == 3);
  CHECK(records(sandbox).size() == 1);
  CHECK_NOTHROW(sandbox.run("runs ls"));
  CHECK(sandbox.run("run tiny.toml").code == 0);
  CHECK(records(sandbox).size() == 4);
}

TEST_CASE("A record of one's own data and promises is a recipe from wherever it is called",
          "[own-data][record][cli][newcomer]") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.path("project"));
  std::string rows = "a,b,y\n";
  for (int i = 0; i < 40; ++i)
    rows += std::to_string(i % 7) + "," + std::to_string(i % 5) + "," + std::to_string(i % 3) + ".5\n";
  sandbox.write("project/my.csv", rows);
  sandbox.write("project/mine.toml",
                "dataset = { name = 'file', path = 'my.csv', target = 'y', test_fraction = 0.2 }\nnetwork = { hidden = [4] }\n"
                "loss = { name = 'squared' }\nrun = { iterations = 4, seeds = [1] }\n[[variant]]\nalgorithm = 'sgd'\n"
                "[[promise]]\nid = 'd'\nholds = 'F[k] <= F[k-1] + step2[k]'\n");
  REQUIRE(sandbox.run("run project/mine.toml").code == 0);
  const std::vector<fs::path> made = records(sandbox);
  REQUIRE(made.size() == 1);
  const Outcome again = sandbox.run("run " + made[0].string() + " --out again");
  INFO(again.err);
  REQUIRE(again.code == 0);
  REQUIRE(records(sandbox, "again").size() == 1);
  CHECK(records(sandbox, "again")[0].filename() == made[0].filename());
}
