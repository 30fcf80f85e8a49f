// What every algorithm owes the program, as checks on small problems: for the tests of the registry and for `check-plugin`.
#pragma once

#include <string>
#include <vector>

#include "algorithms/core/plugin.hpp"

namespace bcd {

struct ContractCheck {
  std::string name;  ///< what the plugin does where it keeps it: "stays finite for five steps ..."
  std::vector<std::string> (*faults)(const Plugin& plugin);
};

const std::vector<ContractCheck>& contract();
/// What the plugin does not keep of one check, a sentence each; an exception is a fault.
std::vector<std::string> contract_faults(const ContractCheck& check, const Plugin& plugin);

}  // namespace bcd
