#include "experiments/outside/plugin_library.hpp"

#include <dlfcn.h>

#include "algorithms/registry.hpp"
#include "datasets/own.hpp"
#include "experiments/run/libraries.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSymbol = "bcdbench_plugin";
constexpr const char* kRebuild =
    "; build it again with the headers and the flags that find_package(bcdbench) of this program gives";

/// Never unloaded: the registry, and whatever was made by the plugin, holds code of the library until the program ends.
const PluginEntry& open(const fs::path& file) {
  void* library = ::dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw UsageError(std::string("cannot be loaded: ") + ::dlerror());
  const void* entry = ::dlsym(library, kSymbol);
  if (entry == nullptr)
    throw UsageError(std::string("exports no '") + kSymbol +
                     "'; its source must say BCDBENCH_PLUGIN(factory) once, outside of every namespace "
                     "(algorithms/core/plugin_entry.hpp)");
  return *static_cast<const PluginEntry*>(entry);
}

/// Nothing of the entry but the version is read before the version is known to fit.
void require_fit(const PluginEntry& theirs) {
  static const PluginEntry ours = BCDBENCH_PLUGIN_ENTRY(nullptr);
  if (theirs.interface_version != ours.interface_version)
    throw UsageError("has interface version " + std::to_string(theirs.interface_version) + ", this program has version " +
                     std::to_string(ours.interface_version) + kRebuild);
  const auto text = [](const PluginEntry& e) {
    return std::string(e.build) + ", " + e.instructions + ", interface of " + std::to_string(e.plugin_size) + " bytes";
  };
  if (text(theirs) != text(ours))
    throw UsageError("was compiled as [" + text(theirs) + "], this program as [" + text(ours) + "]" + kRebuild);
}

Exports made_by(const PluginEntry& entry) {
  Exports exports;
  try {
    entry.make(exports);
  } catch (const std::exception& e) {
    throw UsageError(std::string("its factory failed: ") + e.what());
  }
  const Exports& e = exports;
  if (e.algorithms.empty() && e.activations.empty() && e.losses.empty() && e.data.empty())
    throw UsageError("brings nothing: no algorithm, activation, loss or data");
  for (const Plugin& plugin : exports.algorithms)
    if (!plugin.make_f32 || !plugin.make_f64)
      throw UsageError("its algorithm '" + plugin.name + "' must set both make_f32 and make_f64");
  return exports;
}

/// Runs `body`, putting "--plugin FILE: " before what it complains about.
template <class Body>
auto located(const fs::path& file, Body&& body) {
  try {
    return body();
  } catch (const UsageError& e) {
    throw UsageError("--plugin " + file.string() + ": " + e.what());
  }
}

}  // namespace

Exports load_library(const fs::path& file) {
  return located(file, [&] {
    const std::string checksum = file_checksum(file), path = file.string();
    const PluginEntry& entry = open(file);
    require_fit(entry);
    Exports exports = made_by(entry);
    remember_library(path, checksum);
    for (Plugin& plugin : exports.algorithms) {
      plugin.library = path;
      plugin.files = [path, checksum, own = plugin.files](const ParameterList& parameters) {
        auto all = own ? own(parameters) : std::map<std::string, std::string>{};
        all[path] = checksum;
        return all;
      };
      if (!entry.optimised) plugin.warnings.push_back(path + " was built without optimisation: its times mean nothing");
    }
    for (OwnActivation& activation : exports.activations) activation.library = path;
    for (OwnLoss& loss : exports.losses) loss.library = path;
    for (OwnData& data : exports.data) data.library = path;
    return exports;
  });
}

void add_library(const fs::path& file) {
  Exports exports = load_library(file);
  located(file, [&] {
    for (Plugin& plugin : exports.algorithms) add_plugin(std::move(plugin));
    for (OwnActivation& activation : exports.activations) add_activation(std::move(activation));
    for (OwnLoss& loss : exports.losses) add_loss(std::move(loss));
    for (const OwnData& data : exports.data) add_source(own_source(data));
  });
}

}  // namespace bcd
