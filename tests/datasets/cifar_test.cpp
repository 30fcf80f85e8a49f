#include "datasets/cifar.hpp"

#include <algorithm>
#include <cstdio>

#include "datasets/dataset.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

const Blame kBlame{"archive", "fetch it again"};

/// An entry of a tar archive: name, size in octal, content in blocks of 512 bytes.
Bytes tar_entry(const std::string& name, const Bytes& content) {
  Bytes entry(512, 0);
  std::copy(name.begin(), name.end(), entry.begin());
  char size[13];
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(content.size()));
  std::copy(size, size + 12, entry.begin() + 124);
  entry.insert(entry.end(), content.begin(), content.end());
  entry.resize((entry.size() + 511) / 512 * 512, 0);
  return entry;
}

/// One image of a class whose pixels count up from it.
Bytes image(std::uint8_t label) {
  Bytes record{label};
  for (int k = 0; k < 3072; ++k) record.push_back(static_cast<std::uint8_t>(label + k));
  return record;
}

Bytes archive(std::uint8_t last_label = 9) {
  Bytes tar = tar_entry("cifar-10-batches-bin/readme.html", {1, 2, 3});
  const auto add = [&](const std::string& name, const Bytes& content) {
    const Bytes entry = tar_entry("cifar-10-batches-bin/" + name, content);
    tar.insert(tar.end(), entry.begin(), entry.end());
  };
  add("test_batch.bin", image(7));  // before the training batches: the order is that of the names
  for (std::uint8_t b = 1; b <= 4; ++b) add("data_batch_" + std::to_string(b) + ".bin", image(b));
  add("data_batch_5.bin", image(last_label));
  tar.resize(tar.size() + 1024, 0);
  return tar;
}

}  // namespace

TEST_CASE("The batches of CIFAR-10's archive become images and labels", "[datasets][cifar]") {
  const CifarImages images = read_cifar_10(archive(), kBlame);
  CHECK(images.train_labels.raw == Bytes{1, 2, 3, 4, 9});
  CHECK(images.test_labels.raw == Bytes{7});
  CHECK(images.train_images.shape == std::vector<Index>{5, 3072});
  CHECK(images.train_images.item(1)[0] == 2);
  CHECK(images.train_images.item(1)[10] == 12);
  CHECK(images.test_images.item(0)[3071] == static_cast<std::uint8_t>(7 + 3071));
}

TEST_CASE("Archives that are not CIFAR-10's are sentences", "[datasets][cifar][error]") {
  const auto error = [](const Bytes& tar) { return usage_error([&] { read_cifar_10(tar, kBlame); }); };
  CHECK_THAT(error({}), Contains("archive: the archive holds no file 'data_batch_1.bin'; fetch it again"));
  CHECK_THAT(error(Bytes(600, 'x')), Contains("no file") || Contains("cut within"));
  CHECK_THAT(error(archive(10)), Contains("data_batch_5.bin has the class 10 of 10"));
  Bytes cut_off = archive();
  cut_off.resize(7000);
  CHECK_THAT(error(cut_off), Contains("cut within cifar-10-batches-bin/data_batch_1.bin"));
  Bytes short_batch = tar_entry("data_batch_1.bin", Bytes(100, 0));
  CHECK_THAT(error(short_batch), Contains("data_batch_1.bin is no whole number of images"));
}

TEST_CASE("An archive that is not the pinned one is refused, a missing one says what to do", "[datasets][cifar][error]") {
  const TemporaryFolder folder;
  const Environment data("BCDBENCH_DATA", folder.path.string()), cache("XDG_CACHE_HOME", (folder.path / "cache").string());
  const auto error = [] { return usage_error([] { load_dataset<float>("cifar-10", {}, TargetCode::real, 1); }); };
  CHECK_THAT(error(), Contains("'cifar-10' is not on this machine") && Contains("bcdbench data fetch cifar-10"));
  write_gz(folder.path / "cifar-10" / "cifar-10-binary.tar.gz", archive());
  CHECK_THAT(error(), Contains("the file is damaged: its SHA-256 is"));
}

TEST_CASE("CIFAR-100 has two labels an image", "[datasets][cifar]") {
  const auto record = [](std::uint8_t coarse, std::uint8_t fine) {
    Bytes bytes = image(fine);
    bytes.insert(bytes.begin(), coarse);
    return bytes;
  };
  const auto names = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "class" + std::to_string(i) + "\n";
    return Bytes(text.begin(), text.end());
  };
  const auto archive_100 = [&](std::uint8_t coarse, int fine_names) {
    Bytes tar, train = record(3, 42), second = record(coarse, 99);
    train.insert(train.end(), second.begin(), second.end());
    for (const auto& [name, content] : {std::pair("coarse_label_names.txt", names(20)),
                                        {"fine_label_names.txt", names(fine_names)},
                                        {"test.bin", record(0, 7)},
                                        {"train.bin", train}}) {
      const Bytes entry = tar_entry(std::string("cifar-100-binary/") + name, content);
      tar.insert(tar.end(), entry.begin(), entry.end());
    }
    return tar;
  };
  const CifarImages fine = read_cifar_100(archive_100(19, 100), true, kBlame),
                    coarse = read_cifar_100(archive_100(19, 100), false, kBlame);
  CHECK(fine.train_labels.raw == Bytes{42, 99});
  CHECK(coarse.train_labels.raw == Bytes{3, 19});
  CHECK(fine.test_labels.raw == Bytes{7});
  CHECK(fine.train_images.item(1)[1] == 100);
  CHECK(coarse.train_images.raw == fine.train_images.raw);
  CHECK(fine.class_names.size() == 100);
  CHECK(coarse.class_names.back() == "class19");
  CHECK_THAT(usage_error([&] { read_cifar_100(archive_100(20, 100), true, kBlame); }),
             Contains("train.bin has the class 20 of 20"));
  CHECK_THAT(usage_error([&] { read_cifar_100(archive_100(1, 99), true, kBlame); }),
             Contains("fine_label_names.txt has no 100 lines"));
  CHECK_THAT(usage_error([&] { read_cifar_100(archive(), true, kBlame); }), Contains("no file 'train.bin'"));
  CHECK_THAT(usage_error([] {
               load_dataset<float>("cifar-100", {{"labels", "fin"}}, TargetCode::real, 1);
             }),
             Contains("'cifar-100'") && Contains("coarse"));
}
