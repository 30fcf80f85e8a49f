#include "experiments/cli/help.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "experiments/build/embedded.hpp"
#include "experiments/run/provenance.hpp"

namespace bcd {
namespace {

constexpr const char* kOverview =
    "Runs layer-wise training methods for neural networks on the experiments of the papers that propose them,\n"
    "checks what the papers promise at every iteration, and draws the figures.\n";

constexpr const char* kExitCodes =
    "Exit codes: 0 all well; 1 a claim or a run failed; 2 misuse (the message says what to do);\n"
    "3 internal error; 130 interrupted, 143 by SIGTERM, 129 by SIGHUP, 152 by SIGXCPU (records of finished runs are kept).\n";

}  // namespace

std::string overview() {
  std::ostringstream out;
  out << "bcdbench VERB [NAMES] [OPTIONS]\n\n" << kOverview << "\nVerbs (each explains itself with --help):\n";
  for (const Verb& verb : verbs()) out << "  " << verb.name << std::string(16 - verb.name.size(), ' ') << verb.summary << "\n";
  out << "\nPages of the documentation, for 'bcdbench help TOPIC':\n ";
  std::size_t column = 1;
  for (const std::string& topic : topics()) {
    if (column + 1 + topic.size() > 100) out << "\n ", column = 1;
    out << " " << topic;
    column += 1 + topic.size();
  }
  out << "\n\nOptions:\n  --help            this text\n  --version         version, commit, compiler, libraries\n"
      << "  --plugin FILE.so  with every verb: add what a shared library brings; may be given several times\n\n"
      << "Start with:\n  bcdbench list experiments\n  bcdbench reproduce\n\n"
      << kExitCodes;
  return out.str();
}

std::string verb_help(const Verb& verb) {
  std::ostringstream out;
  out << "bcdbench " << verb.name << (verb.arguments.empty() ? "" : " " + verb.arguments) << " [OPTIONS]\n\n"
      << verb.help << "\n"
      << every_option(verb) << "\nExamples:\n";
  std::istringstream lines(verb.examples);
  for (std::string line; std::getline(lines, line);) out << "  " << line << "\n";
  return out.str();
}

std::string version_text() {
  const nlohmann::json facts = provenance();
  const auto fact = [&](const char* name) { return facts.at(name).get<std::string>(); };
  return fact("program") + "\ncommit " + fact("commit") + (facts.at("dirty").get<bool>() ? " with local changes" : "") + "\n" +
         fact("compiler") + ", " + fact("build_type") + ", " + fact("flags") + "\nEigen " + fact("eigen") + " (" +
         fact("simd") + ")\n";
}

OptionList every_option(const Verb& verb) {
  namespace po = boost::program_options;
  OptionList options = verb.options();
  options.add_options()("plugin", po::value<std::vector<std::string>>()->value_name("FILE.so"),
                        "add what a shared library brings: algorithms, activations, losses, data; may be given several times")(
      "help", "this text");
  return options;
}

std::vector<std::string> topics() {
  std::vector<std::string> names;
  for (const EmbeddedFile& page : embedded_pages()) names.emplace_back(page.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string help_on(const std::string& name) {
  std::string text;
  std::vector<std::string> valid = topics();
  for (const Verb& verb : verbs()) {
    if (std::find(valid.begin(), valid.end(), verb.name) == valid.end()) valid.push_back(verb.name);
    if (verb.name == name) text = verb_help(verb);
  }
  for (const EmbeddedFile& page : embedded_pages())
    if (page.name == name) text += (text.empty() ? "" : "\n") + std::string(page.text);
  if (text.empty()) throw UsageError(unknown_name("verb or topic", name, valid));
  return text;
}

}  // namespace bcd
