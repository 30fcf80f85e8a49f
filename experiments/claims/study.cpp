// Claims of kind "study": a demonstration of a plugin, which needs no training run.
#include "experiments/claims/study.hpp"

#include "algorithms/registry.hpp"
#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

std::vector<std::string> study_ids() {
  std::vector<std::string> ids;
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies) ids.push_back(study.id);
  return ids;
}

void judge_study(Case& c) {
  const StudyResult result = c.run_study(find_study(c.text("study")));
  c.row.measured = shown(result.measured);
  if (result.holds && result.looseness > 0) c.row.measured += ", " + looseness(result.looseness);
  c.outcome = result.holds ? Outcome::holds : Outcome::violated;
  c.row.evidence = result.evidence;
}

}  // namespace

const Study& find_study(const std::string& id) {
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies)
      if (study.id == id) return study;
  throw UsageError(unknown_name("study", id, study_ids()));
}

StudyResult result_of(const Study& study) {
  if (study.run) return study.run();
  const Dataset<double> data = load_dataset<double>(study.data.name, study.data.options, TargetCode::real, 0);
  return study.run_on(data.X, data.Y);
}

ClaimKind study_kind() {
  return {"study",
          "the study's statement is confirmed; it runs when the claim is judged",
          {{"study", ClaimKey::Type::text, ClaimKey::Need::required, "id of a plugin's study", study_ids}},
          judge_study,
          false};
}

}  // namespace bcd
