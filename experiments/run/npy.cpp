#include "experiments/run/npy.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string_view>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
#include "datasets/npy.hpp"
#include "results/record.hpp"

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

template <class T>
void require_type(const std::string& type, const std::string& fault) {
  const std::string wanted = kType<T>;
  if (type == wanted) return;
  const std::string found = fault + "holds elements of type '" + type + "', this run needs '" + wanted + "'; ";
  if (type == "<f4" || type == "<f8") throw UsageError(found + "choose the precision that fits");
  throw UsageError(found + "write it with numpy.save(file, array.astype('" + wanted + "'))");
}

}  // namespace

template <class T>
void write_npy(const fs::path& file, ConstRef<T> M) {
  const std::string header = header_text(kType<T>, M.rows(), M.cols());
  std::string content(kMagic, 7);
  content += {'\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  content += header;
  for (Index j = 0; j < M.cols(); ++j)
    content.append(reinterpret_cast<const char*>(M.data() + j * M.outerStride()),
                   sizeof(T) * static_cast<std::size_t>(M.rows()));
  write_file_atomically(file, content);
}

template <class T>
Matrix<T> read_npy(const fs::path& file, Index rows, Index cols) {
  const std::string fault = "state file " + printable(file.string()) + ": ";
  const std::string bytes = file_content(file, std::numeric_limits<std::size_t>::max());
  const NpyArray header = parse_npy(bytes, fault);
  const std::string_view content = header.data;
  require_type<T>(header.type, fault);
  const bool column = header.shape.size() == 1 && cols == 1;
  if (column ? header.shape[0] != rows : header.shape != std::vector<Index>{rows, cols})
    throw UsageError(fault + "expected shape " + npy_shape_text({rows, cols}) + ", found " + npy_shape_text(header.shape));
  const std::size_t wanted = sizeof(T) * static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  if (content.size() < wanted) throw UsageError(fault + "cut: it has fewer than " + std::to_string(wanted) + " bytes of data");
  if (content.size() > wanted) throw UsageError(fault + "has bytes after its data");

  Matrix<T> M(rows, cols);
  if (header.fortran_order) {
    std::copy(content.begin(), content.end(), reinterpret_cast<char*>(M.data()));
  } else {
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows(rows, cols);
    std::copy(content.begin(), content.end(), reinterpret_cast<char*>(by_rows.data()));
    M = by_rows;
  }
  return M;
}

template void write_npy<float>(const fs::path&, ConstRef<float>);
template void write_npy<double>(const fs::path&, ConstRef<double>);
template Matrix<float> read_npy<float>(const fs::path&, Index, Index);
template Matrix<double> read_npy<double>(const fs::path&, Index, Index);

}  // namespace bcd
