#include "datasets/files.hpp"

#include "datasets/sha256.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
namespace fs = std::filesystem;

namespace {

const Bytes kImages = idx_bytes({3, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
const Bytes kLabels = idx_bytes({3}, {0, 1, 2});
const Bytes kOtherLabels = idx_bytes({3}, {2, 1, 0});

// A set of two tiny files, and the three places where it may lie: BCDBENCH_DATA, the cache, a system folder.
struct Places {
  TemporaryFolder root;
  fs::path data = root.path / "data", cache = root.path / "cache", system = root.path / "system";
  Environment data_variable{"BCDBENCH_DATA", data.string()};
  Environment cache_variable{"XDG_CACHE_HOME", cache.string()};
  FileSet set;

  Places() {
    set.dataset = "tiny";
    set.files = {{"images", sha256(kImages), {3, 2, 2}}, {"labels", sha256(kLabels), {3}}};
    set.fingerprint = 1;
    set.system_folders = {system};
  }
  static void fill(const fs::path& folder) {
    write_gz(folder / "images.gz", kImages);
    write_gz(folder / "labels.gz", kLabels);
  }
  std::string error() const {
    return usage_error([&] { verify_files(set); });
  }
};

}  // namespace

TEST_CASE("Folders are looked in from BCDBENCH_DATA over the cache to the system", "[datasets][files]") {
  const Places places;
  CHECK_FALSE(find_folder(places.set).has_value());
  const std::vector<fs::path> order{places.system, places.cache / "bcdbench" / "tiny", places.data, places.data / "tiny"};
  for (const fs::path& folder : order) {  // each hides the ones before it
    Places::fill(folder);
    CHECK(find_folder(places.set) == folder);
    CHECK(verify_files(places.set).size() == 2);
  }
}

TEST_CASE("Files of another dataset with the same names are passed over in BCDBENCH_DATA itself", "[datasets][files]") {
  const Places places;
  write_gz(places.data / "images.gz", kImages);
  write_gz(places.data / "labels.gz", kOtherLabels);
  CHECK_THAT(places.error(), Contains(places.data.string() + " (its files belong to another dataset)"));
  Places::fill(places.system);
  CHECK(find_folder(places.set) == places.system);
}

TEST_CASE("A dataset that is nowhere: the message names the folders and the remedies", "[datasets][files][error]") {
  Places places;
  places.set.more_remedies = ", or buy it";
  const std::string message = places.error();
  CHECK_THAT(message, Contains("'tiny' is not on this machine"));
  for (const fs::path& folder : {places.data / "tiny", places.cache / "bcdbench" / "tiny", places.system})
    CHECK_THAT(message, Contains(folder.string()));
  CHECK_THAT(message, Contains("bcdbench data fetch tiny") && Contains("BCDBENCH_DATA") && Contains(", or buy it"));
}

TEST_CASE("A faulty file is an error even where an intact copy lies in a later folder", "[datasets][files][error]") {
  const Places places;
  const fs::path folder = places.data / "tiny", images = folder / "images.gz";
  Places::fill(places.system);
  Places::fill(folder);
  REQUIRE(places.error().empty());
  SECTION("missing") {
    fs::remove(images);
    CHECK_THAT(places.error(), Contains(images.string() + ": the file is missing") && Contains("data fetch tiny"));
  }
  SECTION("truncated") {
    cut(images, 5);
    CHECK_THAT(places.error(), Contains(images.string()) && Contains("truncated"));
  }
  SECTION("wrong shape") {
    write_gz(images, idx_bytes({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
    CHECK_THAT(places.error(), Contains("shape 2 x 2 x 3 where 3 x 2 x 2 is needed"));
  }
  SECTION("one wrong byte") {
    write_gz(images, idx_bytes({3, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13}));
    CHECK_THAT(places.error(), Contains("SHA-256") && Contains(places.set.files[0].sha256));
  }
}

TEST_CASE("Unpacked files are accepted under their names without .gz", "[datasets][files]") {
  const Places places;
  write_plain(places.data / "tiny" / "images", kImages);
  write_plain(places.data / "tiny" / "labels", kLabels);
  CHECK(verify_files(places.set).size() == 2);
}

TEST_CASE("The cache follows XDG_CACHE_HOME if that is absolute, else HOME", "[datasets][files]") {
  const Environment home("HOME", "/home/somebody");
  {
    const Environment xdg("XDG_CACHE_HOME", "/var/cache/mine");
    CHECK(cache_folder("d") == fs::path("/var/cache/mine/bcdbench/d"));
  }
  for (const std::optional<std::string>& unusable : {std::optional<std::string>(), std::optional<std::string>("relative")}) {
    const Environment xdg("XDG_CACHE_HOME", unusable);
    CHECK(cache_folder("d") == fs::path("/home/somebody/.cache/bcdbench/d"));
  }
  const Environment xdg("XDG_CACHE_HOME", std::nullopt), no_home("HOME", std::nullopt);
  CHECK_FALSE(cache_folder("d").has_value());
}
