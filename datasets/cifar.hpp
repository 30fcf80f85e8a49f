// CIFAR-10 and CIFAR-100 in their binary versions: batches of images in a packed archive.
#pragma once

#include <string>
#include <vector>

#include "datasets/files.hpp"
#include "datasets/images.hpp"

namespace bcd {

/// Images (n x 3072: 1024 red, 1024 green, 1024 blue) and labels, training and test, in the archive's order.
struct CifarImages {
  IdxArray train_images, train_labels, test_images, test_labels;
  std::vector<std::string> class_names;
};

/// The batches of a tar archive (unpacked). Throws UsageError: no tar, a batch is missing, cut, or has a class that there is not.
CifarImages read_cifar_10(const Bytes& tar, const Blame& blame);
/// fine: the 100 classes; else the 20 superclasses.
CifarImages read_cifar_100(const Bytes& tar, bool fine, const Blame& blame);

}  // namespace bcd
