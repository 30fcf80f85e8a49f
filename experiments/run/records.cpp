#include "experiments/run/records.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "experiments/run/allowed_threads.hpp"
#include "experiments/run/interrupt.hpp"
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

/// Throws UsageError where no record can be written: that is to be known before the first run.
void require_room(const fs::path& out) {
  const fs::path probe = record_folder(out) / ("probe-" + std::to_string(::getpid()));
  write_file_atomically(probe, std::string(1 << 16, ' '));
  std::error_code ignored;
  fs::remove(probe, ignored);
}

}  // namespace

fs::path record_folder(const fs::path& out) { return out / "runs"; }
fs::path record_file(const fs::path& out, const std::string& id) { return record_folder(out) / (id + ".json"); }

namespace {

/// The record of a run under the run's name. Throws UsageError if it is damaged or another run's.
RunRecord own_record(const fs::path& file, const nlohmann::json& config) {
  RunRecord record = read_record(file);
  if (!is_record_of(record, config))
    throw UsageError("record " + file.string() +
                     ": its configuration is another run's; delete it and run the experiment again");
  return record;
}

}  // namespace

std::vector<RunRecord> existing_records(const Experiment& experiment, const fs::path& out) {
  std::vector<RunRecord> records;
  for (const PlannedRun& planned : experiment.runs)
    if (const std::string id = run_id(planned); record_exists(record_folder(out), id))
      records.push_back(own_record(record_file(out, id), config_of(planned, {})));
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
  std::map<std::string, RunRecord> finished;  // by id
  std::size_t total = 0, done = 0;
  std::vector<const PlannedRun*> to_make;
  for (const Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs) {
      ++total;
      if (std::optional<RunRecord> record = finished_record(planned, options))
        finished.emplace(record->id, std::move(*record));
      else
        to_make.push_back(&planned);
    }
  if (!to_make.empty()) require_room(options.out);

  const InterruptGuard interrupt;  // around all of them: no record is lost on its way to the disk
  ProgressReporter reporter = ProgressReporter::for_stderr();
  if (const std::string load = load_warning(load_at_start(), processors()); !load.empty() && !to_make.empty())
    std::cerr << load << "\n";
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
      } else if (const auto cached = finished.find(run_id(planned, options)); cached != finished.end()) {
        part.records.push_back(cached->second);
        reporter.skip(label, "cached, " + part.records.back().status);
      } else if (options.jobs > 1) {
        throw Interrupted();  // before this run began
      } else {
        reporter.start(label);
        part.records.push_back(make_run(planned, reporting));
        reporter.finish(part.records.back().status + ", " + part.records.back().reason);
      }
      if (part.records.back().status == "Interrupted" || interrupt.asked()) throw Interrupted();
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
