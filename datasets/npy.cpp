#include "datasets/npy.hpp"

#include <algorithm>

#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"

namespace bcd {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLargestHeader = 1 << 16;  // that of a plain array has about a hundred bytes
constexpr std::size_t kMostDimensions = 32;      // NumPy's own limit

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

NpyArray parse_header(std::string_view text, const std::string& fault) {
  const auto other = [&] {
    throw UsageError(
        fault + "its header does not describe one plain array of numbers; write it with numpy.save(file, array.astype('<f8'))");
  };
  NpyArray header;
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

}  // namespace

std::string npy_shape_text(const std::vector<Index>& shape) {
  std::string text;
  for (const Index d : shape) text += (text.empty() ? "" : " x ") + std::to_string(d);
  return text.empty() ? "a single number" : text;
}

/// Versions 1.0, 2.0 and 3.0 differ in the bytes that say how long the header is, and in its encoding.
NpyArray parse_npy(std::string_view content, const std::string& fault) {
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(content[at + i]);
    return value;
  };
  if (content.size() < 12 || !content.starts_with(kMagic))
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
  NpyArray array = parse_header(content.substr(begin, length), fault);
  array.data = content.substr(begin + length);
  return array;
}

}  // namespace bcd
