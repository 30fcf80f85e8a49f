// What the registry asks of a source of data: one record of functions per dataset.
#pragma once

#include <functional>

#include "datasets/dataset.hpp"

namespace bcd {

struct Source {
  template <class T>
  using Loader = std::function<Dataset<T>(const DatasetOptions&, TargetCode, std::uint64_t seed)>;

  DatasetInfo info;
  Loader<float> load_f32;
  Loader<double> load_f64;
  std::function<std::map<std::string, std::string>(const DatasetOptions&)> files;  ///< empty: the options name none
  std::function<std::optional<std::string>()> location;
  std::function<std::vector<std::string>()> verify;
  std::function<std::filesystem::path(const std::vector<std::string>& mirrors)> fetch;  ///< empty: nothing to download
};

/// Adds a source from elsewhere, last and for good. Throws UsageError if its name is taken.
void add_source(Source source);

}  // namespace bcd
