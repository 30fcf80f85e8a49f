// The verb claims: what the papers say, in one table with verdicts.
#include <algorithm>
#include <iostream>
#include <set>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
#include "experiments/cli/own_experiments.hpp"
#include "experiments/file/load.hpp"
#include "experiments/report/claims_export.hpp"
#include "experiments/run/provenance.hpp"
#include "results/record.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

OptionList claims_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("paper", po::value<std::vector<std::string>>()->value_name("P"), "only this paper; may be given several times");
  add("format", po::value<std::string>()->default_value("table")->value_name("F"), "table, markdown, json, csv or latex");
  add("verdict", po::value<std::vector<std::string>>()->value_name("V"), "only the rows with this verdict; several times");
  add("experiment", po::value<std::vector<std::string>>()->value_name("E"), "only the rows of this experiment; several times");
  add("short", po::bool_switch(), "one line a row instead of one an item");
  add("scale", po::value<std::string>()->default_value("quick")->value_name("S"), "quick or paper: whose records are judged");
  add_shelf_options(options, "folder of the records");
  add("rows", po::bool_switch(), "unfold: every row under its items (json has them always)");
  add("update-reference", po::value<std::string>()->value_name("DIR"),
      "write the measured values into DIR/<paper>.json (results/reference in the source tree)");
  add("accept-verdicts", po::bool_switch(), "with --update-reference: verdicts that differ replace the expected ones");
  return options;
}

Reference read_reference(const fs::path& file) {
  if (!fs::exists(file)) return {};
  return parse_reference(file_content(file), file.string());
}

std::string run_of_today() {
  const nlohmann::json facts = provenance();
  return facts.at("commit").get<std::string>().substr(0, 12) + (facts.at("dirty").get<bool>() ? " with changes, " : ", ") +
         facts.at("cpu").get<std::string>() + ", " + facts.at("date").get<std::string>();
}

/// What the judged claims were judged on: runs of today, or from the archive with who made them; empty where none was judged.
std::string runs_behind(const std::vector<ClaimEntry>& claims) {
  std::set<std::string> runs;
  for (const ClaimEntry& entry : claims) {
    if (entry.source != ClaimEntry::Source::records) continue;
    const std::string& archive = entry.row.archive;  // "5 of 5 runs from the archive (...)"
    runs.insert(archive.empty() ? run_of_today() : archive.substr(archive.find("from the archive")));
  }
  std::string text;
  for (const std::string& each : runs) text += (text.empty() ? "" : "; ") + each;
  return text;
}

/// One file per paper; returns how many verdicts differ.
std::size_t update_files(const std::vector<ClaimEntry>& entries, const fs::path& folder, const std::string& scale,
                         bool accept) {
  if (provenance().at("dirty").get<bool>())
    std::cerr
        << "bcdbench: warning: this program was built from changed sources, and the reference will say so; commit, build and "
           "call this again\n";
  std::map<std::string, std::vector<ClaimEntry>> papers;
  for (const ClaimEntry& entry : entries) papers[entry.row.paper].push_back(entry);
  std::size_t differing = 0;
  for (const auto& [paper, claims] : papers) {
    const fs::path file = folder / (paper + ".json");
    Reference reference = read_reference(file);
    const std::vector<std::string> differences = update_reference(reference, claims, accept);
    if (const std::string runs = runs_behind(claims); !runs.empty()) reference.provenance[scale] = runs;
    write_file_atomically(file, reference_text(reference));
    std::cout << file.string() << ": " << reference.claims.size() << " claims, " << differences.size() << " verdicts differ"
              << (differences.empty() ? ""
                  : accept            ? ", accepted:"
                                      : ", kept as they were (--accept-verdicts takes them):")
              << "\n";
    for (const std::string& difference : differences) std::cout << "  " << difference << "\n";
    differing += differences.size();
  }
  return differing;
}

/// The shipped experiments and, where `own`, the user's that were run into the folder; of some papers or of all.
std::vector<std::string> experiments_about(const std::vector<std::string>& papers, const Selection& selection, bool own) {
  std::vector<std::string> shipped = papers, files;
  std::set<std::string> of_files;
  for (const std::string& file : own ? own_experiments(selection.out) : std::vector<std::string>{}) {
    const Experiment experiment = load_experiment(file, selection.overrides);
    of_files.insert(experiment.paper);
    if (papers.empty() || std::find(papers.begin(), papers.end(), experiment.paper) != papers.end()) files.push_back(file);
  }
  const std::vector<std::string> ids = experiment_ids();
  const auto is_shipped = [&](const std::string& paper) {
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return id.starts_with(paper + "-"); });
  };
  std::erase_if(shipped, [&](const std::string& paper) { return of_files.contains(paper) && !is_shipped(paper); });
  std::vector<std::string> experiments;
  if (papers.empty() || !shipped.empty()) experiments = experiments_of(shipped, selection.overrides);
  experiments.insert(experiments.end(), files.begin(), files.end());
  return experiments;
}

int claims_verb(const CommandLine& options) {
  const std::string format = text(options, "format"), scale = text(options, "scale"),
                    folder = text(options, "update-reference");
  const std::vector<std::string> formats{"table", "markdown", "json", "csv", "latex"}, scales{"quick", "paper"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    throw UsageError(unknown_name("format", format, formats));
  if (std::find(scales.begin(), scales.end(), scale) == scales.end()) throw UsageError(unknown_name("scale", scale, scales));
  const bool accept = options["accept-verdicts"].as<bool>();
  if (accept && folder.empty()) throw UsageError("claims: --accept-verdicts needs --update-reference DIR");
  Selection selection;
  selection.experiments = names(options);
  selection.overrides.scale = scale;
  const Shelf shelf = shelf_of(options);
  selection.out = shelf.out;
  recall(selection, options);
  if (shelf.any_version && !folder.empty())
    throw UsageError("claims: the reference holds what this version of the code finds; leave --any-version out");
  const auto papers = options.count("paper") ? options["paper"].as<std::vector<std::string>>() : std::vector<std::string>{};

  if (!folder.empty() && !selection.experiments.empty())
    throw UsageError("claims: the reference holds all claims of a paper; name papers with --paper");
  if (selection.experiments.empty()) selection.experiments = experiments_about(papers, selection, folder.empty());
  const std::vector<ClaimEntry> entries = collect_claims(selection.experiments, selection.overrides, shelf);
  if (!folder.empty()) return update_files(entries, folder, scale, accept) > 0 && !accept ? kCheckFailed : kAllWell;
  const auto named = [&](const char* option) {
    return options.count(option) ? options[option].as<std::vector<std::string>>() : std::vector<std::string>{};
  };
  const std::vector<std::string> verdicts = named("verdict"), experiments = named("experiment");
  const bool filtered = !verdicts.empty() || !experiments.empty(), brief = options["short"].as<bool>();
  if (filtered || brief || format == "csv" || format == "latex") {
    if (format == "json" || format == "markdown")
      throw UsageError("claims: --verdict, --experiment and --short go with the formats table, csv and latex");
    const std::vector<ClaimEntry> rows = selected_claims(entries, verdicts, experiments);
    std::cout << (format == "csv" ? claims_as_csv(rows) : format == "latex" ? claims_as_latex(rows) : claims_in_short(rows));
    return kAllWell;
  }
  const bool unfold = options["rows"].as<bool>();
  std::cout << (format == "json"       ? claims_as_json(entries)
                : format == "markdown" ? claims_as_markdown(entries, unfold)
                                       : claims_as_text(entries, unfold));
  return kAllWell;
}

}  // namespace

std::vector<Verb> claim_verbs() {
  return {
      {"claims", "[EXPERIMENT...]", "every item of the papers, and every claim of yours, with its verdict",
       "One line for each theorem, lemma, figure and sentence of the papers that can be checked, in the papers' order; with\n"
       "--rows the claims under each: who says it, what was measured, the verdict and the file with the evidence. Experiments\n"
       "whose records are in OUT are judged from them; the other rows show the committed reference run and say so. Without a\n"
       "name: all papers, and the files of your own that were run into OUT. With --update-reference the judged values are\n"
       "written into the reference; an expected verdict changes only with --accept-verdicts, and every change is listed.\n",
       "bcdbench claims\n"
       "bcdbench claims --paper zeng2019 --format markdown\n"
       "bcdbench claims mine.toml --rows\n"
       "bcdbench claims --paper zeng2019 --verdict fails --short\n"
       "bcdbench claims --update-reference results/reference\n",
       claims_options, claims_verb},
  };
}

}  // namespace bcd
