#include "experiments/run/records.hpp"

#include <algorithm>
#include <iostream>
#include <set>

#include "experiments/run/jobs.hpp"
#include "experiments/run/progress.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

bool failure_is_expected(const Experiment& experiment, const std::string& variant) {
  return std::any_of(experiment.claims.begin(), experiment.claims.end(), [&](const Claim& claim) {
    const auto status = claim.text.find("status");
    return claim.kind == "status" && status != claim.text.end() && status->second == "Failed" &&
           std::find(claim.variants.begin(), claim.variants.end(), variant) != claim.variants.end();
  });
}

}  // namespace

fs::path record_folder(const fs::path& out) { return out / "runs"; }
fs::path record_file(const fs::path& out, const std::string& id) { return record_folder(out) / (id + ".json"); }

std::vector<RunRecord> existing_records(const Experiment& experiment, const fs::path& out) {
  std::vector<RunRecord> records;
  for (const PlannedRun& planned : experiment.runs)
    if (const std::string id = run_id(planned); record_exists(record_folder(out), id))
      records.push_back(read_record(record_file(out, id)));
  return records;
}

void require_data(const std::vector<Results>& results) {
  std::set<std::string> missing;
  for (const Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs)
      if (!dataset_location(planned.dataset)) missing.insert(planned.dataset);
  if (missing.empty()) return;
  std::string list;
  for (const std::string& name : missing) list += " " + name;
  throw UsageError("missing data:" + list + "; run './bcdbench data fetch" + list +
                   "', or put the files in a folder and name it in the environment variable BCDBENCH_DATA");
}

void make_runs(std::vector<Results>& results, const RunOptions& options) {
  const auto cached = [&](const PlannedRun& planned) {
    return !options.force && record_exists(record_folder(options.out), run_id(planned, options));
  };
  std::size_t total = 0, done = 0;
  std::vector<const PlannedRun*> to_make;
  for (const Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs) {
      ++total;
      if (!cached(planned)) to_make.push_back(&planned);
    }

  ProgressReporter reporter = ProgressReporter::for_stderr();
  std::map<std::string, RunRecord> made;  // by the jobs
  if (options.jobs > 1) {
    std::cerr << to_make.size() << " of " << total << " runs to make, " << options.jobs
              << " side by side: their seconds do not compare with those of runs made alone\n";
    made = run_side_by_side(to_make, options, reporter);
  }
  RunOptions reporting = options;
  reporting.progress = [&](const Progress& progress) { reporter.update(progress); };
  for (Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs) {
      const std::string label = "[" + std::to_string(++done) + "/" + std::to_string(total) + "] " + planned.label();
      if (const auto job = made.find(run_id(planned, options)); job != made.end()) {
        part.records.push_back(job->second);
      } else if (cached(planned)) {
        part.records.push_back(make_run(planned, reporting));
        reporter.skip(label, "cached, " + part.records.back().status);
      } else if (options.jobs > 1) {
        throw Interrupted();  // before this run began
      } else {
        reporter.start(label);
        part.records.push_back(make_run(planned, reporting));
        reporter.finish(part.records.back().status + ", " + part.records.back().reason);
      }
      if (part.records.back().status == "Interrupted") throw Interrupted();
    }
}

int unexpected_failures(const std::vector<Results>& results) {
  int count = 0;
  for (const Results& part : results)
    for (const RunRecord& record : part.records)
      if (record.status == "Failed" && !failure_is_expected(part.experiment, record.variant())) ++count;
  return count;
}

}  // namespace bcd
