// help, version, completion: what the program says about itself, and whether the shells understand it.
#include "experiments/cli/help.hpp"

#include <regex>

#include "tests/support/program.hpp"

using namespace bcd::test;

namespace {

/// The options that a completion script knows behind a verb, taken out of the script by its own shape.
std::string part(const std::string& script, const std::string& begin, const std::string& end) {
  const std::size_t from = script.find(begin);
  if (from == std::string::npos) return "";
  return script.substr(from, script.find(end, from + begin.size()) - from);
}

bool word_in(const std::string& text, const std::string& word) {
  return std::regex_search(text, std::regex("(^|[^a-z0-9-])" + word + "([^a-z0-9-]|$)"));
}

bool there(const Sandbox& sandbox, const std::string& tool) {
  return std::system(("command -v " + tool + " >'" + sandbox.path("which").string() + "' 2>&1").c_str()) == 0;
}

/// What a shell prints for a script.
std::string shell(const Sandbox& sandbox, const std::string& command) {
  const int status = std::system(("cd '" + sandbox.path("").string() + "' && " + command + " >said 2>&1").c_str());
  const std::string said = sandbox.read("said");
  INFO(command << "\n" << said);
  CHECK(status == 0);
  return said;
}

}  // namespace

TEST_CASE("help, help VERB, help TOPIC and version", "[cli][help]") {
  const Sandbox sandbox;
  CHECK(sandbox.run("help").out == sandbox.run("--help").out);
  CHECK(sandbox.run("version").out == sandbox.run("--version").out);
  CHECK(sandbox.run("help run").out == sandbox.run("run --help").out);
  // A page is the file of the checkout, word for word.
  for (const auto& [topic, file] :
       std::vector<std::pair<std::string, std::string>>{{"external", "experiments/outside/external.md"},
                                                        {"experiments", "experiments/README.md"},
                                                        {"zeng2019", "algorithms/zeng2019/README.md"}}) {
    const Outcome page = sandbox.run("help " + topic);
    CHECK(page.code == 0);
    CHECK(page.out == sandbox.read(fs::path(BCDBENCH_SOURCE_DIR) / file));
  }
  // rates is both, a verb and a page.
  CHECK_THAT(
      sandbox.run("help rates").out,
      StartsWith("bcdbench rates ") && Contains(sandbox.read(fs::path(BCDBENCH_SOURCE_DIR) / "results/rates/README.md")));
  const Outcome overview = sandbox.run("help");
  for (const std::string& topic : bcd::topics()) CHECK(word_in(overview.out, topic));
  check_misuse(sandbox.run("help externl"), "unknown verb or topic 'externl'; did you mean 'external'?");
  check_misuse(sandbox.run("completion tcsh"), "unknown shell 'tcsh'");
  check_misuse(sandbox.run("version run"), "takes options only");
}

TEST_CASE("completion and the manual page know every verb and every option", "[cli][help]") {
  const Sandbox sandbox;
  const std::string bash = sandbox.run("completion bash").out, zsh = sandbox.run("completion zsh").out,
                    fish = sandbox.run("completion fish").out, manual = sandbox.run("help --man").out;
  for (const bcd::Verb& verb : bcd::verbs()) {
    CAPTURE(verb.name);
    const std::string in_bash = part(bash, "      " + verb.name + ")\n", ";;"),
                      in_zsh = part(zsh, "  " + verb.name + ")\n", ";;");
    std::string roff_name = std::regex_replace(verb.name, std::regex("-"), "\\-");
    const std::string in_manual = part(manual, ".SS " + roff_name + " ", "\n.SS ");
    CHECK_THAT(zsh, Contains("'" + verb.name + ":"));
    CHECK_THAT(fish, Contains("-n __fish_use_subcommand -a " + verb.name + " -d "));
    CHECK(word_in(part(bash, "\n    names='", "'"), verb.name));
    const bcd::OptionList every = bcd::every_option(verb);
    for (const auto& option : every.options()) {
      CAPTURE(option->long_name());
      const std::string name = "--" + option->long_name();
      CHECK(word_in(in_bash, name));
      CHECK_THAT(in_zsh, Contains("'" + name + ":"));
      CHECK_THAT(fish, Contains("'__fish_seen_subcommand_from " + verb.name + "' -l " + option->long_name() + " "));
      CHECK_THAT(in_manual, Contains(".B " + std::regex_replace(name, std::regex("-"), "\\-")));
    }
    // Another verb's options are not offered: data knows no --variant, and the parser refuses it elsewhere.
    if (verb.name == "data") CHECK_FALSE(word_in(in_bash, "--variant"));
  }
}

TEST_CASE("bash completes verbs, options and names", "[cli][help]") {
  const Sandbox sandbox;
  sandbox.write("completion", sandbox.run("completion bash").out);
  sandbox.write("try", R"(. ./completion
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _bcdbench; echo "${COMPREPLY[*]}"; }
complete_words bcdbench repr
complete_words bcdbench run --sca
complete_words bcdbench run zeng2019-fig
complete_words bcdbench data ver
complete_words bcdbench help exter
complete_words bcdbench run --plugin ru
complete_words bcdbench data --var
)");
  const std::string said = shell(sandbox, "bash try");
  CHECK_THAT(said, StartsWith("reproduce\n--scale\nzeng2019-fig1"));
  CHECK_THAT(said, Contains("\nverify\nexternal\n\n\n"));
}

TEST_CASE("zsh, fish and man read what is written for them", "[cli][help]") {
  const Sandbox sandbox;
  for (const char* name : {"zsh", "fish"}) {
    sandbox.write(name, sandbox.run(std::string("completion ") + name).out);
    if (there(sandbox, name))
      CHECK(shell(sandbox, std::string(name) + " -n ./" + name).empty());
    else
      WARN("not tried: " << name << " is not installed");
  }
  if (there(sandbox, "fish")) {
    CHECK_THAT(shell(sandbox, "HOME=. fish -c 'source ./fish; complete -C\"bcdbench repr\"'"), Contains("reproduce"));
    CHECK_THAT(shell(sandbox, "HOME=. fish -c 'source ./fish; complete -C\"bcdbench run --sca\"'"), Contains("--scale"));
  }
  sandbox.write("page", sandbox.run("help --man").out);
  if (there(sandbox, "groff"))
    CHECK(shell(sandbox, "groff -man -Tutf8 -ww -z page").empty());
  else
    WARN("not tried: groff is not installed");
}
