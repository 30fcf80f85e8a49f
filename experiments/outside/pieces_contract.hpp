// Whether the activations, losses and data of a library are what they say of themselves: for `check-plugin`.
#pragma once

#include <string>
#include <vector>

#include "algorithms/core/own_data.hpp"
#include "algorithms/core/plugin.hpp"

namespace bcd {

struct PieceCheck {
  std::string name;                 ///< what holds: "its derivative agrees with differences"
  std::vector<std::string> faults;  ///< a sentence each; an exception is one
};

std::vector<PieceCheck> activation_checks(const OwnActivation& own);
std::vector<PieceCheck> loss_checks(const OwnLoss& own);
std::vector<PieceCheck> data_checks(const OwnData& own);

}  // namespace bcd
