// What the files of the dataset `file` hold, before it is said what the target is.
#pragma once

#include "datasets/dataset.hpp"

namespace bcd {

/// Tables column by column: name, numbers or words, range, missing, constant; arrays by shape and type. `complete`: the options
/// say enough to load the data. Throws UsageError as loading does.
std::string describe_files(const DatasetOptions& options, bool& complete);

/// The column that is most likely the target of the table `path`: called target, label, class or y, else the last. Empty for files
/// that have their targets. Throws UsageError as loading does.
std::string suggested_target(const DatasetOptions& options);

}  // namespace bcd
