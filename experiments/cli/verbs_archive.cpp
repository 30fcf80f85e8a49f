// The verb archive: the records that are kept with the program.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/rng.hpp"
#include "algorithms/core/text.hpp"
#include "experiments/cli/selection.hpp"
#include "experiments/file/load.hpp"
#include "experiments/run/archive.hpp"
#include "experiments/run/archive_check.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

OptionList archive_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("paper", po::value<std::vector<std::string>>()->value_name("P"), "of add: every experiment of this paper; several times");
  add("sample", po::value<std::int64_t>()->default_value(1)->value_name("K"), "of verify: how many records are made again");
  add("seed", po::value<std::int64_t>()->default_value(1)->value_name("S"), "of verify: which ones, drawn at random");
  add("minutes", po::value<double>()->value_name("M"), "of verify: begin no run that would not be done after M minutes");
  add("scale", po::value<std::string>()->default_value("paper")->value_name("S"), "of add: paper or quick");
  add("to", po::value<std::string>()->value_name("FOLDER"), "of add: another archive (default: that of the checkout)");
  add_shelf_options(options, "of add: folder of the records");
  return options;
}

fs::path required_archive() {
  const fs::path folder = archive_folder();
  if (folder.empty())
    throw UsageError("archive: there is none beside the program; name one in the environment variable BCDBENCH_ARCHIVE");
  return folder;
}

int add_records(const std::vector<std::string>& named, const CommandLine& options) {
  std::vector<std::string> ids = named;
  Overrides overrides;
  overrides.scale = text(options, "scale");
  if (options.count("paper"))
    for (const std::string& id : experiments_of(options["paper"].as<std::vector<std::string>>(), overrides)) ids.push_back(id);
  if (ids.empty()) throw UsageError("archive add: name experiments, or papers with --paper");
  const fs::path archive = options.count("to") ? fs::path(text(options, "to")) : required_archive();
  Shelf shelf = shelf_of(options);
  shelf.archive.clear();
  const Lookup lookup(shelf);
  std::size_t kept = 0, fresh = 0, replaced = 0;
  std::uintmax_t bytes = 0;
  std::set<fs::path> papers;
  for (const std::string& id : ids) {
    const Experiment experiment = load_experiment(id, overrides);
    const fs::path paper = archive / experiment.paper;
    std::set<std::string> of_experiment;
    std::size_t missing = 0;
    for (const PlannedRun& planned : experiment.runs) {
      const std::optional<RunRecord> record = lookup.find(planned);
      if (!record) {
        ++missing;
        continue;
      }
      if (!of_experiment.insert(record->id).second) continue;
      const Archived archived = archive_record(record_file(shelf.out, record->id), paper);
      ++kept, fresh += archived.fresh, replaced += archived.removed.size(), bytes += archived_bytes(archived.file);
      papers.insert(paper);
    }
    std::cout << experiment.id << ": " << of_experiment.size() << " records"
              << (missing == 0 ? ""
                               : ", " + std::to_string(missing) + " runs without one in " + record_folder(shelf.out).string())
              << "\n";
  }
  for (const fs::path& paper : papers) write_sums(paper);
  if (kept == 0)
    throw UsageError("archive add: no records of these experiments at scale " + overrides.scale + " in " +
                     record_folder(shelf.out).string());
  std::cout << kept << " records in " << archive.string() << ", " << fresh << " of them new, " << (bytes + 512) / 1024
            << " KiB; " << replaced << " of other versions of the code replaced\n";
  return kAllWell;
}

/// What one experiment has in the archive at one scale.
struct Kept {
  std::set<std::string> variants, makers;
  std::set<std::uint64_t> seeds;
  std::set<std::string> ids, dates;
  double seconds = 0;

  void take(const RunRecord& record) {
    if (!ids.insert(record.id).second) return;
    variants.insert(record.variant());
    seeds.insert(record.seed());
    const auto& facts = record.provenance;
    makers.insert(maker_of(record) + (facts.value("dirty", false) ? " (changed sources)" : ""));
    dates.insert(facts.value("date", "").substr(0, 10));
    seconds += seconds_of(record);
  }
  std::vector<std::string> row(const std::string& experiment, const std::string& scale, const std::string& share) const {
    std::string who;
    for (const std::string& maker : makers) who += (who.empty() ? "" : "; ") + maker;
    const std::string when = dates.size() < 2 ? *dates.begin() : *dates.begin() + " to " + *dates.rbegin();
    return {experiment, scale, std::to_string(variants.size()), std::to_string(seeds.size()), share, show(seconds, 3),
            when,       who};
  }
};

int list_archive() {
  const fs::path archive = required_archive();
  const Lookup lookup(Shelf{"", false, archive});
  std::vector<std::vector<std::string>> rows;
  std::set<std::string> asked;
  for (const std::string& id : experiment_ids())
    for (const std::string& scale : kScales) {
      Overrides overrides;
      overrides.scale = scale;
      const Experiment experiment = load_experiment(id, overrides);
      Kept kept;
      std::size_t found = 0;
      for (const PlannedRun& planned : experiment.runs)
        if (const auto record = lookup.archived(planned)) {
          ++found;
          kept.take(as_asked(*record, planned));
          asked.insert(record->id);
        }
      if (found > 0)
        rows.push_back(kept.row(id, scale, std::to_string(found) + " of " + std::to_string(experiment.runs.size())));
    }
  std::map<std::string, Kept> others;
  const std::vector<fs::path> files = archived_records(archive);
  std::uintmax_t bytes = 0;
  for (const fs::path& file : files) {
    const RunRecord record = read_record(file);
    bytes += archived_bytes(file);
    if (!asked.contains(record.id)) others[record.experiment()].take(record);
  }
  for (const auto& [experiment, kept] : others)
    rows.push_back(kept.row(experiment, "no shipped run", std::to_string(kept.ids.size())));
  if (!rows.empty())
    std::cout << table({"experiment", "scale", "variants", "seeds", "runs", "seconds", "date", "made by"}, rows);
  std::cout << files.size() << (files.size() == 1 ? " record in " : " records in ") << archive.string() << ", "
            << (bytes + 512) / 1024 << " KiB\n";
  return kAllWell;
}

/// K of the records, drawn at random, the quickest first.
std::vector<RunRecord> sampled(std::vector<fs::path> files, std::size_t count, std::uint64_t seed) {
  Rng rng(seed, "archive verify");
  count = std::min(count, files.size());
  std::vector<RunRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(files[i], files[i + rng.below(files.size() - i)]);
    records.push_back(read_record(files[i]));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const RunRecord& a, const RunRecord& b) { return seconds_of(a) < seconds_of(b); });
  return records;
}

std::string run_text(const RunRecord& record) {
  return record.experiment() + " " + record.variant() + " seed " + std::to_string(record.seed()) + " (" +
         record.archived.filename().string() + ")";
}

int verify_archive(const std::vector<std::string>& named, const CommandLine& options) {
  const fs::path archive = required_archive();
  const std::int64_t sample = options["sample"].as<std::int64_t>(), seed = options["seed"].as<std::int64_t>();
  if (sample < 0 || seed < 0) throw UsageError("archive verify: --sample and --seed must not be negative");
  const double limit = options.count("minutes") ? 60 * options["minutes"].as<double>() : INFINITY;
  if (!(limit > 0)) throw UsageError("archive verify: --minutes must be > 0");
  std::vector<std::string> papers;
  for (const fs::path& paper : archive_papers(archive)) papers.push_back(paper.filename().string());
  for (const std::string& name : named)
    if (std::find(papers.begin(), papers.end(), name) == papers.end()) throw UsageError(unknown_name("paper", name, papers));
  std::vector<fs::path> files;
  int faults = 0;
  for (const std::string& paper : named.empty() ? papers : named) {
    for (const std::string& fault : sum_faults(archive / paper)) std::cout << fault << "\n", ++faults;
    for (const fs::path& file : archived_records(archive))
      if (file.parent_path().filename() == paper) {
        files.push_back(file);
        read_record(file);  // the record's own digests
      }
  }
  if (faults > 0) return kCheckFailed;
  if (files.empty()) {
    std::cout << "there is no record in " << archive.string() << ": nothing was verified\n";
    return kCheckFailed;
  }
  std::cout << files.size() << (files.size() == 1 ? " record: its" : " records: their") << " checksums are right\n";
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  int made = 0;
  for (const RunRecord& record : sampled(files, static_cast<std::size_t>(sample), static_cast<std::uint64_t>(seed))) {
    std::cout << run_text(record) << ": " << std::flush;
    const std::string dataset = record.config.at("dataset").value("name", "");
    if (!dataset_location(dataset)) {
      std::cout << "not made again, its data " << dataset << " is not here\n";
      continue;
    }
    if (elapsed() + seconds_of(record) > limit) {
      std::cout << "not made again, it took " << show(seconds_of(record), 3) << " s and --minutes is up before that\n";
      continue;
    }
    const MadeAgain again = make_again(record);
    std::cout << (again.well ? "" : "DIFFERENT: ") << again.text << "\n";
    ++made, faults += !again.well;
  }
  if (sample > 0 && made == 0) std::cout << "no record was made again\n";
  return faults > 0 || (sample > 0 && made == 0) ? kCheckFailed : kAllWell;
}

/// Options of another action than the given one are mistakes.
void require_own_options(const CommandLine& options, const std::string& action) {
  const std::map<std::string, std::string> of = {{"paper", "add"},   {"scale", "add"},       {"to", "add"},
                                                 {"out", "add"},     {"any-version", "add"}, {"sample", "verify"},
                                                 {"seed", "verify"}, {"minutes", "verify"}};
  for (const auto& [option, own] : of)
    if (options.count(option) && !options[option].defaulted() && own != action)
      throw UsageError("--" + option + " belongs to archive " + own);
}

int archive_verb(const CommandLine& options) {
  std::vector<std::string> given = names(options);
  const std::vector<std::string> actions = {"add", "ls", "verify"};
  if (given.empty()) throw UsageError("archive: say add, ls or verify; see 'bcdbench archive --help'");
  const std::string action = given.front();
  given.erase(given.begin());
  if (std::find(actions.begin(), actions.end(), action) == actions.end())
    throw UsageError(unknown_name("action", action, actions) + "; see 'bcdbench archive --help'");
  require_own_options(options, action);
  if (action == "add") return add_records(given, options);
  if (action == "verify") return verify_archive(given, options);
  if (!given.empty()) throw UsageError("archive ls: takes no names");
  return list_archive();
}

}  // namespace

std::vector<Verb> archive_verbs() {
  return {
      {"archive", "add|ls|verify [NAME...]", "the records behind the published verdicts, kept with the program",
       "add     takes the records of experiments from OUT into the archive, compressed, with their checksums; a record of the\n"
       "        same run by another version of the code is replaced\n",
       "bcdbench archive add --paper zeng2019 --scale paper --out out\n", archive_options, archive_verb}};
}

}  // namespace bcd
