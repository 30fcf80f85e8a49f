// Data files that are part of the program.
#pragma once

#include <cstdint>
#include <span>

namespace bcd::embedded {

std::span<const std::uint8_t> bodyfat_csv();
std::span<const std::uint8_t> mnist_10k_images_gz();
std::span<const std::uint8_t> mnist_10k_labels_gz();

}  // namespace bcd::embedded
