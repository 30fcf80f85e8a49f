// Options of a dataset: a small struct per source whose fields() names each option once; from it come parsing, checks and help.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/core/parameters.hpp"
#include "datasets/dataset.hpp"

namespace bcd {

/// A number of samples, or all there are.
struct SampleCount {
  std::optional<Index> limit;

  static SampleCount parse(const std::string& text);
  std::string text() const;
  /// The number meant when `available` samples exist. Throws UsageError if there are too few, or if it is below `least`.
  Index of(Index available, Index least, const std::string& dataset, const std::string& option) const;
};

/// A seed of the data's own, or the run's ("run").
struct DataSeed {
  std::optional<std::uint64_t> own = 1;

  static DataSeed parse(const std::string& text);
  std::string text() const;
};

/// Any text.
struct OptionText {
  std::string value;

  static OptionText parse(const std::string& text) { return {text}; }
  std::string text() const { return value; }
  bool given() const { return !value.empty(); }
};

/// Sets the options in `list`. Throws UsageError that names the dataset; for an unknown option also the nearest one.
void apply_options(const std::string& dataset, ParameterList& list, const DatasetOptions& options);
/// "key (default: value)" and the help with the range, for DatasetInfo::options.
std::vector<std::pair<std::string, std::string>> option_lines(const ParameterList& list);

template <class Options>
Options read_options(const std::string& dataset, const DatasetOptions& given) {
  Options options;
  ParameterList list;
  options.fields(list);
  apply_options(dataset, list, given);
  return options;
}

template <class Options>
std::vector<std::pair<std::string, std::string>> describe_options() {
  Options options;
  ParameterList list;
  options.fields(list);
  return option_lines(list);
}

}  // namespace bcd
