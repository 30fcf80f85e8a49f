// What the program says about itself: help, version, completion.
#include <iostream>

#include "algorithms/core/types.hpp"
#include "experiments/cli/help.hpp"

namespace bcd {
namespace {

OptionList help_options() {
  OptionList options("Options");
  options.add_options()("man", "the whole as a manual page, in roff");
  return options;
}

int help_verb(const CommandLine& options) {
  const std::vector<std::string> chosen = names(options);
  if (options.count("man")) {
    if (!chosen.empty()) throw UsageError("help: --man takes no names");
    std::cout << manual_page();
  } else if (chosen.empty()) {
    std::cout << overview();
  }
  std::string text;
  for (const std::string& name : chosen) text += help_on(name);
  std::cout << text;
  return kAllWell;
}

int version_verb(const CommandLine&) {
  std::cout << version_text();
  return kAllWell;
}

int completion_verb(const CommandLine& options) {
  const std::vector<std::string> chosen = names(options);
  if (chosen.size() != 1) throw UsageError("completion: give one shell: bash, zsh or fish");
  std::cout << completion_script(chosen.front());
  return kAllWell;
}

}  // namespace

std::vector<Verb> help_verbs() {
  return {
      {"help", "[VERB|TOPIC]", "a verb, or a page of the documentation",
       "Without a name: the verbs and the topics. VERB: what 'bcdbench VERB --help' says. TOPIC: a page of the documentation, or\n"
       "of a paper's methods.\n",
       "bcdbench help run\n"
       "bcdbench help external | less\n"
       "bcdbench help --man | man -l -\n",
       help_options, help_verb},
      {"version", "", "version, commit, compiler, libraries", "What this program is and how it was built.\n",
       "bcdbench version\n", no_options, version_verb},
      {"completion", "bash|zsh|fish", "a script for your shell that completes verbs, options and names",
       "A package installs these scripts where the shells look for them; elsewhere load them yourself.\n",
       "bcdbench completion bash >> ~/.bash_completion\n"
       "bcdbench completion zsh > ~/.zfunc/_bcdbench\n"
       "bcdbench completion fish > ~/.config/fish/completions/bcdbench.fish\n",
       no_options, completion_verb},
  };
}

}  // namespace bcd
