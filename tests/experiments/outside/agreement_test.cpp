// Methods written in NumPy against the program's own, through the real program. Without NumPy these tests are skipped.
#include <iostream>

#include "checkout.hpp"
#include "results/record.hpp"
#include "tests/support/program.hpp"

using bcd::test::Outcome;
using bcd::test::Sandbox;
namespace fs = std::filesystem;

namespace {

/// An interpreter that has NumPy: the first on the path, or that of the system. Empty, with a message that ctest takes for a
/// skipped test, if there is none.
std::string python() {
  for (const char* candidate : {"python3", "/usr/bin/python3"})
    if (std::system((std::string(candidate) + " -c 'import numpy' >/dev/null 2>&1").c_str()) == 0) return candidate;
  std::cout << "SKIPPED: needs python3 with NumPy (on Debian and Ubuntu: python3-numpy)\n";
  return {};
}

std::string read_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string experiment(const std::string& network, const std::string& loss, int iterations, const std::string& own,
                       const std::string& command, const std::string& options, double tolerance) {
  std::ostringstream text;
  text << "id = 'agreement'\npaper = 'test'\ntitle = 'NumPy against C++'\ndescription = 'The same method twice.'\n"
       << "dataset = { name = 'teacher-student', d_in = 8, n = 100, n_test = 50 }\nnetwork = " << network << "\nloss = " << loss
       << "\ninit = { kind = 'xavier' }\n"
       << "run = { iterations = " << iterations << ", seeds = [1, 2] }\n"
       << "[[variant]]\nlabel = 'C++'\n"
       << own << "[[variant]]\nlabel = 'NumPy'\nalgorithm = 'external'\n[variant.parameters]\ncommand = '" << command
       << "'\noptions = '" << options << "'\ntimeout = 100\n";
  text << "[[claim]]\nid = 'test.loss'\nitem = 'tests'\nstatement = 'The same losses.'\nkind = 'same'\nmetric = 'train_loss'\n"
       << "variants = ['NumPy']\nbaseline = 'C++'\ntolerance = " << tolerance << "\nexpect = 'holds'\n";
  return text.str();
}

void check_agreement(const Sandbox& sandbox) {
  const Outcome run = sandbox.run("run agreement.toml --threads 1");
  INFO(run.out << run.err);
  REQUIRE(run.code == 0);
  const Outcome check = sandbox.run("check agreement.toml");
  INFO(check.out);
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("claims: 1 holds"));
}

}  // namespace

TEST_CASE("block coordinate descent in NumPy has the losses and weights of bcd3_zeng2019", "[external][numpy]") {
  const std::string interpreter = python();
  if (interpreter.empty()) return;
  const Sandbox sandbox;
  sandbox.write("bcd3.py", read_text(fs::path(BCDBENCH_SOURCE_DIR) / "tests/experiments/outside/bcd3.py"));
  sandbox.write("agreement.toml", experiment("{ hidden = [12, 7], activation = 'relu' }", "{ name = 'squared' }", 10,
                                             "algorithm = 'bcd3_zeng2019'\nparameters = { gamma = 1.5, alpha = 0.7 }\n",
                                             interpreter + " bcd3.py", "{\"gamma\": 1.5, \"alpha\": 0.7}", 1e-9));
  check_agreement(sandbox);
  for (const char* variant : {"C++", "NumPy"})
    REQUIRE(sandbox.run(std::string("dump agreement.toml --iterations 10 --variant ") + variant + " --out " + variant).code ==
            0);
  sandbox.write("compare.py", R"(import glob, numpy as np
names = sorted(glob.glob('NumPy/iter_00010/*.npy'))
worst = [np.abs(np.load(f) - np.load(f.replace('NumPy', 'C++'))).max() / np.abs(np.load(f)).max() for f in names]
print(len(names), max(worst))
)");
  REQUIRE(std::system(("cd '" + sandbox.path("").string() + "' && " + interpreter + " compare.py >worst.txt").c_str()) == 0);
  std::istringstream result(sandbox.read("worst.txt"));
  int files = 0;
  double worst = 1;
  result >> files >> worst;
  CHECK(files == 6);
  CHECK(worst < 1e-9);
}

namespace {

/// What stands on the page between a line that begins with `from` and `to`.
std::string page_part(const std::string& from, const std::string& to) {
  const std::string page = read_text(fs::path(BCDBENCH_SOURCE_DIR) / "experiments/outside/external.md");
  const std::size_t begin = page.find("\n" + from) + 1;
  return page.substr(begin, page.find(to, begin) - begin);
}

std::string page_example() { return page_part("import json", "```"); }

}  // namespace

TEST_CASE("the page's promise is kept by its example, and broken twins are caught", "[external][numpy][promise]") {
  const std::string interpreter = python();
  if (interpreter.empty()) return;
  const auto checked = [&](const std::string& code, const std::string& eta) {
    const Sandbox sandbox;
    sandbox.write("descent.py", code);
    sandbox.write(
        "own.toml",
        "id = 'own'\npaper = 'test'\ntitle = 'Own'\ndescription = 'The page.'\n"
        "dataset = { name = 'teacher-student', d_in = 8, n = 100, n_test = 50 }\n"
        "network = { hidden = [6, 5], activation = 'tanh' }\nloss = { name = 'squared', mean = true }\n"
        "init = { kind = 'xavier' }\nrun = { iterations = 15 }\n[[variant]]\nlabel = 'NumPy'\nalgorithm = 'external'\n"
        "parameters = { command = '" +
            interpreter + " descent.py', options = '{\"eta\": " + eta + "}', timeout = 100 }\n" +
            page_part("[[promise]]", "```"));
    const Outcome run = sandbox.run("run own.toml --threads 1");
    INFO(run.out << run.err);
    REQUIRE(run.code == 0);
    return sandbox.run("check own.toml");
  };
  const Outcome kept = checked(page_example(), "0.1");
  INFO(kept.out);
  CHECK(kept.code == 0);
  CHECK_THAT(kept.out, Contains("0 violations in 15 checks"));

  std::string wrong_sign = page_example();
  const std::string step = "W[i] - eta * D @";
  REQUIRE(wrong_sign.find(step) != std::string::npos);
  wrong_sign.replace(wrong_sign.find(step), step.size(), "W[i] + eta * D @");
  for (const Outcome& twin : {checked(wrong_sign, "0.1"), checked(page_example(), "20")}) {
    INFO(twin.out);
    CHECK(twin.code == 1);
    CHECK_THAT(twin.out, Contains("NumPy seed 1: first violated at iteration 1") && Contains("F[k-1] = "));
  }
}

TEST_CASE("the page's example has the losses of gradient descent", "[external][numpy]") {
  const std::string interpreter = python();
  if (interpreter.empty()) return;
  const std::string code = page_example();
  CHECK(std::count(code.begin(), code.end(), '\n') <= 25);
  const Sandbox sandbox;
  sandbox.write("descent.py", code);
  // batch_size: all samples at once. 30 steps multiply rounding errors of 1e-16 by less than 1e4.
  sandbox.write("agreement.toml",
                experiment("{ hidden = [6, 5], activation = 'tanh' }", "{ name = 'squared', mean = true }", 30,
                           "algorithm = 'sgd'\nparameters = { learning_rate = 0.05, batch_size = 100000 }\n",
                           interpreter + " descent.py", "{\"eta\": 0.05}", 1e-12));
  check_agreement(sandbox);
}
