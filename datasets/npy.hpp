// NumPy's .npy files, versions 1.0 to 3.0: the one reader of their header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// An array as its header describes it; the elements are not copied.
struct NpyArray {
  std::string type;  ///< as NumPy writes it: "<f8"
  bool fortran_order = false;
  std::vector<Index> shape;
  std::string_view data;  ///< what follows the header
};

/// Throws UsageError, `fault` ("state file W1.npy: ") and what is wrong: not .npy, an unknown version, no plain array.
NpyArray parse_npy(std::string_view content, const std::string& fault);

/// "3 x 4"; "a single number" for none.
std::string npy_shape_text(const std::vector<Index>& shape);

}  // namespace bcd
