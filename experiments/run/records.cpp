#include "experiments/run/records.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "experiments/run/allowed_threads.hpp"
#include "experiments/run/archive.hpp"
#include "experiments/run/definitions.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/jobs.hpp"
#include "experiments/run/progress.hpp"
#include "experiments/run/record_list.hpp"
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

ExistingRecords existing_records(const Experiment& experiment, const Shelf& shelf) {
  const Lookup lookup(shelf);
  ExistingRecords found;
  for (const PlannedRun& planned : experiment.runs) {
    std::optional<RunRecord> record = lookup.find(planned);
    if ((!record || !record->archived.empty()) && lookup.has_other_versions(planned)) ++found.other_versions;
    if (record) found.records.push_back(std::move(*record));
  }
  for (RunRecord& record : found.records) apply_definitions(experiment, record);
  return found;
}

std::string other_versions_note(std::size_t runs, const std::string& experiment) {
  if (runs == 0) return "";
  return std::to_string(runs) + (runs == 1 ? " run" : " runs") + (experiment.empty() ? "" : " of ") + experiment +
         (runs == 1 ? " has" : " have") + " records of another version of the code only; --any-version takes them";
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

namespace {

/// What a person is told of a record that is there.
std::string found_text(const RunRecord& record) {
  const std::string text = "cached, " + record.status + version_mark(record);
  return record.status == "Failed" ? text + ": " + record.reason + "; --retry-failed makes it again" : text;
}

/// Runs to be made although a record is there, in words: once for each experiment.
void say_what_is_left(const Results& part, const std::vector<const PlannedRun*>& to_make, const Lookup& lookup,
                      const RunOptions& options) {
  if (options.force) return;
  const Lookup kept(Shelf{options.out, false, archive_folder()});
  std::size_t others = 0;
  std::vector<RunRecord> archived;
  for (const PlannedRun* planned : to_make) {
    if (std::optional<RunRecord> record = kept.archived(*planned, options)) archived.push_back(std::move(*record));
    if (const fs::path file = record_file(options.out, run_id(*planned, options)); fs::exists(file)) {
      try {
        if (const RunRecord record = read_record(file); record.status == "Failed")
          std::cerr << planned->label() << " had failed (" << record.reason << ") and is made again\n";
      } catch (const UsageError&) {  // damaged: make_run says so in the new record
      }
    } else if (lookup.has_other_versions(*planned, options)) {
      ++others;
    }
  }
  if (const std::string note = other_versions_note(others, part.experiment.id); !note.empty()) std::cerr << note << "\n";
  if (archived.empty()) return;
  std::cerr << "the archive has " << archived.size() << " of the runs of " << part.experiment.id << " ("
            << maker_of(archived.front()) << "), which claims, check, plot, report, compare and export take; "
            << "they are made here all the same\n";
}

}  // namespace

void make_runs(std::vector<Results>& results, const RunOptions& options) {
  const Lookup lookup(Shelf{options.out, options.any_version});
  std::map<std::string, RunRecord> known;  // by the name of the run: those found, and those made by the jobs or for another one
  std::map<std::string, std::string> found;  // what is said of those found
  std::size_t total = 0, done = 0;
  std::vector<const PlannedRun*> to_make;
  std::map<std::string, const PlannedRun*> first;  // of the runs to make, by name: who asks first
  std::set<std::string> shared;                    // names that others ask for as well
  for (const Results& part : results) {
    std::vector<const PlannedRun*> of_part;
    for (const PlannedRun& planned : part.experiment.runs) {
      ++total;
      const std::string id = run_id(planned, options);
      if (known.contains(id) || first.contains(id)) {
        shared.insert(id);
        continue;
      }
      if (std::optional<RunRecord> record = finished_record(lookup, planned, options)) {
        found[id] = found_text(*record);
        known.emplace(id, std::move(*record));
      } else {
        first[id] = &planned;
        of_part.push_back(&planned);
      }
    }
    say_what_is_left(part, of_part, lookup, options);
    to_make.insert(to_make.end(), of_part.begin(), of_part.end());
  }
  if (!to_make.empty()) require_room(options.out);

  const InterruptGuard interrupt;  // around all of them: no record is lost on its way to the disk
  ProgressReporter reporter = ProgressReporter::for_stderr();
  if (const std::string load = load_warning(load_at_start(), processors()); !load.empty() && !to_make.empty())
    std::cerr << load << "\n";
  if (options.jobs > 1) {
    std::cerr << to_make.size() << " of " << total << " runs to make, " << options.jobs
              << " side by side: their seconds do not compare with those of runs made alone\n";
    for (auto& [id, record] : run_side_by_side(to_make, options, reporter)) known.emplace(id, std::move(record));
  }
  std::vector<std::pair<std::string, AskedAs>> asked;
  RunOptions reporting = options;
  reporting.progress = [&](const Progress& progress) { reporter.update(progress); };
  for (Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs) {
      const std::string label = "[" + std::to_string(++done) + "/" + std::to_string(total) + "] " + planned.label();
      const std::string id = run_id(planned, options);
      if (const auto record = known.find(id); record != known.end()) {
        part.records.push_back(as_asked(record->second, planned));
        if (!first.contains(id) || first[id] != &planned) {  // not made for it by the jobs
          asked.emplace_back(record->second.id, AskedAs{planned.experiment, planned.variant});
          reporter.skip(label, !first.contains(id)
                                   ? found[id]
                                   : "the same run as that of " + record->second.experiment() + " " + record->second.variant());
        }
      } else if (options.jobs > 1) {
        throw Interrupted();  // before this run began
      } else {
        reporter.start(label);
        part.records.push_back(make_run(planned, reporting));
        reporter.finish(part.records.back().status + ", " + part.records.back().reason);
        if (shared.contains(id)) known.emplace(id, part.records.back());
      }
      if (part.records.back().status == "Interrupted" || interrupt.asked()) throw Interrupted();
      apply_definitions(part.experiment, part.records.back());
    }
  note_asked(options.out, asked);
}

int unexpected_failures(const std::vector<Results>& results) {
  int count = 0;
  for (const Results& part : results)
    for (const RunRecord& record : part.records)
      if (record.status == "Failed" && !failure_is_expected(part.experiment, record.variant())) ++count;
  return count;
}

}  // namespace bcd
