// Data in words: what `bcdbench data describe` prints.
#pragma once

#include "datasets/dataset.hpp"

namespace bcd {

/// Sizes, classes with their counts, ranges, constant inputs, checksum.
std::string describe(const Dataset<double>& data);

}  // namespace bcd
