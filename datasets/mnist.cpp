// MNIST (LeCun, Cortes, Burges) and Fashion-MNIST (Zalando): 60,000 training and 10,000 test images of 28 x 28 bytes, ten
// classes, in four idx files with the same names.
#include <array>

#include "datasets/fetch.hpp"
#include "datasets/files.hpp"
#include "datasets/images.hpp"
#include "datasets/source.hpp"

namespace bcd {

namespace {

enum File { train_images, train_labels, test_images, test_labels };

std::vector<PinnedFile> four_files(const std::array<const char*, 4>& sums) {
  return {{"train-images-idx3-ubyte", sums[train_images], {60000, 28, 28}},
          {"train-labels-idx1-ubyte", sums[train_labels], {60000}},
          {"t10k-images-idx3-ubyte", sums[test_images], {10000, 28, 28}},
          {"t10k-labels-idx1-ubyte", sums[test_labels], {10000}}};
}

FileSet mnist_files() {
  FileSet set;
  set.dataset = "mnist";
  set.files = four_files({"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"});
  set.fingerprint = test_labels;
  set.mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"};
  set.more_remedies = "; without a network the smaller dataset 'mnist-10k' is always there";
  return set;
}

FileSet fashion_mnist_files() {
  FileSet set;
  set.dataset = "fashion-mnist";
  set.files = four_files({"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                          "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                          "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                          "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"});
  set.fingerprint = test_labels;
  set.system_folders = {"/usr/share/datasets/fashion-mnist"};
  set.mirrors = {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"};
  set.more_remedies = ", or install Debian's package with `apt install dataset-fashion-mnist`";
  return set;
}

template <class T>
Dataset<T> load(const FileSet& set, const DatasetOptions& options, TargetCode code) {
  const auto image_options = read_options<ImageOptions>(set.dataset, options);
  const std::filesystem::path folder = require_folder(set);
  std::vector<IdxArray> arrays;
  for (const PinnedFile& file : set.files) arrays.push_back(load_pinned(set, folder, file));
  const ImageView train{arrays[train_images], arrays[train_labels], in_file_order(arrays[train_labels])};
  const ImageView test{arrays[test_images], arrays[test_labels], in_file_order(arrays[test_labels])};
  Dataset<T> data = image_dataset<T>(set.dataset, image_options, code, train, test);
  data.checksum = set_checksum(set.files);
  data.origin = folder.string();
  return data;
}

Source source(FileSet (*files)(), const std::string& title, const std::string& licence) {
  Source s;
  s.info.name = files().dataset;
  s.info.title = title;
  s.info.licence = licence;
  s.info.downloadable = true;
  s.info.options = describe_options<ImageOptions>();
  s.load_f32 = [files](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load<float>(files(), o, code); };
  s.load_f64 = [files](const DatasetOptions& o, TargetCode code, std::uint64_t) { return load<double>(files(), o, code); };
  s.location = [files]() -> std::optional<std::string> {
    if (const auto folder = find_folder(files())) return folder->string();
    return std::nullopt;
  };
  s.verify = [files] { return verify_files(files()); };
  s.fetch = [files](const std::vector<std::string>& mirrors) { return fetch_set(files(), mirrors); };
  return s;
}

}  // namespace

Source mnist_source() {
  return source(mnist_files, "MNIST handwritten digits: 60000 + 10000 images, 784 pixels, 10 classes",
                "CC BY-SA 3.0 (LeCun, Cortes, Burges)");
}

Source fashion_mnist_source() {
  return source(fashion_mnist_files, "Fashion-MNIST articles: 60000 + 10000 images, 784 pixels, 10 classes",
                "MIT (Zalando SE)");
}

}  // namespace bcd
