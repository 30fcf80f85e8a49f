#include "datasets/file/zip.hpp"

#include <zlib.h>

#include <limits>
#include <memory>

#include "algorithms/core/plain_text.hpp"

namespace bcd {

namespace {

// Signatures and sizes of PKWARE's APPNOTE, 4.3: end of central directory, its ZIP64 locator and record, central and local header.
constexpr std::uint32_t kEnd = 0x06054b50, kLocator64 = 0x07064b50, kEnd64 = 0x06064b50, kCentral = 0x02014b50,
                        kLocal = 0x04034b50;
constexpr std::size_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kCentralSize = 46, kLocalSize = 30;
constexpr std::uint32_t kIn64 = 0xffffffff;
constexpr std::size_t kMostEntries = 100000;

/// Little-endian numbers at places that are looked at before they are read.
struct View {
  std::span<const std::uint8_t> bytes;
  const Blame& blame;

  void require(std::uint64_t at, std::uint64_t size) const {
    if (at > bytes.size() || size > bytes.size() - at) blame.fail("the archive is damaged: it points behind its end");
  }
  std::uint64_t number(std::uint64_t at, std::size_t size) const {
    require(at, size);
    std::uint64_t value = 0;
    for (std::size_t k = size; k-- > 0;) value = value << 8 | bytes[static_cast<std::size_t>(at) + k];
    return value;
  }
};

/// Sizes and place of an entry whose 32 bits do not hold them.
void read_extra64(const View& view, std::uint64_t at, std::uint64_t length, ZipEntry& entry) {
  for (const std::uint64_t end = at + length; at + 4 <= end;) {
    const std::uint64_t id = view.number(at, 2), size = view.number(at + 2, 2);
    std::uint64_t field = at + 4;
    if (id == 1)
      for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.offset})
        if (*value == kIn64 && field + 8 <= at + 4 + size) {
          *value = view.number(field, 8);
          field += 8;
        }
    at += 4 + size;
  }
}

}  // namespace

std::vector<ZipEntry> zip_entries(std::span<const std::uint8_t> archive, const Blame& blame) {
  const View view{archive, blame};
  if (archive.size() < kEndSize) blame.fail("this is no zip archive, or it is cut");
  std::uint64_t end = archive.size() - kEndSize;  // a comment of at most 65535 bytes may follow
  const std::uint64_t last = end > 65535 ? end - 65535 : 0;
  while (view.number(end, 4) != kEnd) {
    if (end == last) blame.fail("this is no zip archive, or it is cut");
    --end;
  }
  std::uint64_t count = view.number(end + 10, 2), at = view.number(end + 16, 4);
  if (end >= kLocatorSize && view.number(end - kLocatorSize, 4) == kLocator64) {
    const std::uint64_t end64 = view.number(end - kLocatorSize + 8, 8);
    view.require(end64, kEnd64Size);
    if (view.number(end64, 4) != kEnd64) blame.fail("the archive is damaged: its end is not where it says");
    count = view.number(end64 + 32, 8);
    at = view.number(end64 + 48, 8);
  }
  if (count > kMostEntries) blame.fail("the archive has more than " + std::to_string(kMostEntries) + " entries");
  std::vector<ZipEntry> entries;
  for (std::uint64_t k = 0; k < count; ++k) {
    view.require(at, kCentralSize);
    if (view.number(at, 4) != kCentral) blame.fail("the archive is damaged: its table of contents is not where it says");
    ZipEntry entry;
    entry.flags = static_cast<std::uint16_t>(view.number(at + 8, 2));
    entry.method = static_cast<std::uint16_t>(view.number(at + 10, 2));
    entry.crc = static_cast<std::uint32_t>(view.number(at + 16, 4));
    entry.packed = view.number(at + 20, 4);
    entry.size = view.number(at + 24, 4);
    const std::uint64_t name = view.number(at + 28, 2), extra = view.number(at + 30, 2), comment = view.number(at + 32, 2);
    entry.offset = view.number(at + 42, 4);
    view.require(at + kCentralSize, name + extra);
    entry.name.assign(reinterpret_cast<const char*>(archive.data()) + at + kCentralSize, name);
    read_extra64(view, at + kCentralSize + name, extra, entry);
    entries.push_back(std::move(entry));
    at += kCentralSize + name + extra + comment;
  }
  return entries;
}

Bytes zip_content(std::span<const std::uint8_t> archive, const ZipEntry& entry, const Blame& blame, std::size_t largest) {
  const View view{archive, blame};
  const std::string what = "its entry '" + printable(entry.name) + "' ";
  if (entry.flags & 1) blame.fail(what + "is encrypted");
  if (entry.method != 0 && entry.method != 8) blame.fail(what + "is packed in an unknown way");
  if (entry.size > largest)
    blame.fail(what + "unpacks to " + std::to_string(entry.size) + " bytes, more than the " + std::to_string(largest) +
               " that are read");
  view.require(entry.offset, kLocalSize);
  if (view.number(entry.offset, 4) != kLocal) blame.fail(what + "is not where the archive says");
  const std::uint64_t begin = entry.offset + kLocalSize + view.number(entry.offset + 26, 2) + view.number(entry.offset + 28, 2);
  view.require(begin, entry.packed);
  const auto packed = archive.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(entry.packed));
  Bytes content;
  if (entry.method == 0) {
    if (entry.packed != entry.size) blame.fail(what + "has two sizes");
    content.assign(packed.begin(), packed.end());
  } else {
    if (entry.size > std::numeric_limits<uInt>::max() || entry.packed > std::numeric_limits<uInt>::max())
      blame.fail(what + "is packed and has more than 4 GB");
    // A deflated byte stands for at most 1032: an announced size beyond that is not believed, and not allocated.
    if (entry.size / 1032 > entry.packed + 1) blame.fail(what + "announces more than it can hold");
    content.resize(static_cast<std::size_t>(entry.size));
    z_stream stream{};
    if (inflateInit2(&stream, -15) != Z_OK) throw std::bad_alloc();
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, inflateEnd);
    std::uint8_t nothing = 0;
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = content.empty() ? &nothing : content.data();
    stream.avail_out = static_cast<uInt>(content.size());
    if (inflate(&stream, Z_FINISH) != Z_STREAM_END || stream.avail_out > 0) blame.fail(what + "is damaged");
  }
  if (crc32_z(0, content.data(), content.size()) != entry.crc) blame.fail(what + "is damaged: its checksum differs");
  return content;
}

}  // namespace bcd
