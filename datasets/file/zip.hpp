// Zip archives, as far as numpy.savez writes them: entries stored or deflated, ZIP64, one disk, no passwords.
#pragma once

#include <span>

#include "datasets/idx.hpp"

namespace bcd {

struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0, method = 0;  ///< method 0: stored, 8: deflated
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0, offset = 0;
};

/// The table of contents. Throws UsageError: no zip archive, cut, damaged.
std::vector<ZipEntry> zip_entries(std::span<const std::uint8_t> archive, const Blame& blame);
/// One entry's content, compared with its checksum; nothing beyond the announced size, and that at most `largest`, is unpacked.
Bytes zip_content(std::span<const std::uint8_t> archive, const ZipEntry& entry, const Blame& blame, std::size_t largest);

}  // namespace bcd
