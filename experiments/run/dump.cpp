#include <algorithm>
#include <cstdio>

#include "algorithms/registry.hpp"
#include "experiments/run/npy.hpp"
#include "experiments/run/provenance.hpp"
#include "experiments/run/dump.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

namespace {

std::string iterate_folder(std::int64_t k) {
  char name[32];
  std::snprintf(name, sizeof name, "iter_%05lld", static_cast<long long>(k));
  return name;
}

template <class T>
void dump(const Cell& cell, const Plugin& plugin, const DumpOptions& options) {
  Session<T> session(cell, plugin);
  if (const std::string reason = session.algorithm->not_applicable(session.problem); !reason.empty())
    throw UsageError(cell.algorithm + " is not applicable to this problem: " + reason);
  session.start(cell);
  write_npy<T>(options.out / "problem" / "X.npy", session.data->X);
  write_npy<T>(options.out / "problem" / "Y.npy", session.data->Y);

  const std::int64_t last = *std::max_element(options.iterations.begin(), options.iterations.end());
  for (std::int64_t k = 0; k <= last; ++k) {
    if (k > 0) session.algorithm->step(nullptr);
    if (std::find(options.iterations.begin(), options.iterations.end(), k) != options.iterations.end())
      write_state<T>(options.out / iterate_folder(k), session.algorithm->state());
  }

  nlohmann::json facts = provenance();
  facts["dataset"] = {{"name", session.data->name}, {"checksum", session.data->checksum}, {"origin", session.data->origin}};
  if (const auto files = files_of(plugin, cell.parameters); !files.empty()) facts["files"] = files;
  const nlohmann::json run = {
      {"schema", RunRecord::kSchema}, {"config", cell.config}, {"provenance", facts}, {"iterations", options.iterations}};
  write_file_atomically(options.out / "run.json", run.dump(2) + "\n");
}

}  // namespace

void dump_cell(const Cell& cell, const DumpOptions& options) { dump_cell(cell, find_plugin(cell.algorithm), options); }

void dump_cell(const Cell& cell, const Plugin& plugin, const DumpOptions& options) {
  if (options.iterations.empty()) throw UsageError("--iterations names no iterate; write for instance --iterations 0,1,5");
  for (const std::int64_t k : options.iterations)
    if (k < 0) throw UsageError("--iterations must be 0 (the start) or more, got " + std::to_string(k));
  if (options.out.empty()) throw UsageError("--out names no folder");
  try {
    if (cell.precision == "f32")
      dump<float>(cell, plugin, options);
    else
      dump<double>(cell, plugin, options);
  } catch (const UsageError&) {
    throw;
  } catch (const std::runtime_error& e) {
    throw UsageError("dump: " + cell.algorithm + " failed: " + e.what());
  }
}

}  // namespace bcd
