// Arrays of numbers as inputs or targets: .npy, .npz, idx.
#pragma once

#include "datasets/file/options.hpp"
#include "datasets/file/samples.hpp"
#include "datasets/idx.hpp"
#include "datasets/npy.hpp"

namespace bcd {

/// Puts an array's numbers into X or Y: samples are its first axis (samples = columns: the second of two), what follows is one
/// sample, flattened in C order. Element types: booleans, integers and f4, f8 of either byte order. Throws UsageError: another
/// type, no samples, fewer or more bytes than the shape says, too much memory, NaN where missing values are refused, infinity.
Samples npy_samples(std::string_view content, const std::string& file, TableRole role, const FileOptions& options);
/// What an array holds, in a sentence. Adds how many numbers it has.
std::string npy_words(std::string_view content, const std::string& file, double& numbers);

/// Unsigned bytes; a single axis as targets are classes.
Samples idx_samples(Bytes raw, const std::string& file, TableRole role, const FileOptions& options);

/// Records of CIFAR-10 (label, 3072 bytes) or CIFAR-100 (coarse label, fine label, 3072 bytes); the fine label is the class.
Samples cifar_samples(const Bytes& raw, const std::string& file, std::size_t labels, const FileOptions& options);

}  // namespace bcd
