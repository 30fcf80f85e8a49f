#include "experiments/run/npy.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string_view>
#include <vector>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
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

/// The header is a literal of Python: {'descr': '<f8', 'fortran_order': True, 'shape': (3, 4), }. Read from left to right, in
/// constant depth.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  /// Goes to the value of a key; false: there is no such key.
  bool seek(std::string_view key) {
    const std::size_t at = rest_.find("'" + std::string(key) + "'");
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + key.size() + 2);
    return take(':');
  }
  bool take(char c) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string word(const char* characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    const std::string taken(rest_.substr(0, std::min(rest_.find_first_not_of(characters), rest_.size())));
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

constexpr std::size_t kLargestHeader = 1 << 16;  // that of a plain array has about a hundred bytes
constexpr std::size_t kMostDimensions = 32;      // NumPy's own limit

Header parse_header(const std::string& text, const std::string& fault) {
  const auto other = [&] { throw UsageError(fault + "its header does not describe one plain array"); };
  Header header;
  HeaderText type(text), order(text), shape(text);
  if (!type.seek("descr") || !type.take('\'')) other();
  header.type = type.word("<>|=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
  if (!type.take('\'')) other();
  if (!order.seek("fortran_order")) other();
  const std::string truth = order.word("TrueFals");
  if (truth != "True" && truth != "False") other();
  header.fortran_order = truth == "True";
  if (!shape.seek("shape") || !shape.take('(')) other();
  while (!shape.take(')')) {
    const std::string number = shape.word("0123456789");
    if (number.empty() || header.shape.size() == kMostDimensions) other();
    header.shape.push_back(parse_integer(fault + "a dimension", number));
    if (!shape.take(',') && shape.take(')')) break;
  }
  return header;
}

/// Versions 1.0, 2.0 and 3.0 differ in the bytes that say how long the header is, and in its encoding.
Header read_header(std::string_view& content, const std::string& fault) {
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(content[at + i]);
    return value;
  };
  if (content.size() < 12 || content.substr(0, 6) != std::string_view(kMagic, 6))
    throw UsageError(fault + "not a .npy file; write it with numpy.save");
  const char version = content[6];
  if (version < 1 || version > 3)
    throw UsageError(fault + "version " + std::to_string(static_cast<unsigned char>(version)) +
                     " of .npy is unknown here; 1 to 3 can be read");
  const std::size_t begin = version == 1 ? 10 : 12, length = number(8, begin - 8);
  if (length > kLargestHeader)
    throw UsageError(fault + "its header has " + std::to_string(length) + " bytes, more than the " +
                     std::to_string(kLargestHeader) + " that are read");
  if (content.size() - begin < length) throw UsageError(fault + "cut within its header");
  const Header header = parse_header(std::string(content.substr(begin, length)), fault);
  content.remove_prefix(begin + length);
  return header;
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
  std::string_view content = bytes;
  const Header header = read_header(content, fault);
  require_type<T>(header.type, fault);
  const bool column = header.shape.size() == 1 && cols == 1;
  if (column ? header.shape[0] != rows : header.shape != std::vector<Index>{rows, cols})
    throw UsageError(fault + "expected shape " + shape_text({rows, cols}) + ", found " + shape_text(header.shape));
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
