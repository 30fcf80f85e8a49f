#include "experiments/run/npy.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "algorithms/core/usage_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

/// A file of the given version, header and data.
struct File {
  test::TemporaryFolder folder;
  fs::path path = folder.path / "W1.npy";

  void write(int version, const std::string& header, const std::string& data) const {
    std::string length;
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i) length += static_cast<char>(header.size() >> (8 * i) & 255);
    std::ofstream(path, std::ios::binary) << "\x93NUMPY" << static_cast<char>(version) << '\0' << length << header << data;
  }
  std::string fault(Index rows = 2, Index cols = 1) const {
    try {
      read_npy<double>(path, rows, cols);
    } catch (const UsageError& e) {
      return e.what();
    }
    return {};
  }
};

std::string bytes(std::initializer_list<double> values) {
  std::string text;
  for (const double x : values) text.append(reinterpret_cast<const char*>(&x), sizeof x);
  return text;
}

constexpr const char* kPlain = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";

}  // namespace

TEST_CASE("npy files of every version are read", "[npy]") {
  const File file;
  const int version = GENERATE(1, 2, 3);
  file.write(version, kPlain, bytes({1, 2}));
  const Matrix<double> M = read_npy<double>(file.path, 2, 1);
  CHECK(M(0, 0) == 1);
  CHECK(M(1, 0) == 2);
}

TEST_CASE("npy headers may be written in any order and with any blanks", "[npy]") {
  const File file;
  file.write(1, "{'shape':(2,3),'fortran_order':True,'descr':'<f8'}" + std::string(60000, ' ') + "\n",
             bytes({1, 2, 3, 4, 5, 6}));
  CHECK(read_npy<double>(file.path, 2, 3)(1, 2) == 6);
  file.write(1, "{'descr' :  '<f8' , 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , }\n", bytes({1, 2, 3, 4, 5, 6}));
  CHECK(read_npy<double>(file.path, 2, 3)(0, 2) == 3);
}

TEST_CASE("what is no plain matrix is a sentence, however it is made", "[npy][error]") {
  const File file;
  const auto fault_of = [&](const std::string& header, const std::string& data = bytes({1, 2})) {
    file.write(1, header, data);
    return file.fault();
  };
  std::string many, deep(30000, '(');
  for (int i = 0; i < 20000; ++i) many += "1, ";
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': True, 'shape': (" + many + "), }"), Contains("one plain array"));
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': True, 'shape': " + deep + ", }"), Contains("one plain array"));
  CHECK_THAT(fault_of("{'descr': '" + std::string(60000, 'a')), Contains("one plain array"));
  CHECK_THAT(fault_of("{'descr': [('x', '<f8'), ('y', '<f8')], 'fortran_order': False, 'shape': (2,), }"),
             Contains("one plain array"));
  CHECK_THAT(fault_of(""), Contains("one plain array"));
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,), }"), Contains("one plain array"));
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }"), Contains("one plain array"));
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }"), Contains("a dimension"));
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': False, 'shape': (), }"), Contains("found a single number"));
  CHECK_THAT(fault_of("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }"),
             Contains("expected shape 2 x 1"));
  CHECK_THAT(fault_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"), Contains("choose the precision that fits"));
  CHECK_THAT(fault_of("{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }"),
             Contains("numpy.save(file, array.astype('<f8'))"));
  CHECK_THAT(fault_of("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"), Contains("array.astype('<f8')"));
  CHECK_THAT(fault_of(kPlain, bytes({1})), Contains("cut: it has fewer than 16 bytes"));
  CHECK_THAT(fault_of(kPlain, bytes({1, 2, 3})), Contains("bytes after its data"));
  CHECK(fault_of(kPlain).empty());
}

TEST_CASE("files that are no npy files are a sentence", "[npy][error]") {
  const File file;
  const auto write = [&](const std::string& content) { std::ofstream(file.path, std::ios::binary) << content; };
  write("");
  CHECK_THAT(file.fault(), Contains("not a .npy file"));
  write("\x93NUMPY");
  CHECK_THAT(file.fault(), Contains("not a .npy file"));
  file.write(4, kPlain, bytes({1, 2}));
  CHECK_THAT(file.fault(), Contains("version 4 of .npy is unknown"));
  write(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff{", 13));
  CHECK_THAT(file.fault(), Contains("its header has 4294967295 bytes"));
  write(std::string("\x93NUMPY\x01\0\xff\x00{'descr", 17));
  CHECK_THAT(file.fault(), Contains("cut within its header"));
  fs::remove(file.path);
  REQUIRE(::mkfifo(file.path.c_str(), 0600) == 0);
  CHECK_THAT(file.fault(), Contains("a pipe or a device"));
}
