#include "datasets/file/arrays.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "datasets/file/numbers.hpp"

namespace bcd {

namespace {

static_assert(std::endian::native == std::endian::little, "elements are read in the machine's order");

/// Why a type cannot be read, with the remedy.
[[noreturn]] void refuse_type(const std::string& type, const std::string& file) {
  const char kind = type.size() > 1 ? type[1] : '?';
  if (kind == 'U' || kind == 'S')
    fail_in(file, "its elements are text ('" + type + "')",
            "number the classes: numpy.save(file, numpy.unique(y, return_inverse=True)[1])");
  if (kind == 'O')
    fail_in(file, "its elements are Python objects, which are not read (they could run code)",
            "write it with numpy.save(file, array.astype('<f8'))");
  fail_in(file, "elements of type '" + type + "' are not read", "write it with numpy.save(file, array.astype('<f8'))");
}

template <class E>
double as_double(const char* at, bool swapped) {
  char bytes[sizeof(E)];
  for (std::size_t k = 0; k < sizeof(E); ++k) bytes[k] = at[swapped ? sizeof(E) - 1 - k : k];
  E value;
  std::memcpy(&value, bytes, sizeof(E));
  return static_cast<double>(value);
}

using Convert = double (*)(const char*, bool);
struct ElementType {
  std::size_t size;
  Convert convert;
  bool swapped;
};

ElementType element_type(const std::string& type, const std::string& file) {
  static const std::vector<std::pair<std::string, std::pair<std::size_t, Convert>>> known = {
      {"f8", {8, as_double<double>}},        {"f4", {4, as_double<float>}},         {"i8", {8, as_double<std::int64_t>}},
      {"i4", {4, as_double<std::int32_t>}},  {"i2", {2, as_double<std::int16_t>}},  {"i1", {1, as_double<std::int8_t>}},
      {"u8", {8, as_double<std::uint64_t>}}, {"u4", {4, as_double<std::uint32_t>}}, {"u2", {2, as_double<std::uint16_t>}},
      {"u1", {1, as_double<std::uint8_t>}},  {"b1", {1, as_double<std::uint8_t>}}};
  if (!type.empty() && std::string_view("<>|=").find(type[0]) != std::string_view::npos)
    for (const auto& [name, how] : known)
      if (type.substr(1) == name) return {how.first, how.second, type[0] == '>'};
  refuse_type(type, file);
}

/// The product of dimensions, or more than any memory.
double product(const std::vector<Index>& shape, std::size_t from = 0) {
  double count = 1;
  for (std::size_t k = from; k < shape.size(); ++k) count *= static_cast<double>(shape[k]);
  return count;
}

}  // namespace

std::string npy_words(std::string_view content, const std::string& file, double& numbers) {
  const NpyArray array = parse_npy(content, file + ": ");
  numbers += product(array.shape);
  return "array of " + npy_shape_text(array.shape) + ", type " + array.type + (array.fortran_order ? ", column by column" : "");
}

Samples npy_samples(std::string_view content, const std::string& file, TableRole role, const FileOptions& options) {
  const NpyArray array = parse_npy(content, file + ": ");
  const ElementType type = element_type(array.type, file);
  const bool columns = options.samples == FileOptions::SampleAxis::columns && array.shape.size() > 1;
  if (array.shape.empty() || product(array.shape) == 0)
    fail_in(file, "it is " + npy_shape_text(array.shape) + ", which holds no samples", "give it one row for each sample");
  if (columns && array.shape.size() != 2)
    fail_in(file, "samples = \"columns\" needs a matrix, and it is " + npy_shape_text(array.shape), "leave it out");
  const Index n = columns ? array.shape[1] : array.shape[0];
  const double numbers = product(array.shape) / static_cast<double>(n);
  require_memory(file, static_cast<double>(n), numbers, static_cast<double>(content.size()), options);
  const auto d = static_cast<Index>(numbers);
  const std::size_t wanted = type.size * static_cast<std::size_t>(n) * static_cast<std::size_t>(d);
  if (array.data.size() != wanted)
    fail_in(file,
            std::string(array.data.size() < wanted ? "it is cut" : "it goes on behind its data") + ": its header announces " +
                std::to_string(wanted) + " bytes of data, " + std::to_string(array.data.size()) + " follow",
            "write it again with numpy.save");

  std::vector<Index> stride(array.shape.size(), 1);
  if (array.fortran_order)
    for (std::size_t k = 1; k < stride.size(); ++k) stride[k] = stride[k - 1] * array.shape[k - 1];
  else
    for (std::size_t k = stride.size() - 1; k > 0; --k) stride[k - 1] = stride[k] * array.shape[k];
  const std::size_t sample_axis = columns ? 1 : 0;
  std::vector<Index> offset(static_cast<std::size_t>(d));  // of the numbers within a sample, in C order
  for (Index i = 0; i < d; ++i) {
    Index rest = i;
    for (std::size_t k = array.shape.size(); k-- > 0;) {
      if (k == sample_axis) continue;
      offset[static_cast<std::size_t>(i)] += rest % array.shape[k] * stride[k];
      rest /= array.shape[k];
    }
  }

  Samples samples;
  samples.file = file;
  Matrix<double>& M = role == TableRole::targets ? samples.Y : samples.X;
  M.resize(d, n);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < d; ++i) {
      const Index at = j * stride[sample_axis] + offset[static_cast<std::size_t>(i)];
      const double x = type.convert(array.data.data() + static_cast<std::size_t>(at) * type.size, type.swapped);
      const std::string place = "sample " + std::to_string(j + 1) + ", number " + std::to_string(i + 1);
      if (std::isinf(x)) fail_in(file, place + " is infinite", "mend it");
      if (std::isnan(x) && options.missing == FileOptions::Missing::refuse) fail_in(file, place + " is NaN", missing_remedy());
      M(i, j) = x;
    }
  return samples;
}

Samples idx_samples(Bytes raw, const std::string& file, TableRole role, const FileOptions& options) {
  const std::size_t size = raw.size();
  const IdxArray array = parse_idx(std::move(raw), {file, "get the file again, or say with format what it is"});
  if (array.count() == 0 || array.item_size() == 0)
    fail_in(file, "it is " + shape_text(array.shape) + ", which holds no samples", "get the file again");
  require_memory(file, static_cast<double>(array.count()), static_cast<double>(array.item_size()), static_cast<double>(size),
                 options);
  Samples samples;
  samples.file = file;
  Matrix<double>& M = role == TableRole::targets ? samples.Y : samples.X;
  M.resize(array.item_size(), array.count());
  for (Index j = 0; j < array.count(); ++j)
    for (Index i = 0; i < array.item_size(); ++i) M(i, j) = array.item(j)[i];
  samples.labels = role == TableRole::targets && array.shape.size() == 1;
  samples.understood.push_back("idx bytes of " + shape_text(array.shape));
  return samples;
}

Samples cifar_samples(const Bytes& raw, const std::string& file, std::size_t labels, const FileOptions& options) {
  constexpr std::size_t kPixels = 3072;  // 1024 red, 1024 green, 1024 blue
  const std::size_t record = labels + kPixels, n = raw.size() / record;
  if (n == 0 || raw.size() % record != 0)
    fail_in(
        file,
        "its " + std::to_string(raw.size()) + " bytes are no whole number of records of " + std::to_string(record) + " bytes",
        "get the file again, or say with format what it is");
  require_memory(file, static_cast<double>(n), static_cast<double>(kPixels + 1), static_cast<double>(raw.size()), options);
  const int classes = labels == 1 ? 10 : 100;
  Samples samples;
  samples.file = file;
  samples.labels = true;
  samples.X.resize(static_cast<Index>(kPixels), static_cast<Index>(n));
  samples.Y.resize(1, static_cast<Index>(n));
  for (std::size_t j = 0; j < n; ++j) {
    const std::uint8_t* at = raw.data() + j * record;
    if (at[labels - 1] >= classes)
      fail_in(file,
              "record " + std::to_string(j + 1) + " has the class " + std::to_string(at[labels - 1]) + " of " +
                  std::to_string(classes),
              "get the file again, or say with format what it is");
    samples.Y(0, static_cast<Index>(j)) = at[labels - 1];
    for (std::size_t i = 0; i < kPixels; ++i) samples.X(static_cast<Index>(i), static_cast<Index>(j)) = at[labels + i];
  }
  samples.understood.push_back(std::to_string(n) + " images of CIFAR-" + std::to_string(classes));
  return samples;
}

}  // namespace bcd
