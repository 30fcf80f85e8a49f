#include "datasets/cifar.hpp"

#include <algorithm>
#include <sstream>

#include "datasets/fetch.hpp"
#include "datasets/sha256.hpp"
#include "datasets/source.hpp"

namespace bcd {

namespace {

constexpr std::size_t kPixels = 3072, kBlock = 512;

/// One of the two sets: its archive, and what stands before the pixels of an image.
struct Cifar {
  std::string name;
  PinnedFile archive;
  std::vector<std::string> train, test;       ///< files of the archive
  std::vector<std::size_t> classes;           ///< of each label byte
  std::vector<std::string> class_names = {};  ///< where the archive has no list of them

  FileSet files() const {
    FileSet set;
    set.dataset = name;
    set.files = {archive};
    set.mirrors = {"https://www.cs.toronto.edu/~kriz"};
    return set;
  }
  Blame blame() const { return {archive.name, "run `bcdbench data fetch " + name + "`"}; }
};

// The checksums are those of the archives as they are packed. TensorFlow Datasets lists both for these addresses (170052171 and
// 168513733 bytes); that of CIFAR-100 stands in the sources of torchvision for Ruby and of MLDatasets.jl, too.
const Cifar& cifar_10() {
  static const Cifar set = {
      "cifar-10",
      {"cifar-10-binary.tar", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", {}, true},
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
      {"test_batch.bin"},
      {10},
      {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
  return set;
}

const Cifar& cifar_100() {
  static const Cifar set = {
      "cifar-100",
      {"cifar-100-binary.tar", "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", {}, true},
      {"train.bin"},
      {"test.bin"},
      {20, 100}};
  return set;
}

enum class Labels { fine, coarse };

struct Cifar100Options : ImageOptions {
  Labels labels = Labels::fine;

  void fields(ParameterList& list) {
    ImageOptions::fields(list);
    list.choice("labels", labels, {{"fine", Labels::fine}, {"coarse", Labels::coarse}},
                "the 100 classes or the 20 superclasses of five each");
  }
};

/// The octal number of a tar header's field.
std::size_t octal(std::span<const std::uint8_t> field) {
  std::size_t value = 0;
  for (const std::uint8_t c : field)
    if (c >= '0' && c <= '7') value = value * 8 + (c - '0');
  return value;
}

/// The content of the file whose name ends so. POSIX.1-1988 tar: a header of 512 bytes, then the content in whole blocks.
std::span<const std::uint8_t> tar_entry(std::span<const std::uint8_t> tar, const std::string& end, const Blame& blame) {
  for (std::size_t at = 0; at + kBlock <= tar.size() && tar[at] != 0;) {
    const auto header = tar.subspan(at, kBlock);
    const std::string name(header.begin(), std::find(header.begin(), header.begin() + 100, std::uint8_t{0}));
    const std::size_t size = octal(header.subspan(124, 12)), begin = at + kBlock;
    if (size > tar.size() - begin) blame.fail("the archive is cut within " + name);
    if (name.ends_with(end)) return tar.subspan(begin, size);
    at = begin + (size + kBlock - 1) / kBlock * kBlock;
  }
  blame.fail("the archive holds no file '" + end + "'");
}

/// Puts the images of a batch behind the others; `which` of the label bytes is their class.
void append(std::span<const std::uint8_t> batch, const std::string& name, const Cifar& set, std::size_t which, IdxArray& images,
            IdxArray& labels, const Blame& blame) {
  const std::size_t before = set.classes.size(), record = before + kPixels;
  if (batch.empty() || batch.size() % record != 0) blame.fail(name + " is no whole number of images");
  for (std::size_t at = 0; at < batch.size(); at += record) {
    for (std::size_t i = 0; i < before; ++i)
      if (batch[at + i] >= set.classes[i])
        blame.fail(name + " has the class " + std::to_string(batch[at + i]) + " of " + std::to_string(set.classes[i]));
    labels.raw.push_back(batch[at + which]);
    images.raw.insert(images.raw.end(), batch.begin() + static_cast<std::ptrdiff_t>(at + before),
                      batch.begin() + static_cast<std::ptrdiff_t>(at + record));
  }
  const auto n = static_cast<Index>(labels.raw.size());
  labels.shape = {n};
  images.shape = {n, static_cast<Index>(kPixels)};
}

CifarImages read_set(const Bytes& tar, const Cifar& set, std::size_t which, const Blame& blame) {
  CifarImages images;
  for (const std::string& name : set.train)
    append(tar_entry(tar, name, blame), name, set, which, images.train_images, images.train_labels, blame);
  for (const std::string& name : set.test)
    append(tar_entry(tar, name, blame), name, set, which, images.test_images, images.test_labels, blame);
  images.class_names = set.class_names;
  if (!images.class_names.empty()) return images;
  const std::string list = which == 0 ? "coarse_label_names.txt" : "fine_label_names.txt";
  const auto text = tar_entry(tar, list, blame);
  std::istringstream lines(std::string(text.begin(), text.end()));
  for (std::string line; std::getline(lines, line) && images.class_names.size() < set.classes[which];)
    images.class_names.push_back(line);
  if (images.class_names.size() != set.classes[which])
    blame.fail(list + " has no " + std::to_string(set.classes[which]) + " lines");
  return images;
}

/// The archive as it was downloaded, if it is intact.
Bytes load_archive(const FileSet& set) {
  const std::filesystem::path folder = require_folder(set);
  const PinnedFile& file = set.files.front();
  const auto path = find_file(folder, file.name);
  const Blame blame{(path ? *path : folder / file.name).string(), "run `bcdbench data fetch " + set.dataset + "`"};
  if (!path || path->extension() != ".gz") blame.fail("the archive as it is packed, " + file.name + ".gz, is missing");
  Bytes packed = read_file(*path, blame);
  if (const std::string found = sha256(packed); found != file.sha256)
    blame.fail("the file is damaged: its SHA-256 is " + found + ", not " + file.sha256);
  return packed;
}

template <class T>
Dataset<T> load(const Cifar& set, const ImageOptions& options, std::size_t which, TargetCode code) {
  const CifarImages images = read_set(gunzip(load_archive(set.files()), set.blame()), set, which, set.blame());
  Dataset<T> data = image_dataset<T>(
      set.name, options, code, {images.train_images, images.train_labels, in_file_order(images.train_labels)},
      {images.test_images, images.test_labels, in_file_order(images.test_labels)}, static_cast<Index>(set.classes[which]));
  data.class_names = images.class_names;
  data.checksum = set.archive.sha256;
  data.origin = require_folder(set.files()).string();
  return data;
}

template <class T>
Dataset<T> load_10(const DatasetOptions& options, TargetCode code) {
  return load<T>(cifar_10(), read_options<ImageOptions>("cifar-10", options), 0, code);
}

template <class T>
Dataset<T> load_100(const DatasetOptions& options, TargetCode code) {
  const auto own = read_options<Cifar100Options>("cifar-100", options);
  return load<T>(cifar_100(), own, own.labels == Labels::fine ? 1 : 0, code);
}

/// What both sources share.
Source source_of(const Cifar& set) {
  Source s;
  s.info.name = set.name;
  s.info.licence = "none stated (A. Krizhevsky 2009, University of Toronto)";
  s.info.downloadable = true;
  s.location = [&set]() -> std::optional<std::string> {
    if (const auto folder = find_folder(set.files())) return folder->string();
    return std::nullopt;
  };
  s.verify = [&set] {
    load_archive(set.files());
    return std::vector<std::string>{set.archive.name + ".gz: intact, SHA-256 " + set.archive.sha256};
  };
  s.fetch = [&set](const std::vector<std::string>& mirrors) { return fetch_set(set.files(), mirrors); };
  return s;
}

}  // namespace

CifarImages read_cifar_10(const Bytes& tar, const Blame& blame) { return read_set(tar, cifar_10(), 0, blame); }

CifarImages read_cifar_100(const Bytes& tar, bool fine, const Blame& blame) {
  return read_set(tar, cifar_100(), fine ? 1 : 0, blame);
}

Source cifar_10_source() {
  Source s = source_of(cifar_10());
  s.info.title = "CIFAR-10 photographs: 50000 + 10000 images, 3072 numbers, 10 classes";
  s.info.options = describe_options<ImageOptions>();
  s.load_f32 = [](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load_10<float>(o, code); };
  s.load_f64 = [](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load_10<double>(o, code); };
  return s;
}

Source cifar_100_source() {
  Source s = source_of(cifar_100());
  s.info.title = "CIFAR-100 photographs: 50000 + 10000 images, 3072 numbers, 100 classes or 20";
  s.info.options = describe_options<Cifar100Options>();
  s.load_f32 = [](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load_100<float>(o, code); };
  s.load_f64 = [](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load_100<double>(o, code); };
  return s;
}

}  // namespace bcd
