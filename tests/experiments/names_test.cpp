// What names a run: display matters make no other run, whatever is computed does; failed records and those of other versions.
#include <algorithm>
#include <fstream>
#include <functional>
#include <set>

#include "algorithms/registry.hpp"
#include "checkout.hpp"
#include "experiments/file/load.hpp"
#include "experiments/run/code_version.hpp"
#include "experiments/run/lookup.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using namespace bcd::test;
using nlohmann::json;

namespace {

/// The name of the first run of a file.
std::string name_of(const std::string& text, const std::string& stem = "tiny") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / (stem + ".toml");
  std::ofstream(file) << text;
  return run_id(load_experiment(file.string()).runs.front());
}

/// Gives every record another name, as a program of another version would have.
void rename_records(const Sandbox& sandbox, const std::function<std::string(const std::string&)>& other) {
  for (const fs::path& file : records(sandbox)) {
    json record = json::parse(sandbox.read(file));
    const std::string id = other(record.at("id"));
    record["id"] = id;
    record.erase("digest");
    fs::rename(fs::path(file).replace_extension(".csv"), file.parent_path() / (id + ".csv"));
    fs::remove(file);
    std::ofstream(file.parent_path() / (id + ".json")) << record.dump();
  }
}

const std::string kTinyFile = tiny("tiny");

}  // namespace

TEST_CASE("names, figures and claims make no other run", "[names]") {
  const std::string name = name_of(kTinyFile);
  CHECK(name_of(with(kTinyFile, "id = 'tiny'", "id = 'other'"), "other") == name);
  CHECK(name_of(with(kTinyFile, "label = 'slow'", "label = 'SGD'")) == name);
  CHECK(name_of(with(kTinyFile, "title = 'A small experiment'", "title = 'T'")) == name);
  CHECK(name_of(with(kTinyFile, "paper = 'test'", "paper = 'mine'")) == name);
  CHECK(name_of(with(kTinyFile, "y = 'train_loss'", "y = 'train_loss'\nlog_y = true")) == name);
  CHECK(name_of(with(kTinyFile, "value = 1e6", "value = 1e5")) == name);
}

TEST_CASE("a setting that has its default's value makes no other run", "[names]") {
  const std::string name = name_of(kTinyFile);
  const auto algorithm = find_plugin("sgd").make<double>();
  ParameterList list = algorithm->parameters();
  for (const Parameter& parameter : list.all()) {
    const std::string setting = parameter.name + " = '" + value_text(parameter.get()) + "'";
    CAPTURE(setting);
    CHECK(name_of(with(kTinyFile, "algorithm = 'sgd'", "algorithm = 'sgd'\nparameters = { " + setting + " }")) == name);
  }
  CHECK(name_of(with(kTinyFile, "d_in = 3", "d_in = 3\nnoise = 0\ninput_law = 'normal'")) == name);  // of the dataset
  CHECK(name_of(with(kTinyFile, "hidden = [4]", "hidden = [4]\nactivation = 'relu'\nbias = true")) == name);
  CHECK(name_of(with(kTinyFile, "[run]", "[loss]\nname = 'squared'\n[init]\nkind = 'normal'\nscale = 0.010\n[run]")) == name);
}

TEST_CASE("what is computed makes another run", "[names]") {
  std::set<std::string> names = {name_of(kTinyFile)};
  const auto another = [&](const std::string& from, const std::string& to) {
    CAPTURE(to);
    CHECK(names.insert(name_of(with(kTinyFile, from, to))).second);
  };
  another("algorithm = 'sgd'", "algorithm = 'adagrad'");
  another("algorithm = 'sgd'", "algorithm = 'sgd'\nparameters = { momentum = 0.125 }");
  another("seeds = [1, 2]", "seeds = [3, 2]");
  another("iterations = 3", "iterations = 4");
  another("[run]", "[run]\nprecision = 'f32'");
  another("[run]", "[run]\naudit = 'sweep'");
  another("[run]", "[run]\nevaluate_every = 2");
  another("[run]", "[run]\ntime_limit = 9");
  another("d_in = 3", "d_in = 3\nnoise = 0.5");
  another("n = 20", "n = 21");
  another("hidden = [4]", "hidden = [5]");
  another("hidden = [4]", "hidden = [4]\nactivation = 'tanh'");
  another("[run]", "[loss]\nname = 'squared'\nmean = true\n[run]");
  another("[run]", "[init]\nkind = 'he'\n[run]");
}

TEST_CASE("a start from a dumped state counts by its content, not by its place", "[names]") {
  json config = {{"algorithm", "sgd"}, {"init_from", {{"folder", "here"}, {"digest", "1"}}}};
  const std::string what = what_id(config);
  config["init_from"]["folder"] = "there";
  CHECK(what_id(config) == what);
  config["init_from"]["digest"] = "2";
  CHECK(what_id(config) != what);
}

TEST_CASE("renaming and drawing rerun nothing; each experiment shows a shared record under its own label", "[names][cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", kTinyFile);
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  const std::string more =
      with(with(with(kTinyFile, "id = 'tiny'", "id = 'other'"), "'slow'", "'gradient'"), "'quick'", "'Adam'") +
      "\n[[figure]]\nid = 'test'\ntitle = 'F'\ncaption = 'C'\n[[figure.panel]]\ny = 'test_loss'\n";
  sandbox.write("other.toml", more);
  const Outcome again = sandbox.run("run other.toml");
  CHECK(occurrences(again.err, ": cached") == 4);
  CHECK(records(sandbox).size() == 4);
  CHECK_THAT(again.out, Contains("gradient") && Contains("Adam") && !Contains("slow") && !Contains("quick"));
  CHECK(sandbox.run("check other.toml").code == 0);
  CHECK_THAT(sandbox.run("compare other.toml --metric train_loss").out, Contains("other") && Contains("gradient"));
  CHECK_THAT(sandbox.run("compare tiny.toml --metric train_loss").out, Contains("slow") && !Contains("gradient"));
  CHECK(occurrences(sandbox.run("run tiny.toml --set learning_rate=0.002").err, ": cached") < 4);  // the control
}

TEST_CASE("runs that two experiments or two variants share are made once", "[names][cli]") {
  const std::string jobs = GENERATE("", " --jobs 2");
  const Sandbox sandbox;
  sandbox.write("tiny.toml", kTinyFile);
  sandbox.write("other.toml", with(with(kTinyFile, "id = 'tiny'", "id = 'other'"), "'slow'", "'gradient'"));
  const Outcome made = sandbox.run("run tiny.toml other.toml" + jobs);
  CHECK(made.code == 0);
  CHECK(occurrences(made.err, "the same run as that of tiny ") == 4);
  CHECK(records(sandbox).size() == 4);
  const Outcome plan = sandbox.run("run tiny.toml --variant slow --grid momentum=0,0.5 --dry-run");  // 0 is the default
  CHECK(occurrences(plan.out, "exists") == 2);
  CHECK(occurrences(plan.out, "to run") == 2);
}

TEST_CASE("a failed record of the program is said to be there and is made again on request", "[names][cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", kTinyFile);
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  const fs::path file = records(sandbox).front();
  json record = json::parse(sandbox.read(file));
  record["status"] = "Failed";
  record["reason"] = "iteration 2: the matrix is singular";
  record.erase("digest");
  std::ofstream(file) << record.dump();
  const Outcome kept = sandbox.run("run tiny.toml");
  CHECK(kept.code == 1);
  CHECK_THAT(kept.err, Contains("cached, Failed: iteration 2: the matrix is singular; --retry-failed makes it again"));
  CHECK(occurrences(sandbox.run("run tiny.toml --dry-run").out, "exists, Failed") == 1);
  const Outcome again = sandbox.run("run tiny.toml --retry-failed");
  CHECK(again.code == 0);
  CHECK_THAT(again.err, Contains("had failed (iteration 2: the matrix is singular) and is made again"));
  CHECK(occurrences(again.err, ": cached") == 3);
}

TEST_CASE("a run that failed is made again where the cause may have gone", "[names]") {
  Plugin own, library, outside;
  own.paper = library.paper = "somebody1999";
  library.library = "their.so";
  RunRecord record;
  record.status = "Failed";
  record.reason = "iteration 2: the matrix is singular";
  RunOptions plain, asked;
  asked.retry_failed = true;
  CHECK_FALSE(is_retried(record, own, plain));
  CHECK(is_retried(record, own, asked));
  CHECK(is_retried(record, library, plain));
  CHECK(is_retried(record, outside, plain));
  record.other_version = true;
  CHECK(is_retried(record, own, plain));
  record.other_version = false;
  record.reason = "iteration 2: out of memory";
  CHECK(is_retried(record, own, plain));
  for (const char* status : {"Diverged", "NotApplicable", "MaxIterations", "TimeLimit"}) {
    record.status = status;
    CHECK_FALSE(is_retried(record, outside, asked));
  }
}

TEST_CASE("records of another version are named with the option that takes them, and marked where they are", "[names][cli]") {
  const bool old_scheme = GENERATE(false, true);
  const Sandbox sandbox;
  sandbox.write("tiny.toml", kTinyFile);
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  int count = 0;
  rename_records(sandbox, [&](const std::string& id) {
    return old_scheme ? "000000000000000" + std::to_string(count++) : what_of(id) + "-00000000";
  });
  const std::string note = "4 runs of tiny.toml have records of another version of the code only; --any-version takes them";
  for (const char* verb : {"check", "plot", "report", "compare --metric train_loss"})
    check_misuse(sandbox.run(std::string(verb) + " tiny.toml"), note);
  const Outcome check = sandbox.run("check tiny.toml --any-version");
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("(4 of 4 runs of another version)"));
  CHECK_THAT(sandbox.run("compare tiny.toml --metric train_loss --any-version").out,
             Contains("(by another version of the code: slow, quick)"));
  REQUIRE(sandbox.run("report tiny.toml --any-version").code == 0);
  const std::string report = sandbox.read("out/report.html");
  CHECK(occurrences(report, "(another version)") == 4);
  CHECK_THAT(report, Contains("Loss (by another version of the code: slow, quick)"));
  CHECK_THAT(sandbox.read("out/figures/tiny-quick/tiny.gp"), Contains("by another version of the code"));

  const Outcome cached = sandbox.run("run tiny.toml --any-version");
  CHECK(occurrences(cached.err, "cached, MaxIterations (another version)") == 4);
  CHECK(occurrences(cached.out, "(another version)") == 4);
  const Outcome made = sandbox.run("run tiny.toml --variant slow");
  CHECK_THAT(made.err, Contains("2 runs of tiny have records of another version of the code only"));
  CHECK(occurrences(made.err, "started") == 2);
  const Outcome mixed = sandbox.run("check tiny.toml");  // the half that is of this version
  CHECK_THAT(mixed.err, Contains("2 runs of tiny.toml have records of another version"));
  CHECK_THAT(sandbox.run("check tiny.toml --any-version").out, Contains("(2 of 4 runs of another version)"));
  // The control: records of another version of another run are nobody's.
  check_misuse(sandbox.run("check tiny.toml --set run.iterations=4 --any-version"), "no records of tiny.toml");
}

TEST_CASE("the reference takes nothing from records of another version", "[names][cli]") {
  check_misuse(Sandbox().run("claims --any-version --update-reference ."), "leave --any-version out");
}

TEST_CASE("the version of the code names its parts", "[names]") {
  const auto sgd = code_version(find_plugin("sgd"), "mnist"), adam = code_version(find_plugin("adam"), "bodyfat");
  CHECK(sgd.at("core") == adam.at("core"));
  CHECK(sgd.at("algorithm") == adam.at("algorithm"));  // one folder
  CHECK(sgd.at("dataset") != adam.at("dataset"));
  CHECK(code_version(find_plugin("bcd3_zeng2019"), "mnist").at("algorithm") != sgd.at("algorithm"));
  for (const Plugin& plugin : plugins()) {
    CAPTURE(plugin.name);
    CHECK(code_version(plugin, "mnist").contains("algorithm"));
  }
  CHECK(code_version(find_plugin("sgd"), "no such dataset").at("dataset") != sgd.at("dataset"));  // all of datasets/
  Plugin library = find_plugin("sgd");
  library.library = "their.so";
  CHECK_FALSE(code_version(library, "mnist").contains("algorithm"));  // its file's checksum stands for it
}

namespace {

/// A tree of sources whose digests the build's script takes.
class Tree {
 public:
  Tree() {
    write("algorithms/core/prox.cpp", "// Prox.\nint prox() { return 1; }\n");
    write("algorithms/core/text.cpp", "int text() { return 1; }\n");
    write("algorithms/one/step.cpp", "int one() { return 1; }\n");
    write("algorithms/one/studies.cpp", "int study() { return 1; }\n");
    write("algorithms/two/step.cpp", "int two() { return 1; }\n");
    write("datasets/points.cpp", "#include \"datasets/shape.hpp\"\n\nSource points_source() { return {}; }\n");
    write("datasets/lines.cpp", "Source lines_source() { return {}; }\n");
    write("datasets/shape.hpp", "int shape();\n");
    write("datasets/shape.cpp", "int shape() { return 1; }\n");
    write("experiments/run/run_loop.cpp", "int loop() { return 1; }\n");
    write("experiments/run/records.cpp", "int records() { return 1; }\n");
    write("experiments/outside/external.cpp", "int outside() { return 1; }\n");
    write("plots/draw.cpp", "int draw() { return 1; }\n");
  }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((folder_.path / file).parent_path());
    std::ofstream(folder_.path / file) << text;
  }
  /// The digests by part.
  std::map<std::string, std::string> parts() const {
    const fs::path header = folder_.path / "header.hpp";
    const std::string command = "cmake -DSOURCE_DIR='" + folder_.path.string() + "' -DOUTPUT='" + header.string() +
                                "' -DVERSION=1 -DFLAGS=x -DBUILD_TYPE=x -P '" BCDBENCH_SOURCE_DIR
                                "/experiments/build/build_info.cmake'";
    REQUIRE(std::system(command.c_str()) == 0);
    std::map<std::string, std::string> found;
    std::ifstream in(header);
    for (std::string line; std::getline(in, line);) {
      if (const std::size_t at = line.find("kCoreDigest = \""); at != std::string::npos)
        found["core"] = line.substr(at + 15, 16);
      if (line.rfind("    {\"", 0) == 0) {
        const std::size_t end = line.find('"', 6);
        if (line.find('"', end + 4) == end + 20) found[line.substr(6, end - 6)] = line.substr(end + 4, 16);
      }
    }
    return found;
  }
  /// The parts that another text of a file changes.
  std::set<std::string> changed_by(const std::string& file, const std::string& text) const {
    const auto before = parts();
    write(file, text);
    std::set<std::string> changed;
    for (const auto& [part, digest] : parts())
      if (before.at(part) != digest) changed.insert(part);
    return changed;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a change of code concerns the runs that it computes and no others", "[names]") {
  using Parts = std::set<std::string>;
  const Tree tree;
  CHECK(tree.parts().size() == 7);  // core, one, two, external, points, lines, all datasets
  CHECK(tree.changed_by("algorithms/core/prox.cpp", "int prox() { return 2; }\n") == Parts{"core"});
  CHECK(tree.changed_by("experiments/run/run_loop.cpp", "int loop() { return 2; }\n") == Parts{"core"});
  CHECK(tree.changed_by("algorithms/one/step.cpp", "int one() { return 2; }\n") == Parts{"one"});
  CHECK(tree.changed_by("algorithms/one/more.hpp", "int more();\n").empty() == false);
  CHECK(tree.changed_by("datasets/lines.cpp", "Source lines_source() { return 1; }\n") == Parts{"lines", ""});
  CHECK(tree.changed_by("datasets/shape.cpp", "int shape() { return 2; }\n") == Parts{"points", ""});  // it is included
  CHECK(tree.changed_by("experiments/outside/external.cpp", "int outside() { return 2; }\n") == Parts{"external"});
  // No number depends on these.
  CHECK(tree.changed_by("plots/draw.cpp", "int draw() { return 2; }\n").empty());
  CHECK(tree.changed_by("experiments/run/records.cpp", "int records() { return 2; }\n").empty());
  CHECK(tree.changed_by("algorithms/one/studies.cpp", "int study() { return 2; }\n").empty());
  CHECK(tree.changed_by("algorithms/core/text.cpp", "int text() { return 2; }\n").empty());
  CHECK(
      tree.changed_by("algorithms/core/prox.cpp", "// Better said.\n\nint prox() {  // and behind\n  return 2;\n}\n").empty());
  CHECK(tree.changed_by("algorithms/core/prox.cpp", "int prox() {\n  return 3;  // and behind\n}\n") == Parts{"core"});
}

TEST_CASE("what counts as a study is called by no run", "[names]") {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(BCDBENCH_SOURCE_DIR) / "algorithms")) {
    const std::string stem = entry.path().stem().string();
    const std::string kind = entry.path().extension().string();
    if ((kind != ".cpp" && kind != ".hpp") || stem.rfind("studies", 0) == 0 || stem == "paper") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    CAPTURE(entry.path().string());
    CHECK_THAT(text.str(), !Contains("/studies"));
  }
}
