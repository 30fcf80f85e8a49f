#include "experiments/run/allowed_threads.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include "algorithms/core/parallel.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

constexpr double kNoQuota = std::numeric_limits<double>::infinity();

int processors_of_affinity_mask() {
  for (std::size_t count = 1024; count <= (1u << 20); count *= 2) {  // a kernel may know more than the usual 1024
    cpu_set_t* set = CPU_ALLOC(count);
    if (set == nullptr) break;
    const std::size_t size = CPU_ALLOC_SIZE(count);
    const bool known = sched_getaffinity(0, size, set) == 0;
    const int allowed = known ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (known) return std::max(1, allowed);
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// The first number of an OpenMP variable ("4" or "4,2"); nothing if it is not set or no positive number.
std::optional<int> number_of(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || value < 1) return std::nullopt;
  return static_cast<int>(std::min<long>(value, std::numeric_limits<int>::max()));
}

/// "150000 100000" is 1.5 processors; "max 100000" and "-1" are none. v1 keeps the two numbers in two files.
double quota_of_group(const fs::path& group, bool v2) {
  double quota = 0, period = 0;
  if (v2) {
    if (!(std::ifstream(group / "cpu.max") >> quota >> period)) return kNoQuota;
  } else if (!(std::ifstream(group / "cpu.cfs_quota_us") >> quota) || !(std::ifstream(group / "cpu.cfs_period_us") >> period)) {
    return kNoQuota;
  }
  return quota > 0 && period > 0 ? quota / period : kNoQuota;
}

std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

bool has(const std::string& list, const std::string& controller) {  // "rw,cpu,cpuacct"
  return ("," + list + ",").find("," + controller + ",") != std::string::npos;
}

/// The path of this process's group below the root of its hierarchy, from a line "4:cpu,cpuacct:/docker/1" or "0::/user.slice".
std::optional<std::string> own_group(const fs::path& proc, const std::string& controller, bool v2) {
  std::ifstream in(proc / "cgroup");
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':'), second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (v2 ? controllers.empty() : has(controllers, controller)) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// "max" is none, and so is the number near 2^63 that v1 has for it.
double memory_of_group(const fs::path& group, bool v2) {
  double bytes = 0;
  if (!(std::ifstream(group / (v2 ? "memory.max" : "memory.limit_in_bytes")) >> bytes)) return kNoQuota;
  return bytes > 0 && bytes < 0x1p60 ? bytes : kNoQuota;
}

/// The smallest limit among the groups of this process: its own and those above it.
double smallest_limit(const fs::path& proc, const std::string& controller, double (*limit_of)(const fs::path&, bool)) {
  double smallest = kNoQuota;
  std::ifstream mounts(proc / "mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    // 36 35 98:0 ROOT MOUNT_POINT options ... - TYPE source super_options
    const std::vector<std::string> field = words(line);
    const auto dash = std::find(field.begin(), field.end(), "-");
    if (field.size() < 6 || field.end() - dash < 4) continue;
    const bool v2 = dash[1] == "cgroup2";
    if (!v2 && !(dash[1] == "cgroup" && has(dash[3], controller))) continue;
    const std::optional<std::string> own = own_group(proc, controller, v2);
    if (!own) continue;
    // A container may see its own group as the mount's root, under a path that only the host knows.
    const fs::path root = field[3], point = field[4];
    const fs::path below = fs::path(*own).lexically_relative(root);
    const bool inside = !below.empty() && *below.begin() != "..";
    fs::path group = inside ? (point / below).lexically_normal() : point;
    for (;; group = group.parent_path()) {
      smallest = std::min(smallest, limit_of(group, v2));
      if (group == point || group == group.parent_path() || group.string().size() <= point.string().size()) break;
    }
  }
  return smallest;
}

}  // namespace

double cpu_quota(const fs::path& proc) { return smallest_limit(proc, "cpu", quota_of_group); }

AllowedMemory allowed_memory(const fs::path& proc) {
  AllowedMemory allowed{static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE)),
                        "the memory of this machine"};
  const double limit = smallest_limit(proc, "memory", memory_of_group);
  if (limit < allowed.bytes) allowed = {limit, "the limit of the control group"};
  return allowed;
}

AllowedThreads allowed_threads(std::optional<int> asked) {
  AllowedThreads allowed{processors_of_affinity_mask(), "the processors of the affinity mask"};
  const auto at_most = [&](int count, const char* why) {
    if (count < allowed.count) allowed = {count, why};
  };
  if (const double quota = cpu_quota(); quota < 1e6)
    at_most(std::max(1, static_cast<int>(quota)), "the quota of the control group");
  if (const auto limit = number_of("OMP_THREAD_LIMIT")) at_most(*limit, "OMP_THREAD_LIMIT");
  if (asked) {
    if (*asked <= allowed.count) allowed = {*asked, "--threads"};
  } else if (const auto wish = number_of("OMP_NUM_THREADS")) {
    at_most(*wish, "OMP_NUM_THREADS");
  }
  return allowed;
}

namespace {
AllowedThreads g_in_use{1, "by default"};
}  // namespace

void use_threads(const AllowedThreads& allowed, int jobs) {
  (void)load_at_start();
  g_in_use = allowed;
  if (jobs > 1) {
    g_in_use.count = std::max(1, allowed.count / jobs);
    g_in_use.why += ", shared by " + std::to_string(jobs) + " runs";
  }
  set_threads(g_in_use.count);
}

const AllowedThreads& threads_in_use() { return g_in_use; }

double load_at_start() {
  static const double load = [] {
    double minute = 0;
    return getloadavg(&minute, 1) == 1 ? minute : std::numeric_limits<double>::quiet_NaN();
  }();
  return load;
}

int processors() { return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN))); }

std::string load_warning(double load, int processors) {
  if (!(load > processors)) return {};
  char text[160];
  std::snprintf(
      text, sizeof text,
      "the load of this machine was %.1f with %d processor%s when the program began: times are longer than on a quiet machine",
      load, processors, processors == 1 ? "" : "s");
  return text;
}

}  // namespace bcd
