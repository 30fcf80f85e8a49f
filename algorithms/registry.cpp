#include "algorithms/registry.hpp"

#include <algorithm>

namespace bcd {

// What a folder exports, one line a paper.
// clang-format off
namespace akiyama2025 { std::vector<Plugin> paper(); }
namespace baselines { std::vector<Plugin> paper(); }
namespace ghauch2018 { std::vector<Plugin> paper(); }
namespace taylor2016 { std::vector<Plugin> paper(); }
namespace wang2018 { std::vector<Plugin> paper(); }
namespace zeng2019 { std::vector<Plugin> paper(); }
namespace zeng2021 { std::vector<Plugin> paper(); }
// clang-format on

namespace {

/// Folder by folder.
std::vector<Plugin> all_papers() {
  std::vector<Plugin> list;
  const auto add = [&list](const std::string& folder, std::vector<Plugin> paper) {
    for (Plugin& plugin : paper) {
      plugin.paper = folder;
      list.push_back(std::move(plugin));
    }
  };
  add("akiyama2025", akiyama2025::paper());
  add("baselines", baselines::paper());
  add("ghauch2018", ghauch2018::paper());
  add("taylor2016", taylor2016::paper());
  add("wang2018", wang2018::paper());
  add("zeng2019", zeng2019::paper());
  add("zeng2021", zeng2021::paper());
  return list;
}

std::vector<Plugin>& registry() {
  static std::vector<Plugin> list = all_papers();
  return list;
}

}  // namespace

const std::vector<Plugin>& plugins() { return registry(); }

void add_plugin(Plugin plugin) {
  if (!is_snake_case(plugin.name))
    throw UsageError("the algorithm name '" + plugin.name + "' is not snake case: a letter, then a-z, 0-9 and _");
  for (const Plugin& other : plugins())
    if (other.name == plugin.name)
      throw UsageError("the algorithm name '" + plugin.name + "' is taken by " +
                       (other.library.empty() ? "the program" : other.library) + "; choose another one");
  registry().push_back(std::move(plugin));
}

const Plugin& find_plugin(const std::string& name) {
  for (const Plugin& plugin : plugins())
    if (plugin.name == name) return plugin;
  throw UsageError(unknown_name("algorithm", name, plugin_names()) + "; one of a shared library needs --plugin FILE.so");
}

std::vector<std::string> plugin_names() {
  std::vector<std::string> names;
  for (const Plugin& plugin : plugins()) names.push_back(plugin.name);
  return names;
}

}  // namespace bcd
