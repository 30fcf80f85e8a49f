// Completion for shells and the manual page, from the verbs and their options.
#include <algorithm>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "datasets/dataset.hpp"
#include "experiments/build/embedded.hpp"
#include "experiments/cli/help.hpp"
#include "experiments/file/load.hpp"

namespace bcd {
namespace {

using Option = boost::program_options::option_description;

bool takes_value(const Option& option) { return option.semantic()->max_tokens() > 0; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// For zsh and bash: nothing within is special.
std::string in_quotes(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }
std::string fish_quoted(const std::string& text) { return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'"; }

std::string bash_script() {
  std::ostringstream out;
  std::vector<std::string> names, with_value;
  for (const Verb& verb : verbs()) names.push_back(verb.name);
  out << "# bash completion for bcdbench\n_bcdbench() {\n"
      << "  local word=${COMP_WORDS[COMP_CWORD]} options='' names=''\n"
      << "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    names=" << in_quotes(joined(names)) << " options='--help --version'\n"
      << "  else\n    case ${COMP_WORDS[1]} in\n";
  for (const Verb& verb : verbs()) {
    std::vector<std::string> options;
    const OptionList every = every_option(verb);
    for (const auto& option : every.options()) {
      options.push_back("--" + option->long_name());
      if (takes_value(*option)) with_value.push_back(options.back());
    }
    out << "      " << verb.name << ")\n        options=" << in_quotes(joined(options))
        << "\n        names=" << in_quotes(joined(argument_words(verb))) << " ;;\n";
  }
  std::sort(with_value.begin(), with_value.end());
  with_value.erase(std::unique(with_value.begin(), with_value.end()), with_value.end());
  out << "    esac\n  fi\n"
      << "  # Behind an option that takes a value: files.\n"
      << "  case ${COMP_WORDS[COMP_CWORD - 1]} in " << replaced(joined(with_value), " ", "|")
      << ") COMPREPLY=(); return ;; esac\n"
      << "  case $word in -*) names=$options ;; esac\n"
      << "  COMPREPLY=($(compgen -W \"$names\" -- \"$word\"))\n}\n"
      << "complete -o default -F _bcdbench bcdbench\n";
  return out.str();
}

std::string zsh_script() {
  std::ostringstream out;
  out << "#compdef bcdbench\nlocal -a verbs options names\nverbs=(\n";
  for (const Verb& verb : verbs()) out << "  " << in_quotes(verb.name + ":" + verb.summary) << "\n";
  out << ")\nif (( CURRENT == 2 )); then\n  _describe verb verbs\n  return\nfi\ncase $words[2] in\n";
  for (const Verb& verb : verbs()) {
    out << "  " << verb.name << ")\n    options=(\n";
    const OptionList every = every_option(verb);
    for (const auto& option : every.options())
      out << "      " << in_quotes("--" + option->long_name() + ":" + replaced(option->description(), "\n", " ")) << "\n";
    out << "    )\n    names=(" << joined(argument_words(verb)) << ") ;;\n";
  }
  out << "esac\nif [[ $PREFIX == -* ]]; then\n  _describe -o option options\nelse\n"
      << "  (( $#names )) && compadd -a names\n  _files\nfi\n";
  return out.str();
}

std::string fish_script() {
  std::ostringstream out;
  out << "# fish completion for bcdbench\n";
  for (const Verb& verb : verbs())
    out << "complete -c bcdbench -f -n __fish_use_subcommand -a " << verb.name << " -d " << fish_quoted(verb.summary) << "\n";
  for (const Verb& verb : verbs()) {
    const std::string within = "complete -c bcdbench -n '__fish_seen_subcommand_from " + verb.name + "' ";
    const std::vector<std::string> words = argument_words(verb);
    if (!words.empty()) out << within << "-a " << fish_quoted(joined(words)) << "\n";
    const OptionList every = every_option(verb);
    for (const auto& option : every.options())
      out << within << "-l " << option->long_name() << (takes_value(*option) ? " -r" : "") << " -d "
          << fish_quoted(replaced(option->description(), "\n", " ")) << "\n";
  }
  return out.str();
}

/// Text as it stands, for roff.
std::string roff(const std::string& text) {
  std::istringstream lines(replaced(replaced(text, "\\", "\\e"), "-", "\\-"));
  std::string result;
  for (std::string line; std::getline(lines, line);)
    result += (line.starts_with(".") || line.starts_with("'") ? "\\&" : "") + line + "\n";
  return result;
}

std::string unfilled(const std::string& text) { return ".nf\n" + roff(text) + ".fi\n"; }

}  // namespace

std::vector<std::string> argument_words(const Verb& verb) {
  std::vector<std::string> words;
  std::string arguments = verb.arguments;
  std::replace_if(
      arguments.begin(), arguments.end(), [](char c) { return c == '[' || c == ']' || c == '|' || c == '.'; }, ' ');
  std::istringstream parts(arguments);
  const auto add = [&](const std::vector<std::string>& more) { words.insert(words.end(), more.begin(), more.end()); };
  for (std::string part; parts >> part;) {
    if (part.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos) words.push_back(part);
    if (part == "VERB")
      for (const Verb& other : verbs()) words.push_back(other.name);
    if (part == "TOPIC") add(topics());
    if (part == "ALGORITHM") add(plugin_names());
    if (part == "DATASET")
      for (const DatasetInfo& info : datasets()) words.push_back(info.name);
    if (part.ends_with("EXPERIMENT")) add(experiment_ids());
    if (part == "PAPER")
      for (const EmbeddedFile& paper : embedded_papers()) words.emplace_back(paper.name);
  }
  return words;
}

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  throw UsageError(unknown_name("shell", shell, {"bash", "zsh", "fish"}));
}

std::string manual_page() {
  std::ostringstream out;
  out << ".TH BCDBENCH 1\n.SH NAME\nbcdbench \\- benchmarks and theorem checks for layer\\-wise training of neural networks\n"
      << ".SH SYNOPSIS\n.B bcdbench\nVERB [NAMES] [OPTIONS]\n.SH DESCRIPTION\n"
      << unfilled(overview()) << ".SH VERBS\n";
  for (const Verb& verb : verbs()) {
    out << ".SS " << roff(verb.name + " " + verb.arguments) << unfilled(verb.help);
    const OptionList every = every_option(verb);
    for (const auto& option : every.options())
      out << ".TP\n.B " << roff("--" + option->long_name() + (takes_value(*option) ? " " + option->format_parameter() : ""))
          << roff(option->description());
    out << ".PP\nExamples:\n.PP\n" << unfilled(verb.examples);
  }
  out << ".SH SEE ALSO\nThe documentation: " << roff("bcdbench help TOPIC, or the folder doc/bcdbench beside man");
  return out.str();
}

}  // namespace bcd
