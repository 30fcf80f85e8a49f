// How many threads and how much memory this process may have, and the load of the machine it is on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace bcd {

struct AllowedThreads {
  int count = 1;
  std::string why;  ///< what the count comes from, for people: "--threads", "the affinity mask"
};

/// The smallest of: the processors of the affinity mask, the quota of the control group (whole processors, at least one),
/// OMP_THREAD_LIMIT, and what is asked for: --threads, or else OMP_NUM_THREADS.
AllowedThreads allowed_threads(std::optional<int> asked);
/// Sets the number of threads of this process. Of the share of a process among `jobs`: allowed/jobs, at least one.
void use_threads(const AllowedThreads& allowed, int jobs = 1);
/// What use_threads was told; of a process that never called it, one thread "by default".
const AllowedThreads& threads_in_use();

/// Processors' worth of time that the control groups of this process allow (cgroup v2 and v1, the smallest from its own group up
/// to the mount); infinity: no quota. `proc`: /proc/self, or a stand-in.
double cpu_quota(const std::filesystem::path& proc = "/proc/self");

struct AllowedMemory {
  double bytes = 0;
  std::string why;  ///< for people: "the memory of this machine"
};

/// The memory of the machine or, where it is less, the limit of the control groups of this process (v2 and v1). `proc` as above.
AllowedMemory allowed_memory(const std::filesystem::path& proc = "/proc/self");

/// Processes that ran or wanted to run in the last minute, on average, when the program first asked; NaN if unknown.
double load_at_start();
int processors();
/// Empty unless the machine was busier than it has processors.
std::string load_warning(double load, int processors);

}  // namespace bcd
