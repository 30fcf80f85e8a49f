#include "results/gzip.hpp"

#include <zlib.h>

#include <memory>
#include <new>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/usage_error.hpp"

namespace bcd {

namespace {

constexpr int kGzip = 15 + 16;                          // zlib: largest window, gzip's header
constexpr std::size_t kLargest = std::size_t{1} << 28;  // no trace is nearly as long; a damaged file must not fill the memory

}  // namespace

std::string gzipped(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> guard(&stream, deflateEnd);
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib does not write here
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::logic_error("zlib's own bound was too small");
  packed.resize(packed.size() - stream.avail_out);
  return packed;
}

std::string gunzipped(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) throw UsageError("cannot read " + printable(file.string()));
  std::string text;
  char part[1 << 16];
  int count = 0;
  while ((count = gzread(in.get(), part, sizeof part)) > 0 && text.size() <= kLargest)
    text.append(part, static_cast<std::size_t>(count));
  int fault = Z_OK;
  gzerror(in.get(), &fault);
  if (count < 0 || fault != Z_OK || gzdirect(in.get()) || text.size() > kLargest)
    throw UsageError(printable(file.filename().string()) + " is damaged: no whole file in gzip's format");
  return text;
}

}  // namespace bcd
