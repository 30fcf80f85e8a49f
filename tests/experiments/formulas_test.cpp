// [[promise]] and [metrics] of an experiment file: read, judged along the runs, shown; no formula makes a run again.
#include "experiments/file/formulas.hpp"

#include "algorithms/registry.hpp"
#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;

namespace {

/// Gradient descent on all samples, two seeds; `more` are further tables.
std::string experiment(const std::string& more, const std::string& rate = "0.05", const std::string& run = "") {
  return "id = 'own'\npaper = 'test'\ntitle = 'Own promises'\ndescription = 'Formulas.'\n"
         "dataset = { name = 'teacher-student', d_in = 4, n = 30, n_test = 10 }\nnetwork = { hidden = [5], activation = 'tanh' }\n"
         "loss = { name = 'squared', mean = true }\ninit = { kind = 'xavier' }\nrun = { iterations = 6, seeds = [1, 2]" +
         run + " }\n[[variant]]\nlabel = 'GD'\nalgorithm = 'sgd'\nparameters = { learning_rate = " + rate +
         ", batch_size = 100000 }\n" + more;
}

std::string promise(const std::string& holds, const std::string& more = "", const std::string& id = "own.promise") {
  return "[[promise]]\nid = '" + id + "'\nholds = '" + holds + "'\n" + more;
}

const std::string kDescent = "F[k] <= F[k-1] - 0.5/learning_rate*step2[k]";

void check_refused(const Sandbox& sandbox, const std::string& more, const std::string& part) {
  CAPTURE(more);
  sandbox.write("own.toml", experiment(more));
  check_misuse(sandbox.run("run own.toml"), part);
  CHECK_FALSE(fs::exists(sandbox.path("out")));
}

}  // namespace

TEST_CASE("a mistake in a formula is found when the file loads, with its place", "[promise][cli]") {
  const Sandbox sandbox;
  const std::string place = "own.toml [[promise]] number 1: holds: column ";
  check_refused(sandbox, promise("F[k] <= F[k-1] - learning_rat*step2[k]"),
                place + "18: unknown name 'learning_rat'; did you mean 'learning_rate'?");
  check_refused(sandbox, promise("F[k] <= F[k-1"), place + "14: the text ends where ']' is wanted");
  check_refused(sandbox, promise("F[k]"), place + "5: the text ends where <=");
  check_refused(sandbox, promise("train_loss <= 1"), place + "1: 'train_loss' is a column of the trace; write train_loss[k]");
  check_refused(sandbox, promise("learning_rate[k] <= 1"), place + "1: 'learning_rate' is one number");
  check_refused(sandbox, promise("F[k] <= 1", "slack = '1e-12*beta'\n"), "slack: column 7: unknown name 'beta'");
  check_refused(sandbox, promise("F[k] <= 1", "variants = ['BCD']\n"), "unknown variant 'BCD'");
  check_refused(sandbox, promise("F[k] <= 1") + promise("F[k] <= 2"), "the promise id own.promise is taken");
  check_refused(sandbox, "[metrics]\ngap = 'F[k] - '\n", "own.toml [metrics]: gap: column 8: the text ends");
  check_refused(sandbox, "[metrics]\ntrain_loss = '1'\n", "'train_loss' is a column of the trace already");
  check_refused(sandbox, "[metrics]\nk = '1'\n", "'k' cannot be a metric's name");
  check_refused(sandbox, "[metrics]\na = 'b[k]'\nb = 'a[k-1]'\n", "needs itself");
  check_refused(sandbox, "[metrics]\na = 'learnin_rate*F[k]'\n", "a: column 1: unknown name 'learnin_rate'");
  sandbox.write("own.toml", experiment("", "0.05", ", measure = ['step3']"));
  check_misuse(sandbox.run("run own.toml"), "measure: unknown column 'step3'; did you mean 'step2'?");
}

TEST_CASE("a column that no variant can have is found when the file loads", "[promise][columns][cli]") {
  const Sandbox sandbox;
  const std::string claim =
      "[[claim]]\nid = 'c'\nitem = 'i'\nstatement = 's'\nkind = 'value'\nexpect = 'holds'\nop = '<'\nvalue = 1\n";
  check_refused(sandbox, promise("potentail[k] <= 1"),
                "own.toml [[promise]] number 1: holds: column 1: unknown column 'potentail'. Valid: ");
  check_refused(sandbox, promise("train_los[k] <= 1"), "unknown column 'train_los'; did you mean 'train_loss'? Valid: ");
  check_refused(sandbox, promise("F[k] <= 1", "slack = 'epoch_objectiv[k]'\n"),
                "slack: column 1: unknown column 'epoch_objectiv'; did you mean 'epoch_objective'?");
  check_refused(sandbox, "[metrics]\ngap = 'F[k] - train_lss[last]'\n",
                "own.toml: [metrics]: gap: column 8: unknown column 'train_lss'; did you mean 'train_loss'?");
  check_refused(sandbox, claim + "metric = 'train_acuracy'\n",
                "own.toml: [[claim]] c: metric: unknown column 'train_acuracy'; did you mean 'train_accuracy'?");
  check_refused(sandbox, "[[figure]]\n[[figure.panel]]\ny = 'train_losss'\n",
                "own.toml: [[figure]] own: y: unknown column 'train_losss'; did you mean 'train_loss'?");
  check_refused(sandbox, "[[figure]]\n[[figure.panel]]\nx = 'iterations'\ny = 'F'\n",
                "[[figure]] own: x: unknown column 'iterations'; did you mean 'iteration'?");
  sandbox.write("own.toml", experiment("", "0.05", ", stop = { when = 'epoch_objectve[k] < 1' }"));
  check_misuse(sandbox.run("run own.toml"),
               "[run] stop of variant 'GD': when: column 1: unknown column 'epoch_objectve'; did you mean");
  // Known: the algorithm's own, metrics, slacks; what one variant has may be drawn beside one that has it not.
  const std::string bcd = "[[variant]]\nlabel = 'BCD'\nalgorithm = 'bcd2_zeng2019'\n";
  const std::string known = promise("epoch_objective[k] < 1e9 + gap[k]", "variants = ['GD']\n") +
                            "[metrics]\ngap = 'abs(F[k])'\n" +
                            "[[figure]]\n[[figure.panel]]\ny = 'potential'\n[[figure.panel]]\ny = 'slack:own.promise'\n" + bcd;
  sandbox.write("own.toml", experiment(known, "0.05", ", audit = 'sweep', stop = { when = 'F[k] < 0' }"));
  const Outcome ok = sandbox.run("run own.toml --dry-run");
  INFO(ok.err);
  CHECK(ok.code == 0);
  // The command line leaves BCD out: its columns are no mistake.
  CHECK(sandbox.run("run own.toml --variant GD --seeds 1").code == 0);
  sandbox.write("own.toml", experiment(bcd + claim + "metric = 'potential'\nvariants = ['GD']\n"));
  check_misuse(sandbox.run("run own.toml"), "[[claim]] c: metric: unknown column 'potential'");
}

TEST_CASE("a column that a command does not have ends its run after the first step", "[promise][columns][external][cli]") {
  const Sandbox sandbox;
  sandbox.write(
      "method.sh",
      "k=0\nwhile read -r line; do\n  folder=$(printf '%s' \"$line\" | sed 's/.*\"folder\":\"\\([^\"]*\\)\".*/\\1/')\n"
      "  case $line in\n    *'\"do\":\"start\"'*) start=$folder ;;\n    *'\"do\":\"step\"'*) k=$((k + 1)) ;;\n"
      "    *'\"do\":\"weights\"'*) cp $start/*.npy $folder ;;\n  esac\n"
      "  echo \"{\\\"iteration\\\": $k, \\\"gap\\\": null}\"\ndone\n");
  const auto file = [&](const std::string& column) {
    return with(experiment(promise(column + "[k] <= 1")),
                "algorithm = 'sgd'\nparameters = { learning_rate = 0.05, batch_size = 100000 }",
                "algorithm = 'external'\nparameters = { command = 'sh method.sh' }");
  };
  sandbox.write("own.toml", file("gap"));
  CHECK(sandbox.run("run own.toml").code == 0);
  const std::string sentence = "own.toml [[promise]] number 1: holds: column 1: unknown column 'gpa'";
  sandbox.write("own.toml", file("gpa"));
  const Outcome cached = sandbox.run("run own.toml");  // the records are there
  CHECK(cached.code == 2);
  CHECK_THAT(cached.err, Contains("bcdbench: " + sentence));
  const Outcome run = sandbox.run("run own.toml --force");
  CHECK(run.code == 1);
  CHECK_THAT(run.out + run.err, Contains("iteration 1: " + sentence));
}

// Column by column: what is written into traces stands in the list that names are held against.
TEST_CASE("every column that an algorithm or its judge measures is known", "[columns]") {
  for (const bcd::Plugin& plugin : bcd::plugins()) {
    if (plugin.paper.empty()) continue;
    const Sandbox sandbox;
    std::string file = with(experiment("[[variant]]\nalgorithm = '" + plugin.name + "'\n"), "iterations = 6, seeds = [1, 2]",
                            "iterations = 3, audit = 'block'");
    file = with(file, "activation = 'tanh'", "activation = 'relu'");
    sandbox.write("own.toml", file);
    const Outcome run = sandbox.run("run own.toml --variant " + plugin.name);
    CAPTURE(plugin.name, run.err);
    std::string panels = "[[figure]]\n";
    for (const fs::path& record : records(sandbox))
      for (const std::string& column : bcd::read_record(record).trace.columns)
        panels += "[[figure.panel]]\ny = '" + column + "'\nvariants = ['" + plugin.name + "']\n";
    sandbox.write("own.toml", file + panels);
    const Outcome dry = sandbox.run("run own.toml --dry-run");
    CHECK(dry.err.find("unknown column") == std::string::npos);
  }
}

TEST_CASE("a claim about a promise that none of its variants makes is found before any run", "[promise][cli]") {
  const Sandbox sandbox;
  const std::string claim = "[[claim]]\nid = 'c'\nitem = 'i'\nstatement = 's'\nkind = 'promise'\nexpect = 'holds'\n";
  check_refused(sandbox, claim + "promise = 'own.promis'\n", "[[claim]] c: its variants promise nothing");
  check_refused(sandbox, claim + "promise = 'own.promis'\n" + promise("F[k] <= F[0]"),
                "[[claim]] c: unknown promise 'own.promis'; did you mean 'own.promise'?");
  sandbox.write("own.toml", experiment(claim + "promise = 'own.promise'\n" + promise("F[k] <= F[0]")));
  CHECK(sandbox.run("run own.toml --dry-run").code == 0);
}

// Gradient descent satisfies x_k - x_{k-1} = -rate dR(x_{k-1}): the two columns are made by different code.
TEST_CASE("promises along a run hold, and are shown by check, report and the records", "[promise][cli]") {
  const Sandbox sandbox;
  const std::string others = promise("step2[k] == learning_rate^2*gradient2[k-1]", "", "own.step") +
                             promise("step2[k] == step2.W1[k] + step2.b1[k] + step2.W2[k] + step2.b2[k]", "", "own.parts") +
                             promise("sqrt(norm2[k]) <= sqrt(norm2[k-1]) + sqrt(step2[k])", "", "own.norm");
  sandbox.write("own.toml", experiment(promise(kDescent, "source = 'Lemma 7'\n") + others));
  const Outcome run = sandbox.run("run own.toml --threads 1");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const Outcome check = sandbox.run("check own.toml --junit claims.xml");
  INFO(check.out);
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("own.step") && Contains("0 violations in 12 checks") && Contains("claims: 4 holds"));
  CHECK_THAT(sandbox.read("claims.xml"), Contains("own.promise"));
  REQUIRE(sandbox.run("report own.toml").code == 0);
  CHECK_THAT(sandbox.read("out/report.html"), Contains("own.norm") && Contains("Lemma 7"));

  // Another formula: the runs stay. A column that was not measured: they are made again.
  sandbox.write("own.toml", experiment(promise("F[k] <= F[k-1] - 0.4/learning_rate*step2[k]") + others));
  CHECK_THAT(sandbox.run("run own.toml --threads 1").err, Contains("cached"));
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 2);
  // The first promise of a file is judged on the runs that are there; what only rounding could explain is left open.
  const Sandbox before;
  before.write("own.toml", experiment("", "40.0"));
  REQUIRE(before.run("run own.toml --threads 1").code == 0);
  before.write("own.toml", experiment(promise("F[k] >= 0"), "40.0"));
  CHECK_THAT(before.run("run own.toml --threads 1").err, Contains("cached"));
  CHECK(before.run("check own.toml").code == 0);
  before.write("own.toml", experiment(promise("F[k] <= F[k-1]", "expect = 'not decided'\n"), "40.0"));
  CHECK(before.run("check own.toml").code == 0);
  CHECK_THAT(before.run("claims own.toml --rows").out, Contains("not decided"));
  CHECK(before.run("run own.toml --threads 1 --force").code == 0);
  CHECK(before.run("check own.toml").code == 1);  // fails
  CHECK(files_in(before.path("out/runs"), ".json") == 2);

  sandbox.write("own.toml", experiment(promise("norm2.W1[k] <= 1000") + others));
  CHECK(sandbox.run("run own.toml --threads 1").code == 0);
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 4);
}

TEST_CASE("an own promise is its author's word, no finding about the paper of the file", "[promise][cli]") {
  const Sandbox sandbox;
  const std::string of_paper =
      with(experiment(promise("F[k] <= F[0]", "source = 'Lemma 1'\n")), "paper = 'test'", "paper = 'zeng2019'");
  sandbox.write("own.toml", of_paper);
  REQUIRE(sandbox.run("run own.toml --threads 1").code == 0);
  const Outcome check = sandbox.run("check own.toml");
  INFO(check.out);
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("neutral") && !Contains("supports") && !Contains("item by item"));
  REQUIRE(sandbox.run("report own.toml").code == 0);
  const std::string page = sandbox.read("out/report.html");
  CHECK_THAT(page, Contains("data-paper=\"own\"") && Contains("the file's author") && !Contains("id=\"paper-zeng2019\""));
  // A claim that names the promise is the author's too, unless it says who speaks.
  const std::string claim =
      "[[claim]]\nid = 'c'\nitem = 'Lemma 1'\nstatement = 's'\nkind = 'promise'\npromise = 'own.promise'\n"
      "expect = 'holds'\n";
  sandbox.write("own.toml", of_paper + claim);
  CHECK_THAT(sandbox.run("check own.toml").out, Contains("neutral") && !Contains("supports"));
  sandbox.write("own.toml", of_paper + claim + "origin = 'paper'\n");
  CHECK_THAT(sandbox.run("check own.toml").out, Contains("supports") && Contains("item by item"));
  for (const char* key : {"finding = 'supports'", "corrects = 'x'", "erratum = true"})
    check_refused(Sandbox(), claim + "origin = 'own'\n" + key + "\n" + promise("F[k] <= F[0]"), "origin is own");
}

TEST_CASE("a promise that does not hold is violated at its first iteration, with both sides", "[promise][cli]") {
  const Sandbox sandbox;
  sandbox.write("own.toml", experiment(promise(kDescent), "40.0"));
  REQUIRE(sandbox.run("run own.toml --threads 1").code == 0);
  const Outcome check = sandbox.run("check own.toml");
  INFO(check.out);
  CHECK(check.code == 1);
  CHECK_THAT(check.out, Contains("fails") && Contains("GD seed 1: first violated at iteration ") && Contains(" against ") &&
                            Contains("F[k-1] = ") && Contains("step2[k] = ") && Contains("learning_rate = 40"));
  const Outcome counterexample = sandbox.run("counterexample own.promise --experiment own.toml");
  CHECK(counterexample.code == 0);
  CHECK_THAT(counterexample.out, Contains("violations in "));
  // A claim of the file may say that it fails; then there is no other claim of the promise.
  sandbox.write("own.toml",
                experiment(promise(kDescent) + "[[claim]]\nid = 'own.claim'\nitem = 'Lemma 7'\nstatement = 'Too long a step.'\n"
                                               "kind = 'promise'\npromise = 'own.promise'\nbroken = true\nexpect = 'holds'\n",
                           "40.0"));
  const Outcome broken = sandbox.run("check own.toml");
  INFO(broken.out);
  CHECK(broken.code == 0);
  CHECK_THAT(broken.out, Contains("claims: 1 holds"));
}

TEST_CASE("what cannot be decided is not called true", "[promise][cli]") {
  const Sandbox sandbox;
  const auto undecided = [&](const std::string& more, const std::string& part, const std::string& options = "",
                             const std::string& run = "") {
    CAPTURE(more);
    sandbox.write("own.toml", experiment(more, "0.05", run));
    REQUIRE(sandbox.run("run own.toml --threads 1" + options).code == 0);
    const Outcome check = sandbox.run("check own.toml" + options);
    INFO(check.out);
    CHECK(check.code == 1);
    CHECK_THAT(check.out, Contains(part));
  };
  undecided(promise("step2.V1[k] <= 1"), "unknown column 'step2.V1'");
  undecided(promise("F[k] <= F[k-1]"), "was not measured (run.evaluate_every)", "", ", evaluate_every = 3");
  undecided(promise("F[k] <= 1e9"), "promises are judged in f64 only", " --precision f32");
}

TEST_CASE("metrics are columns for figures, claims and promises", "[promise][cli]") {
  const Sandbox sandbox;
  sandbox.write("own.toml",
                experiment("[metrics]\ngap = 'train_loss[k] - train_loss[last]'\nshrinks = 'gap[k]/gap[0]'\n" +
                           promise("gap[k] <= gap[k-1]") +
                           "[[figure]]\ntitle = 'Gap'\ncaption = 'To the last value.'\n[[figure.panel]]\ny = 'shrinks'\n"
                           "[[claim]]\nid = 'own.gap'\nitem = 'Figure 1'\nstatement = 'The gap closes.'\nkind = 'value'\n"
                           "metric = 'shrinks'\nop = '<'\nvalue = 1e-9\nexpect = 'holds'\n"
                           "[[claim]]\nid = 'own.start'\nitem = 'Figure 1'\nstatement = 'It begins at 1.'\nkind = 'reported'\n"
                           "metric = 'shrinks'\nreported = 1\ntolerance = 0\nat = 0\nexpect = 'reproduced'\n"));
  REQUIRE(sandbox.run("run own.toml --threads 1").code == 0);
  const Outcome check = sandbox.run("check own.toml");
  INFO(check.out);
  CHECK(check.code == 0);
  const Outcome plot = sandbox.run("plot own.toml");
  INFO(plot.err);
  CHECK(plot.code == 0);
  CHECK_THAT(sandbox.read("out/figures/own-quick/own.csv"), Contains("shrinks"));
}

TEST_CASE("the numbers of options are parameters too", "[promise]") {
  const nlohmann::json config = {
      {"parameters", {{"command", "x"}, {"options", "{\"eta\": 0.5, \"name\": \"a\"}"}, {"timeout", 60}, {"flag", true}}}};
  CHECK(bcd::formula_constants(config) == std::map<std::string, double>{{"eta", 0.5}, {"timeout", 60}});
}
