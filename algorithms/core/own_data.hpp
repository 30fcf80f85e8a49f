// Data that a plugin library brings.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// Samples are columns. Either real targets Y, or a class for each sample, from which the program codes the targets that the
/// loss wants.
struct OwnSamples {
  Matrix<double> X, Y, X_test = {}, Y_test = {};   ///< d_0 x n, d_N x n; the test parts may stay empty
  std::vector<int> labels = {}, labels_test = {};  ///< classes from 0 on, in place of Y
  std::vector<std::string> names = {};             ///< of the classes, or of the rows of Y; may stay empty
};

struct OwnOption {
  std::string name, fallback, help;
};

struct OwnData {
  std::string name;     ///< as in dataset = { name = "..." }; snake case, and none of the program's
  std::string title;    ///< one line
  std::string licence;  ///< under which the data may be used
  std::vector<OwnOption> options = {};
  /// `options` holds every option, as text. `seed` is the run's: the same options and seed must make the same data, bit for
  /// bit. What it throws (std::exception) is reported as a fault of the data.
  std::function<OwnSamples(const std::map<std::string, std::string>& options, std::uint64_t seed)> load;
  std::string library = {};  ///< the program's to set: the file it came from
};

}  // namespace bcd
