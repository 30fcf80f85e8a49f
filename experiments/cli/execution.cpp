#include "experiments/cli/execution.hpp"

#include "algorithms/core/parameters.hpp"

namespace bcd {

namespace po = boost::program_options;

void add_execution_options(OptionList& options) {
  auto add = options.add_options();
  add("threads", po::value<int>()->value_name("T"),
      "number of threads (default: as many as the machine, the affinity mask, the control group and OMP_NUM_THREADS allow)");
  add("jobs", po::value<int>()->default_value(1)->value_name("J"),
      "runs made side by side, which share the threads; their seconds then do not compare");
  add("checkpoint", po::value<double>()->value_name("MINUTES"),
      "between two checkpoints of a run, from which it goes on after it was killed; 0: none (default: the experiment's "
      "run.checkpoint_minutes, or 5)");
  add("force", po::bool_switch(), "run again although the record exists");
  add("retry-failed", po::bool_switch(),
      "run again what Failed; without it only where the cause may have gone (a command, a plugin, memory)");
}

RunOptions execution(const CommandLine& options, const Selection& selection) {
  apply_threads(options);
  RunOptions how;
  how.out = selection.out;
  how.force = options["force"].as<bool>();
  how.retry_failed = options["retry-failed"].as<bool>();
  how.any_version = selection.any_version;
  how.jobs = options["jobs"].as<int>();
  if (how.jobs < 1 || how.jobs > 1024) throw UsageError("--jobs must be between 1 and 1024, got " + std::to_string(how.jobs));
  return how;
}

}  // namespace bcd
