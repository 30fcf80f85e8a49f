#include "experiments/outside/slurm_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "experiments/run/lookup.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"

namespace bcd::slurm {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// A path that may stand within double quotes: in the script's comment lines, which sbatch reads, and in its commands.
std::string plain(const fs::path& path) {
  const std::string text = path.string();
  if (const auto at = text.find_first_of("\"\\$`%\n\r"); at != std::string::npos)
    throw UsageError("--slurm: the path " + printable(text) + " has the character '" + printable(text.substr(at, 1)) +
                     "', which SLURM or its script would read as something else; choose another --out");
  return text;
}

/// What a task said last; empty where it has said nothing yet.
std::string last_line(const fs::path& log) {
  if (!fs::is_regular_file(log)) return "";
  std::string text = file_content(log);
  text.erase(text.find_last_not_of(" \n\r") + 1);
  const auto start = text.find_last_of("\n\r");
  return printable(start == std::string::npos ? text : text.substr(start + 1));
}

fs::path log_of(const fs::path& folder, int task) { return folder / "logs" / (std::to_string(task) + ".log"); }

/// "0001", the first number that is free.
fs::path new_folder(const fs::path& out) {
  fs::create_directories(out / "slurm");
  for (int number = 1; number < 10000; ++number) {
    char name[8];
    std::snprintf(name, sizeof name, "%04d", number);
    if (fs::create_directory(out / "slurm" / name)) return out / "slurm" / name;  // false: another has taken it
  }
  throw UsageError((out / "slurm").string() + " has 9999 plans; remove some");
}

void note(const Plan& plan) {
  json cells = json::array();
  for (const Cell& cell : plan.cells) cells.push_back({{"id", cell.id}, {"label", cell.label}, {"task", cell.task}});
  write_file_atomically(plan.folder / "plan.json", json_text(json{{"job", plan.job}, {"cells", cells}}, 1) + "\n");
}

}  // namespace

std::string job_script(const fs::path& folder, const fs::path& out, int tasks, const Request& request) {
  if (const std::string fault = text_fault(request.options); !fault.empty())
    throw UsageError("--slurm " + printable(request.options) + ": the text " + fault);
  for (const char* taken : {"--array", "-a", "--output", "-o", "--wrap"}) {
    const std::string words = " " + request.options;
    if (words.find(" " + std::string(taken) + "=") != std::string::npos ||
        (words + " ").find(" " + std::string(taken) + " ") != std::string::npos)
      throw UsageError(std::string("--slurm: ") + taken + " is set by this program; leave it out");
  }
  std::string passed;
  for (const std::string& word : request.passed) passed += " \"" + plain(word) + "\"";
  const std::string most = request.at_once > 0 ? "%" + std::to_string(request.at_once) : "";
  return "#!/bin/bash\n"
         "#SBATCH --job-name=bcdbench\n"
         "#SBATCH " +
         request.options +
         "\n"
         "#SBATCH --array=1-" +
         std::to_string(tasks) + most +
         "\n"
         "# A task that is pre-empted or whose node is lost begins again; its run goes on from its checkpoint.\n"
         "#SBATCH --requeue --open-mode=append --signal=B:TERM@60\n"
         "#SBATCH --output=\"" +
         plain(folder) +
         "/logs/%a.log\"\n"
         "plan=\"" +
         plain(folder) +
         "\"\n"
         "trap 'stopped=1; kill -TERM \"$child\" 2>/dev/null' TERM\n"
         "status=0\n"
         "for cell in $(sed -n \"${SLURM_ARRAY_TASK_ID}p\" \"$plan/tasks\"); do\n"
         "  \"$plan/bcdbench\" run \"$plan/cells/$cell.json\" --out \"" +
         plain(out) + "\"" + passed +
         " --threads \"${SLURM_CPUS_PER_TASK:-1}\" &\n"
         "  child=$!\n"
         "  wait \"$child\"; code=$?\n"
         "  # A signal ends wait at once; the program still writes its checkpoint.\n"
         "  if [ -n \"${stopped:-}\" ]; then wait \"$child\"; exit 143; fi\n"
         "  [ \"$code\" -eq 0 ] || status=$code\n"
         "done\n"
         "exit \"$status\"\n";
}

Plan write_plan(const fs::path& out_folder, const std::vector<const PlannedRun*>& runs, const Request& request) {
  const fs::path out = fs::absolute(out_folder).lexically_normal();
  const int tasks = (static_cast<int>(runs.size()) + request.group - 1) / request.group;
  job_script(out / "slurm" / "0000", out, tasks, request);  // what is wrong with it is said before anything is written
  Plan plan;
  plan.folder = new_folder(out);
  std::string lists;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const int task = static_cast<int>(i) / request.group + 1;
    const std::string id = run_id(*runs[i]);
    write_file_atomically(plan.folder / "cells" / (id + ".json"), json_text(json{{"config", runs[i]->config}}, 2) + "\n");
    if (!plan.cells.empty()) lists += plan.cells.back().task == task ? " " : "\n";
    lists += id;
    plan.cells.push_back({id, runs[i]->label(), task});
  }
  write_file_atomically(plan.folder / "tasks", lists + "\n");
  fs::create_directory(plan.folder / "logs");
  // The version of the code is part of a run's name: a program that is built anew before the tasks begin would make other runs.
  fs::copy_file(fs::read_symlink("/proc/self/exe"), plan.folder / "bcdbench");
  write_file_atomically(plan.folder / "job.sh", job_script(plan.folder, out, tasks, request));
  note(plan);
  return plan;
}

void submit(Plan& plan) {
  try {
    plan.job = submit(plan.folder / "job.sh");
  } catch (...) {  // nothing is under way: no trace of it stays
    std::error_code ignored;
    fs::remove_all(plan.folder, ignored);
    throw;
  }
  note(plan);
}

std::vector<Plan> plans(const fs::path& out) {
  std::vector<Plan> found;
  if (!fs::is_directory(out / "slurm")) return found;
  for (const fs::directory_entry& entry : fs::directory_iterator(out / "slurm")) {
    const fs::path file = entry.path() / "plan.json";
    if (!fs::is_regular_file(file)) continue;  // being written
    try {
      const json facts = parse_json(file_content(file));
      Plan plan{entry.path(), facts.at("job").get<long>(), {}};
      for (const json& cell : facts.at("cells"))
        plan.cells.push_back(
            {cell.at("id").get<std::string>(), cell.at("label").get<std::string>(), cell.at("task").get<int>()});
      found.push_back(std::move(plan));
    } catch (const std::exception& fault) {
      throw UsageError(file.string() + " is damaged (" + printable(fault.what()) + "); remove its folder");
    }
  }
  std::sort(found.begin(), found.end(), [](const Plan& a, const Plan& b) { return a.folder < b.folder; });
  return found;
}

std::vector<CellState> states(const fs::path& out, const std::vector<Plan>& plans,
                              const std::optional<std::vector<Task>>& known) {
  std::map<std::pair<long, int>, const Task*> tasks;
  if (known)
    for (const Task& task : *known) tasks[{task.job, task.index}] = &task;
  std::vector<CellState> list;
  std::map<std::string, std::size_t> place;  // a later plan has the word
  for (const Plan& plan : plans)
    for (const Cell& cell : plan.cells) {
      CellState state{cell, plan.folder, plan.job, "ended", ""};
      const auto task = tasks.find({plan.job, cell.task});
      const std::string words = last_line(log_of(plan.folder, cell.task));
      const auto because = [&](std::string reason) { return reason + (words.empty() || reason.empty() ? "" : "; ") + words; };
      if (const fs::path file = record_file(out, cell.id); fs::exists(file)) {
        const RunRecord record = read_record_facts(file);
        state.state = "done", state.reason = record.status + (record.status == "Failed" ? ": " + record.reason : "");
      } else if (plan.job == 0) {
        state.reason = "never submitted";
      } else if (!known) {
        state.state = "unknown", state.reason = because("SLURM was not asked");
      } else if (task != tasks.end() && is_alive(*task->second)) {
        state.state = task->second->state == "PENDING" ? "waiting" : "running";
        state.reason = task->second->state == "PENDING" ? task->second->reason : because("");
      } else {
        state.reason = because(task == tasks.end()
                                   ? "SLURM does not know it any more"
                                   : task->second->state + (task->second->reason.empty() ? "" : ", ") + task->second->reason);
      }
      if (const auto [at, fresh] = place.emplace(cell.id, list.size()); fresh)
        list.push_back(std::move(state));
      else
        list[at->second] = std::move(state);
    }
  return list;
}

}  // namespace bcd::slurm
