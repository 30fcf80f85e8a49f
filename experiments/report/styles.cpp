#include "experiments/report/styles.hpp"

#include <algorithm>

#include "experiments/file/load.hpp"
#include "plots/palette.hpp"

namespace bcd {
namespace {

/// The labels that each figure of the experiment shows, in the order of its variants.
void add_groups(const Experiment& experiment, std::vector<std::vector<std::string>>& groups) {
  std::vector<std::string> labels;
  for (const PlannedRun& planned : experiment.runs)
    if (std::find(labels.begin(), labels.end(), planned.variant) == labels.end()) labels.push_back(planned.variant);
  for (const Figure& figure : experiment.figures) {
    std::vector<std::string>& group = groups.emplace_back();
    for (const std::string& label : labels)
      if (figure.shows(label)) group.push_back(label);
  }
}

}  // namespace

Styles figure_styles(const std::vector<Results>& results) {
  std::vector<std::vector<std::string>> groups;
  for (const std::string& id : experiment_ids()) add_groups(load_experiment(id), groups);
  for (const Results& part : results) add_groups(part.experiment, groups);
  return assign_styles(groups);
}

std::optional<std::size_t> style_of(const Styles& styles, const std::string& label) {
  const auto found = styles.find(label);
  return found == styles.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace bcd
