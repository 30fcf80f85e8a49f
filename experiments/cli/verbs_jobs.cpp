// SLURM: runs as tasks of an array (run --slurm), and where they stand (the verb jobs).
#include <iostream>
#include <set>
#include <thread>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"
#include "experiments/cli/slurm_options.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/libraries.hpp"

namespace bcd {

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace {

void print_states(const std::vector<slurm::CellState>& states) {
  std::vector<std::vector<std::string>> rows;
  std::map<std::string, int> counts;
  for (const slurm::CellState& s : states) {
    ++counts[s.state];
    rows.push_back({s.cell.label, s.job == 0 ? "-" : std::to_string(s.job) + "_" + std::to_string(s.cell.task), s.state,
                    s.reason.empty() ? "-" : s.reason});
  }
  std::cout << table({"run", "job", "state", "because"}, rows);
  std::string text;
  for (const auto& [state, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + state;
  std::cout << text << "\n";
  if (counts.contains("ended"))
    std::cout << "the same 'run ... --slurm ...' again submits the runs that ended without a record; they go on from their "
                 "checkpoints\n";
}

bool any_alive(const std::vector<slurm::Task>& known, long job) {
  return std::any_of(known.begin(), known.end(),
                     [&](const slurm::Task& task) { return task.job == job && slurm::is_alive(task); });
}

/// Looks every few seconds until no task of the job is left; then says where its runs stand.
int wait_for(const fs::path& out, const slurm::Plan& plan) {
  constexpr int kSeconds = 5;
  const InterruptGuard interrupt;
  while (any_alive(slurm::tasks(), plan.job))
    for (int i = 0; i < 10 * kSeconds; ++i) {
      if (interrupt.asked()) {
        std::cerr << "no longer waiting; job " << plan.job << " goes on (scancel " << plan.job << " ends it)\n";
        throw Interrupted();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  const auto states = slurm::states(out, {plan}, slurm::tasks());
  print_states(states);
  const bool all_done = std::all_of(states.begin(), states.end(), [](const auto& s) { return s.state == "done"; });
  return all_done ? kAllWell : kCheckFailed;
}

int jobs_verb(const CommandLine& options) {
  const fs::path out = text(options, "out");
  const std::vector<slurm::Plan> plans = slurm::plans(out);
  if (plans.empty())
    throw UsageError("jobs: nothing was submitted from " + printable(out.string()) +
                     "; 'bcdbench run EXPERIMENT --slurm OPTIONS' submits runs");
  std::optional<std::vector<slurm::Task>> known;
  try {
    known = slurm::tasks();
  } catch (const UsageError& fault) {
    std::cerr << fault.what() << "\n";
  }
  print_states(slurm::states(out, plans, known));
  return kAllWell;
}

OptionList jobs_options() {
  OptionList options("Options");
  options.add_options()("out", po::value<std::string>()->default_value("out")->value_name("DIR"), "folder of the records");
  return options;
}

}  // namespace

void add_slurm_options(OptionList& options) {
  auto add = options.add_options();
  add("shard", po::value<std::string>()->value_name("I/N"),
      "only every N-th run, from the I-th on: N calls of it, on any machines, make all of them (join their folders with runs "
      "merge)");
  add("slurm", po::value<std::string>()->value_name("OPTIONS"),
      "submit the runs as one array of tasks to SLURM, with these options of sbatch (\"--partition=long --time=4:00:00\"), and "
      "end; with --dry-run: show the script");
  add("slurm-group", po::value<int>()->default_value(1)->value_name("K"),
      "K runs one after the other in a task, for short ones");
  add("slurm-limit", po::value<int>()->value_name("M"), "at most M tasks at the same time");
  add("slurm-wait", po::bool_switch(), "wait until the last task has ended");
}

void keep_shard(std::vector<Results>& results, const std::string& shard, const RunOptions& how) {
  const auto slash = shard.find('/');
  const auto number = [&](const std::string& digits) {
    return digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != std::string::npos
               ? 0
               : std::stoi(digits);
  };
  const int i = slash == std::string::npos ? 0 : number(shard.substr(0, slash));
  const int n = slash == std::string::npos ? 0 : number(shard.substr(slash + 1));
  if (i < 1 || n < 1 || i > n)
    throw UsageError("--shard " + printable(shard) + ": write I/N with 1 <= I <= N, for example 2/4");
  std::map<std::string, int> places;  // runs of one name are one run
  for (Results& part : results)
    std::erase_if(part.experiment.runs, [&](const PlannedRun& planned) {
      const int place = places.emplace(run_id(planned, how), static_cast<int>(places.size())).first->second;
      return place % n != i - 1;
    });
  std::erase_if(results, [](const Results& part) { return part.experiment.runs.empty(); });
}

int submit_runs(const std::vector<Results>& results, const RunOptions& how, const CommandLine& options) {
  for (const char* option : {"init-from", "jobs"})
    if (options.count(option) && !options[option].defaulted())
      throw UsageError(std::string("--slurm does not go with --") + option);
  slurm::Request request;
  request.options = text(options, "slurm");
  request.group = options["slurm-group"].as<int>();
  if (request.group < 1) throw UsageError("--slurm-group must be at least 1, got " + std::to_string(request.group));
  if (options.count("slurm-limit")) {
    request.at_once = options["slurm-limit"].as<int>();
    if (request.at_once < 1) throw UsageError("--slurm-limit must be at least 1, got " + std::to_string(request.at_once));
  }
  for (const auto& [path, checksum] : loaded_libraries()) request.passed.insert(request.passed.end(), {"--plugin", path});
  for (const auto& [asked, option] :
       {std::pair(how.force, "--force"), {how.retry_failed, "--retry-failed"}, {how.any_version, "--any-version"}})
    if (asked) request.passed.push_back(option);
  if (options.count("checkpoint"))
    request.passed.insert(request.passed.end(), {"--checkpoint", number_text(options["checkpoint"].as<double>())});
  const bool dry = options["dry-run"].as<bool>();

  std::set<std::string> under_way;  // made by tasks that wait or run
  if (!dry && !how.force)
    for (const slurm::CellState& state : slurm::states(how.out, slurm::plans(how.out), slurm::tasks()))
      if (state.state == "waiting" || state.state == "running") under_way.insert(state.cell.id);
  const Lookup lookup(Shelf{how.out, how.any_version});
  std::set<std::string> seen;
  std::vector<const PlannedRun*> runs;
  int finished = 0, waiting = 0;
  for (const Results& part : results)
    for (const PlannedRun& planned : part.experiment.runs) {
      const std::string id = run_id(planned, how);
      if (!seen.insert(id).second) continue;
      if (finished_record(lookup, planned, how))
        ++finished;
      else if (under_way.contains(id))
        ++waiting;
      else
        runs.push_back(&planned);
    }
  const std::string others = std::to_string(finished) + " have records, " + std::to_string(waiting) + " are under way";
  if (runs.empty()) {
    std::cout << "nothing to submit: of " << seen.size() << " runs " << others << "\n";
    return kAllWell;
  }
  const int most = dry ? 1000 : slurm::largest_array();
  request.group = std::max(request.group, (static_cast<int>(runs.size()) + most - 1) / most);
  const int tasks = (static_cast<int>(runs.size()) + request.group - 1) / request.group;
  if (dry) {
    const fs::path out = fs::absolute(how.out).lexically_normal();
    std::cout << slurm::job_script(out / "slurm" / "NEW", out, tasks, request) << "\n";
    for (std::size_t i = 0; i < runs.size(); ++i)
      std::cout << "task " << static_cast<int>(i) / request.group + 1 << ": " << runs[i]->label() << "\n";
    return kAllWell;
  }
  slurm::Plan plan = slurm::write_plan(how.out, runs, request);
  slurm::submit(plan);
  std::cout << "job " << plan.job << ": " << runs.size() << (runs.size() == 1 ? " run in " : " runs in ") << tasks
            << (tasks == 1 ? " task" : " tasks") << " submitted; of the others " << others << "\n"
            << "plan: " << plan.folder.string() << "\n"
            << "where they stand: ./bcdbench jobs --out " << how.out.string() << "\n";
  return options["slurm-wait"].as<bool>() ? wait_for(how.out, plan) : kAllWell;
}

std::vector<Verb> jobs_verbs() {
  return {
      {"jobs", "", "where the runs that were submitted to SLURM stand",
       "Lists the runs that 'run --slurm' submitted from the output folder: done, running, waiting, or ended without a record,\n"
       "with SLURM's reason and the last line of the log. One call of squeue.\n",
       "bcdbench run zeng2019-fig1 --scale paper --slurm \"--partition=long --time=4:00:00\"\n"
       "bcdbench jobs\n",
       jobs_options, jobs_verb}};
}

}  // namespace bcd
