// What the files of the dataset `file` hold, before it is said what the target is.
#pragma once

#include "datasets/dataset.hpp"

namespace bcd {

/// Tables column by column: name, numbers or words, range, missing, constant; arrays by shape and type. `complete`: the options
/// say enough to load the data. Throws UsageError as loading does.
std::string describe_files(const DatasetOptions& options, bool& complete);

/// How a table may be read so that something can be trained on it.
struct Suggestion {
  /// As given, else the column called target, label, class or y, else the last. Empty for files that have their targets.
  std::string target;
  std::vector<std::string> ignore;  ///< words that differ in more than half of the rows, an index without a name
  bool words = false;               ///< among the inputs
  bool missing = false;             ///< some value of inputs or targets
};

/// For the file `path`. Throws UsageError as loading does.
Suggestion suggest(const DatasetOptions& options);

}  // namespace bcd
