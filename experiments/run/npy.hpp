// NumPy's .npy files (written in version 1.0, read in 1.0 to 3.0), little endian f4 and f8: so that anyone can compare our iterates with an implementation in
// Python.
#pragma once

#include <filesystem>

#include "algorithms/core/types.hpp"

namespace bcd {

/// Writes the matrix in its own, column-major order (fortran_order True) to a temporary name that is renamed; creates the
/// folder. Any shape, written as two-dimensional. Throws UsageError if the file cannot be written.
template <class T>
void write_npy(const std::filesystem::path& file, ConstRef<T> M);

/// Reads a rows x cols matrix of either order; a one-dimensional array is a column. Throws UsageError that names the file and
/// the fault: not .npy, another element type than T, another shape (expected and found), cut.
template <class T>
Matrix<T> read_npy(const std::filesystem::path& file, Index rows, Index cols);

}  // namespace bcd
