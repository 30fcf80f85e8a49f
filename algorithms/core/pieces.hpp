// The names of all activations and losses: the program's, then those that libraries brought.
#pragma once

#include <string>
#include <vector>

namespace bcd {

std::vector<std::string> activation_names();
std::vector<std::string> loss_names();

}  // namespace bcd
