#include "experiments/run/runner.hpp"

#include <iostream>

#include "algorithms/registry.hpp"
#include "experiments/run/checkpoint.hpp"
#include "experiments/run/code_version.hpp"
#include "experiments/run/lookup.hpp"
#include "experiments/run/provenance.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

RunRecord make_run(const PlannedRun& planned, const RunOptions& options) {
  return make_run(planned, find_plugin(planned.algorithm), options);
}

RunRecord make_run(const PlannedRun& planned, const Plugin& plugin, const RunOptions& options) {
  const std::filesystem::path folder = record_folder(options.out);
  RunRecord record;
  record.config = config_of(planned, options);
  record.id = run_id(planned, plugin, options);
  record.provenance = provenance();
  record.provenance["code"] = code_version(plugin, planned.dataset);
  if (const auto files = files_of(planned, plugin); !files.empty()) record.provenance["files"] = files;
  nlohmann::json& warnings = record.provenance["warnings"];
  for (const std::string& warning : plugin.warnings) warnings.push_back(warning);
  record.provenance["jobs"] = options.jobs;
  if (options.jobs > 1)
    warnings.push_back("made beside other runs (--jobs " + std::to_string(options.jobs) +
                       "): its seconds do not compare with those of other records");
  if (options.keep && !options.force && record_exists(folder, record.id)) {
    try {
      const RunRecord found = read_record(record_file(options.out, record.id));
      const bool own = is_record_of(found, record.config);
      if (own && !is_retried(found, plugin, options)) return as_asked(found, planned);
      warnings.push_back(own ? "run again after it had failed: " + found.reason
                             : "run again because of a record of another configuration");
    } catch (const UsageError& e) {  // damaged, so not a finished run
      warnings.push_back(std::string("run again because of an unreadable ") + e.what());
    }
  }
  const std::filesystem::path checkpoint = checkpoint_file(folder, record.id);
  LoopOptions loop;
  loop.init_from = options.init_from;
  loop.progress = options.progress;
  loop.checkpoint_minutes = record.config.value(nlohmann::json::json_pointer("/run/checkpoint_minutes"), kCheckpointMinutes);
  if (options.keep && loop.checkpoint_minutes > 0) loop.checkpoint = checkpoint;
  loop.resume = !options.force;
  loop.remark = [&](const std::string& text) { std::cerr << planned.label() + ": " + text + "\n"; };
  run_loop(planned, plugin, loop, record);
  if (!options.keep || record.status == "Interrupted") return record;
  write_record(folder, record);
  std::error_code ignored;
  std::filesystem::remove(checkpoint, ignored);
  return record;
}

}  // namespace bcd
