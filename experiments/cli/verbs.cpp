#include "experiments/cli/cli.hpp"

namespace bcd {

// What each file of verbs exports, in the order of the overview.
std::vector<Verb> show_verbs();
std::vector<Verb> run_verbs();
std::vector<Verb> jobs_verbs();
std::vector<Verb> result_verbs();
std::vector<Verb> claim_verbs();
std::vector<Verb> ci_verbs();
std::vector<Verb> evidence_verbs();
std::vector<Verb> rate_verbs();
std::vector<Verb> compare_verbs();
std::vector<Verb> runs_verbs();
std::vector<Verb> archive_verbs();
std::vector<Verb> export_verbs();
std::vector<Verb> data_verbs();
std::vector<Verb> own_verbs();
std::vector<Verb> source_verbs();
std::vector<Verb> help_verbs();

std::vector<Verb> verbs() {
  std::vector<Verb> all;
  for (const auto& group : {show_verbs(), run_verbs(), jobs_verbs(), result_verbs(), claim_verbs(), ci_verbs(),
                            evidence_verbs(), rate_verbs(), compare_verbs(), runs_verbs(), archive_verbs(), export_verbs(),
                            data_verbs(), own_verbs(), source_verbs(), help_verbs()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace bcd
