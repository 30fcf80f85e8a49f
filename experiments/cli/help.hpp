// What the program says about itself.
#pragma once

#include <string>
#include <vector>

#include "experiments/cli/cli.hpp"

namespace bcd {

/// The verbs, the topics, how to begin.
std::string overview();
/// A verb with its options and examples.
std::string verb_help(const Verb& verb);
/// Version, commit, compiler, libraries.
std::string version_text();

/// A verb's options and those that every verb has.
OptionList every_option(const Verb& verb);
/// The pages of the documentation that `help` can show.
std::vector<std::string> topics();
/// What `help NAME` prints: the verb's help, the page, or both. Throws UsageError for another name.
std::string help_on(const std::string& name);

/// The words that a verb's arguments can be: "list|fetch [DATASET...]" gives list, fetch and the names of the datasets.
std::vector<std::string> argument_words(const Verb& verb);
/// A script that lets a shell ("bash", "zsh", "fish") complete verbs, options and names.
std::string completion_script(const std::string& shell);
/// The manual page, in roff.
std::string manual_page();

}  // namespace bcd
