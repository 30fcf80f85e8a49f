// The verb runs: the records as things.
#include <algorithm>
#include <cmath>
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/cli/selection.hpp"
#include "experiments/run/record_list.hpp"
#include "results/json.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

OptionList runs_options() {
  OptionList options("Options");
  auto add = options.add_options();
  add("experiment", po::value<std::vector<std::string>>()->value_name("ID"), "only records of this experiment");
  add("variant", po::value<std::vector<std::string>>()->value_name("LABEL"), "only this variant's");
  add("algorithm", po::value<std::vector<std::string>>()->value_name("NAME"), "only this algorithm's");
  add("status", po::value<std::vector<std::string>>()->value_name("S"),
      "only with this status: Failed, Diverged, TimeLimit, ..., unfinished (there is a checkpoint)");
  add("older-than", po::value<std::string>()->value_name("AGE"), "only older ones: 30m, 12h, 7d");
  add("newer-than", po::value<std::string>()->value_name("AGE"), "only newer ones");
  add("dry-run", po::bool_switch(), "of rm, merge, gc: say what would be done");
  add("replace", po::bool_switch(), "of merge: take a record over although another one of its name is there");
  add("other-versions", po::bool_switch(), "of gc: also the records that another version of the code made");
  add("damaged", po::bool_switch(), "of gc: also the records that cannot be read");
  add("format", po::value<std::string>()->default_value("table")->value_name("F"), "of ls: table or json");
  add("out", po::value<std::string>()->default_value("out")->value_name("DIR"), "folder of the records");
  return options;
}

/// "7d" as seconds.
std::optional<double> age(const CommandLine& options, const std::string& name) {
  if (!options.count(name)) return std::nullopt;
  const std::string given = text(options, name);
  const std::string units = "smhd";
  const double seconds[] = {1, 60, 3600, 86400};
  const std::size_t unit = given.empty() ? std::string::npos : units.find(given.back());
  if (unit == std::string::npos)
    throw UsageError("--" + name + ": write a number and s, m, h or d, for example 7d, got '" + given + "'");
  const double count = parse_number("--" + name, given.substr(0, given.size() - 1));
  if (!(count >= 0 && std::isfinite(count))) throw UsageError("--" + name + " must not be negative, got '" + given + "'");
  return count * seconds[unit];
}

RecordFilter filter_of(const CommandLine& options) {
  const auto list = [&](const char* name) {
    return options.count(name) ? options[name].as<std::vector<std::string>>() : std::vector<std::string>{};
  };
  return {list("experiment"),         list("variant"),           list("algorithm"), list("status"),
          age(options, "older-than"), age(options, "newer-than")};
}

std::string age_text(const RunRecord& record) {
  const std::optional<double> seconds = age_of(record);
  if (!seconds) return "-";
  const auto shown = [](double x, const char* unit) { return show(std::floor(x), 6) + unit; };
  if (*seconds < 3600) return shown(*seconds / 60, " min");
  return *seconds < 172800 ? shown(*seconds / 3600, " h") : shown(*seconds / 86400, " d");
}

std::int64_t iterations_of(const RunRecord& record) {
  return record.config.value("run", nlohmann::json::object()).value("iterations", std::int64_t{0});
}

bool is_unfinished(const ListedRecord& record) { return record.file.extension() == ".checkpoint"; }

std::string version_of(const RunRecord& record) { return record.other_version ? "another" : "this"; }

int list_runs(std::vector<ListedRecord> records, const std::vector<ListedRecord>& unfinished, const std::string& format,
              const fs::path& out) {
  const std::size_t finished = records.size();
  records.insert(records.end(), unfinished.begin(), unfinished.end());
  nlohmann::json all = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows;
  std::string faults;
  for (const ListedRecord& record : records) {
    const RunRecord& facts = record.facts;
    if (!record.fault.empty()) faults += "damaged: " + record.fault + "\n";
    for (const AskedAs& names : record.names) {
      rows.push_back({facts.id, names.experiment, names.variant, std::to_string(facts.seed()),
                      facts.config.value("algorithm", ""), std::to_string(iterations_of(facts)), facts.status, age_text(facts),
                      version_of(facts)});
      all.push_back({{"record", facts.id},
                     {"experiment", names.experiment},
                     {"variant", names.variant},
                     {"seed", facts.seed()},
                     {"algorithm", facts.config.value("algorithm", "")},
                     {"status", facts.status},
                     {"other_version", facts.other_version},
                     {"file", record.file.string()}});
    }
  }
  if (format == "json") {
    std::cout << json_text(all, 1) << "\n";
    std::cerr << faults;
    return kAllWell;
  }
  if (rows.empty() && faults.empty()) {
    std::cout << "no such records in " << record_folder(out).string() << "\n";
    return kAllWell;
  }
  std::cout << table({"record", "experiment", "variant", "seed", "algorithm", "iterations", "status", "age", "version"}, rows)
            << faults << finished << (finished == 1 ? " record\n" : " records\n");
  for (const ListedRecord& record : unfinished)
    if (record.fault.empty()) std::cout << record.facts.id << ": " << record.facts.reason << "; the same run goes on there\n";
  return kAllWell;
}

std::string names_text(const ListedRecord& record) {
  std::string text;
  for (const AskedAs& names : record.names) text += (text.empty() ? "" : "; ") + names.experiment + ", " + names.variant;
  return text;
}

void show_run(const ListedRecord& listed) {
  if (is_unfinished(listed)) {
    if (!listed.fault.empty()) throw UsageError(listed.fault);
    std::cout << "checkpoint  " << listed.facts.id << "\nasked as    " << names_text(listed) << "\nseed        "
              << listed.facts.seed() << "\nstatus      " << listed.facts.status << ": " << listed.facts.reason
              << "\nversion     " << version_of(listed.facts) << " version of the code\nfile        " << listed.file.string()
              << "\n\nconfiguration\n"
              << json_text(listed.facts.config, 1) << "\n";
    return;
  }
  const RunRecord record = read_record(listed.file);
  std::cout << "record      " << record.id << "\nasked as    " << names_text(listed) << "\nseed        " << record.seed()
            << "\nstatus      " << record.status << ": " << record.reason << "\nversion     " << version_of(listed.facts)
            << " version of the code\nfile        " << listed.file.string() << "\n\nconfiguration\n"
            << json_text(record.config, 1) << "\n\nprovenance\n"
            << json_text(record.provenance, 1) << "\n";
  std::vector<std::vector<std::string>> rows;
  for (const PromiseResult& p : record.promises)
    rows.push_back({p.promise.id, p.verdict(), std::to_string(p.checks), std::to_string(p.violations), show(p.worst_slack)});
  if (!rows.empty()) std::cout << "\n" << table({"promise", "verdict", "checks", "violations", "smallest slack"}, rows);
  rows.clear();
  if (!record.trace.rows.empty())
    for (std::size_t c = 0; c < record.trace.columns.size(); ++c)
      rows.push_back({record.trace.columns[c], show(record.trace.rows.front()[c], 6), show(record.trace.rows.back()[c], 6)});
  std::cout << "\n" << table({"column", "first", "last"}, rows);
}

int remove_all(const std::vector<fs::path>& files, bool dry) {
  std::uintmax_t bytes = 0;
  const auto size = [](const fs::path& file) {
    std::error_code none;
    const std::uintmax_t count = fs::file_size(file, none);
    return none ? 0 : count;
  };
  for (const fs::path& file : files) {
    bytes += size(file);
    if (file.extension() == ".json") bytes += size(fs::path(file).replace_extension(".csv"));
    std::cout << (dry ? "would remove " : "removed ") << file.string() << "\n";
    if (dry) continue;
    if (file.extension() == ".json")
      remove_record(file);
    else
      fs::remove(file);
  }
  std::cout << files.size() << (dry ? " to remove, " : " removed, ") << (bytes + 512) / 1024 << " KiB\n";
  return kAllWell;
}

int merge_runs(const std::vector<std::string>& folders, const CommandLine& options) {
  const bool replace = options["replace"].as<bool>(), dry = options["dry-run"].as<bool>();
  int taken = 0, there = 0, same = 0, different = 0, damaged = 0;
  for (const std::string& folder : folders)
    for (const Merged& merged : merge_records(folder, text(options, "out"), replace, dry)) {
      const std::string kept = replace ? "replaced by that one" : "kept; --replace takes that one";
      switch (merged.outcome) {
        case Merged::Outcome::taken:
          ++taken;
          break;
        case Merged::Outcome::same:
          ++there;
          break;
        case Merged::Outcome::same_numbers:
          ++same;
          break;
        case Merged::Outcome::different:
          ++different;
          std::cout << merged.file.string() << ": OTHER NUMBERS than the record that is here, which is " << kept << "\n";
          break;
        case Merged::Outcome::damaged:
          ++damaged;
          std::cout << "left out: " << merged.fault << "\n";
          break;
      }
    }
  std::cout << taken << (dry ? " to take over, " : " taken over, ") << there << " there already, " << same
            << " there with the same numbers from another run" << (replace ? " (replaced), " : " (kept), ") << different
            << " with other numbers, " << damaged << " damaged\n";
  return different + damaged > 0 ? kCheckFailed : kAllWell;
}

int collect_garbage(const CommandLine& options) {
  const fs::path out = text(options, "out");
  std::vector<fs::path> files = leftovers(out);
  const auto damaged = [](const ListedRecord& record) {
    try {
      read_record(record.file);  // with its trace
      return false;
    } catch (const UsageError&) {
      return true;
    }
  };
  for (const ListedRecord& record : list_records(out))
    if ((options["other-versions"].as<bool>() && record.facts.other_version) ||
        (options["damaged"].as<bool>() && damaged(record)))
      files.push_back(record.file);
  return remove_all(files, options["dry-run"].as<bool>());
}

/// Options belong to their action: a --replace that is given to rm would be passed over in silence.
void require_options(const CommandLine& options, const std::string& action) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> owners = {
      {"dry-run", {"rm", "merge", "gc"}}, {"replace", {"merge"}}, {"other-versions", {"gc"}}, {"damaged", {"gc"}}};
  for (const auto& [option, actions] : owners)
    if (options[option].as<bool>() && std::find(actions.begin(), actions.end(), action) == actions.end()) {
      std::string list;
      for (const std::string& own : actions) list += (list.empty() ? "" : ", ") + own;
      throw UsageError("runs " + action + ": --" + option + " belongs to runs " + list);
    }
  if ((action == "merge" || action == "gc" || action == "show") && !filter_of(options).empty())
    throw UsageError("runs " + action + ": the filters belong to ls and rm");
}

int runs_verb(const CommandLine& options) {
  std::vector<std::string> given = names(options);
  const std::vector<std::string> actions = {"ls", "show", "rm", "merge", "gc"};
  if (given.empty()) throw UsageError("runs: say ls, show, rm, merge or gc; see 'bcdbench runs --help'");
  const std::string action = given.front(), format = text(options, "format");
  given.erase(given.begin());
  if (std::find(actions.begin(), actions.end(), action) == actions.end())
    throw UsageError(unknown_name("action", action, actions) + "; see 'bcdbench runs --help'");
  if (format != "table" && format != "json") throw UsageError(unknown_name("format", format, {"table", "json"}));
  require_options(options, action);
  const fs::path out = text(options, "out");
  const RecordFilter filter = filter_of(options);
  if (action == "gc" || action == "ls") {
    if (!given.empty()) throw UsageError("runs " + action + ": takes no names; filters such as --experiment are options");
    return action == "gc" ? collect_garbage(options)
                          : list_runs(list_records(out, filter), list_unfinished(out, filter), format, out);
  }
  if (action == "merge") {
    if (given.empty()) throw UsageError("runs merge: name the folders whose records are to be taken over");
    return merge_runs(given, options);
  }
  if (given.empty() && (action == "show" || filter.empty()))
    throw UsageError("runs " + action + ": name records by their ids" + (action == "rm" ? " or choose them with filters" : "") +
                     "; 'bcdbench runs ls' lists them");
  std::vector<ListedRecord> all = list_records(out, filter);
  for (ListedRecord& record : list_unfinished(out, filter)) all.push_back(std::move(record));
  std::vector<const ListedRecord*> chosen;
  for (const std::string& id : given) chosen.push_back(&find_record(all, id));
  if (given.empty())
    for (const ListedRecord& record : all) chosen.push_back(&record);
  std::vector<fs::path> files;
  for (const ListedRecord* record : chosen) {
    if (action == "show") show_run(*record);
    files.push_back(record->file);
  }
  return action == "rm" ? remove_all(files, options["dry-run"].as<bool>()) : kAllWell;
}

}  // namespace

std::vector<Verb> runs_verbs() {
  return {
      {"runs", "ls|show|rm|merge|gc [NAME...]", "list, show, remove and merge records",
       "ls      the records in OUT/runs, and the runs that a checkpoint waits for; a record that several experiments share stands\n"
       "        under each\n"
       "show    a record by its id or the beginning of it: names, configuration, provenance, promises, first and last row\n"
       "rm      removes records, by id or by filters\n"
       "merge   takes the records of other output folders over, each checked against its checksums; where there is one of that\n"
       "        name it stays, and exit code 1 says that the numbers differ\n"
       "gc      removes what killed programs left behind\n",
       "bcdbench runs ls --status Failed\n"
       "bcdbench runs ls --experiment zeng2019-fig1 --newer-than 2d\n"
       "bcdbench runs rm --variant SGD --older-than 30d --dry-run\n"
       "bcdbench runs merge ../other-machine/out\n",
       runs_options, runs_verb}};
}

}  // namespace bcd
