#include "experiments/run/dump.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "algorithms/registry.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/npy.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/provenance.hpp"
#include "experiments/run/records.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

std::string iterate_folder(std::int64_t k) {
  char name[32];
  std::snprintf(name, sizeof name, "iter_%05lld", static_cast<long long>(k));
  return name;
}

/// Where a dump is made: within the folder that it is for, which gets everything or nothing.
class Staging {
 public:
  explicit Staging(const fs::path& out) : folder(out / (".part" + std::to_string(::getpid()))), out_(out) { clear(); }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() { clear(); }
  void publish() const {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) fs::rename(entry, out_ / entry.path().filename());
  }
  const fs::path folder;

 private:
  void clear() const {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  fs::path out_;
};

/// Iterates of an earlier dump would stand beside the new ones and pass for theirs.
void refuse_used(const fs::path& folder) {
  if (!fs::is_directory(folder)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "run.json" || name == "problem" || name.rfind("iter_", 0) == 0)
      throw UsageError("--out " + folder.string() + " holds an earlier dump (" + name + "); name another folder or remove it");
  }
}

template <class T>
void dump(const PlannedRun& planned, const Plugin& plugin, const DumpOptions& options) {
  PreparedRun<T> prepared(planned, plugin);
  if (const std::string reason = prepared.algorithm->not_applicable(prepared.problem); !reason.empty())
    throw UsageError(planned.algorithm + " is not applicable to this problem: " + reason);
  prepared.start(planned);
  const Staging staging(options.out);
  write_npy<T>(staging.folder / "problem" / "X.npy", prepared.data->X);
  write_npy<T>(staging.folder / "problem" / "Y.npy", prepared.data->Y);

  const std::int64_t last = *std::max_element(options.iterations.begin(), options.iterations.end());
  for (std::int64_t k = 0; k <= last; ++k) {
    if (interrupt_asked()) throw Interrupted();
    if (k > 0) prepared.algorithm->step(nullptr);
    if (std::find(options.iterations.begin(), options.iterations.end(), k) != options.iterations.end())
      write_state<T>(staging.folder / iterate_folder(k), prepared.algorithm->state());
  }

  nlohmann::json facts = provenance();
  facts["dataset"] = {{"name", prepared.data->name}, {"checksum", prepared.data->checksum}, {"origin", prepared.data->origin}};
  if (const auto files = files_of(planned, plugin); !files.empty()) facts["files"] = files;
  const nlohmann::json run = {
      {"schema", RunRecord::kSchema}, {"config", planned.config}, {"provenance", facts}, {"iterations", options.iterations}};
  write_file_atomically(staging.folder / "run.json", json_text(run, 2) + "\n");
  staging.publish();
}

}  // namespace

void dump_run(const PlannedRun& planned, const DumpOptions& options) {
  dump_run(planned, find_plugin(planned.algorithm), options);
}

void dump_run(const PlannedRun& planned, const Plugin& plugin, const DumpOptions& options) {
  if (options.iterations.empty()) throw UsageError("--iterations names no iterate; write for instance --iterations 0,1,5");
  for (const std::int64_t k : options.iterations)
    if (k < 0) throw UsageError("--iterations must be 0 (the start) or more, got " + std::to_string(k));
  if (options.out.empty()) throw UsageError("--out names no folder");
  refuse_used(options.out);
  const InterruptGuard interrupt;
  try {
    if (planned.precision == "f32")
      dump<float>(planned, plugin, options);
    else
      dump<double>(planned, plugin, options);
  } catch (const UsageError&) {
    throw;
  } catch (const fs::filesystem_error&) {
    throw;
  } catch (const std::runtime_error& e) {
    if (interrupt.asked()) throw Interrupted();
    throw UsageError("dump: " + planned.algorithm + " failed: " + e.what());
  }
}

}  // namespace bcd
