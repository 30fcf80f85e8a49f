#include "experiments/run/npy.hpp"

#include <unistd.h>

#include <bit>
#include <fstream>
#include <regex>
#include <vector>

#include "algorithms/core/parameters.hpp"

namespace bcd {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little,
              ".npy files are written in the machine's order, declared little endian");

namespace {

constexpr char kMagic[] = "\x93NUMPY\x01";  // then the minor version, 0, and the header's length in two bytes
constexpr std::size_t kPreamble = 10;

template <class T>
constexpr const char* kType = sizeof(T) == 4 ? "<f4" : "<f8";

/// The header is padded with blanks so that the data begins at a multiple of 64 bytes.
std::string header_text(const std::string& type, Index rows, Index cols) {
  std::string text = "{'descr': '" + type + "', 'fortran_order': True, 'shape': (" + std::to_string(rows) + ", " +
                     std::to_string(cols) + "), }";
  while ((kPreamble + text.size() + 1) % 64 != 0) text += ' ';
  return text + '\n';
}

std::string shape_text(const std::vector<Index>& shape) {
  std::string text;
  for (const Index d : shape) text += (text.empty() ? "" : " x ") + std::to_string(d);
  return text.empty() ? "a single number" : text;
}

struct Header {
  std::string type;
  bool fortran_order = true;
  std::vector<Index> shape;
};

Header read_header(std::istream& in, const std::string& fault) {
  std::string preamble(kPreamble, '\0');
  if (!in.read(preamble.data(), kPreamble) || preamble.compare(0, 7, kMagic, 7) != 0)
    throw UsageError(fault + "not a .npy file of version 1.0; write it with numpy.save");
  std::string text(static_cast<unsigned char>(preamble[8]) + 256u * static_cast<unsigned char>(preamble[9]), '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size()))) throw UsageError(fault + "cut within its header");

  std::smatch type, order, shape;
  if (!std::regex_search(text, type, std::regex("'descr': *'([^']*)'")) ||
      !std::regex_search(text, order, std::regex("'fortran_order': *(True|False)")) ||
      !std::regex_search(text, shape, std::regex("'shape': *\\(([0-9, ]*)\\)")))
    throw UsageError(fault + "its header does not describe one plain array");
  Header header{type[1], order[1] == "True", {}};
  const std::string list = shape[1];
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(list.begin(), list.end(), number), end; it != end; ++it)
    header.shape.push_back(parse_integer(fault + "a dimension", it->str()));
  return header;
}

}  // namespace

template <class T>
void write_npy(const fs::path& file, ConstRef<T> M) {
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  const fs::path temporary = file.string() + ".tmp" + std::to_string(::getpid());
  {
    std::ofstream out(temporary, std::ios::binary);
    const std::string header = header_text(kType<T>, M.rows(), M.cols());
    const char ending[3] = {'\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
    out.write(kMagic, 7).write(ending, 3) << header;
    for (Index j = 0; j < M.cols(); ++j)
      out.write(reinterpret_cast<const char*>(M.data() + j * M.outerStride()),
                static_cast<std::streamsize>(sizeof(T)) * M.rows());
    out.close();
    if (!out && !error) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(temporary, file, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw UsageError("cannot write " + file.string() + ": " + error.message());
  }
}

template <class T>
Matrix<T> read_npy(const fs::path& file, Index rows, Index cols) {
  const std::string fault = "state file " + file.string() + ": ";
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError(fault + "cannot be read");
  const Header header = read_header(in, fault);
  if (header.type != kType<T>)
    throw UsageError(fault + "holds elements of type '" + header.type + "', this run needs '" + kType<T> +
                     "'; choose the precision that fits");
  const bool column = header.shape.size() == 1 && cols == 1;
  if (column ? header.shape[0] != rows : header.shape != std::vector<Index>{rows, cols})
    throw UsageError(fault + "expected shape " + shape_text({rows, cols}) + ", found " + shape_text(header.shape));

  Matrix<T> M(rows, cols);
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows;
  if (!header.fortran_order) by_rows.resize(rows, cols);
  T* data = header.fortran_order ? M.data() : by_rows.data();
  const auto bytes = static_cast<std::streamsize>(sizeof(T)) * M.size();
  if (!in.read(reinterpret_cast<char*>(data), bytes))
    throw UsageError(fault + "cut: it has fewer than " + std::to_string(bytes) + " bytes of data");
  if (in.peek() != std::ifstream::traits_type::eof()) throw UsageError(fault + "has bytes after its data");
  if (!header.fortran_order) M = by_rows;
  return M;
}

template void write_npy<float>(const fs::path&, ConstRef<float>);
template void write_npy<double>(const fs::path&, ConstRef<double>);
template Matrix<float> read_npy<float>(const fs::path&, Index, Index);
template Matrix<double> read_npy<double>(const fs::path&, Index, Index);

}  // namespace bcd
