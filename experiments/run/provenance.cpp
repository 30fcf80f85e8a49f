#include "experiments/run/provenance.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "algorithms/core/parallel.hpp"
#include "bcdbench_build_info.hpp"  // generated at build time by experiments/build/build_info.cmake
#include "experiments/run/allowed_threads.hpp"

namespace bcd {

using nlohmann::json;

namespace {

std::string compiler() {
#if defined(__clang__)
  return std::string("clang ") + __clang_version__;
#elif defined(__GNUC__)
  return std::string("gcc ") + __VERSION__;
#else
  return "unknown";
#endif
}

std::string eigen_version() {
  const auto dotted = [](int a, int b, int c) { return std::to_string(a) + "." + std::to_string(b) + "." + std::to_string(c); };
#ifdef EIGEN_PATCH_VERSION  // since 5: semantic versions, the world stays 3
  return dotted(EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, EIGEN_PATCH_VERSION);
#else
  return dotted(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
#endif
}

std::string cpu_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.rfind("model name", 0) == 0) {
      const std::size_t colon = line.find(": ");
      if (colon != std::string::npos) return line.substr(colon + 2);
    }
  return "unknown";
}

std::string operating_system() {
  utsname names{};
  if (::uname(&names) != 0) return "unknown";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

std::int64_t memory_mib() {
  return static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE) / (1024 * 1024);
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

json warnings() {
  json list = json::array();
#ifndef NDEBUG
  list.push_back("Eigen's assertions are on (built without NDEBUG): times are not those of a release build");
#endif
#ifndef __OPTIMIZE__
  list.push_back("built without optimisation: times mean nothing");
#endif
#ifdef __SANITIZE_ADDRESS__
  list.push_back("built with sanitizers: times mean nothing");
#endif
  if (const std::string load = load_warning(load_at_start(), processors()); !load.empty()) list.push_back(load);
  return list;
}

}  // namespace

json provenance() {
  return {{"program", "bcdbench " + std::string(build_info::kVersion)},
          {"commit", build_info::kCommit},
          {"dirty", build_info::kDirty},
          {"sources", build_info::kSourceHash},
          {"compiler", compiler()},
          {"flags", build_info::kFlags},
          {"build_type", build_info::kBuildType},
          {"eigen", eigen_version()},
          {"simd", Eigen::SimdInstructionSetsInUse()},
          {"threads", threads()},
          {"threads_from", threads_in_use().why},
          {"load", load_at_start()},
          {"cpu", cpu_model()},
          {"cores", processors()},
          {"memory_mib", memory_mib()},
          {"system", operating_system()},
          {"date", utc_now()},
          {"warnings", warnings()}};
}

}  // namespace bcd
