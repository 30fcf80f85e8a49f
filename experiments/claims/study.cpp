// Claims of kind "study": a demonstration of a plugin, which needs no training run.
#include "algorithms/registry.hpp"
#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

StudyResult result_of(const Study& study) {
  if (study.run) return study.run();
  const Dataset<double> data = load_dataset<double>(study.data.name, study.data.options, TargetCode::real, 0);
  return study.run_on(data.X, data.Y);
}

void judge_study(Case& c) {
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies)
      if (study.id == c.text("study")) {
        const StudyResult result = result_of(study);
        c.row.measured = shown(result.measured);
        c.row.verdict = result.holds ? verdict::holds : verdict::violated;
        c.row.evidence = result.evidence;
        return;
      }
}

std::vector<std::string> study_ids() {
  std::vector<std::string> ids;
  for (const Plugin& plugin : plugins())
    for (const Study& study : plugin.studies) ids.push_back(study.id);
  return ids;
}

}  // namespace

ClaimKind study_kind() {
  return {"study",
          "the study's statement is confirmed; it runs when the claim is judged",
          {{"study", ClaimKey::Type::text, ClaimKey::Need::required, "id of a plugin's study", study_ids}},
          judge_study,
          false};
}

}  // namespace bcd
