// The command line: verbs as data, one strict parser for all of them, one place for help.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "algorithms/core/text.hpp"
#include "experiments/run/exit_code.hpp"

namespace bcd {

/// The parsed options of one verb; names given without an option are under "names".
using CommandLine = boost::program_options::variables_map;
using OptionList = boost::program_options::options_description;

/// Of a verb that has none.
inline OptionList no_options() { return OptionList("Options"); }

struct Verb {
  std::string name;
  std::string arguments;  ///< the positional part of the usage line: "EXPERIMENT..."; empty: the verb takes no names
  std::string summary;    ///< one line, for the overview
  std::string help;       ///< what it does, for a newcomer
  std::string examples;   ///< complete commands, one a line
  OptionList (*options)();
  int (*run)(const CommandLine&);
};

/// Every verb, in the order of the overview. The list is verbs.cpp.
std::vector<Verb> verbs();

/// Runs the program on its arguments (without the program's name). Throws UsageError for misuse.
int run_command_line(const std::vector<std::string>& arguments);

/// The names given without an option.
std::vector<std::string> names(const CommandLine& options);
/// An option's text, or "" when it was not given.
std::string text(const CommandLine& options, const std::string& option);

}  // namespace bcd
