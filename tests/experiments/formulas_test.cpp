// [[promise]] and [metrics] of an experiment file: read, judged along the runs, shown; no formula makes a run again.
#include "experiments/file/formulas.hpp"

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
  undecided(promise("hidden_column[k] <= 1"), "unknown column 'hidden_column'");
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
