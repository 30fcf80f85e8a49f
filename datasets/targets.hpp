// Coding of targets for the losses.
#pragma once

#include "datasets/dataset.hpp"

namespace bcd {

/// classes x n: one at the label's row; zero (real) or minus one (signed_one) elsewhere.
template <class T>
Matrix<T> class_targets(const std::vector<int>& labels, Index classes, TargetCode code) {
  Matrix<T> Y = Matrix<T>::Constant(classes, static_cast<Index>(labels.size()), code == TargetCode::signed_one ? T(-1) : T(0));
  for (std::size_t j = 0; j < labels.size(); ++j) Y(labels[j], static_cast<Index>(j)) = T(1);
  return Y;
}

/// Throws UsageError if a loss wants targets +-1 where the dataset's are real numbers.
inline void require_real_targets(const std::string& dataset, TargetCode code) {
  if (code == TargetCode::signed_one)
    throw UsageError(
        "dataset '" + dataset +
        "' has real targets, but the losses logistic, hinge, squared_hinge and exponential need targets +-1; choose "
        "loss 'squared', or a dataset with classes");
}

}  // namespace bcd
