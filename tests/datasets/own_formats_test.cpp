// LIBSVM, .npy, .npz, idx and CIFAR as the dataset `file`: the same numbers, whatever the form; every fault a sentence.
#include <cmath>
#include <cstring>

#include "tests/datasets/own_files.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), sizeof(T) * values.size()};
}

std::string npy(const std::string& type, bool fortran, const std::string& shape, const std::string& data) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
  return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size() & 255) + static_cast<char>(header.size() >> 8) +
         header + data;
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int k = 0; k < bytes; ++k) text += static_cast<char>(value >> (8 * k));
  return text;
}

struct Packed {
  std::string name, content;
  bool deflated = false;
  std::uint64_t announced = 0;  ///< another size than the true one
};

/// A zip archive, written from PKWARE's description.
std::string zip(const std::vector<Packed>& entries) {
  std::string archive, table;
  for (const Packed& e : entries) {
    std::string data = e.content;
    if (e.deflated) {
      Bytes out(compressBound(e.content.size()) + 64);
      z_stream stream{};
      deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
      stream.next_in = reinterpret_cast<Bytef*>(data.data());
      stream.avail_in = static_cast<uInt>(data.size());
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      deflate(&stream, Z_FINISH);
      out.resize(stream.total_out);
      deflateEnd(&stream);
      data.assign(out.begin(), out.end());
    }
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(e.content.data()), static_cast<uInt>(e.content.size()));
    const std::uint64_t size = e.announced ? e.announced : e.content.size(), offset = archive.size();
    const std::string facts = little(20, 2) + little(0, 2) + little(e.deflated ? 8 : 0, 2) + little(0, 4) + little(crc, 4) +
                              little(data.size(), 4) + little(size, 4) + little(e.name.size(), 2);
    archive += little(0x04034b50, 4) + facts + little(0, 2) + e.name + data;
    table += little(0x02014b50, 4) + little(20, 2) + facts + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 2) +
             little(0, 4) + little(offset, 4) + e.name;
  }
  const std::size_t at = archive.size();
  return archive + table + little(0x06054b50, 4) + little(0, 4) + little(entries.size(), 2) + little(entries.size(), 2) +
         little(table.size(), 4) + little(at, 4) + little(0, 2);
}

const std::vector<double> kInputs{1.5, 0, 3, 0.1, -2, 1e-3};  // three samples of two inputs, sample by sample

}  // namespace

TEST_CASE("The same numbers in any form are the same dataset, bit for bit", "[datasets][file]") {
  const OwnFiles files;
  const Dataset<double> csv = files.csv("a,b,y\n1.5,0,1\n3,0.1,-1\n-2,0.001,1\n");
  const auto same = [&](const DatasetOptions& options) {
    const Dataset<double> data = files.load(options);
    CHECK(data.X == csv.X);
    CHECK(data.Y == csv.Y);
    CHECK(data.labels == csv.labels);
    CHECK(data.class_names == csv.class_names);
  };
  same({{"path", files.write("a.libsvm", "+1 1:1.5\n-1 1:3 2:0.1 # a comment\n\n1 1:-2 2:1e-3\n")}});
  same({{"path", files.write("heart_scale", "1 1:1.5\r\n-1 1:3 2:.1\r\n1 1:-2 2:0.001\r\n")}});  // by how it begins
  const std::string y = files.write("y.npy", npy("<i8", false, "(3,)", raw<std::int64_t>({1, -1, 1})));
  same({{"X", files.write("X.npy", npy("<f8", false, "(3, 2)", raw(kInputs)))}, {"Y", y}});
  same({{"X", files.write("F.npy", npy("<f8", true, "(3, 2)", raw<double>({1.5, 3, -2, 0, 0.1, 1e-3})))}, {"Y", y}});
  same({{"X", files.write("T.npy", npy("<f8", true, "(2, 3)", raw(kInputs)))}, {"Y", y}, {"samples", "columns"}});
  same({{"X", files.path("X.npy")}, {"Y", files.write("y.csv", "1\n-1\n1\n")}});
  const std::string one_hot = npy("|b1", false, "(3, 2)", std::string("\0\1\1\0\0\1", 6));
  CHECK(files.load({{"X", files.path("X.npy")}, {"Y", files.write("hot.npy", one_hot)}}).labels == csv.labels);

  const std::vector<Packed> arrays{{"X.npy", npy("<f8", false, "(3, 2)", raw(kInputs))},
                                   {"y.npy", npy("<i8", false, "(3,)", raw<std::int64_t>({1, -1, 1})), true}};
  files.write("d.npz", zip(arrays));
  same({{"path", files.path("d.npz")}});
  same({{"X", files.path("d.npz:X")}, {"Y", files.path("d.npz:y")}});
  CHECK(dataset_files("file", {{"path", files.path("d.npz")}}).at("path") ==
        files.load({{"path", files.path("d.npz")}}).checksum);
  CHECK_THAT(dataset_files("file", {{"X", files.path("d.npz:X")}}).at("X"), Catch::Matchers::EndsWith(":X"));
}

TEST_CASE("Arrays of every type are the numbers that NumPy wrote", "[datasets][file]") {
  const OwnFiles files;
  const auto first = [&](const std::string& type, const std::string& data) {
    const std::string y = files.write("y.npy", npy("<f8", false, "(2,)", raw<double>({0.5, 1.5})));
    const Dataset<double> data_set = files.load({{"X", files.write("X.npy", npy(type, false, "(2,)", data))}, {"Y", y}});
    return std::vector<double>{data_set.X(0, 0), data_set.X(0, 1)};
  };
  CHECK(first("<f4", raw<float>({0.1f, -2})) == std::vector<double>{static_cast<double>(0.1f), -2});
  CHECK(first("|i1", raw<std::int8_t>({-3, 4})) == std::vector<double>{-3, 4});
  CHECK(first("|u1", raw<std::uint8_t>({200, 4})) == std::vector<double>{200, 4});
  CHECK(first("<i2", raw<std::int16_t>({-300, 4})) == std::vector<double>{-300, 4});
  CHECK(first("<u4", raw<std::uint32_t>({4000000000u, 4})) == std::vector<double>{4e9, 4});
  CHECK(first(">i2", std::string("\xff\xfe\x01\x00", 4)) == std::vector<double>{-2, 256});
  CHECK(first(">f8", std::string("\x3f\xf8\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 16)) == std::vector<double>{1.5, -2});
}

TEST_CASE("Images are flattened in C order, whichever way they are stored", "[datasets][file]") {
  const OwnFiles files;
  const std::string y = files.write("y.npy", npy("<f8", false, "(2,)", raw<double>({0.5, 1.5})));
  std::vector<double> c, fortran(12);
  for (int k = 0; k < 12; ++k) c.push_back(k);
  for (int s = 0; s < 2; ++s)
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 3; ++j) fortran[static_cast<std::size_t>(s + 2 * i + 4 * j)] = 6 * s + 3 * i + j;
  const Matrix<double> X = files.load({{"X", files.write("C.npy", npy("<f8", false, "(2, 2, 3)", raw(c)))}, {"Y", y}}).X;
  REQUIRE(X.rows() == 6);
  for (Index k = 0; k < 12; ++k) CHECK(X(k % 6, k / 6) == static_cast<double>(k));
  CHECK(files.load({{"X", files.write("F.npy", npy("<f8", true, "(2, 2, 3)", raw(fortran)))}, {"Y", y}}).X == X);
}

TEST_CASE("idx and CIFAR files are images with classes", "[datasets][file]") {
  const OwnFiles files;
  write_plain(files.folder.path / "images-idx3-ubyte", idx_bytes({2, 1, 2}, {0, 255, 51, 102}));
  write_gz(files.folder.path / "labels-idx1-ubyte.gz", idx_bytes({2}, {7, 3}));
  const Dataset<double> idx =
      files.load({{"X", files.path("images-idx3-ubyte")}, {"Y", files.path("labels-idx1-ubyte.gz")}, {"scaling", "pixel"}});
  CHECK(idx.X(1, 0) == 1);
  CHECK(idx.X(0, 1) == 51.0 / 255);
  CHECK(idx.class_names == std::vector<std::string>{"3", "7"});
  CHECK(idx.labels == std::vector<int>{1, 0});

  Bytes records;
  for (const std::uint8_t label : {std::uint8_t{9}, std::uint8_t{2}}) {
    records.push_back(label);
    for (int k = 0; k < 3072; ++k) records.push_back(static_cast<std::uint8_t>(k + label));
  }
  write_plain(files.folder.path / "batch.bin", records);
  const Dataset<double> cifar = files.load({{"path", files.path("batch.bin")}, {"format", "cifar-10"}});
  CHECK(cifar.X.rows() == 3072);
  CHECK(cifar.X(1, 0) == 10);
  CHECK(cifar.class_names == std::vector<std::string>{"2", "9"});
  CHECK(cifar.labels == std::vector<int>{1, 0});
  const auto fault = [&](const std::string& format) {
    return usage_error([&] { files.load({{"path", files.path("batch.bin")}, {"format", format}}); });
  };
  CHECK_THAT(fault("auto"), Contains("write format = \"cifar-10\""));
  CHECK_THAT(fault("cifar-100"), Contains("6146 bytes are no whole number of records of 3074 bytes"));
  records[0] = 10;
  write_plain(files.folder.path / "batch.bin", records);
  CHECK_THAT(fault("cifar-10"), Contains("record 1 has the class 10 of 10"));
}

TEST_CASE("Training and test files of LIBSVM need not name the same largest input", "[datasets][file]") {
  const OwnFiles files;
  const Dataset<double> data =
      files.load({{"path", files.write("a.svm", "1 1:1 3:2\n-1 2:1\n")}, {"test_path", files.write("a.t", "1 5:4\n")}});
  CHECK(data.X.rows() == 5);
  CHECK(data.X_test(4, 0) == 4);
  CHECK(data.X(2, 0) == 2);
  CHECK(files.load({{"path", files.path("a.svm")}, {"d_in", "7"}}).X.rows() == 7);
  CHECK(files.load({{"path", files.write("z.svm", "1 0:5\n2 1:6\n")}, {"first_index", "0"}}).X(0, 0) == 5);
}

TEST_CASE("Every fault of a LIBSVM file has its line and a remedy", "[datasets][file][error]") {
  const OwnFiles files;
  const auto says = [&](const std::string& text, const std::string& what) {
    const std::string fault = usage_error([&] { files.load({{"path", files.write("a.svm", text)}, {"memory_limit", "1"}}); });
    CHECK_THAT(fault, Contains("a.svm: ") && Contains(what) && Contains("; "));
  };
  says("1 1:2\n1 1099511627776:3\n", "2 samples of 1.09951e+12 numbers need");
  says("1 1:2\n1 99999999999999999999:3\n", "above the limit of 1 GB");
  says("1 1:2\n1 0:3\n", "line 2: an index is 0; indices begin with 1, or write first_index = 0");
  says("1 1:2\n1 3:1 2:3\n", "line 2: '2:3' does not stand in rising order");
  says("1 1:2\n1 2:1 2:3\n", "line 2: '2:3' does not stand in rising order");
  says("1 1:2\n\n1 1:x\n", "line 3: the value in 'x' is no number");
  says("1 1:2\n1 1:1e400\n", "line 2: the value in '1e400' is not finite");
  says("1 1:2\n1,3 1:1\n", "line 2: the label '1,3' is no number");
  says("1 1:2\n1 qid:1 1:1\n", "'qid:1' is no index:value; groups of a ranking are not read");
  says("1 1:2\n1 1:\n", "line 2: the value in has no value");
  says("1 1:2\n1 -1:2\n", "line 2: '-1:2' is no index:value");
  says(std::string("1 1:2\n1 \0:2\n", 12), "line 2");
  says("", "has no samples");
}

TEST_CASE("Hostile arrays and archives are sentences", "[datasets][file][error]") {
  const OwnFiles files;
  const std::string y = files.write("y.npy", npy("<f8", false, "(2,)", raw<double>({0.5, 1.5})));
  const auto x_says = [&](const std::string& content, const std::string& what) {
    const std::string fault = usage_error([&] {
      files.load({{"X", files.write("X.npy", content)}, {"Y", y}, {"memory_limit", "1"}});
    });
    CHECK_THAT(fault, Contains("X.npy: ") && Contains(what));
  };
  const std::string two = raw<double>({1, 2});
  x_says(npy("<f8", false, "(2,)", two.substr(0, 15)), "it is cut: its header announces 16 bytes of data, 15 follow");
  x_says(npy("<f8", false, "(2,)", two + "x"), "goes on behind its data");
  x_says(npy("<f8", false, "(4611686018427387904, 4)", two), "above the limit of 1 GB");
  x_says(npy("<f8", true, "(9223372036854775807, 9223372036854775807, 9223372036854775807)", two), "above the limit of 1 GB");
  x_says(npy("<f8", false, "(99999999999999999999,)", two), "a dimension");
  x_says(npy("<f8", false, "(0, 3)", ""), "0 x 3, which holds no samples");
  x_says(npy("<f8", false, "(3, 0)", ""), "3 x 0, which holds no samples");
  x_says(npy("<f8", false, "()", two), "holds no samples");
  x_says(npy("<U5", false, "(2,)", two), "its elements are text");
  x_says(npy("|O", false, "(2,)", two), "its elements are Python objects, which are not read");
  x_says(npy("<c16", false, "(1,)", two), "elements of type '<c16' are not read");
  x_says(npy("<f8", false, "(2,)", raw<double>({1, NAN})), "sample 2, number 1 is NaN; write missing = \"drop\"");
  x_says(npy("<f8", false, "(2,)", raw<double>({1, -INFINITY})), "sample 2, number 1 is infinite");
  x_says(npy("<f8", false, "(3,)", raw<double>({1, 2, 3})).substr(0, 40), "cut within its header");
  x_says("\x93NUMPY", "not a .npy file");
  CHECK_THAT(usage_error([&] { files.load({{"path", y}}); }), Contains("this is an array and not a table; write X = "));
  CHECK_THAT(usage_error([&] {
               files.load({{"X", y}, {"Y", files.write("three.csv", "1\n2\n3\n")}});
             }),
             Contains("it has 3 samples, and") && Contains("samples = \"columns\""));

  const auto z_says = [&](const std::string& archive, const std::string& what, const std::string& limit = "1") {
    const std::string fault = usage_error([&] {
      files.load({{"X", files.write("d.npz", archive) + ":X"}, {"Y", y}, {"memory_limit", limit}});
    });
    CHECK_THAT(fault, Contains("d.npz: ") && Contains(what));
  };
  const std::string plain = npy("<f8", false, "(2,)", two);
  const std::string good = zip({{"X.npy", plain}});
  CHECK_NOTHROW(files.load({{"X", files.write("d.npz", good) + ":X"}, {"Y", y}}));
  z_says(good.substr(0, good.size() - 5), "this is no zip archive, or it is cut");
  z_says(good.substr(10), "is not where");
  z_says("", "this is no zip archive");
  z_says(zip({{"Z.npy", plain}}), "unknown array 'X'. Valid: Z");
  z_says(zip({{"X.npy", std::string(3000000, '\0'), true}}), "unpacks to 3000000 bytes, more than the 500000", "0.001");
  z_says(zip({{"X.npy", plain, true, 4000000000}}), "announces more than it can hold", "16");
  z_says(zip({{"X.npy", plain, true, plain.size() + 1}}), "is damaged");
  std::string damaged = good;
  damaged[good.find("NUMPY") + 80] ^= 1;
  z_says(damaged, "its checksum differs");
  CHECK_THAT(usage_error([&] {
               files.load({{"path", files.write("e.npz", zip({{"inputs.npy", plain}}))}});
             }),
             Contains("none of its arrays (inputs) is called X or the like"));
  // Every cut and every flipped byte ends in a sentence or in the right numbers, never otherwise.
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string other = good;
    other[at] = static_cast<char>(other[at] ^ 0x55);
    for (const std::string& content : {other, good.substr(0, at)}) {
      files.write("d.npz", content);
      try {
        files.load({{"X", files.path("d.npz:X")}, {"Y", y}, {"memory_limit", "1"}});
      } catch (const UsageError&) {
      }
    }
  }
}
