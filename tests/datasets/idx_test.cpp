#include "datasets/idx.hpp"

#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

const Blame kBlame{"some-file", "fetch it again"};

Bytes counting(std::size_t n) {
  Bytes bytes;
  for (std::size_t i = 0; i < n; ++i) bytes.push_back(static_cast<std::uint8_t>(7 * i));
  return bytes;
}

}  // namespace

TEST_CASE("An idx array has the shape and the items that were written", "[datasets][idx]") {
  const Bytes data = counting(2 * 3 * 4);
  const IdxArray array = parse_idx(idx_bytes({2, 3, 4}, data), kBlame);
  REQUIRE(array.shape == std::vector<Index>{2, 3, 4});
  REQUIRE(array.item_size() == 12);
  CHECK(Bytes(array.item(0), array.item(0) + 12) == Bytes(data.begin(), data.begin() + 12));
  CHECK(Bytes(array.item(1), array.item(1) + 12) == Bytes(data.begin() + 12, data.end()));
}

TEST_CASE("A file reads the same packed and unpacked", "[datasets][idx]") {
  const TemporaryFolder folder;
  const Bytes data = counting(3000000);  // more than one chunk of the unpacker
  write_gz(folder.path / "a.gz", data);
  write_plain(folder.path / "a", data);
  CHECK(read_raw(folder.path / "a.gz", kBlame) == data);
  CHECK(read_raw(folder.path / "a", kBlame) == data);
}

TEST_CASE("A gzip file of several members is their contents one after the other", "[datasets][idx]") {
  const TemporaryFolder folder;
  const auto member = [&](const Bytes& data) {
    write_gz(folder.path / "member.gz", data);
    return read_file(folder.path / "member.gz", kBlame);
  };
  const auto joined = [](std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  const Bytes first = counting(2000000), second = counting(7);
  CHECK(gunzip(joined({member(first), member(second)}), kBlame) == joined({first, second}));
  CHECK(gunzip(joined({member({}), member(second), member({})}), kBlame) == second);
  const auto error = [&](const Bytes& bytes) { return usage_error([&] { gunzip(bytes, kBlame); }); };
  CHECK_THAT(error(joined({member(second), {1, 2, 3}})), Contains("3 bytes after its gzip stream that are no gzip"));
  Bytes cut = joined({member(second), member(first)});
  cut.resize(cut.size() - 20);
  CHECK_THAT(error(cut), Contains("truncated"));
}

TEST_CASE("Each fault of an idx file is named together with the file and the remedy", "[datasets][idx][error]") {
  const auto error = [](Bytes bytes) { return usage_error([&] { parse_idx(std::move(bytes), kBlame); }); };
  Bytes truncated = idx_bytes({2, 3}, counting(6));
  truncated.pop_back();
  CHECK_THAT(error(truncated), Contains("some-file: ") && Contains("truncated") && Contains("2 x 3 bytes, 5 follow") &&
                                   Contains("; fetch it again"));
  CHECK_THAT(error(idx_bytes({2, 3}, counting(7))), Contains("too long"));
  CHECK_THAT(error({0, 0}), Contains("truncated") && Contains("only 2 bytes"));
  CHECK_THAT(error({0, 0, 8, 3, 0, 0}), Contains("truncated within its idx header"));
  CHECK_THAT(error({0, 0, 13, 1, 0, 0, 0, 0}), Contains("not in idx format with unsigned bytes"));  // 13: floats
  CHECK_THAT(error({0x1f, 0x8b, 8, 1, 0, 0, 0, 0}), Contains("not in idx format"));                 // still packed
  CHECK_THAT(error(idx_bytes({0xffffffff, 0xffffffff, 0xffffffff}, {})), Contains("truncated"));    // must not overflow
}

TEST_CASE("Damaged gzip files are told apart: missing, truncated, corrupted, not gzip", "[datasets][idx][error]") {
  const TemporaryFolder folder;
  const auto path = folder.path / "a.gz";
  const auto error = [&] { return usage_error([&] { read_raw(path, {path.string(), "fetch it again"}); }); };
  CHECK_THAT(error(), Contains(path.string() + ": the file is missing; fetch it again"));
  write_gz(path, counting(100000));
  CHECK(error().empty());
  cut(path, 20);
  CHECK_THAT(error(), Contains("truncated"));
  write_plain(path, {});
  CHECK_THAT(error(), Contains("truncated"));
  write_plain(path, counting(1000));
  CHECK_THAT(error(), Contains("not intact gzip"));
  write_gz(path, counting(100000));
  Bytes packed = read_file(path, kBlame);
  packed[packed.size() - 6] ^= 1;  // in the checksum of the gzip trailer
  write_plain(path, packed);
  CHECK_THAT(error(), Contains("not intact gzip"));
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK_THAT(error(), Contains("not a file"));
}
