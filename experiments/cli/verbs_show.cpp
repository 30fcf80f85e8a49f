// Verbs that only explain: list and describe.
#include <algorithm>
#include <iostream>
#include <set>

#include "algorithms/core/pieces.hpp"
#include "algorithms/registry.hpp"
#include "experiments/claims/kind.hpp"
#include "experiments/cli/cli.hpp"
#include "experiments/file/load.hpp"

namespace bcd {
namespace {

void list_algorithms() {
  std::vector<std::vector<std::string>> rows;
  for (const Plugin& plugin : plugins()) rows.push_back({plugin.name, plugin.title});
  std::cout << table({"algorithm", "title"}, rows);
}

/// Where a piece of the network comes from: the library that brought it, or the program.
template <class Piece>
void list_pieces(const std::string& kind, const std::vector<std::string>& all, const std::list<Piece>& own) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : all) rows.push_back({name, "program", ""});
  for (std::size_t i = rows.size() - own.size(); const Piece& piece : own)
    rows[i][1] = piece.library, rows[i][2] = piece.title, ++i;
  std::cout << table({kind, "from", "title"}, rows);
}

void list_activations() { list_pieces("activation", activation_names(), own_activations()); }
void list_losses() { list_pieces("loss", loss_names(), own_losses()); }

void list_datasets() {
  std::vector<std::vector<std::string>> rows;
  for (const DatasetInfo& info : datasets())
    rows.push_back({info.name, dataset_location(info.name).value_or("missing"), info.title});
  std::cout << table({"dataset", "where", "title"}, rows);
}

void list_experiments() {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& id : experiment_ids()) {
    const Experiment experiment = load_experiment(id);
    rows.push_back({id, experiment.paper, std::to_string(experiment.runs.size()), std::to_string(experiment.claims.size()),
                    experiment.title});
  }
  std::cout << table({"experiment", "paper", "runs", "claims", "title"}, rows);
}

void list_claims() {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& id : experiment_ids())
    for (const Claim& claim : load_experiment(id).claims)
      rows.push_back({claim.id, claim.item, claim.kind, claim.expect, claim.scale.empty() ? "any" : claim.scale, id});
  std::cout << table({"claim", "item", "kind", "expected", "scale", "experiment"}, rows);
}

void list_claim_kinds() {
  std::vector<std::vector<std::string>> rows;
  for (const ClaimKind& kind : claim_kinds()) rows.push_back({kind.name, kind.help});
  std::cout << table({"claim kind", "holds if"}, rows);
}

int list_verb(const CommandLine& options) {
  const std::vector<std::pair<std::string, void (*)()>> lists{
      {"algorithms", list_algorithms},  {"activations", list_activations}, {"losses", list_losses},
      {"datasets", list_datasets},      {"experiments", list_experiments}, {"claims", list_claims},
      {"claim-kinds", list_claim_kinds}};
  std::vector<std::string> valid;
  for (const auto& [name, show] : lists) valid.push_back(name);
  const std::vector<std::string> chosen = names(options);
  for (const std::string& name : chosen)
    if (std::find(valid.begin(), valid.end(), name) == valid.end()) throw UsageError(unknown_name("list", name, valid));
  bool first = true;
  for (const auto& [name, show] : lists) {
    const bool wanted =
        chosen.empty() ? !name.starts_with("claim") : std::find(chosen.begin(), chosen.end(), name) != chosen.end();
    if (!wanted) continue;
    if (!first) std::cout << "\n";
    first = false;
    show();
  }
  return kAllWell;
}

void describe_algorithm(const Plugin& plugin) {
  std::cout << plugin.name << ": " << plugin.title << "\n"
            << wrapped(plugin.citation, 2) << "\nParameters (--set NAME=VALUE):\n";
  const auto algorithm = plugin.make_f64();
  const ParameterList parameters = algorithm->parameters();
  for (const Parameter& parameter : parameters.all())
    std::cout << "  " << parameter.name << " = " << value_text(parameter.get()) << "   (" << parameter.range << ")\n"
              << wrapped(parameter.help, 6);
  std::cout << (plugin.promises.empty() ? "\nPromises: none\n"
                                        : "\nPromises, checked at every iteration when a run is audited:\n");
  for (const Promise& promise : plugin.promises) {
    std::cout << "  " << promise.id << "   (" << promise.source << ")\n" << wrapped(promise.statement, 6);
    if (!promise.constant.empty()) std::cout << wrapped("constant: " + promise.constant, 6);
    if (!promise.assumes.empty()) std::cout << wrapped("assumes: " + promise.assumes, 6);
  }
  if (!plugin.studies.empty()) std::cout << "\nStudies, which need no training run:\n";
  for (const Study& study : plugin.studies)
    std::cout << "  " << study.id << "   (" << study.source << ")\n" << wrapped(study.statement, 6);
}

void describe_dataset(const DatasetInfo& info) {
  std::cout << info.name << ": " << info.title << "\n"
            << "  licence: " << info.licence << "\n  where: " << dataset_location(info.name).value_or("missing") << "\n";
  if (info.downloadable) std::cout << "  download: bcdbench data fetch " << info.name << "\n";
  std::cout << (info.options.empty() ? "\nOptions: none\n" : "\nOptions (--set dataset.KEY=VALUE):\n");
  for (const auto& [key, meaning] : info.options) std::cout << "  " << key << "\n" << wrapped(meaning, 6);
}

void describe_claim_kinds() {
  for (const ClaimKind& kind : claim_kinds()) {
    std::cout << kind.name << "\n" << wrapped("holds if " + kind.help, 2);
    for (const ClaimKey& key : kind.keys)
      std::cout << wrapped(key.name + (key.need == ClaimKey::Need::optional ? " (optional): " : ": ") + key.help, 4);
  }
}

std::string widths(const PlannedRun& planned) {
  std::string text = "inputs";
  for (const Index width : planned.hidden) text += "-" + std::to_string(width);
  return text + "-outputs";
}

/// "relu", or "relu, tanh" where the hidden layers differ.
std::string activations(const PlannedRun& planned) {
  std::string text;
  for (const Activation& sigma : planned.activations) text += (text.empty() ? "" : ", ") + sigma.text();
  return text;
}

/// " a=1 b=2", or nothing.
std::string assignments(const std::map<std::string, std::string>& values) {
  std::string text;
  for (const auto& [key, value] : values) text += " " + key + "=" + value;
  return text;
}

void describe_scale(const std::string& id, const std::string& scale) {
  Overrides overrides;
  overrides.scale = scale;
  std::cout << "\nScale " << scale << ":\n";
  std::set<std::string> seen;
  const Experiment experiment = load_experiment(id, overrides);
  for (const PlannedRun& planned : experiment.runs) {
    if (!seen.insert(planned.variant).second) continue;
    std::string seeds;
    for (const PlannedRun& other : experiment.runs)
      if (other.variant == planned.variant) seeds += " " + std::to_string(other.seed);
    std::cout << "  " << planned.variant << ": " << planned.algorithm << assignments(planned.parameters) << "\n"
              << wrapped(planned.dataset + assignments(planned.dataset_options) + ", network " + widths(planned) + " " +
                             activations(planned) + (planned.skip ? " with skip connections" : "") + ", loss " +
                             planned.loss.name() + (planned.loss.mean ? " (mean)" : " (sum)") + ", " +
                             std::to_string(planned.iterations) + " iterations in " + planned.precision + ", audit " +
                             planned.audit + ", seeds" + seeds,
                         6);
  }
}

void describe_experiment(const std::string& id) {
  const Experiment experiment = load_experiment(id);
  std::cout << experiment.id << " (" << experiment.paper << "): " << experiment.title << "\n"
            << wrapped(experiment.description, 2);
  for (const std::string& scale : kScales) describe_scale(id, scale);
  std::cout << (experiment.claims.empty() ? "\nClaims: none\n" : "\nClaims:\n");
  for (const Claim& claim : experiment.claims)
    std::cout << "  " << claim.id << "   (" << claim.item << ", expected: " << claim.expect
              << (claim.scale.empty() ? "" : ", scale " + claim.scale) << ")\n"
              << wrapped(claim.statement, 6);
  std::cout << "\nRun it with: bcdbench run " << id << "\n";
}

int describe_verb(const CommandLine& options) {
  const std::vector<std::string> chosen = names(options);
  if (chosen.empty()) throw UsageError("describe: name an algorithm, a dataset or an experiment; 'bcdbench list' shows them");
  const std::string kinds = "claim-kinds";
  std::vector<std::string> valid = plugin_names();
  valid.push_back(kinds);
  for (const DatasetInfo& info : datasets()) valid.push_back(info.name);
  for (const std::string& id : experiment_ids()) valid.push_back(id);
  const auto is = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const std::string& name : chosen)
    if (!is(valid, name) && !name.ends_with(".toml"))
      throw UsageError(unknown_name("algorithm, dataset or experiment", name, valid));
  for (const std::string& name : chosen) {
    if (name == kinds)
      describe_claim_kinds();
    else if (is(plugin_names(), name))
      describe_algorithm(find_plugin(name));
    else if (is(experiment_ids(), name) || name.ends_with(".toml"))
      describe_experiment(name);
    else
      describe_dataset(find_dataset(name));
  }
  return kAllWell;
}

}  // namespace

std::vector<Verb> show_verbs() {
  return {
      {"list", "[algorithms|activations|losses|datasets|experiments|claims|claim-kinds]", "what there is",
       "Lists the algorithms, activations, losses, datasets and experiments, or only what is named, with the library where it\n"
       "came by --plugin. 'list claims' shows every statement of the papers that is checked, 'list claim-kinds' how one can be\n"
       "judged.\n",
       "bcdbench list\n"
       "bcdbench list claims\n",
       no_options, list_verb},
      {"describe", "ALGORITHM|DATASET|EXPERIMENT...", "one algorithm, dataset or experiment in full",
       "Algorithm: citation, parameters with default and range, what the paper promises. Dataset: licence, place, options.\n"
       "Experiment: its variants at each scale and its claims. 'claim-kinds': the kinds of claims with their keys.\n",
       "bcdbench describe bcd3_zeng2019\n"
       "bcdbench describe mnist\n"
       "bcdbench describe zeng2019-fig1\n",
       no_options, describe_verb},
  };
}

}  // namespace bcd
