#include "experiments/cli/cli.hpp"

#include <algorithm>
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/cli/help.hpp"
#include "experiments/outside/external.hpp"
#include "experiments/outside/plugin_library.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

bool asks_for_help(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& a) { return a == "--help" || a == "-h"; });
}

std::vector<std::string> option_names(const OptionList& options) {
  std::vector<std::string> result;
  for (const auto& option : options.options()) result.push_back("--" + option->long_name());
  return result;
}

/// Strict: no abbreviations, no unknown options, no names where the verb takes none.
CommandLine parse(const Verb& verb, const std::vector<std::string>& arguments) {
  const OptionList visible = every_option(verb);
  OptionList all;
  all.add(visible);
  all.add_options()("names", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  if (!verb.arguments.empty()) positional.add("names", -1);

  CommandLine values;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(), values);
    po::notify(values);
  } catch (const po::unknown_option& e) {
    throw UsageError(verb.name + ": " + unknown_name("option", e.get_option_name(), option_names(visible)));
  } catch (const po::too_many_positional_options_error&) {
    throw UsageError(verb.name + ": takes options only, no names; see 'bcdbench " + verb.name + " --help'");
  } catch (const po::error& e) {
    throw UsageError(verb.name + ": " + e.what() + "; see 'bcdbench " + verb.name + " --help'");
  }
  return values;
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::cerr << overview();
    return kMisuse;
  }
  const std::string& first = arguments.front();
  if (first == "--version") {
    std::cout << version_text();
    return kAllWell;
  }
  if (first == "--help" || first == "-h") {
    std::cout << overview();
    return kAllWell;
  }
  std::vector<std::string> valid;
  for (const Verb& verb : verbs()) {
    valid.push_back(verb.name);
    if (verb.name != first) continue;
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (asks_for_help(rest)) {
      std::cout << verb_help(verb);
      return kAllWell;
    }
    const CommandLine options = parse(verb, rest);
    register_external();
    if (options.count("plugin"))
      for (const std::string& file : options["plugin"].as<std::vector<std::string>>()) add_library(file);
    return verb.run(options);
  }
  throw UsageError(unknown_name(first.starts_with("-") ? "option" : "verb", first, valid) + "; see 'bcdbench --help'");
}

std::vector<std::string> names(const CommandLine& options) {
  return options.count("names") ? options["names"].as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string text(const CommandLine& options, const std::string& option) {
  return options.count(option) ? options[option].as<std::string>() : std::string{};
}

}  // namespace bcd
