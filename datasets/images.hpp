// Labelled images as matrices: what MNIST, Fashion-MNIST and the embedded digits share.
#pragma once

#include <vector>

#include "datasets/idx.hpp"
#include "datasets/options.hpp"

namespace bcd {

struct ImageOptions {
  SampleCount n, n_test;
  bool centre = false;

  void fields(ParameterList& list);
};

/// Which images, in which order. The arrays are not owned.
struct ImageView {
  const IdxArray& images;  ///< count x height x width
  const IdxArray& labels;  ///< count
  std::vector<Index> order;
};

/// 0, 1, ..., count - 1.
std::vector<Index> in_file_order(const IdxArray& labels);

/// Pixels byte/255, one image per column, d_0 = height * width. Bytes become T directly, without a copy in between.
/// Checksum and origin are left to the caller. Throws UsageError if n or n_test exceed what there is.
template <class T>
Dataset<T> image_dataset(const std::string& name, const ImageOptions& options, TargetCode code, const ImageView& train,
                         const ImageView& test, Index classes = 10);

}  // namespace bcd
