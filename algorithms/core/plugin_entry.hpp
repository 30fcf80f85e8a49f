// A shared library with plugins, activations, losses and data, which the program loads with --plugin FILE.so.
//
// The library leaves the symbols of algorithms/core undefined: they are the program's, so that there is one thread count, one
// registry and one type of each exception. Program and library must therefore be compiled from the same headers for the same
// processor; what the library says about itself in PluginEntry is compared before any of its C++ is called.
#pragma once

#include <concepts>
#include <cstdint>

#include "algorithms/core/own_data.hpp"
#include "algorithms/core/plugin.hpp"

namespace bcd {

/// The version of the interface between program and plugin: plugin.hpp, and all that it includes. To be raised by every
/// change of these headers that a library compiled before it would not survive.
inline constexpr std::uint32_t kPluginInterface = 3;

/// What a library brings: any of these.
struct Exports {
  std::vector<Plugin> algorithms;
  std::vector<OwnActivation> activations;
  std::vector<OwnLoss> losses;
  std::vector<OwnData> data;

  Exports() = default;
  /// A library that brings one algorithm may return just that.
  template <std::convertible_to<Plugin> P>
  Exports(P&& plugin) {
    algorithms.push_back(std::forward<P>(plugin));
  }
};

/// What the library exports as the C symbol `bcdbench_plugin`. A later version may only append members.
struct PluginEntry {
  std::uint32_t interface_version;
  std::uint32_t plugin_size;  ///< of all that it may bring: a standard library of another layout shows here
  const char* build;          ///< BCDBENCH_BUILD_TAG
  const char* instructions;   ///< Eigen's vector instructions
  bool optimised;
  void (*make)(Exports& exports);
};

}  // namespace bcd

#define BCDBENCH_TEXT_OF(x) #x
#define BCDBENCH_TEXT(x) BCDBENCH_TEXT_OF(x)
#if defined(__clang__)
#define BCDBENCH_COMPILER "clang " BCDBENCH_TEXT(__clang_major__)
#else
#define BCDBENCH_COMPILER "gcc " BCDBENCH_TEXT(__GNUC__)
#endif
#ifdef __OPTIMIZE__
#define BCDBENCH_OPTIMISED true
#else
#define BCDBENCH_OPTIMISED false
#endif
/// Eigen aligns its matrices by the processor it is compiled for: memory that one side aligned to 16 bytes and the other takes
/// to be aligned to 64 is a crash.
#define BCDBENCH_BUILD_TAG                                                                                                  \
  BCDBENCH_COMPILER ", Eigen " BCDBENCH_TEXT(EIGEN_WORLD_VERSION) "." BCDBENCH_TEXT(EIGEN_MAJOR_VERSION) "." BCDBENCH_TEXT( \
      EIGEN_MINOR_VERSION) " aligned to " BCDBENCH_TEXT(EIGEN_MAX_ALIGN_BYTES) " bytes, string ABI " BCDBENCH_TEXT(_GLIBCXX_USE_CXX11_ABI)

/// The entry of the code that is being compiled. A macro, because an inline function would be merged with the program's own.
#define BCDBENCH_PLUGIN_ENTRY(make)                                                                                        \
  {                                                                                                                        \
    bcd::kPluginInterface, sizeof(bcd::Plugin) + sizeof(bcd::OwnActivation) + sizeof(bcd::OwnLoss) + sizeof(bcd::OwnData), \
        BCDBENCH_BUILD_TAG, Eigen::SimdInstructionSetsInUse() /* of internal linkage */, BCDBENCH_OPTIMISED, make          \
  }

/// Once per shared library, outside of every namespace: `factory()` returns the Exports, or one Plugin.
#define BCDBENCH_PLUGIN(factory)                                                            \
  extern "C" __attribute__((visibility("default"))) const bcd::PluginEntry bcdbench_plugin; \
  const bcd::PluginEntry bcdbench_plugin =                                                  \
      BCDBENCH_PLUGIN_ENTRY([](bcd::Exports& exports_of_this_library) { exports_of_this_library = factory(); });
