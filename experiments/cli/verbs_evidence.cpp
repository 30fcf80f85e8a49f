// Verbs that hand a paper's evidence over: counterexample, certify.
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/cli/own_experiments.hpp"
#include "experiments/cli/selection.hpp"
#include "experiments/file/load.hpp"
#include "experiments/report/certificate.hpp"
#include "experiments/report/counterexample.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

/// The one name that the verb is given.
std::string only_name(const CommandLine& options, const std::string& verb, const std::string& what) {
  const std::vector<std::string> given = names(options);
  if (given.size() != 1) throw UsageError(verb + ": name exactly one " + what);
  return given.front();
}

std::string scale_of(const CommandLine& options) {
  const std::string scale = text(options, "scale");
  if (scale != "quick" && scale != "paper") throw UsageError(unknown_name("scale", scale, kScales));
  return scale;
}

void add_common(OptionList& options) {
  auto add = options.add_options();
  add("scale", po::value<std::string>()->default_value("quick")->value_name("S"), "quick or paper: whose records are judged");
  add_shelf_options(options, "folder of the records");
}

OptionList counterexample_options() {
  OptionList options("Options");
  options.add_options()("experiment", po::value<std::string>()->value_name("FILE"),
                        "the experiment file that has the claim (default: the program's, then yours that were run into --out)");
  add_common(options);
  return options;
}

int counterexample_verb(const CommandLine& options) {
  std::vector<std::string> experiments = experiment_ids();
  for (const std::string& own : own_experiments(text(options, "out"))) experiments.push_back(own);
  if (const std::string file = text(options, "experiment"); !file.empty()) experiments = {file};
  std::cout << counterexample_text(only_name(options, "counterexample", "claim; 'bcdbench claims --rows' lists them"),
                                   experiments, scale_of(options), shelf_of(options));
  return kAllWell;
}

OptionList certify_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("to", po::value<std::string>()->value_name("DIR"), "the folder to write (default: certificate/PAPER)");
  add("replies", po::value<std::string>()->value_name("FILE"),
      "the authors' reply (default: replies/PAPER.md, else experiments/papers/PAPER/replies.md, where there is one)");
  add_common(options);
  return options;
}

int certify_verb(const CommandLine& options) {
  CertificateOrder order;
  order.paper = only_name(options, "certify", "paper");
  order.scale = scale_of(options);
  order.shelf = shelf_of(options);
  order.replies = text(options, "replies");
  order.to =
      options.count("to") ? std::filesystem::path(text(options, "to")) : std::filesystem::path("certificate") / order.paper;
  for (const std::filesystem::path& file : write_certificate(order)) std::cout << file.string() << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> evidence_verbs() {
  return {
      {"counterexample", "CLAIM", "what refutes a claim, in numbers to check by hand",
       "Prints the statement, the paper's words, and the smallest counter-example: of a study its numbers, made now; of a\n"
       "promise the worst violation in the records (iteration, block, both sides); and the command that makes them again.\n"
       "A claim that nothing refutes is exit code 2.\n",
       "bcdbench counterexample zeng2019.theorem1.algorithm1-relu\n", counterexample_options, counterexample_verb},
      {"certify", "PAPER", "write the certificate of a paper: one folder to hand over",
       "Writes certificate.json and index.html with the paper's items, verdicts and evidence: the records by id and SHA-256,\n"
       "the commands that make them again, the versions, and the authors' reply beside the items it names. SHA256SUMS signs the\n"
       "two. The same records give the same bytes. Claims without records stand as in the committed reference and say so.\n",
       "bcdbench reproduce zeng2019 && bcdbench certify zeng2019\n", certify_options, certify_verb},
  };
}

}  // namespace bcd
