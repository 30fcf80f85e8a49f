#include "algorithms/registry.hpp"

#include <algorithm>

#include "algorithms/adagrad/adagrad.hpp"
#include "algorithms/adam/adam.hpp"
#include "algorithms/admm_taylor2016/admm_taylor2016.hpp"
#include "algorithms/admm_zeng2021/admm_zeng2021.hpp"
#include "algorithms/bcd2_zeng2019/bcd2_zeng2019.hpp"
#include "algorithms/bcd3_zeng2019/bcd3_zeng2019.hpp"
#include "algorithms/bcd_akiyama2025/bcd_akiyama2025.hpp"
#include "algorithms/bcd_relu_akiyama2025/bcd_relu_akiyama2025.hpp"
#include "algorithms/bcd_resnet_zeng2019/bcd_resnet_zeng2019.hpp"
#include "algorithms/bsum_ghauch2018/bsum_ghauch2018.hpp"
#include "algorithms/dlam_wang2018/dlam_wang2018.hpp"
#include "algorithms/mdlam_wang2022/mdlam_wang2022.hpp"
#include "algorithms/ridge/ridge.hpp"
#include "algorithms/sgd/sgd.hpp"

namespace bcd {

namespace {

std::vector<Plugin>& registry() {
  static std::vector<Plugin> list = {
      adagrad::plugin(),
      adam::plugin(),
      admm_taylor2016::plugin(),
      admm_zeng2021::plugin(),
      bcd2_zeng2019::plugin(),
      bcd3_zeng2019::plugin(),
      bcd_akiyama2025::plugin(),
      bcd_relu_akiyama2025::plugin(),
      bcd_resnet_zeng2019::plugin(),
      bsum_ghauch2018::plugin(),
      dlam_wang2018::plugin(),
      mdlam_wang2022::plugin(),
      ridge::plugin(),
      sgd::plugin(),
  };
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
  throw UsageError(unknown_name("algorithm", name, plugin_names()));
}

bool is_snake_case(const std::string& name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && letter(name.front()) && name.back() != '_' && std::all_of(name.begin(), name.end(), allowed);
}

std::vector<std::string> plugin_names() {
  std::vector<std::string> names;
  for (const Plugin& plugin : plugins()) names.push_back(plugin.name);
  return names;
}

}  // namespace bcd
