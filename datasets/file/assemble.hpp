// From what files hold to a dataset: classes or real targets, training and test samples, missing values, scaling.
#pragma once

#include <optional>

#include "datasets/file/options.hpp"
#include "datasets/file/samples.hpp"

namespace bcd {

/// `test`: the samples of the test files, if there are any; else test_fraction of `all` is set aside. Checksum, origin and name
/// are left to the caller. Throws UsageError.
template <class T>
Dataset<T> assemble(Samples all, std::optional<Samples> test, const FileOptions& options, TargetCode code, std::uint64_t seed);

}  // namespace bcd
