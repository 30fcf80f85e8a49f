// What the files of the dataset `file` hold, before it is said what the target is.
#pragma once

#include "datasets/dataset.hpp"

namespace bcd {

/// Tables column by column: name, numbers or words, range, missing, constant; arrays by shape and type. `complete`: the options
/// say enough to load the data. Throws UsageError as loading does.
std::string describe_files(const DatasetOptions& options, bool& complete);

}  // namespace bcd
