// Plugins outside of the tree, with the installed program: what prepare.cmake has built.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <regex>

#include "datasets/sha256.hpp"
#include "experiments/outside/new_algorithm.hpp"
#include "results/record.hpp"
#include "tests/support/program.hpp"

using bcd::test::check_misuse;
using bcd::test::Outcome;
using bcd::test::Sandbox;
namespace fs = std::filesystem;

namespace {

const fs::path kWork = BCDBENCH_EXAMPLE_PLUGIN;

std::string built(const std::string& name) { return (kWork / "build" / (name + ".so")).string(); }
std::string with_plugin(const std::string& file) { return " --plugin '" + file + "'"; }

std::string read_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<bcd::RunRecord> records(const fs::path& folder) {
  std::vector<bcd::RunRecord> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") found.push_back(bcd::read_record(entry.path()));
  return found;
}

/// The pages (something.md) that a text names. At least four letters: in a program's bytes three can stand together by chance.
std::vector<std::string> named_pages(const std::string& text) {
  std::vector<std::string> pages;
  const auto belongs = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("_./-", c); };
  for (std::size_t at = text.find(".md"); at != std::string::npos; at = text.find(".md", at + 1)) {
    if (at + 3 < text.size() && (std::isalnum(static_cast<unsigned char>(text[at + 3])) || text[at + 3] == '_')) continue;
    std::size_t begin = at;
    while (begin > 0 && text[begin - 1] != '\0' && belongs(text[begin - 1])) --begin;
    if (at - begin >= 4) pages.push_back(text.substr(begin, at + 3 - begin));
  }
  return pages;
}

/// Names that stand for files of the reader's own, or that the program writes.
bool is_placeholder(const std::string& name) {
  return name.find("PAPER") != std::string::npos || name.find("template_method") != std::string::npos ||
         name.ends_with("/replies.md") || name == "replies.md" || name == "summary.md" || name == "ci/summary.md";
}

}  // namespace

TEST_CASE("the installed copy brings what it names", "[package]") {
  CHECK(named_pages("see a/README.md, rates.mdx and x.md") == std::vector<std::string>{"a/README.md"});
  const fs::path share = kWork / "installed/share", pages = share / "doc/bcdbench";
  for (const char* file : {"man/man1/bcdbench.1", "bash-completion/completions/bcdbench", "zsh/vendor-completions/_bcdbench",
                           "fish/vendor_completions.d/bcdbench.fish", "doc/bcdbench/copyright", "doc/bcdbench/CHANGELOG.md"})
    CHECK(fs::file_size(share / file) > 100);
  std::vector<std::string> brought;
  for (const auto& entry : fs::recursive_directory_iterator(pages)) brought.push_back(entry.path().string());
  for (const std::string& page : brought) {
    const fs::path file = page;
    if (file.extension() != ".md") continue;
    for (const std::string& name : named_pages(read_text(file))) {
      if (is_placeholder(name)) continue;
      CAPTURE(file, name);
      CHECK((fs::exists(pages / name) || fs::exists(file.parent_path() / name)));
    }
  }
  // In the program's bytes a page's links stand without the page's folder.
  for (const fs::path& file : {kWork / "installed/bin/bcdbench", share / "man/man1/bcdbench.1"})
    for (std::string name : named_pages(read_text(file))) {
      if (is_placeholder(name)) continue;
      CAPTURE(file, name);
      while (name.starts_with("../")) name.erase(0, 3);
      CHECK(std::any_of(brought.begin(), brought.end(), [&](const std::string& page) { return page.ends_with("/" + name); }));
    }
  const Sandbox sandbox;
  CHECK(sandbox.run("help external").out == read_text(pages / "experiments/outside/external.md"));
}

TEST_CASE("the page's plugin is shown, runs and keeps its promise", "[plugin]") {
  const Sandbox sandbox;
  const std::string plugin = with_plugin(built("prox_gradient"));
  CHECK_THAT(sandbox.run("list algorithms" + plugin).out, Contains("\nprox_gradient ") && Contains("\nsgd "));
  CHECK_THAT(sandbox.run("describe prox_gradient" + plugin).out,
             Contains("step = 1   (> 0)") && Contains("descent   (Lemma 2.3)"));
  check_misuse(sandbox.run("describe prox_gradient"), "unknown algorithm, dataset or experiment 'prox_gradient'");

  sandbox.write("sparse.toml", read_text(kWork / "page" / "sparse.toml"));
  const std::string settings = "sparse.toml --set run.iterations=20" + plugin;
  REQUIRE(sandbox.run("run --threads 1 " + settings).code == 0);
  const Outcome check = sandbox.run("check " + settings);
  INFO(check.out << check.err);
  CHECK(check.code == 0);
  const auto made = records(sandbox.path("out/runs"));
  REQUIRE(made.size() == 6);
  for (const bcd::RunRecord& record : made) {
    if (record.config["algorithm"] == "adam") {
      CHECK_FALSE(record.provenance.contains("files"));
      continue;
    }
    CHECK(record.provenance["files"][built("prox_gradient")] == bcd::sha256(read_text(built("prox_gradient"))));
    REQUIRE(record.promises.size() == 1);
    CHECK(record.promises[0].checks == 20);
    CHECK(record.promises[0].verdict() == "holds");
    const auto potential = record.trace.column("potential"), loss = record.trace.column("train_loss");
    CHECK(potential.back() > loss.back());  // the regulariser is positive
    CHECK(loss.back() < loss.front());
  }
}

TEST_CASE("a run's name follows the content of the library, not its place", "[plugin]") {
  const Sandbox sandbox;
  sandbox.write("sparse.toml", read_text(kWork / "page" / "sparse.toml"));
  const auto ids_with = [&](const std::string& library) {
    const Outcome planned = sandbox.run("run sparse.toml --dry-run --variant prox" + with_plugin(library));
    INFO(planned.err);
    REQUIRE(planned.code == 0);
    const std::regex id("[0-9a-f]{16}-[0-9a-f]{8}");
    std::string ids;
    for (std::sregex_iterator it(planned.out.begin(), planned.out.end(), id), end; it != end; ++it) ids += it->str() + " ";
    return ids;
  };
  const std::string library = read_text(built("prox_gradient"));
  sandbox.write("copy.so", library);
  sandbox.write("longer.so", library + "\n");  // what follows the last section is not loaded
  const std::string original = ids_with(built("prox_gradient"));
  CHECK(original.size() == 3 * 26);
  CHECK(ids_with("copy.so") == original);
  CHECK(ids_with("./longer.so") != original);
}

TEST_CASE("the page's activation, loss and data pass their checks, are shown, and make runs that name their library",
          "[plugin][own]") {
  const Sandbox sandbox;
  const std::string library = built("pieces"), plugin = with_plugin(library);
  const Outcome checked = sandbox.run("check-plugin '" + library + "'");
  INFO(checked.out << checked.err);
  CHECK(checked.code == 0);
  CHECK_THAT(checked.out, Contains("activation swish: ") && Contains("loss huber: ") && Contains("dataset wave: ") &&
                              Contains("\n0 of 14 checks failed"));
  const std::string list = sandbox.run("list" + plugin).out;
  for (const char* name : {"swish", "huber", "wave"}) {
    const std::size_t at = list.find(std::string("\n") + name + " ");
    REQUIRE(at != std::string::npos);
    CHECK_THAT(list.substr(at + 1, list.find('\n', at + 1) - at), Contains(library));
  }
  CHECK_THAT(list, Contains("program"));
  CHECK_THAT(sandbox.run("describe wave" + plugin).out, Contains("none needed (generated)") && Contains("n (default: 200)"));

  const std::string text = read_text(kWork / "page" / "robust.toml");
  sandbox.write("robust.toml", text);
  const Outcome run = sandbox.run("run --threads 1 robust.toml" + plugin);
  INFO(run.err);
  REQUIRE(run.code == 0);
  const Outcome check = sandbox.run("check robust.toml" + plugin);
  INFO(check.out << check.err);
  CHECK(check.code == 0);
  const auto made = records(sandbox.path("out/runs"));
  REQUIRE(made.size() == 2);
  for (const bcd::RunRecord& record : made) {
    CHECK(record.config["network"]["activation"] == nlohmann::json{"swish", "tanh"});
    CHECK(record.config["loss"]["name"] == "huber");
    CHECK(record.provenance["files"] == nlohmann::json{{library, bcd::sha256(read_text(library))}});
    CHECK(record.provenance["dataset"]["origin"] == library);
    const auto loss = record.trace.column("train_loss");
    CHECK(loss.back() < loss.front());
    if (record.config["algorithm"] != "bcd3_zeng2019") continue;
    for (const bcd::PromiseResult& promise : record.promises) {
      CAPTURE(promise.promise.id);
      CHECK(promise.verdict() != "violated");
    }
  }
  CHECK_THAT(sandbox.run("run --dry-run robust.toml" + plugin).out, Contains("exists"));
  // The name follows the content of the library for whatever is used of it, and for nothing else.
  sandbox.write("longer.so", read_text(library) + "\n");
  const auto ids = [&](const std::string& file, const std::string& changed) {
    sandbox.write("changed.toml", std::regex_replace(changed, std::regex("id = \"robust\""), "id = \"changed\""));
    const Outcome planned = sandbox.run("run changed.toml --dry-run --variant adam" + with_plugin(file));
    INFO(planned.err);
    REQUIRE(planned.code == 0);
    std::smatch found;
    REQUIRE(std::regex_search(planned.out, found, std::regex("[0-9a-f]{16}-[0-9a-f]{8}")));
    return found.str();
  };
  const auto without = [&](std::string changed, const std::vector<std::pair<std::string, std::string>>& changes) {
    for (const auto& [from, to] : changes) {
      REQUIRE(changed.find(from) != std::string::npos);
      changed.replace(changed.find(from), from.size(), to);
    }
    return changed;
  };
  const std::pair<std::string, std::string> no_swish{"\"swish\"", "\"relu\""}, no_huber{"\"huber\"", "\"squared\""},
      no_wave{"{ name = \"wave\", n = 100 }", "{ name = \"bodyfat\" }"};
  for (const std::string& uses_one :
       {without(text, {no_huber, no_wave}), without(text, {no_swish, no_wave}), without(text, {no_swish, no_huber})})
    CHECK(ids(library, uses_one) != ids("./longer.so", uses_one));
  const std::string uses_none = without(text, {no_swish, no_huber, no_wave});
  CHECK(ids(library, uses_none) == ids("./longer.so", uses_none));

  check_misuse(sandbox.run("run robust.toml"), "unknown dataset 'wave'");
  check_misuse(sandbox.run("run robust.toml --set dataset.name=bodyfat"), "unknown activation 'swish'");
  const Outcome many = sandbox.run("run robust.toml --set dataset.n=many" + plugin);
  CHECK(many.code == 2);
  CHECK_THAT(many.err, Contains("bcdbench: dataset 'wave' of "));
  check_misuse(sandbox.run("list" + plugin + plugin), "'swish' is taken by " + library);
}

TEST_CASE("a library that does not fit is refused with the reason, and nothing runs", "[plugin]") {
  const Sandbox sandbox;
  const auto refused = [&](const std::string& file, const std::string& part) {
    CAPTURE(file);
    const Outcome outcome = sandbox.run("run zeng2019-fig1" + with_plugin(file));
    check_misuse(outcome, "--plugin " + file + ": ");
    check_misuse(outcome, part);
    CHECK(outcome.out.empty());
    CHECK_FALSE(fs::exists(sandbox.path("out")));
  };
  refused("nowhere.so", "no such file");
  sandbox.write("text.so", "not a library");
  refused("text.so", "cannot be loaded");
  refused(built("no_entry"), "exports no 'bcdbench_plugin'; its source must say BCDBENCH_PLUGIN");
  refused(built("missing_symbol"), "function_of_another_version");
  refused(built("other_version"), "has interface version 4000000000, this program has version ");
  refused(built("other_alignment"), "aligned to 16 bytes");
  refused(built("taken_name"), "the algorithm name 'sgd' is taken by the program");
  check_misuse(sandbox.run("list" + with_plugin(built("prox_gradient")) + with_plugin(built("prox_gradient"))),
               "'prox_gradient' is taken by " + built("prox_gradient"));
  CHECK(sandbox.run("list --plugin").code == 2);
}

TEST_CASE("the workflows of the page do what they say", "[plugin][ci]") {
  const std::string page = read_text(kWork / "installed/share/doc/bcdbench/experiments/outside/continuous-integration.md");
  // The commands of a workflow: lines that begin, behind a dash or not, with one of the tools.
  const auto commands = [&](const std::string& from) {
    const std::size_t begin = page.find("```yaml", page.find(from));
    std::istringstream lines(page.substr(begin, page.find("\n```\n", begin) - begin));
    std::string script;
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find_first_not_of(" -");
      if (at != std::string::npos &&
          (line.compare(at, 6, "cmake ") == 0 || line.compare(at, 9, "bcdbench ") == 0 || line.compare(at, 4, "cat ") == 0))
        script += line.substr(at) + "\n";
    }
    return script;
  };
  const std::string github = commands("GitHub, "), gitlab = commands("GitLab, ");
  CHECK(github == gitlab + "cat ci/summary.md >>\"$GITHUB_STEP_SUMMARY\"\n");
  const Sandbox sandbox;
  for (const char* file : {"prox_gradient.cpp", "CMakeLists.txt", "sparse.toml"})
    sandbox.write(file, read_text(kWork / "page" / file));
  sandbox.write("job.sh", github);
  const std::string there = sandbox.path("").string();
  const int status = std::system(("cd '" + there + "' && env PATH='" + (kWork / "installed/bin").string() +
                                  "':\"$PATH\" CMAKE_PREFIX_PATH='" + (kWork / "installed").string() +
                                  "' CXX='" BCDBENCH_CXX "' CMAKE_CXX_COMPILER_LAUNCHER='" BCDBENCH_LAUNCHER
                                  "' GITHUB_STEP_SUMMARY=page.md sh -e job.sh >log.txt 2>&1")
                                     .c_str());
  INFO(sandbox.read("log.txt"));
  CHECK(status == 0);
  CHECK_THAT(sandbox.read("log.txt"), Contains("0 of 8 checks failed") && Contains("0 of 1 differ from the expectation"));
  CHECK_THAT(sandbox.read("page.md"), StartsWith("### bcdbench: 1 of 1 claims as expected, 6 runs") &&
                                          Contains("| ok | beck2009.lemma2.3 |") && Contains("0 violations in 300 checks"));
  CHECK_THAT(sandbox.read("ci/junit.xml"), Contains("<system-out>holds: 0 violations in 300 checks"));
  CHECK(fs::file_size(sandbox.path("ci/report.html")) > 10000);

  // A promise that is not kept is exit code 1, and everything is written all the same.
  sandbox.write("sparse.toml", read_text(kWork / "page" / "sparse.toml") +
                                   "[[promise]]\nid = 'too.much'\nholds = 'F[k] <= 0.1*F[k-1]'\nvariants = ['prox']\n");
  const Outcome broken =
      sandbox.run("ci sparse.toml --set run.iterations=5 --out broken" + with_plugin("build/prox_gradient.so"));
  CHECK(broken.code == 1);
  CHECK_THAT(sandbox.read("broken/summary.md"), Contains("**FAIL**") && Contains("first violated at iteration 1"));
  CHECK_THAT(sandbox.read("broken/junit.xml"), Contains("failures=\"1\""));
  CHECK(fs::exists(sandbox.path("broken/report.html")));
  check_misuse(sandbox.run("ci"), "ci: name the experiment files");
  check_misuse(sandbox.run("ci nowhere.toml"), "nowhere.toml");
  check_misuse(sandbox.run("check-plugin nowhere.so"), "no such file");
}

TEST_CASE("the page's C++ is shorter than 60 lines", "[plugin]") {
  const std::string code = read_text(kWork / "page" / "prox_gradient.cpp");
  CHECK(std::count(code.begin(), code.end(), '\n') < 60);
}

TEST_CASE("a new algorithm passes the contract and its own tests as it is written", "[new-algorithm]") {
  const Sandbox sandbox;
  const auto run = [&](const std::string& command) {
    const int status = std::system((command + " >'" + sandbox.path("output").string() + "' 2>&1").c_str());
    INFO(sandbox.read("output"));
    CHECK(status == 0);
  };
  run("env BCDBENCH_PLUGIN='" + built("fresh_method") + "' '" BCDBENCH_CONTRACT "' '[contract]~[dependency]'");
  CHECK_THAT(sandbox.read("output"), Contains("All tests passed"));
  run("'" + (kWork / "build/fresh_method_test").string() + "'");
  CHECK_THAT(sandbox.read("output"), Contains("in 3 test cases"));
  CHECK_THAT(sandbox.run("describe fresh_method" + with_plugin(built("fresh_method"))).out,
             Contains("descent   (Armijo 1966)"));
  for (const auto& entry : fs::recursive_directory_iterator(kWork / "checkout"))
    if (entry.is_regular_file() && entry.path().string().find("fresh_method") != std::string::npos)
      CHECK_THAT(read_text(entry.path()), !Contains("template_method") && !Contains("TemplateMethod") && !Contains("TEMPLATE"));
}
