// The verb data: where datasets are, fetching and verifying them.
#include <algorithm>
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "datasets/describe.hpp"
#include "datasets/file/file.hpp"
#include "experiments/cli/selection.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;

OptionList data_options() {
  OptionList options("Options");
  options.add_options()("mirror", po::value<std::vector<std::string>>()->value_name("URL"),
                        "fetch from this address instead of the usual public ones; may be given several times");
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("OPTION=VALUE"),
                        "describe with this option of the dataset; may be given several times (see 'bcdbench describe file')");
  return options;
}

int list_data() {
  std::vector<std::vector<std::string>> rows;
  for (const DatasetInfo& info : datasets()) {
    const auto location = dataset_location(info.name);
    const std::string remedy = info.downloadable ? "missing: bcdbench data fetch " + info.name : "missing";
    rows.push_back({info.name, location.value_or(remedy), info.title, info.licence});
  }
  std::cout << table({"dataset", "where", "title", "licence"}, rows);
  return kAllWell;
}

int fetch_data(std::vector<std::string> chosen, const std::vector<std::string>& mirrors) {
  if (chosen.empty())
    for (const DatasetInfo& info : datasets())
      if (info.downloadable && !dataset_location(info.name)) chosen.push_back(info.name);
  if (chosen.empty()) std::cout << "nothing to fetch: every dataset is here\n";
  for (const std::string& name : chosen)
    if (!find_dataset(name).downloadable)
      throw UsageError("data fetch: '" + name + "' needs no download: it is part of the program");
  for (const std::string& name : chosen) std::cout << name << ": " << fetch_dataset(name, mirrors).string() << std::endl;
  return kAllWell;
}

int verify_data(std::vector<std::string> chosen) {
  if (chosen.empty())
    for (const DatasetInfo& info : datasets())
      if (dataset_location(info.name)) chosen.push_back(info.name);
  for (const std::string& name : chosen)
    for (const std::string& line : verify_dataset(name)) std::cout << name << ": " << line << "\n";
  return kAllWell;
}

bool is_known(const std::string& name) {
  return std::any_of(datasets().begin(), datasets().end(), [&](const DatasetInfo& info) { return info.name == name; });
}

/// A dataset of the program, or a file of the user's.
int describe_data(const std::vector<std::string>& chosen, const CommandLine& command_line) {
  DatasetOptions options;
  if (command_line.count("set")) options = dataset_options(command_line["set"].as<std::vector<std::string>>());
  if (chosen.size() > 1)
    throw UsageError("data describe: one file or dataset at a time; test_path, X, Y, ... are given with --set");
  std::string name = "file";
  if (!chosen.empty()) {
    if (is_known(chosen.front()))
      name = chosen.front();
    else
      options[is_array(chosen.front()) && !options.contains("X") ? "X" : "path"] = chosen.front();
  }
  if (name == "file") {
    bool complete = false;
    std::cout << describe_files(options, complete) << std::flush;
    if (!complete) {
      std::cout << "To see it as a dataset, say what the targets are: --set "
                << (options.contains("X") ? "Y=FILE" : "target=NAME") << "\n";
      return kAllWell;
    }
  }
  std::cout << describe(load_dataset<double>(name, options, TargetCode::real, 1));
  return kAllWell;
}

int data_verb(const CommandLine& options) {
  std::vector<std::string> chosen = names(options);
  if (chosen.empty()) throw UsageError("data: say list, describe, fetch or verify; see 'bcdbench data --help'");
  const std::string action = chosen.front();
  chosen.erase(chosen.begin());
  if (action == "describe") return describe_data(chosen, options);
  if (options.count("set")) throw UsageError("data: --set belongs to 'data describe'");
  for (const std::string& name : chosen) find_dataset(name);
  const bool has_mirror = options.count("mirror") > 0;
  if (has_mirror && action != "fetch") throw UsageError("data: --mirror belongs to 'data fetch'");
  if (action == "list" && !chosen.empty()) throw UsageError("data list: takes no names; 'bcdbench describe NAME' tells more");
  if (action == "list") return list_data();
  if (action == "fetch")
    return fetch_data(chosen, has_mirror ? options["mirror"].as<std::vector<std::string>>() : std::vector<std::string>{});
  if (action == "verify") return verify_data(chosen);
  throw UsageError(unknown_name("action", action, {"list", "describe", "fetch", "verify"}) + "; see 'bcdbench data --help'");
}

}  // namespace

std::vector<Verb> data_verbs() {
  return {{"data", "list|describe|fetch|verify [DATASET|FILE...]", "show, download or verify datasets",
           "list      where each dataset is\n"
           "describe  what a file of yours holds and how it is understood, or a dataset of the program\n"
           "fetch     downloads into your cache folder; every file is compared with its checksum before it is kept\n"
           "verify    compares the files that are here with their checksums\n"
           "Datasets are looked for in the folder named by the environment variable BCDBENCH_DATA, in your cache folder, and\n"
           "where Debian's packages put them. Without a name: every dataset that is missing (fetch) or here (verify).\n",
           "bcdbench data list\n"
           "bcdbench data describe my.csv --set target=y --set test_fraction=0.2\n"
           "bcdbench data fetch mnist\n"
           "bcdbench data verify mnist-10k\n",
           data_options, data_verb}};
}

}  // namespace bcd
