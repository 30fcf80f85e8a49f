// Reading files: whole files, gzip, and the idx format of MNIST (a header of big-endian numbers, then unsigned bytes).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

using Bytes = std::vector<std::uint8_t>;

/// Whom an error message names, and what it tells the reader to do.
struct Blame {
  std::string file;
  std::string remedy;
  /// Throws UsageError "<file>: <fault>; <remedy>".
  [[noreturn]] void fail(const std::string& fault) const;
};

/// An array of unsigned bytes; the first dimension counts the items.
struct IdxArray {
  std::vector<Index> shape;
  Bytes raw;               ///< the file's content, header included (not copied apart: the image file has 47 MB)
  std::size_t header = 0;  ///< bytes before the data

  Index count() const { return shape.front(); }
  Index item_size() const;
  const std::uint8_t* item(Index i) const { return raw.data() + header + static_cast<std::size_t>(i * item_size()); }
};

/// No dataset that the program knows has more bytes; a damaged stream must not fill the memory.
inline constexpr std::size_t kLargestContent = std::size_t{1} << 30;

Bytes read_file(const std::filesystem::path& path, const Blame& blame, std::size_t largest = kLargestContent);
/// The content of a gzip file of one member or several. Fails if it is no gzip, is damaged, ends early, goes on with something
/// else, or holds more than `largest` bytes.
Bytes gunzip(std::span<const std::uint8_t> packed, const Blame& blame, std::size_t largest = kLargestContent);
/// The content of a file, unpacked if its name ends in .gz.
Bytes read_raw(const std::filesystem::path& path, const Blame& blame, std::size_t largest = kLargestContent);
/// Interprets raw content. Fails if the header is not idx with unsigned bytes, or if the length does not fit the header.
IdxArray parse_idx(Bytes raw, const Blame& blame);

/// "60000 x 28 x 28"
std::string shape_text(const std::vector<Index>& shape);

}  // namespace bcd
