// The sparse text of LIBSVM and SVM-light: "label index:value index:value ...", what is not named is 0.
#pragma once

#include <string_view>

#include "datasets/file/options.hpp"
#include "datasets/file/samples.hpp"

namespace bcd {

/// Indices begin with options.first_index and rise within a line. As many inputs as the largest index says, or options.d_in.
/// Throws UsageError with the line: no number, an index out of order or too large, more memory than is allowed.
Samples read_libsvm(std::string_view text, const std::string& file, const FileOptions& options);

/// Whether the first line that is no comment looks like it.
bool looks_like_libsvm(std::string_view text);

/// The same inputs beside `d` - their number more that are 0: a file names no inputs beyond its largest.
void widen(Samples& samples, Index d);

}  // namespace bcd
