#include "experiments/run/allowed_threads.hpp"

#include <cmath>

#include "algorithms/core/parallel.hpp"
#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

/// A stand-in for /proc/self and the control groups.
struct Groups {
  Sandbox folder;
  void file(const std::string& name, const std::string& content) const {
    fs::create_directories(folder.path(name).parent_path());
    folder.write(name, content);
  }
  void mount(const std::string& root, const std::string& type, const std::string& options) const {
    file("mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:26 " + root + " " + folder.path("groups").string() +
                          " rw,nosuid shared:9 - " + type + " cgroup " + options + "\n");
  }
  double quota() const { return cpu_quota(folder.path("")); }
};

RunRecord only_record(const Sandbox& sandbox) {
  for (const auto& entry : fs::directory_iterator(sandbox.path("out/runs")))
    if (entry.path().extension() == ".json") return read_record(entry.path());
  FAIL("no record");
  return {};
}

}  // namespace

TEST_CASE("the quota of control groups of version 2 is the smallest on the way up", "[allowed_threads]") {
  const Groups groups;
  groups.file("cgroup", "0::/user/job\n");
  groups.mount("/", "cgroup2", "rw");
  CHECK(std::isinf(groups.quota()));
  groups.file("groups/user/job/cpu.max", "max 100000\n");
  CHECK(std::isinf(groups.quota()));
  groups.file("groups/user/job/cpu.max", "350000 100000\n");
  CHECK(groups.quota() == 3.5);
  groups.file("groups/user/cpu.max", "150000 100000\n");
  CHECK(groups.quota() == 1.5);
  groups.file("groups/cpu.max", "100000 200000\n");
  CHECK(groups.quota() == 0.5);
}

TEST_CASE("the quota of control groups of version 1 is that of the cpu controller", "[allowed_threads]") {
  const Groups groups;
  groups.file("cgroup", "5:memory:/a\n4:cpu,cpuacct:/docker/1\n");
  groups.mount("/", "cgroup", "rw,cpu,cpuacct");
  groups.file("groups/docker/1/cpu.cfs_quota_us", "-1\n");
  groups.file("groups/docker/1/cpu.cfs_period_us", "100000\n");
  CHECK(std::isinf(groups.quota()));
  groups.file("groups/docker/1/cpu.cfs_quota_us", "200000\n");
  CHECK(groups.quota() == 2);
  groups.mount("/", "cgroup", "rw,memory");
  CHECK(std::isinf(groups.quota()));
}

TEST_CASE("in a container the mount is the group itself, under a path that only the host knows", "[allowed_threads]") {
  const Groups groups;
  groups.file("cgroup", "4:cpu,cpuacct:/docker/1\n");
  groups.mount("/docker/1", "cgroup", "rw,cpu,cpuacct");
  groups.file("groups/cpu.cfs_quota_us", "50000\n");
  groups.file("groups/cpu.cfs_period_us", "100000\n");
  CHECK(groups.quota() == 0.5);
  groups.mount("/elsewhere", "cgroup", "rw,cpu,cpuacct");
  CHECK(groups.quota() == 0.5);
}

TEST_CASE("the memory is that of the machine or of the smallest control group", "[allowed_threads]") {
  const Groups groups;
  const auto memory = [&] { return allowed_memory(groups.folder.path("")); };
  const double machine = memory().bytes;
  CHECK(machine > 1e8);
  CHECK(memory().why == "the memory of this machine");
  groups.file("cgroup", "0::/user/job\n");
  groups.mount("/", "cgroup2", "rw");
  groups.file("groups/user/job/memory.max", "max\n");
  CHECK(memory().bytes == machine);
  groups.file("groups/user/memory.max", "50000000\n");
  CHECK(memory().bytes == 5e7);
  CHECK(memory().why == "the limit of the control group");
  groups.file("groups/user/job/memory.max", "20000000\n");
  CHECK(memory().bytes == 2e7);
  groups.file("cgroup", "4:memory:/a\n");  // version 1
  groups.mount("/", "cgroup", "rw,memory");
  groups.file("groups/a/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK(memory().bytes == machine);
  groups.file("groups/a/memory.limit_in_bytes", "30000000\n");
  CHECK(memory().bytes == 3e7);
}

TEST_CASE("files that say nothing about a quota allow everything", "[allowed_threads]") {
  const Groups groups;
  CHECK(std::isinf(groups.quota()));
  groups.file("cgroup", "nonsense\n::\n");
  groups.file("mountinfo", "1 2 3\n\n- cgroup2\n");
  CHECK(std::isinf(groups.quota()));
  groups.file("cgroup", "0::/\n");
  groups.mount("/", "cgroup2", "rw");
  groups.file("groups/cpu.max", "many\n");
  CHECK(std::isinf(groups.quota()));
  CHECK(std::isinf(cpu_quota("/nowhere")));
}

TEST_CASE("a run uses no more threads than allowed, and its record says how many and why", "[allowed_threads]") {
  struct Case {
    const char *prefix, *options, *why;
  };
  for (const Case& c :
       {Case{"env OMP_NUM_THREADS=1,4", "", "OMP_NUM_THREADS"}, Case{"env OMP_THREAD_LIMIT=1", "", "OMP_THREAD_LIMIT"},
        Case{"taskset -c 0", "", "the affinity mask"}, Case{"taskset -c 0", " --threads 2", "the affinity mask"},
        Case{"env OMP_THREAD_LIMIT=1", " --threads 2", "OMP_THREAD_LIMIT"}, Case{"", " --threads 1", "--threads"}}) {
    // On a machine with a single processor the mask says so before the others can.
    if (processors() < 2 && std::string(c.why) != "the affinity mask" && std::string(c.why) != "--threads") continue;
    INFO(c.prefix << c.options);
    const Sandbox sandbox;
    sandbox.write("tiny.toml", tiny("tiny"));
    const Outcome outcome = sandbox.run(std::string("run tiny.toml --variant slow --seeds 1") + c.options,
                                        std::string("env -u OMP_NUM_THREADS ") + c.prefix);
    REQUIRE(outcome.code == 0);
    const RunRecord record = only_record(sandbox);
    CHECK(record.provenance.at("threads") == 1);
    CHECK_THAT(record.provenance.at("threads_from").get<std::string>(), Contains(c.why));
    CHECK((record.provenance.at("load").is_number() || record.provenance.at("load").is_null()));
    CHECK((outcome.err.find("--threads 2: 1 used, which is what") != std::string::npos) ==
          (std::string(c.options) == " --threads 2"));
  }
}

TEST_CASE("runs side by side share what is allowed", "[allowed_threads]") {
  const AllowedThreads before = threads_in_use();
  use_threads({5, "a test"}, 2);
  CHECK(threads() == 2);
  CHECK(threads_in_use().why == "a test, shared by 2 runs");
  use_threads({2, "a test"}, 3);
  CHECK(threads() == 1);
  use_threads(before);
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  REQUIRE(sandbox.run("run tiny.toml --seeds 1 --jobs 2", "taskset -c 0").code == 0);
  CHECK(only_record(sandbox).provenance.at("threads") == 1);
}

TEST_CASE("a machine with more load than processors is called busy, once", "[allowed_threads]") {
  CHECK(load_warning(2.0, 2).empty());
  CHECK(load_warning(std::nan(""), 2).empty());
  CHECK_THAT(load_warning(5.25, 2), Contains("5.2 with 2 processors"));
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  const Outcome outcome = sandbox.run("run tiny.toml");
  const nlohmann::json facts = only_record(sandbox).provenance;
  const bool busy = facts.at("load").is_number() && facts.at("load") > processors();
  CHECK(occurrences(outcome.err, "the load of this machine was") == (busy ? 1 : 0));
  CHECK((facts.at("warnings").dump().find("the load of this machine was") != std::string::npos) == busy);
}
