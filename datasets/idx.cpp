#include "datasets/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <memory>

namespace bcd {

namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;
constexpr std::uint8_t kUnsignedByte = 0x08;  // idx type code
constexpr int kGzipOnly = 15 + 16;            // zlib: largest window, gzip header required

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | std::uint32_t{p[3]};
}

}  // namespace

void Blame::fail(const std::string& fault) const { throw UsageError(file + ": " + fault + "; " + remedy); }

Index IdxArray::item_size() const {
  Index size = 1;
  for (std::size_t k = 1; k < shape.size(); ++k) size *= shape[k];
  return size;
}

std::string shape_text(const std::vector<Index>& shape) {
  std::string text;
  for (std::size_t k = 0; k < shape.size(); ++k) text += (k ? " x " : "") + std::to_string(shape[k]);
  return text;
}

Bytes read_file(const std::filesystem::path& path, const Blame& blame, std::size_t largest) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) blame.fail("the file is missing");
  if (!std::filesystem::is_regular_file(path, error)) blame.fail("this is not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) blame.fail("the file cannot be read (check its permissions)");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > largest) blame.fail("the file has more than the " + std::to_string(largest) + " bytes that are read");
  Bytes bytes(static_cast<std::size_t>(size));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(in.gcount()));  // it may have been cut meanwhile
  return bytes;
}

Bytes gunzip(std::span<const std::uint8_t> packed, const Blame& blame, std::size_t largest) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(packed.data());  // zlib does not write here; its interface predates const
  if (packed.size() > std::min<std::size_t>(largest, std::numeric_limits<uInt>::max()))
    blame.fail("the file has more than the " + std::to_string(largest) + " bytes that are read");
  stream.avail_in = static_cast<uInt>(packed.size());
  Bytes out;
  std::size_t used = 0;
  int status = Z_OK;
  const auto begins_member = [&] { return stream.avail_in >= 2 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b; };
  while (status == Z_OK) {
    out.resize(used + kChunk);
    stream.next_out = out.data() + used;
    stream.avail_out = static_cast<uInt>(kChunk);
    status = inflate(&stream, Z_NO_FLUSH);
    used = out.size() - stream.avail_out;
    if (used > largest)
      blame.fail("the file is damaged or too large: it unpacks to more than " + std::to_string(largest) + " bytes");
    if (status == Z_STREAM_END && begins_member()) status = inflateReset(&stream);  // members follow each other (RFC 1952, 2.2)
  }
  if (status == Z_BUF_ERROR) blame.fail("the file is truncated: the gzip stream ends early");
  if (status != Z_STREAM_END)
    blame.fail(std::string("the file is not intact gzip") + (stream.msg ? std::string(" (") + stream.msg + ")" : ""));
  if (stream.avail_in > 0)
    blame.fail("the file has " + std::to_string(stream.avail_in) + " bytes after its gzip stream that are no gzip");
  out.resize(used);
  return out;
}

Bytes read_raw(const std::filesystem::path& path, const Blame& blame, std::size_t largest) {
  Bytes bytes = read_file(path, blame, largest);
  return path.extension() == ".gz" ? gunzip(bytes, blame, largest) : bytes;
}

IdxArray parse_idx(Bytes raw, const Blame& blame) {
  if (raw.size() < 4) blame.fail("the file is truncated: it has only " + std::to_string(raw.size()) + " bytes");
  const std::size_t dimensions = raw[3];
  if (raw[0] != 0 || raw[1] != 0 || raw[2] != kUnsignedByte || dimensions == 0)
    blame.fail("the file is not in idx format with unsigned bytes (wrong magic number)");
  IdxArray array;
  array.header = 4 + 4 * dimensions;
  if (raw.size() < array.header) blame.fail("the file is truncated within its idx header");
  std::size_t expected = 1;
  for (std::size_t k = 0; k < dimensions; ++k) {
    const std::uint32_t length = big_endian(raw.data() + 4 + 4 * k);
    array.shape.push_back(length);
    expected = std::min(expected * length, kLargestContent);  // capped: a damaged header must not overflow
  }
  const std::size_t found = raw.size() - array.header;
  if (found != expected)
    blame.fail(std::string("the file is ") + (found < expected ? "truncated" : "too long") + ": its header announces " +
               shape_text(array.shape) + " bytes, " + std::to_string(found) + " follow");
  array.raw = std::move(raw);
  return array;
}

}  // namespace bcd
