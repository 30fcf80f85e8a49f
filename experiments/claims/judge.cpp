#include "experiments/claims/judge.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/build/embedded.hpp"
#include "experiments/claims/kind.hpp"
#include "experiments/claims/verdict.hpp"

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

/// A run that did not diverge and yet has no number where the claim looks: nobody measured it there, be it that the run failed,
/// which is neither a loss for this run nor a win for another. (A run that diverged is the worst.)
const RunRecord* unmeasured(const Case& c, const std::vector<const RunRecord*>& runs) {
  if (!c.claim.text.contains("metric")) return nullptr;
  const bool whole_trace = c.claim.kind == "same";  // which looks itself at what both measured
  const auto found = std::find_if(runs.begin(), runs.end(), [&](const RunRecord* run) {
    return whole_trace ? run->status == status::failed || run->status == status::not_applicable
                       : run->status != status::diverged && std::isnan(value_of(c, *run));
  });
  return found == runs.end() ? nullptr : *found;
}

/// "5 of 5 runs from the archive (commit 0123456789ab, AMD EPYC 7763)"; empty where none is.
std::string archive_text(const std::vector<const RunRecord*>& runs) {
  std::size_t count = 0;
  std::set<std::string> makers;
  for (const RunRecord* run : runs)
    if (!run->archived.empty()) ++count, makers.insert(maker_of(*run));
  if (count == 0) return "";
  std::string text;
  for (const std::string& maker : makers) text += (text.empty() ? "" : "; ") + maker;
  return std::to_string(count) + " of " + std::to_string(runs.size()) + " runs from the archive (" + text + ")";
}

bool is_shipped(const std::string& experiment) {
  const auto& all = embedded_experiments();
  return std::any_of(all.begin(), all.end(), [&](const EmbeddedFile& file) { return file.name == experiment; });
}

/// What the kind finds, or why it is not asked.
Outcome outcome_of_claim(const Experiment& experiment, const Claim& claim, const std::vector<RunRecord>& records,
                         const std::vector<std::string>& all, const StudyRunner& run_study, ClaimRow& row) {
  const std::vector<std::string> variants = claim.variants.empty() ? all : claim.variants;
  const bool compares = claim.text.contains("baseline");
  const auto runs = runs_of(records, variants);
  const auto baselines = compares ? runs_of(records, {claim.text.at("baseline")}) : std::vector<const RunRecord*>{};
  std::vector<std::string> needed = variants;
  if (compares) needed.push_back(claim.text.at("baseline"));
  const auto wanted = std::count_if(experiment.runs.begin(), experiment.runs.end(), [&](const PlannedRun& planned) {
    return std::find(needed.begin(), needed.end(), planned.variant) != needed.end();
  });
  const ClaimKind& kind = find_kind(claim.kind);
  const auto here = runs_of(records, needed);
  if (kind.needs_runs)
    for (const RunRecord* run : here) row.records.push_back(run->id);
  if (kind.needs_runs && (runs.empty() || static_cast<std::ptrdiff_t>(here.size()) < wanted)) {
    row.evidence = "runs are missing: bcdbench run " + experiment.id + (is_shipped(experiment.id) ? "" : ".toml");
    return Outcome::not_run;
  }
  if (claim.text.contains("metric") && !measured_anywhere(here, claim.text.at("metric"))) {
    row.evidence = "no run has a column " + claim.text.at("metric");
    return Outcome::inconclusive;
  }
  Case c{claim, runs, baselines, row, experiment.rates, run_study};
  if (const RunRecord* run = unmeasured(c, here)) {
    row.evidence = run_name(*run) + " did not measure " + c.quantity() + " (" + run->status + ": " + run->reason + ")";
    return Outcome::inconclusive;
  }
  kind.judge(c);
  const auto other =
      std::count_if(here.begin(), here.end(), [](const RunRecord* run) { return run->other_version && run->archived.empty(); });
  if (kind.needs_runs && other > 0)
    row.measured += (row.measured.empty() ? "" : " ") + std::string("(") + std::to_string(other) + " of " +
                    std::to_string(here.size()) + " runs of another version)";
  if (kind.needs_runs) row.archive = archive_text(here);
  if (claim.broken && c.outcome == Outcome::holds) return Outcome::violated;
  if (claim.broken && c.outcome == Outcome::violated) return Outcome::holds;
  return c.outcome;
}

}  // namespace

std::vector<ClaimRow> judge(const Experiment& experiment, const std::vector<RunRecord>& records, const std::string& scale,
                            const StudyRunner& run_study) {
  std::vector<std::string> all;
  for (const PlannedRun& planned : experiment.runs)
    if (std::find(all.begin(), all.end(), planned.variant) == all.end()) all.push_back(planned.variant);
  std::vector<ClaimRow> rows;
  for (const Claim& claim : experiment.claims) {
    ClaimRow& row = rows.emplace_back(row_of(claim, experiment.paper, experiment.id));
    if (claim.number.contains("reported")) row.reported = shown(claim.number.at("reported"));
    if (!claim.scale.empty() && claim.scale != scale) {
      row.expected = row.verdict;
      row.evidence = "judged with --scale " + claim.scale + " only";
      continue;
    }
    decide(row, claim, outcome_of_claim(experiment, claim, records, all, run_study, row));
  }
  return rows;
}

}  // namespace bcd
