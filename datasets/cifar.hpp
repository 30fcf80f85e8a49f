// CIFAR-10 in its binary version: five training batches and one of test images in a packed archive.
#pragma once

#include "datasets/files.hpp"
#include "datasets/images.hpp"

namespace bcd {

/// Images (n x 3072: 1024 red, 1024 green, 1024 blue) and labels, training and test, in the archive's order.
struct CifarImages {
  IdxArray train_images, train_labels, test_images, test_labels;
};

/// The batches of a tar archive (unpacked). Throws UsageError: no tar, a batch is missing, cut, or has a class above 9.
CifarImages read_cifar(const Bytes& tar, const Blame& blame);

}  // namespace bcd
