// Small files of a user, and the dataset `file` over them.
#pragma once

#include "datasets/dataset.hpp"
#include "tests/datasets/support.hpp"

namespace bcd::test {

struct OwnFiles {
  TemporaryFolder folder;

  std::string path(const std::string& name) const { return (folder.path / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    write_plain(folder.path / name, Bytes(text.begin(), text.end()));
    return path(name);
  }
  Dataset<double> load(const DatasetOptions& options, TargetCode code = TargetCode::real, std::uint64_t seed = 1) const {
    return load_dataset<double>("file", options, code, seed);
  }
  /// The sentence about a CSV text.
  std::string fault(const std::string& text, DatasetOptions options = {{"target", "y"}}) const {
    options["path"] = write("my.csv", text);
    return usage_error([&] { load(options); });
  }
  Dataset<double> csv(const std::string& text, DatasetOptions options = {{"target", "y"}}) const {
    options["path"] = write("my.csv", text);
    return load(options);
  }
};

}  // namespace bcd::test
