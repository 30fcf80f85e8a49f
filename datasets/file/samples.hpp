// What a file holds, as its reader understood it and before it is known what is trained and what is tested.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

struct Samples {
  std::string file;                ///< for messages
  Matrix<double> X, Y;             ///< d x n and m x n, samples are columns; NaN: missing; a word of Y: its place in `words`
  std::vector<std::string> names;  ///< of the inputs; empty where the file has none
  std::vector<std::string> words;  ///< of a target of words, sorted
  /// Of inputs of words, by their row of X, which holds places in this list; sorted.
  std::map<Index, std::vector<std::string>> categories;
  bool labels = false;                  ///< the format says that the targets are classes
  bool sparse = false;                  ///< inputs behind the last may be 0, not missing
  std::vector<std::string> understood;  ///< how the file was read, in sentences for people

  Index n() const { return std::max(X.cols(), Y.cols()); }
};

/// What of a table is wanted.
enum class TableRole { both, inputs, targets };

}  // namespace bcd
