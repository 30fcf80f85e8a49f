#include "datasets/cifar.hpp"

#include <algorithm>

#include "datasets/fetch.hpp"
#include "datasets/sha256.hpp"
#include "datasets/source.hpp"

namespace bcd {

namespace {

constexpr const char* kName = "cifar-10";
constexpr std::size_t kPixels = 3072, kRecord = kPixels + 1, kBlock = 512;

FileSet files() {
  FileSet set;
  set.dataset = kName;
  // The checksum that TensorFlow Datasets lists for this address (cifar10, 170052171 bytes): that of the archive as it is packed.
  set.files = {{"cifar-10-binary.tar", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", {}, true}};
  set.mirrors = {"https://www.cs.toronto.edu/~kriz"};
  return set;
}

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

void append(std::span<const std::uint8_t> batch, const std::string& name, IdxArray& images, IdxArray& labels,
            const Blame& blame) {
  if (batch.empty() || batch.size() % kRecord != 0) blame.fail(name + " is no whole number of images");
  for (std::size_t at = 0; at < batch.size(); at += kRecord) {
    if (batch[at] > 9) blame.fail(name + " has the class " + std::to_string(batch[at]) + " of 10");
    labels.raw.push_back(batch[at]);
    images.raw.insert(images.raw.end(), batch.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                      batch.begin() + static_cast<std::ptrdiff_t>(at + kRecord));
  }
  const auto n = static_cast<Index>(labels.raw.size());
  labels.shape = {n};
  images.shape = {n, static_cast<Index>(kPixels)};
}

/// The archive as it was downloaded, if it is intact.
Bytes load_archive(const FileSet& set) {
  const std::filesystem::path folder = require_folder(set);
  const PinnedFile& file = set.files.front();
  const auto path = find_file(folder, file.name);
  const Blame blame{(path ? *path : folder / file.name).string(), "run `bcdbench data fetch cifar-10`"};
  if (!path || path->extension() != ".gz") blame.fail("the archive as it is packed, " + file.name + ".gz, is missing");
  Bytes packed = read_file(*path, blame);
  if (const std::string found = sha256(packed); found != file.sha256)
    blame.fail("the file is damaged: its SHA-256 is " + found + ", not " + file.sha256);
  return packed;
}

template <class T>
Dataset<T> load(const DatasetOptions& options, TargetCode code) {
  const auto image_options = read_options<ImageOptions>(kName, options);
  const FileSet set = files();
  const Blame blame{set.files.front().name, "run `bcdbench data fetch cifar-10`"};
  const CifarImages images = read_cifar(gunzip(load_archive(set), blame), blame);
  Dataset<T> data = image_dataset<T>(kName, image_options, code,
                                     {images.train_images, images.train_labels, in_file_order(images.train_labels)},
                                     {images.test_images, images.test_labels, in_file_order(images.test_labels)});
  data.class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  data.checksum = set.files.front().sha256;
  data.origin = require_folder(set).string();
  return data;
}

}  // namespace

CifarImages read_cifar(const Bytes& tar, const Blame& blame) {
  CifarImages images;
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"})
    append(tar_entry(tar, name, blame), name, images.train_images, images.train_labels, blame);
  append(tar_entry(tar, "test_batch.bin", blame), "test_batch.bin", images.test_images, images.test_labels, blame);
  return images;
}

Source cifar_10_source() {
  Source s;
  s.info.name = kName;
  s.info.title = "CIFAR-10 photographs: 50000 + 10000 images, 3072 numbers, 10 classes";
  s.info.licence = "none stated (A. Krizhevsky 2009, University of Toronto)";
  s.info.downloadable = true;
  s.info.options = describe_options<ImageOptions>();
  s.load_f32 = [](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load<float>(o, code); };
  s.load_f64 = [](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load<double>(o, code); };
  s.location = []() -> std::optional<std::string> {
    if (const auto folder = find_folder(files())) return folder->string();
    return std::nullopt;
  };
  s.verify = [] {
    load_archive(files());
    return std::vector<std::string>{files().files.front().name + ".gz: intact, SHA-256 " + files().files.front().sha256};
  };
  s.fetch = [](const std::vector<std::string>& mirrors) { return fetch_set(files(), mirrors); };
  return s;
}

}  // namespace bcd
