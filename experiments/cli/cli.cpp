#include "experiments/cli/cli.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "experiments/outside/external.hpp"
#include "experiments/outside/plugin_library.hpp"
#include "experiments/run/provenance.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

constexpr const char* kOverview =
    "Runs layer-wise training methods for neural networks on the experiments of the papers that propose them,\n"
    "checks what the papers promise at every iteration, and draws the figures.\n";

constexpr const char* kExitCodes =
    "Exit codes: 0 all well; 1 a claim or a run failed; 2 misuse (the message says what to do);\n"
    "3 internal error; 130 interrupted (records of finished runs are kept).\n";

std::string overview() {
  std::ostringstream out;
  out << "bcdbench VERB [NAMES] [OPTIONS]\n\n" << kOverview << "\nVerbs (each explains itself with --help):\n";
  for (const Verb& verb : verbs()) out << "  " << verb.name << std::string(16 - verb.name.size(), ' ') << verb.summary << "\n";
  out << "\nOptions:\n  --help            this text\n  --version         version, commit, compiler, libraries\n"
      << "  --plugin FILE.so  with every verb: add the algorithm of a shared library; may be given several times\n\n"
      << "Start with:\n  bcdbench list experiments\n  bcdbench reproduce\n\n"
      << kExitCodes;
  return out.str();
}

std::string version_text() {
  const nlohmann::json facts = provenance();
  const auto fact = [&](const char* name) { return facts.at(name).get<std::string>(); };
  return fact("program") + "\ncommit " + fact("commit") + (facts.at("dirty").get<bool>() ? " with local changes" : "") + "\n" +
         fact("compiler") + ", " + fact("build_type") + ", " + fact("flags") + "\nEigen " + fact("eigen") + " (" +
         fact("simd") + ")\n";
}

std::string verb_help(const Verb& verb) {
  std::ostringstream out;
  out << "bcdbench " << verb.name << (verb.arguments.empty() ? "" : " " + verb.arguments) << " [OPTIONS]\n\n"
      << verb.help << "\n"
      << verb.options() << "  --plugin FILE.so      add the algorithm of a shared library\n"
      << "  --help                this text\n\nExamples:\n";
  std::istringstream lines(verb.examples);
  for (std::string line; std::getline(lines, line);) out << "  " << line << "\n";
  return out.str();
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& a) { return a == "--help" || a == "-h"; });
}

std::vector<std::string> option_names(const OptionList& options) {
  std::vector<std::string> result{"--help", "--plugin"};
  for (const auto& option : options.options()) result.push_back("--" + option->long_name());
  return result;
}

/// Strict: no abbreviations, no unknown options, no names where the verb takes none.
CommandLine parse(const Verb& verb, const std::vector<std::string>& arguments) {
  const OptionList visible = verb.options();
  OptionList all;
  all.add(visible);
  all.add_options()("names", po::value<std::vector<std::string>>())("plugin", po::value<std::vector<std::string>>());
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
      for (const std::string& file : options["plugin"].as<std::vector<std::string>>()) add_shared_plugin(file);
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
