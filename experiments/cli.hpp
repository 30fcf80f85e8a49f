// The command line: verbs as data, one strict parser for all of them, one place for help.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace bcd {

/// Exit codes of the program. An internal error (a bug, a full disk) is told apart from misuse.
enum ExitCode : int { kAllWell = 0, kCheckFailed = 1, kMisuse = 2, kInternalError = 3, kInterrupted = 130 };

/// The parsed options of one verb; names given without an option are under "names".
using Options = boost::program_options::variables_map;
using OptionList = boost::program_options::options_description;

struct Verb {
  std::string name;
  std::string arguments;  ///< the positional part of the usage line: "EXPERIMENT..."; empty: the verb takes no names
  std::string summary;    ///< one line, for the overview
  std::string help;       ///< what it does, for a newcomer
  std::string examples;   ///< complete commands, one a line
  OptionList (*options)();
  int (*run)(const Options&);
};

/// Every verb, in the order of the overview. Each group lives in its own file: experiments/verbs_*.cpp.
std::vector<Verb> verbs();
std::vector<Verb> run_verbs();
std::vector<Verb> result_verbs();
std::vector<Verb> claim_verbs();
std::vector<Verb> compare_verbs();
std::vector<Verb> rate_verbs();
std::vector<Verb> show_verbs();
std::vector<Verb> data_verbs();
std::vector<Verb> source_verbs();

/// Runs the program on its arguments (without the program's name). Throws UsageError for misuse.
int run_command_line(const std::vector<std::string>& arguments);

/// The names given without an option.
std::vector<std::string> names(const Options& options);
/// An option's text, or "" when it was not given.
std::string text(const Options& options, const std::string& option);
/// "a,b,c" -> {"a", "b", "c"}; an empty piece is a UsageError that names the option.
std::vector<std::string> split_list(const std::string& option, const std::string& list);

/// Rows as aligned columns, two blanks apart; no trailing blanks.
std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
/// The text broken into lines of at most `width` characters, each beginning with `indent` blanks; ends with a newline.
std::string wrapped(const std::string& text, std::size_t indent = 0, std::size_t width = 100);

}  // namespace bcd
