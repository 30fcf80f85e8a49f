#include "experiments/claims/judge.hpp"

#include <algorithm>

#include "experiments/claims/kind.hpp"

namespace bcd {

namespace {

std::vector<const RunRecord*> runs_of(const std::vector<RunRecord>& records, const std::vector<std::string>& variants) {
  std::vector<const RunRecord*> out;
  for (const RunRecord& r : records)
    if (std::find(variants.begin(), variants.end(), r.variant()) != variants.end()) out.push_back(&r);
  return out;
}

bool measured_anywhere(const std::vector<const RunRecord*>& runs, const std::string& metric) {
  return std::any_of(runs.begin(), runs.end(),
                     [&](const RunRecord* run) { return run->trace.index(metric) >= 0 || status::stopped_early(run->status); });
}

}  // namespace

std::vector<ClaimRow> judge(const Experiment& experiment, const std::vector<RunRecord>& records, const std::string& scale) {
  std::vector<std::string> all;
  for (const PlannedRun& planned : experiment.runs)
    if (std::find(all.begin(), all.end(), planned.variant) == all.end()) all.push_back(planned.variant);
  std::vector<ClaimRow> rows;
  for (const Claim& claim : experiment.claims) {
    ClaimRow row{claim.id,         experiment.paper, claim.item, claim.statement, experiment.id, "", "",
                 verdict::not_run, claim.expect,     ""};
    const ClaimKind& kind = find_kind(claim.kind);
    if (claim.number.contains("reported")) row.reported = shown(claim.number.at("reported"));
    if (!claim.scale.empty() && claim.scale != scale) {
      row.expected = verdict::not_run;
      row.evidence = "judged with --scale " + claim.scale + " only";
      rows.push_back(row);
      continue;
    }
    const std::vector<std::string> variants = claim.variants.empty() ? all : claim.variants;
    const auto runs = runs_of(records, variants);
    const auto baselines =
        claim.text.contains("baseline") ? runs_of(records, {claim.text.at("baseline")}) : std::vector<const RunRecord*>{};
    std::vector<std::string> needed = variants;
    if (claim.text.contains("baseline")) needed.push_back(claim.text.at("baseline"));
    const auto wanted = std::count_if(experiment.runs.begin(), experiment.runs.end(), [&](const PlannedRun& planned) {
      return std::find(needed.begin(), needed.end(), planned.variant) != needed.end();
    });
    Case c{claim, runs, baselines, row, experiment.rates};
    const auto here = runs_of(records, needed);
    if (kind.needs_runs)
      for (const RunRecord* run : here) row.records.push_back(run->id);
    if (kind.needs_runs && (runs.empty() || static_cast<std::ptrdiff_t>(here.size()) < wanted))
      row.evidence = "runs are missing: bcdbench run " + experiment.id;
    else if (claim.text.contains("metric") && !measured_anywhere(here, claim.text.at("metric")))
      row.verdict = verdict::inconclusive, row.evidence = "no run has a column " + claim.text.at("metric");
    else
      kind.judge(c);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace bcd
