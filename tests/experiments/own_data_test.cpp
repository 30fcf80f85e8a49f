// A user's own data through the program: described, trained on, recorded.
#include "results/json.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

const char* const kFlowers =
    "length,width,kind\n1,2,rose\n2,1,tulip\n1.5,2.5,rose\n2.5,0.5,tulip\n1,3,rose\n3,1,tulip\n1.25,2,rose\n2,0,tulip\n";

std::string experiment(const std::string& dataset, const std::string& id = "mine") {
  return "id = '" + id + "'\npaper = 'own'\ntitle = 'T'\ndescription = 'D'\ndataset = " + dataset +
         "\nrun = { iterations = 3 }\n[[variant]]\nlabel = 'SGD'\nalgorithm = 'sgd'\n";
}

nlohmann::json only_record(const fs::path& runs) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(runs))
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  REQUIRE(found.size() == 1);
  std::ostringstream text;
  text << std::ifstream(found.front()).rdbuf();
  return parse_json(text.str());
}

std::string only_trace(const Sandbox& sandbox, const std::string& runs) {
  std::string trace;
  for (const auto& entry : fs::directory_iterator(sandbox.path(runs)))
    if (entry.path().extension() == ".csv") trace = sandbox.read(entry.path());
  return trace;
}

}  // namespace

TEST_CASE("An experiment on a CSV file runs from any folder and records the file's checksum", "[cli][own-data]") {
  const Sandbox sandbox;
  fs::create_directories(sandbox.path("study/data"));
  sandbox.write("study/data/flowers.csv", kFlowers);
  sandbox.write("study/mine.toml",
                experiment("{ name = 'file', path = 'data/flowers.csv', target = 'kind', test_fraction = 0.25 }"));
  const Outcome run = sandbox.run("run study/mine.toml");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const nlohmann::json record = only_record(sandbox.path("out/runs"));
  const nlohmann::json dataset = record.at("provenance").at("dataset");
  CHECK(dataset.at("name") == "file");
  const int printed =
      std::system(("cd '" + sandbox.path("").string() + "' && sha256sum study/data/flowers.csv > sum.txt").c_str());
  REQUIRE(printed == 0);
  CHECK(dataset.at("checksum") == sandbox.read("sum.txt").substr(0, 64));
  CHECK(record.at("status") == "MaxIterations");
  // The place of the file does not matter, what stands in it does.
  CHECK_THAT(sandbox.run("run study/mine.toml").err, Contains("cached"));
  fs::rename(sandbox.path("study"), sandbox.path("moved"));
  CHECK_THAT(sandbox.run("run moved/mine.toml").err, Contains("cached"));
  sandbox.write("moved/data/flowers.csv", std::string(kFlowers) + "1,1,rose\n");
  CHECK(sandbox.run("run moved/mine.toml").code == 0);
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 2);
}

TEST_CASE("A path given on the command line is relative to where the command is given", "[cli][own-data]") {
  const Sandbox sandbox;
  fs::create_directories(sandbox.path("study"));
  sandbox.write("flowers.csv", kFlowers);
  sandbox.write("study/mine.toml", experiment("{ name = 'file', path = 'elsewhere.csv', target = 'kind' }"));
  check_misuse(sandbox.run("run study/mine.toml"), "study/elsewhere.csv: the file is missing");
  CHECK(sandbox.run("run study/mine.toml --set dataset.path=flowers.csv").code == 0);
}

TEST_CASE("data describe shows what was understood", "[cli][own-data]") {
  const Sandbox sandbox;
  sandbox.write("flowers.csv", std::string(kFlowers) + "4,4,\n");
  const Outcome bare = sandbox.run("data describe flowers.csv");
  CHECK(bare.code == 0);
  CHECK_THAT(bare.out, Contains("9 samples of 3 columns; separator comma, decimal point, names in the first row"));
  CHECK_THAT(bare.out, Contains("kind    words") && Contains("first missing in line 10") && Contains("--set target=NAME"));
  const Outcome whole = sandbox.run("data describe flowers.csv --set target=kind --set missing=drop --set test_fraction=0.25");
  INFO(whole.err);
  CHECK(whole.code == 0);
  CHECK_THAT(whole.out, Contains("1 samples with missing values left out") &&
                            Contains("6 training samples of 2 inputs, 2 test samples; 2 classes") &&
                            Contains("rose   3         1") && Contains("inputs from"));
  CHECK_THAT(sandbox.run("data describe bodyfat").out,
             Contains("252 training samples of 13 inputs") && Contains("1 real target"));
  check_misuse(sandbox.run("data describe flowers.csv --set target=kind"),
               "flowers.csv: line 10, column 3 ('kind') has no value");
  check_misuse(sandbox.run("data describe flowers.csv --set taget=kind"), "did you mean 'target'?");
  check_misuse(sandbox.run("data describe none.csv"), "none.csv: the file is missing");
  check_misuse(sandbox.run("data list --set target=kind"), "--set belongs to 'data describe'");
}

TEST_CASE("The same numbers as CSV, LIBSVM and .npy give the same trace, bit for bit", "[cli][own-data]") {
  const Sandbox sandbox;
  sandbox.write("a.csv", "u,v,y\n0.1,0,1\n3,1e-3,-1\n-2,0.7,1\n0,4,-1\n");
  sandbox.write("a.svm", "1 1:0.1\n-1 1:3 2:0.001\n1 1:-2 2:.7\n-1 2:4\n");
  const auto npy = [&](const std::string& name, const std::string& shape, const std::vector<double>& values) {
    std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }\n";
    sandbox.write(name, std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + std::string(1, '\0') + header +
                            std::string(reinterpret_cast<const char*>(values.data()), 8 * values.size()));
  };
  npy("X.npy", "4, 2", {0.1, 0, 3, 1e-3, -2, 0.7, 0, 4});
  npy("y.npy", "4,", {1, -1, 1, -1});
  const std::vector<std::string> forms = {"{ name = 'file', path = 'a.csv', target = 'y', scaling = 'standardise' }",
                                          "{ name = 'file', path = 'a.svm', scaling = 'standardise' }",
                                          "{ name = 'file', X = 'X.npy', Y = 'y.npy', scaling = 'standardise' }"};
  std::vector<std::string> losses;
  for (std::size_t k = 0; k < forms.size(); ++k) {
    const std::string out = "out" + std::to_string(k);
    sandbox.write("mine.toml", experiment(forms[k]));
    const Outcome run = sandbox.run("run mine.toml --out " + out);
    INFO(run.err);
    REQUIRE(run.code == 0);
    const std::string trace = only_trace(sandbox, out + "/runs");
    std::istringstream lines(trace);
    std::string line, column;
    std::getline(lines, line);
    std::istringstream head(line);
    int at = -1;
    for (int c = 0; std::getline(head, column, ','); ++c)
      if (column == "train_loss") at = c;
    REQUIRE(at >= 0);
    losses.emplace_back();
    while (std::getline(lines, line)) {
      std::istringstream fields(line);
      for (int c = 0; c <= at; ++c) std::getline(fields, column, ',');
      losses.back() += column + "\n";
    }
  }
  CHECK(occurrences(losses[0], "\n") == 4);
  CHECK(losses[1] == losses[0]);
  CHECK(losses[2] == losses[0]);
}
