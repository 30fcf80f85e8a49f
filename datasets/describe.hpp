// Data in words: what `bcdbench data describe` prints.
#pragma once

#include "datasets/dataset.hpp"

namespace bcd {

/// How it was read, how many samples, inputs and classes or targets.
std::string summary(const Dataset<double>& data);
/// The summary, ranges, constant inputs, classes, checksum.
std::string describe(const Dataset<double>& data);

}  // namespace bcd
