// How the figures of kind "rates" are told the way in which their runs are examined.
#pragma once

#include <map>
#include <string>

#include "results/rates/laboratory.hpp"

namespace bcd {

/// As Figure::options, which know names and numbers only.
std::map<std::string, double> figure_options(const rates::Options& options);

}  // namespace bcd
