#include "experiments/run/dump.hpp"

#include <algorithm>
#include <cstdio>

#include "algorithms/registry.hpp"
#include "experiments/run/npy.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/provenance.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

namespace {

std::string iterate_folder(std::int64_t k) {
  char name[32];
  std::snprintf(name, sizeof name, "iter_%05lld", static_cast<long long>(k));
  return name;
}

template <class T>
void dump(const PlannedRun& planned, const Plugin& plugin, const DumpOptions& options) {
  PreparedRun<T> prepared(planned, plugin);
  if (const std::string reason = prepared.algorithm->not_applicable(prepared.problem); !reason.empty())
    throw UsageError(planned.algorithm + " is not applicable to this problem: " + reason);
  prepared.start(planned);
  write_npy<T>(options.out / "problem" / "X.npy", prepared.data->X);
  write_npy<T>(options.out / "problem" / "Y.npy", prepared.data->Y);

  const std::int64_t last = *std::max_element(options.iterations.begin(), options.iterations.end());
  for (std::int64_t k = 0; k <= last; ++k) {
    if (k > 0) prepared.algorithm->step(nullptr);
    if (std::find(options.iterations.begin(), options.iterations.end(), k) != options.iterations.end())
      write_state<T>(options.out / iterate_folder(k), prepared.algorithm->state());
  }

  nlohmann::json facts = provenance();
  facts["dataset"] = {{"name", prepared.data->name}, {"checksum", prepared.data->checksum}, {"origin", prepared.data->origin}};
  if (const auto files = files_of(plugin, planned.parameters); !files.empty()) facts["files"] = files;
  const nlohmann::json run = {
      {"schema", RunRecord::kSchema}, {"config", planned.config}, {"provenance", facts}, {"iterations", options.iterations}};
  write_file_atomically(options.out / "run.json", run.dump(2) + "\n");
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
  try {
    if (planned.precision == "f32")
      dump<float>(planned, plugin, options);
    else
      dump<double>(planned, plugin, options);
  } catch (const UsageError&) {
    throw;
  } catch (const std::runtime_error& e) {
    throw UsageError("dump: " + planned.algorithm + " failed: " + e.what());
  }
}

}  // namespace bcd
